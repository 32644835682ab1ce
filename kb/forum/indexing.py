"""A thread as one document: what search is given of it, and what a reader may see of it."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from math import prod
from typing import Any

from sqlalchemy import Select, and_, bindparam, case, func, or_, select
from sqlalchemy.orm import Session

from kb.forum import rules
from kb.forum.models import Acceptance, Answer, Category, Comment, Question, Status
from kb.forum.shapes import question_address, words_of
from kb.forum.standing import THREAD
from kb.markup.plain import text_of
from kb.notices import inbox
from kb.people.models import Person
from kb.people.rules import Reader
from kb.search import documents
from kb.search.documents import KEEPERS, Document, Shown

MOST_TEXT = 20_000
"""Characters of a thread that are searched: the question, then its answers, the best first."""
MOST_SHOWN = 8_000
"""Characters of a question, and of its accepted answer, that a hit's extract is cut from."""

_BOOSTS = {
    Status.SOLVED: 1.15,
    Status.LIKELY_SOLVED: 1.1,
    Status.ANSWERED: 1.0,
    Status.NEEDS_INFO: 0.9,
    Status.NEEDS_ANSWER: 0.9,
    Status.CLOSED: 0.85,
}
_ANYBODYS = rules.Sight(rules.EVERY, hidden_too=False)
"""What somebody at least may find: the document says who."""
_BY_READERS = 0.13
"""What the ratings of the best answer add at most, half of it from five readers on."""


@dataclass(slots=True)
class _Answers:
    """The visible answers of one question."""

    texts: list[str] = field(default_factory=list)
    """Best first."""
    people: list[str] = field(default_factory=list)
    helpful: int = 0
    """How many found the one that helped most helpful."""
    score: float = 0.0
    """The best one's."""


class Threads:
    """The community's side of search."""

    kind = THREAD

    def audiences(self, viewer: Reader | None) -> frozenset[str]:
        """Return whose threads ``viewer`` may find."""
        return frozenset(map(_found_by, rules.audiences(viewer)))

    def refs(self, session: Session) -> Sequence[int]:
        """Return the ids of all questions that are not hidden, in ascending order."""
        shown = rules.visible(Question, sight=_ANYBODYS)
        return session.scalars(select(Question.id).where(shown).order_by(Question.id)).all()

    def documents(self, session: Session, refs: Sequence[int]) -> Iterator[Document]:
        """Yield the threads of ``refs`` that are not hidden, answers included; each says whom it is for."""
        found = session.execute(
            select(
                Question.id,
                Question.title,
                Question.body_html,
                Question.created_at,
                Question.tag_names,
                Question.status,
                Question.audience,
                Category.slug,
                Person.handle,
            )
            .join(Category, Category.id == Question.category_id)
            .join(Person, Person.id == Question.author_id)
            .where(Question.id.in_(refs), rules.visible(Question, sight=_ANYBODYS))
            .order_by(Question.id)
        ).all()
        answers = self._answers(session, refs)
        for row in found:
            answered = answers.get(row.id, _Answers())
            why = reasons(Status(row.status), answered.helpful)
            yield Document(
                kind=THREAD,
                ref=row.id,
                title=row.title,
                text=_joined([row.body_html, *answered.texts], MOST_TEXT),
                at=row.created_at,
                tags=tuple(row.tag_names),
                section=row.slug,
                status=str(row.status),
                audience=_found_by(row.audience),
                people=tuple(dict.fromkeys((row.handle, *answered.people))),
                helpful=answered.score,
                boost=prod(factor for _, factor in why),
                reasons=why,
            )

    def shown(
        self, session: Session, refs: Sequence[int], viewer: Reader | None, *, brief: bool = False
    ) -> dict[int, Shown]:
        """Return those of ``refs`` that ``viewer`` may see, hidden ones never: search is for what is there."""
        found = session.execute(_shown(rules.finds(viewer)), {"refs": refs, "room": 0 if brief else MOST_SHOWN})
        return {
            row.id: Shown(
                kind=THREAD,
                ref=row.id,
                title=row.title,
                address=question_address(row.id, row.slug),
                text=_joined([_uncut(row.html), _uncut(row.answer_html or "")], 2 * MOST_SHOWN),
                place=row.category_name,
                place_address=f"/categories/{row.category_slug}",
                status=row.status,
                facts=facts(Status(row.status), row.answers_count, row.me_too_count),
                at=row.created_at,
            )
            for row in found
        }

    def visible(self, viewer: Reader | None) -> Select[int]:
        """See Source."""
        return _seen_by(rules.finds(viewer))

    def titles(self, session: Session, words: Sequence[str], viewer: Person | None, limit: int) -> list[int]:
        """Return ids of questions whose title holds any of ``words``, those with most of them first."""
        chosen = [word for word in words if word][:8]
        if not chosen:
            return []
        holds = [Question.title.icontains(word, autoescape=True) for word in chosen]
        held = sum((case((one, 1), else_=0) for one in holds[1:]), start=case((holds[0], 1), else_=0))
        return list(
            session.scalars(
                select(Question.id)
                .where(or_(*holds), rules.visible(Question, sight=rules.finds(viewer)))
                .order_by(held.desc(), Question.id.desc())
                .limit(limit)
            )
        )

    @staticmethod
    def _answers(session: Session, refs: Sequence[int]) -> dict[int, _Answers]:
        found: dict[int, _Answers] = defaultdict(_Answers)
        rows = session.execute(
            select(Answer.question_id, Answer.body_html, Answer.helpful_count, Answer.score, Person.handle)
            .join(Person, Person.id == Answer.author_id)
            .outerjoin(Acceptance, Acceptance.answer_id == Answer.id)
            .where(Answer.question_id.in_(refs), rules.visible(Answer, sight=_ANYBODYS))
            .order_by(
                Answer.question_id,
                case((Acceptance.id.is_not(None), 0), else_=1),
                Answer.score.desc(),
                Answer.created_at,
                Answer.id,
            )
        )
        for row in rows:
            one = found[row.question_id]
            one.texts.append(row.body_html)
            one.people.append(row.handle)
            one.helpful, one.score = max(one.helpful, row.helpful_count), max(one.score, row.score)
        return dict(found)


