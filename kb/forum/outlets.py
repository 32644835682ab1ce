"""Public questions as other programs read them: for maps of the site."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from kb.forum import rules
from kb.forum.models import Question, Status
from kb.forum.shapes import question_address


def count_open(session: Session) -> int:
    """Return how many questions everyone may see and answer."""
    return session.scalar(select(func.count(Question.id)).where(_open())) or 0


def open_questions(session: Session, *, limit: int, offset: int = 0) -> tuple[tuple[str, datetime], ...]:
    """Return address and last activity of such questions, in the order they were asked."""
    rows = session.execute(
        select(Question.id, Question.slug, Question.active_at)
        .where(_open())
        .order_by(Question.id)
        .limit(limit)
        .offset(offset)
    )
    return tuple((question_address(number, slug), at) for number, slug, at in rows)


def _open() -> ColumnElement[bool]:
    return and_(rules.visible_to(None, Question), Question.status != Status.CLOSED)
