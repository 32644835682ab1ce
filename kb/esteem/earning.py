"""The ledger: what each kind of thanks is worth, adding and taking back lines, and the sums that follow."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, delete, event, func, insert, select, update
from sqlalchemy import true as sql_true
from sqlalchemy.orm import Session

from kb.db import touch_site
from kb.esteem.models import Point
from kb.people.models import Person

MOST_A_DAY = 200
"""What one person's thanks may bring between two midnights UTC; what is taken away counts in full and makes no room."""
_UNSETTLED = "ledgers"
_BATCH = 500


@dataclass(frozen=True, slots=True)
class Rule:
    """What one kind of line is worth to whom it names, and what the line says; ``words`` is a msgid."""

    points: int
    words: str


RULES: dict[str, Rule] = {
    "helpful": Rule(10, "Somebody found your answer helpful"),
    "not_helpful": Rule(-2, "Somebody found your answer not helpful"),
    "accepted": Rule(15, "Your answer was accepted as the solution"),
    "accepting": Rule(2, "You said which answer solved your question"),
    "worked": Rule(5, "Your answer worked for somebody"),
    "likely": Rule(5, "Your answer likely solved the question"),
    "me_too": Rule(2, "Somebody has the problem you asked about"),
    "adopted": Rule(20, "Your answer became an article"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line as facts say it must be; the rule of its ``kind`` says what it is worth."""

    person_id: int
    cause: str
    kind: str
    subject_kind: str
    subject_id: int
    at: datetime


def earn(
    session: Session, *, person_id: int, cause: str, kind: str, subject_kind: str, subject_id: int, at: datetime
) -> None:
    """Write a line into somebody's ledger, in place of any they have for the same ``cause``.

    ``at`` is when its cause came to be, so that a ledger made anew has the same days. Sums are written as the
    transaction commits; see ``settle``.
    """
    session.flush()
    add(session, [Line(person_id, cause, kind, subject_kind, subject_id, at)])


def take_back(session: Session, *, cause: str, person_id: int | None = None) -> None:
    """Delete the lines that are there for ``cause``, everybody's or those of ``person_id``."""
    session.flush()
    which = [Point.cause == cause] if person_id is None else [Point.cause == cause, Point.person_id == person_id]
    erase(session, session.execute(select(Point.id, Point.person_id, Point.at).where(*which)))


def add(session: Session, lines: Iterable[Line]) -> None:
    """Write lines, each in place of any its person has for the same cause."""
    rest = iter(lines)
    while batch := list(islice(rest, _BATCH)):
        mine = {(line.cause, line.person_id) for line in batch}
        there = select(Point.id, Point.person_id, Point.at, Point.cause).where(
            Point.cause.in_({line.cause for line in batch})
        )
        erase(session, [row for row in session.execute(there) if (row.cause, row.person_id) in mine])
        worth = [{**asdict(line), "points": RULES[line.kind].points, "counted": 0} for line in batch]
        session.execute(insert(Point), worth)
        touch_site(session)
        for line in batch:
            _mark(session, line.person_id, line.at)


def erase(session: Session, rows: Iterable[Any]) -> None:
    """Delete the lines of ``rows``, each with ``id``, ``person_id`` and ``at``."""
    ids = []
    for row in rows:
        ids.append(row.id)
        _mark(session, row.person_id, row.at)
    for start in range(0, len(ids), _BATCH):
        session.execute(delete(Point).where(Point.id.in_(ids[start : start + _BATCH])))
        touch_site(session)


def settle(session: Session) -> None:
    """Work out what counts on each day that changed, and what each person has by it.

    Runs by itself before a commit: last, and people in the order of their ids, so that two transactions that thank
    the same people wait for a moment and never for each other.
    """
    changed: dict[int, set[date]] = session.info.pop(_UNSETTLED, {})
    people = sorted(changed)
    for start in range(0, len(people), _BATCH):
        batch = people[start : start + _BATCH]
        session.execute(
            select(Person.id).where(Person.id.in_(batch)).order_by(Person.id).with_for_update(key_share=True)
        )
        days = set().union(*(changed[person_id] for person_id in batch))
        wrong = [{"id": line.id, "counted": true} for line, true in _miscounted(session, batch, min(days), max(days))]
        if wrong:
            session.execute(update(Point), wrong)
        for person_id, true in _missummed(session, Person.id.in_(batch)):
            session.execute(update(Person).where(Person.id == person_id).values(reputation=true))


def faults(session: Session) -> Iterator[str]:
    """Yield a sentence for each line and each person whose numbers do not follow from the lines there are."""
    for line, true in _miscounted(session):
        yield f"point {line.id}: counted is {line.counted}, its day makes {true}"
    for person_id, true in _missummed(session, sql_true()):
        yield f"person {person_id}: reputation is not {true}, the sum of their ledger"


def counted(points: Iterable[int]) -> list[int]:
    """Return what counts of each of one day's ``points``, given in the order of when and why they came."""
    room, result = MOST_A_DAY, []
    for number in points:
        result.append(min(number, room))
        room -= max(0, result[-1])
    return result


def _miscounted(
    session: Session, people: Sequence[int] = (), first: date = date.min, last: date = date.max
) -> Iterator[tuple[Any, int]]:
    """Yield each line that says something else than its day makes, with what it makes."""
    lines = select(Point.id, Point.person_id, Point.points, Point.counted, Point.at, Point.cause)
    if people:
        since = datetime.combine(first, time(), UTC)
        until = datetime.combine(last, time(), UTC) + timedelta(days=1)
        lines = lines.where(Point.person_id.in_(people), Point.at >= since, Point.at < until)
    days = defaultdict(list)
    for line in session.execute(lines):
        days[line.person_id, line.at.date()].append(line)
    for day in days.values():
        day.sort(key=lambda line: (line.at, line.cause))  # here, because databases sort text in orders of their own
        for line, true in zip(day, counted(line.points for line in day), strict=True):
            if line.counted != true:
                yield line, true


def _missummed(session: Session, which: ColumnElement[bool]) -> list[tuple[int, int]]:
    """Return the people who have something else than the sum of what counts, with that sum."""
    counts = select(func.sum(Point.counted)).where(Point.person_id == Person.id)
    total = func.coalesce(counts.scalar_subquery(), 0)
    wrong = select(Person.id, total).where(which, Person.reputation != total).order_by(Person.id)
    return [(person_id, true) for person_id, true in session.execute(wrong)]


def _mark(session: Session, person_id: int, at: datetime) -> None:
    session.info.setdefault(_UNSETTLED, defaultdict(set))[person_id].add(at.astimezone(UTC).date())


@event.listens_for(Session, "before_commit", insert=True)  # before the site's version, which every writer waits for
def _settle_last(session: Session) -> None:
    if not session.in_nested_transaction():
        settle(session)


@event.listens_for(Session, "after_transaction_end")
def _forget_what_was_undone(session: Session, transaction: Any) -> None:
    if transaction.parent is None:
        session.info.pop(_UNSETTLED, None)