@cache
def _shown(sight: rules.Sight) -> Select[Any]:
    """Return what a hit is made of, for those who see as much."""
    return (
        select(
            Question.id,
            Question.title,
            Question.slug,
            Question.status,
            Question.answers_count,
            Question.me_too_count,
            Question.created_at,
            func.substr(Question.body_html, 1, bindparam("room")).label("html"),
            func.substr(Answer.body_html, 1, bindparam("room")).label("answer_html"),
            Category.slug.label("category_slug"),
            Category.name.label("category_name"),
        )
        .join(Category, Category.id == Question.category_id)
        .outerjoin(Acceptance, Acceptance.question_id == Question.id)
        .outerjoin(Answer, and_(Answer.id == Acceptance.answer_id, rules.visible(Answer, sight=sight)))
        .where(Question.id.in_(bindparam("refs", expanding=True)), rules.visible(Question, sight=sight))
    )


@cache
def _seen_by(sight: rules.Sight) -> Select[int]:
    return select(Question.id).where(rules.visible(Question, sight=sight))


@cache
def _categories() -> Select[str, str]:
    return select(Category.slug, Category.name).where(Category.audience.in_(rules.EVERYBODYS))


def reasons(status: Status, helpful: int) -> tuple[tuple[str, float], ...]:
    """Return why a thread is likelier to help than its words say, or less likely: 0.85 to 1.3 in all."""
    found = [(words_of(status).lower(), _BOOSTS[status])]
    if helpful:
        by = "1 reader" if helpful == 1 else f"{helpful} readers"
        found.append((f"an answer helped {by}", round(1 + _BY_READERS * helpful / (helpful + 5), 3)))
    return tuple((words, factor) for words, factor in found if factor != 1.0)


def facts(status: Status, answers: int, me_too: int) -> tuple[str, ...]:
    """Return the short line under a hit."""
    said = [words_of(status)]
    if answers:
        said.append("1 answer" if answers == 1 else f"{answers} answers")
    if me_too:
        said.append("1 other has this too" if me_too == 1 else f"{me_too} others have this too")
    return tuple(said)


def register() -> None:
    """Give threads to search, and tell the inbox which of their posts a person may still see."""
    documents.register(Threads())
    documents.register_places(THREAD, _category_names)
    inbox.register_visibility("question", _visible_questions)
    inbox.register_visibility("answer", _visible_answers)
    inbox.register_visibility("comment", _visible_comments)


def _category_names(session: Session) -> dict[str, str]:
    """Return names by slug, of those that everybody sees: whoever guesses a slug is not told the name."""
    return {row.slug: row.name for row in session.execute(_categories())}


def _visible_questions(person: Person) -> Select[int]:
    return select(Question.id).where(rules.visible_to(person, Question))


def _visible_answers(person: Person) -> Select[int]:
    return (
        select(Answer.id)
        .join(Question, Question.id == Answer.question_id)
        .where(rules.visible_to(person, Answer, Question))
    )


def _visible_comments(person: Person) -> Select[int]:
    return (
        select(Comment.id)
        .join(Question, Question.id == Comment.question_id)
        .outerjoin(Answer, Answer.id == Comment.answer_id)
        .where(
            rules.visible_to(person, Comment, Question),
            or_(Comment.answer_id.is_(None), rules.visible_to(person, Answer)),
        )
    )


def _found_by(audience: str) -> str:
    """Return what search calls the audience of a category."""
    return KEEPERS if audience == "staff" else audience


def _joined(htmls: Sequence[str], room: int) -> str:
    """Return the words of ``htmls`` up to ``room`` characters; what comes after is not even looked at."""
    texts: list[str] = []
    for html in htmls:
        if room <= 0:
            break
        text = text_of(html)[:room]
        texts.append(text)
        room -= len(text) + 1
    return "\n".join(text for text in texts if text)


def _uncut(html: str) -> str:
    """Return ``html`` without the tag that the end of what was read went through."""
    return html if len(html) < MOST_SHOWN or html.rfind("<") < html.rfind(">") else html[: html.rfind("<")]
