"""Random deeds of a small community, each as somebody could do it, most of them allowed."""

from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kb import clock
from kb.errors import DomainError
from kb.forum import (
    answers,
    category_care,
    comments,
    duplicates,
    hiding,
    me_too,
    merging,
    questions,
    ratings,
    splitting,
    tag_care,
    worth,
)
from kb.forum.models import Answer, CloseReason, Comment, Question, Tag
from kb.forum.queue import details
from kb.forum.solving import trials
from kb.forum.solving.models import Adoption
from kb.people import accounts
from kb.people.models import Person, Role
from tests import builders_forum
from tests.builders import Cast, person

Post = TypeVar("Post", Question, Answer, Comment)
TAGS = ("login", "letters", "printing", "paper")


class Deeds:
    """Does one random thing after the other; the same ``seed`` does the same."""

    def __init__(self, session: Session, cast: Cast, seed: int) -> None:
        self._session = session
        self._random = Random(seed)
        others = [person(session, f"member-{number}-{seed}") for number in range(4)]
        for experienced in others[:2]:
            experienced.trust = 3
        self._admin = person(session, f"admin-{seed}", Role.ADMIN)
        self._places = [builders_forum.category(session, slug) for slug in ("problems", "ideas", "how-do-i")]
        session.commit()  # what is refused is rolled back
        self._people = [cast.alice, cast.bob, cast.erin, cast.will, cast.mia, *others]
        self._kinds: tuple[tuple[int, Callable[[Person], object]], ...] = (
            (8, self._ask),
            (14, self._answer),
            (5, self._comment),
            (30, self._rate),
            (12, self._try),
            (12, self._accept),
            (3, self._unaccept),
            (8, self._me_too),
            (3, self._hide),
            (2, self._show),
            (2, self._close),
            (2, self._reopen),
            (2, self._point),
            (1, self._merge),
            (1, self._unmerge),
            (2, self._edit),
            (3, self._edit_question),
            (2, self._split),
            (3, self._vote),
            (1, self._unmark),
            (2, self._ask_for_details),
            (1, self._withdraw),
            (1, self._rename_tag),
            (1, self._open_category),
            (1, self._adopt),
            (1, self._introduce),
        )

    def do(self, number: int) -> int:
        """Do ``number`` things, each in a transaction of its own; returns how many were allowed."""
        done = 0
        weights = [weight for weight, _ in self._kinds]
        for _ in range(number):
            clock.advance(timedelta(minutes=self._random.choice((1, 7, 30, 240))))
            _, deed = self._random.choices(self._kinds, weights)[0]
            try:
                deed(self._random.choice(self._people))
                self._session.commit()
                done += 1
            except DomainError:
                self._session.rollback()
        return done

    def _one(self, noun: type[Post]) -> Post:
        last = self._session.scalar(select(func.max(noun.id))) or 0
        post = self._session.get(noun, self._random.randint(max(1, last - 40), max(1, last)))
        if post is None:
            raise DomainError("There is none yet.")
        return post

    def _ask(self, by: Person) -> None:
        place = self._random.choice(self._places)
        builders_forum.question(self._session, by=by, tags=self._tags(), place=place)

    def _tags(self) -> tuple[str, ...]:
        return tuple(self._random.sample(TAGS, self._random.randint(0, 2)))

    def _answer(self, by: Person) -> None:
        builders_forum.answer(self._session, question=self._one(Question), by=by)

    def _comment(self, by: Person) -> None:
        question = self._one(Question)
        comments.post(self._session, question=question, by=by, body=f"{self._random.random()}", answer=None)

    def _rate(self, by: Person) -> None:
        helpful = self._random.choice((True, True, True, False, None))
        sign = self._random.choice(("", "one", "two", "three"))
        ratings.rate(self._session, answer=self._one(Answer), by=by, helpful=helpful, sign=sign)

    def _try(self, by: Person) -> None:
        worked = self._random.choice((True, True, True, False, None))
        sign = self._random.choice(("", "one", "two", "three"))
        trials.say(self._session, answer=self._one(Answer), by=by, worked=worked, sign=sign)

    def _accept(self, by: Person) -> None:
        answer = self._one(Answer)
        asker = self._session.get_one(Person, self._session.get_one(Question, answer.question_id).author_id)
        answers.accept(self._session, answer=answer, by=self._random.choice((asker, by)))

    def _unaccept(self, by: Person) -> None:
        answers.unaccept(self._session, question=self._one(Question), by=by)

    def _me_too(self, by: Person) -> None:
        me_too.say(self._session, question=self._one(Question), by=by, too=self._random.random() < 0.8)

    def _hide(self, by: Person) -> None:
        hiding.hide(self._session, post=self._one(self._random.choice((Question, Answer, Comment))), by=by)

    def _show(self, by: Person) -> None:
        hiding.show(self._session, post=self._one(self._random.choice((Question, Answer, Comment))), by=by)

    def _close(self, by: Person) -> None:
        questions.close(self._session, question=self._one(Question), by=by, reason=CloseReason.DECLINED)

    def _reopen(self, by: Person) -> None:
        questions.reopen(self._session, question=self._one(Question), by=by)

    def _point(self, by: Person) -> None:
        duplicates.mark(self._session, question=self._one(Question), original=self._one(Question), by=by)

    def _merge(self, by: Person) -> None:
        merging.merge(self._session, question=self._one(Question), into=self._one(Question), by=by)

    def _unmerge(self, by: Person) -> None:
        merging.unmerge(self._session, question=self._one(Question), by=by)

    def _edit(self, by: Person) -> None:
        answers.edit(self._session, answer=self._one(Answer), by=by, body=f"Anew: {self._random.random()}")

    def _edit_question(self, by: Person) -> None:
        question, place = self._one(Question), self._random.choice(self._places)
        title, body = question.title, f"Anew: {self._random.random()}"
        questions.edit(
            self._session, question=question, by=by, title=title, body=body, category=place, tags=self._tags()
        )

    def _split(self, by: Person) -> None:
        answer = self._one(Answer)
        question = self._session.get_one(Question, answer.question_id)
        splitting.split(self._session, question=question, chosen=[answer], title="What about the other thing?", by=by)

    def _vote(self, by: Person) -> None:
        duplicates.vote(self._session, question=self._one(Question), original=self._one(Question), by=by)

    def _unmark(self, by: Person) -> None:
        duplicates.unmark(self._session, question=self._one(Question), by=by)

    def _ask_for_details(self, by: Person) -> None:
        details.ask(self._session, question=self._one(Question), by=by, body=f"Which version? {self._random.random()}")

    def _withdraw(self, by: Person) -> None:
        details.withdraw(self._session, question=self._one(Question), by=by)

    def _rename_tag(self, by: Person) -> None:
        tag = self._session.scalars(select(Tag).where(Tag.name == self._random.choice(TAGS))).first()
        if tag is not None:
            tag_care.rename(self._session, tag=tag, by=by, name=self._random.choice(TAGS))

    def _open_category(self, _: Person) -> None:
        place, audience = self._random.choice(self._places), self._random.choice(("public", "members", "staff"))
        category_care.open_to(self._session, category=place, by=self._admin, audience=audience)

    def _adopt(self, by: Person) -> None:
        answer = self._one(Answer)
        made = Adoption(question_id=answer.question_id, answer_id=answer.id, title="A", made_at=clock.now())
        made.person_id, made.live_at = by.id, clock.now()
        self._session.add(made)
        worth.settle(self._session, answer.question_id)

    def _introduce(self, by: Person) -> None:
        about = self._random.choice(("", "I mend printers."))
        accounts.edit_profile(self._session, person=by, name=by.name, about=about)
