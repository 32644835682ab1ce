"""What everybody did in the community, counted; the worker gives badges and trust by it."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, String, and_, func, literal, select, true, union, union_all
from sqlalchemy.orm import InstrumentedAttribute, Session

from kb import clock
from kb.db import glance
from kb.esteem import awarding
from kb.esteem.badges import BY_NAME
from kb.esteem.merits import Merits
from kb.esteem.models import Point
from kb.forum.models import Answer, Comment, Duplicate, PostRevision, Question, Rating
from kb.forum.solving.models import Trial
from kb.jobs import job, later
from kb.notices import inbox
from kb.people.models import Person

EVERY = timedelta(minutes=10)
HALF_A_YEAR = timedelta(days=182)
QUICKLY, LONG = timedelta(hours=1), timedelta(days=30)
_BY_POINTS = {"accepted": "solved", "worked": "worked", "adopted": "articles", "accepting": "closed_the_loop"}
_HELPED = ("helpful", "worked", "accepted", "likely")

Whom = Callable[[InstrumentedAttribute[int]], ColumnElement[bool]]
Numbers = Select[*tuple[Any, ...]]
"""Rows of a person, the name of a measure, and their number; several rows of one measure are added up."""


@job
def weigh(session: Session) -> None:
    """Give everybody the badges and the trust they earned, and come back in ten minutes."""
    give(session)
    later(session, weigh, after=EVERY, key="kb.forum.merits.weigh")


def give(session: Session) -> None:
    """Give everybody the badges and the trust they earned, and take back what is no longer so."""
    with glance(session):  # which takes a while, and nobody needs to wait for it
        merits = everybodys(session)
    new = awarding.award(session, merits)
    if new:
        _tell(session, new)


def faults(session: Session) -> Iterator[str]:
    """Yield a sentence for each badge and each trust that is not as what people did says."""
    yield from awarding.faults(session, everybodys(session))


def everybodys(session: Session) -> dict[int, Merits]:
    """Return what each person did, by their id."""
    found = _tallied(session, (*_of_trust(session, lambda _: true()), *_of_badges()))
    for person_id, measure, number in _of_solutions(session):
        found[person_id][measure] = number
    now = clock.now()
    people = session.execute(select(Person.id, Person.created_at, Person.about_md != ""))
    return {
        person_id: Merits(days=(now - joined).days, introduced=int(introduced), **found[person_id])
        for person_id, joined, introduced in people
    }


def _tell(session: Session, new: Mapping[str, Collection[int]]) -> None:
    """Tell those who have an inbox, once for each badge, however often it is taken back and given again."""
    members = set(session.scalars(select(Person.id).where(Person.password_hash.is_not(None))))
    for name, people in new.items():
        inbox.tell(
            session,
            person_ids=members.intersection(people),
            kind="badge",
            cause=f"badge:{name}",
            subject_kind="person",
            subject_id=None,
            actor=None,
            title=BY_NAME[name].title,
            extract=BY_NAME[name].criterion,
            address=f"/badges/{name}",
        )


def for_trust(session: Session, person: Person) -> Merits:
    """Return of what ``person`` did what trust is worked out from, by one statement; the other numbers are 0."""
    found = _tallied(session, _of_trust(session, lambda column: column == person.id))
    return Merits(days=(clock.now() - person.created_at).days, **found[person.id])


def _tallied(session: Session, numbers: tuple[Numbers, ...]) -> dict[int, Counter[str]]:
    found: dict[int, Counter[str]] = defaultdict(Counter)
    for person_id, measure, number in session.execute(union_all(*numbers)):
        found[person_id][measure] += number
    return found


def _of_trust(session: Session, whom: Whom) -> tuple[Numbers, ...]:
    """What trust is worked out from: posts, the days of posting, whom it helped, and what moderators took away."""
    nouns: tuple[type[Question | Answer | Comment], ...] = (Question, Answer, Comment)
    posts = [_number(noun.author_id, "posts", func.count(), whom, noun.hidden_at.is_(None)) for noun in nouns]
    since = clock.now() - HALF_A_YEAR
    by_others = [(noun.hidden_at > since, noun.hidden_by_id != noun.author_id) for noun in nouns]
    taken = [
        _number(noun.author_id, "taken_away", func.count(), whom, *that)
        for noun, that in zip(nouns, by_others, strict=True)
    ]
    days = union(
        *(
            select(noun.author_id.label("person"), _day(session, noun.created_at).label("day")).where(
                whom(noun.author_id), noun.hidden_at.is_(None)
            )
            for noun in nouns
        )
    ).subquery()
    grateful = union(
        *(
            select(Answer.author_id.label("person"), noun.person_id.label("by"))
            .select_from(noun)
            .join(Answer, Answer.id == noun.answer_id)
            .join(Question, Question.id == Answer.question_id)
            .where(whom(Answer.author_id), that, noun.person_id != Answer.author_id)
            .where(Answer.hidden_at.is_(None), Question.hidden_at.is_(None))
            for noun, that in (
                (Rating, and_(Rating.helpful.is_(True), Rating.discounted == "")),
                (Trial, and_(Trial.worked.is_(True), Trial.discounted == "")),
            )
        )
    ).subquery()
    return (*posts, *taken, _rows_of(days, "days_posted"), _rows_of(grateful, "thanked_by"))


def _of_badges() -> tuple[Numbers, ...]:
    """What only badges ask for, but for what must be worked out a solution at a time."""
    everybody: Whom = lambda _: true()  # noqa: E731 - the one Whom of this function
    points = tuple(
        _number(Point.person_id, measure, func.count(), everybody, Point.kind == kind)
        for kind, measure in _BY_POINTS.items()
    )
    return (
        *points,
        _number(Question.author_id, "too", func.max(Question.me_too_count), everybody, Question.hidden_at.is_(None)),
        _best(),
        _answered_questions(),
        _number(Rating.person_id, "rated", func.count(), everybody),
        _number(Duplicate.person_id, "pointed", func.count(), everybody, Duplicate.person_id.is_not(None)),
        *(_edits(noun, key) for noun, key in _REVISED),
        _readers(),
    )


_REVISED = (
    (Question, PostRevision.question_id),
    (Answer, PostRevision.answer_id),
    (Comment, PostRevision.comment_id),
)


def _best() -> Numbers:
    each = (
        select(Point.person_id.label("person"), func.count().label("thanks"))
        .where(Point.kind == "helpful")
        .group_by(Point.person_id, Point.subject_id)
        .subquery()
    )
    return select(each.c.person, literal("best", String), func.max(each.c.thanks)).group_by(each.c.person)


def _answered_questions() -> Numbers:
    count = func.count(Question.id.distinct())
    return (
        select(Question.author_id, literal("asked_and_answered", String), count)
        .join(Answer, Answer.question_id == Question.id)
        .where(Question.hidden_at.is_(None), Answer.hidden_at.is_(None), Answer.author_id != Question.author_id)
        .group_by(Question.author_id)
    )


def _edits(noun: Any, key: Any) -> Numbers:
    editor = PostRevision.edited_by_id
    return (
        select(editor, literal("edits", String), func.count())
        .join(noun, noun.id == key)
        .where(editor != noun.author_id)
        .group_by(editor)
    )


def _readers() -> Numbers:
    """Each question counts once for everybody one of whose answers helped."""
    helped = (
        select(Point.person_id.label("person"), Answer.question_id.label("question"))
        .select_from(Point)
        .join(Answer, and_(Point.subject_kind == "answer", Answer.id == Point.subject_id))
        .where(Point.kind.in_(_HELPED))
        .distinct()
        .subquery()
    )
    return (
        select(helped.c.person, literal("readers", String), func.sum(Question.views))
        .select_from(helped)
        .join(Question, Question.id == helped.c.question)
        .group_by(helped.c.person)
    )


def _of_solutions(session: Session) -> Iterator[tuple[int, str, int]]:
    """Yield what depends on how long a question waited, and on its tags."""
    numbers: Counter[tuple[int, str]] = Counter()
    tagged: Counter[tuple[int, str]] = Counter()
    solutions = session.execute(
        select(Point.person_id, Question.created_at, Answer.created_at, Question.tag_names)
        .select_from(Point)
        .join(Answer, Answer.id == Point.subject_id)
        .join(Question, Question.id == Answer.question_id)
        .where(Point.kind == "accepted")
    )
    for person_id, asked_at, answered_at, tags in solutions:
        numbers[person_id, "quick"] += answered_at - asked_at <= QUICKLY
        numbers[person_id, "rescued"] += answered_at - asked_at >= LONG
        tagged.update((person_id, tag) for tag in tags)
    for (person_id, _), number in tagged.items():
        numbers[person_id, "best_tag"] = max(numbers[person_id, "best_tag"], number)
    for (person_id, measure), number in numbers.items():
        yield person_id, measure, number


def _number(person: Any, measure: str, number: Any, whom: Whom, *that: ColumnElement[bool]) -> Numbers:
    return select(person, literal(measure, String), number).where(whom(person), *that).group_by(person)


def _rows_of(distinct: Any, measure: str) -> Numbers:
    return select(distinct.c.person, literal(measure, String), func.count()).group_by(distinct.c.person)


def _day(session: Session, moment: Any) -> Any:
    """The UTC day of a moment, which PostgreSQL keeps with a zone and SQLite writes out in UTC."""
    if session.get_bind().dialect.name == "postgresql":
        return func.date(func.timezone("UTC", moment))
    return func.date(moment)
