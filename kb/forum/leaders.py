"""Who solved most and was thanked most, by month and by category."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import and_, case, func, select
from sqlalchemy.orm import Session

from kb import clock
from kb.errors import NotFound
from kb.esteem.models import Point
from kb.forum import categories, rules
from kb.forum.models import Answer, Question
from kb.forum.rows import WHO, who_of
from kb.forum.shapes import Place, Who
from kb.people.models import Person
from kb.people.rules import Reader

MOST = 50
SOLVED = ("accepted", "likely")
THANKED = ("helpful", "worked")
_KINDS = (*SOLVED, *THANKED, "not_helpful", "adopted")


@dataclass(frozen=True, slots=True)
class Leader:
    """One person and what their answers did in the month."""

    who: Who
    solved: int
    """Questions."""
    thanked: int
    """How often somebody found an answer helpful, or said that it worked."""
    points: int


@dataclass(frozen=True, slots=True)
class Leaders:
    """Those of a month, of one category or all, most points first."""

    month: date
    """Its first day."""
    before: date | None
    after: date | None
    """The months next to it, where there can be anything."""
    category: Place | None
    people: tuple[Leader, ...]


def leaders(session: Session, viewer: Reader | None, *, month: str = "", category: str = "") -> Leaders:
    """Return the 50 who earned most by answers in a month that ``viewer`` may see.

    ``month`` is written ``2026-11``, "" for this one; ``category`` is a slug, "" for all. What counts is what others
    said: an answer that nobody thanked for earns nothing, so writing many does not help. Raises NotFound for a month
    that is none, and a category there is not.
    """
    start = _month(month)
    place = categories.find(session, category, viewer) if category else None
    earliest = session.scalar(select(func.min(Point.at)))
    end = _next(start)
    in_category = [Question.category_id == place.id] if place is not None else []
    points = func.sum(Point.counted).label("points")
    best = (
        select(
            Point.person_id,
            points,
            func.count(case((Point.kind.in_(SOLVED), Answer.question_id)).distinct()).label("solved"),
            func.count(case((Point.kind.in_(THANKED), Point.id))).label("thanked"),
        )
        .select_from(Point)
        .join(Answer, and_(Point.subject_kind == "answer", Answer.id == Point.subject_id))
        .join(Question, Question.id == Answer.question_id)
        .where(Point.at >= _moment(start), Point.at < _moment(end), Point.kind.in_(_KINDS))
        .where(rules.visible(Answer, Question, sight=rules.finds(viewer)), *in_category)
        .group_by(Point.person_id)
        .having(points > 0)
        .order_by(points.desc(), Point.person_id)
        .limit(MOST)
        .subquery()
    )
    found = session.execute(
        select(best.c.points, best.c.solved, best.c.thanked, *WHO)
        .join(Person, Person.id == best.c.person_id)
        .order_by(best.c.points.desc(), Person.id)
    )
    return Leaders(
        month=start,
        before=_before(start) if earliest is not None and earliest < _moment(start) else None,
        after=end if _moment(end) <= clock.now() else None,
        category=Place(place.slug, place.name) if place is not None else None,
        people=tuple(Leader(who_of(row), row.solved, row.thanked, row.points) for row in found),
    )


def _month(text: str) -> date:
    if not text:
        return clock.now().date().replace(day=1)
    year, _, month = text.partition("-")
    if not (text.isascii() and len(text) == 7 and year.isdigit() and len(year) == 4 and month.isdigit()):
        raise NotFound()
    if not (1970 <= int(year) <= clock.now().year and 1 <= int(month) <= 12):
        raise NotFound()
    return date(int(year), int(month), 1)


def _next(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def _before(month: date) -> date:
    return date(month.year - (month.month == 1), (month.month - 2) % 12 + 1, 1)


def _moment(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
