"""A person's ledger as others read it: each line with the post it is about."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.orm import Session

from kb.errors import Invalid, NotFound
from kb.esteem.earning import RULES
from kb.esteem.models import Point
from kb.forum import rules
from kb.forum.models import Answer, Question
from kb.forum.rows import pages_for
from kb.forum.shapes import question_address
from kb.people.models import Person
from kb.people.rules import Reader

PAGE = 50


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """One line; ``counted`` is less than ``points`` where the day had brought enough already."""

    kind: str
    points: int
    counted: int
    title: str
    address: str
    at: datetime

    @property
    def words(self) -> str:
        """What happened, as a msgid."""
        return RULES[self.kind].words


@dataclass(frozen=True, slots=True)
class Ledger:
    """A page of lines, newest first."""

    lines: tuple[LedgerLine, ...]
    total: int
    """What all the lines shown to this reader, of every page, come to."""
    elsewhere: int
    """What the lines come to that are about posts this reader may not see."""
    page: int
    pages: int


def of_person(session: Session, person: Person, viewer: Reader | None, *, page: int = 1) -> Ledger:
    """Return 50 lines of a person's ledger about posts that ``viewer`` may see.

    Raises Invalid naming page below 1, NotFound for a page past the end.
    """
    if page < 1:
        raise Invalid("page", "Pages are numbered from 1.")
    question_id = case((Point.subject_kind == "question", Point.subject_id), else_=Answer.question_id)
    lines = (
        select(
            Point.kind,
            Point.points,
            Point.counted,
            Point.at,
            Answer.id.label("answer_id"),
            Question.id.label("question_id"),
            Question.title,
            Question.slug,
        )
        .select_from(Point)
        .outerjoin(Answer, and_(Point.subject_kind == "answer", Answer.id == Point.subject_id))
        .join(Question, Question.id == question_id)
        .where(Point.person_id == person.id, rules.visible_to(viewer, Question))
        .where(or_(Answer.id.is_(None), rules.visible_to(viewer, Answer)))
    )
    seen = lines.subquery()
    count, total = session.execute(select(func.count(), func.coalesce(func.sum(seen.c.counted), 0))).one()
    pages = pages_for(count, PAGE)
    if page > pages:
        raise NotFound("This list has %(pages)s pages.", pages=pages)
    found = session.execute(lines.order_by(Point.at.desc(), Point.id.desc()).limit(PAGE).offset((page - 1) * PAGE))
    return Ledger(
        lines=tuple(
            LedgerLine(
                kind=row.kind,
                points=row.points,
                counted=row.counted,
                title=row.title,
                address=f"/answers/{row.answer_id}" if row.answer_id else question_address(row.question_id, row.slug),
                at=row.at,
            )
            for row in found
        ),
        total=total,
        elsewhere=person.reputation - total,
        page=page,
        pages=pages,
    )
