"""Asking an asker for details ends by itself: when they reply, when it is solved, when it is closed."""

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import Session

from kb import clock
from kb.forum.models import Acceptance, Answer, Closure, Comment, PostRevision, Question
from kb.forum.queue.models import InfoRequest
from kb.forum.solving.models import LikelySolution


def settle(session: Session, question: Question) -> None:
    """End the open request of a held question once the asker wrote after it, or once it does not matter any more."""
    row = session.execute(
        select(
            InfoRequest,
            exists().where(Closure.question_id == Question.id).label("closed"),
            _solved().label("solved"),
            _replied().label("replied"),
        )
        .join(Question, Question.id == InfoRequest.question_id)
        .where(Question.id == question.id, InfoRequest.ended_at.is_(None))
    ).first()
    if row is None:
        return
    how = "replied" if row.replied else "closed" if row.closed else "answered" if row.solved else ""
    if how:
        row.InfoRequest.ended_at, row.InfoRequest.ended_how = clock.now(), how
        session.flush()


def _solved() -> ColumnElement[bool]:
    """Whether an answer was accepted, or works for others: nothing is missing then."""
    return or_(*(exists().where(noun.question_id == Question.id) for noun in (Acceptance, LikelySolution)))


def _replied() -> ColumnElement[bool]:
    """Whether the asker wrote below their question since, or put what was missing into it."""
    since = InfoRequest.created_at
    wrote = [
        exists().where(
            noun.question_id == Question.id,
            noun.author_id == Question.author_id,
            noun.hidden_at.is_(None),
            noun.created_at > since,
        )
        for noun in (Answer, Comment)
    ]
    edited = exists().where(
        PostRevision.question_id == Question.id,
        PostRevision.edited_by_id == Question.author_id,
        PostRevision.edited_at > since,
    )
    return or_(*wrote, edited)
