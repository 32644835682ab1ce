"""Asking an asker for details, reminding them, and closing what they do not come back to."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from kb import clock, jobs
from kb.errors import Conflict, Refused
from kb.forum import comments, limits, questions, rules, standing
from kb.forum.models import CloseReason, Question, Status
from kb.forum.queue.models import InfoRequest
from kb.forum.shapes import question_address
from kb.markup.plain import text_of
from kb.notices import inbox
from kb.people.models import Person

REMINDED_AFTER = timedelta(days=3)
CLOSED_AFTER = timedelta(days=14)
EVERY = timedelta(hours=1)
AT_ONCE = 25
"""Requests that one run, which is one transaction, deals with; when there are more, the next comes at once."""
_DONE = (Status.CLOSED, Status.SOLVED, Status.LIKELY_SOLVED)


def ask(session: Session, *, question: Question, by: Person, body: str) -> InfoRequest:
    """Ask the asker for what is missing, in a comment that everybody reads; the question then needs details.

    Raises Refused unless ``by`` helps here and did not ask it themselves; Conflict when it is solved, likely
    to be, or closed, or the asker was asked already; what ``comments.post`` raises.
    """
    if not rules.helps(by, question) or question.author_id == by.id:
        raise Refused("Only those who help here can ask for details.")
    limits.queue_up(session, by)
    standing.hold(session, question)
    if question.status in _DONE:
        raise Conflict("This question is solved or closed.")
    if _open(session, question) is not None:
        raise Conflict("Somebody asked for details already.")
    comment = comments.post(session, question=question, by=by, body=body, for_details=True)
    request = InfoRequest(
        question_id=question.id, person_id=by.id, comment_id=comment.id, created_at=comment.created_at
    )
    session.add(request)
    standing.settle(session, question)
    standing.happened(session, question, "details.asked", by, comment=comment.id)
    return request


def withdraw(session: Session, *, question: Question, by: Person) -> None:
    """Say that nothing is missing any more.

    Raises Refused unless ``by`` helps here; Conflict when nobody waits for details.
    """
    if not rules.helps(by, question):
        raise Refused("Only those who help here can say that nothing is missing.")
    standing.hold(session, question)
    request = _open(session, question)
    if request is None:
        raise Conflict("Nobody waits for details here.")
    request.ended_at, request.ended_how = clock.now(), "withdrawn"
    standing.settle(session, question)
    standing.happened(session, question, "details.withdrawn", by)


@jobs.job
def chase(session: Session) -> None:
    """Remind askers after three days, once; close after fourteen what they did not come back to; come again hourly."""
    now = clock.now()
    late = _waiting_since(session, now - CLOSED_AFTER)
    for request in late:
        _close(session, request)
    quiet = _waiting_since(session, now - REMINDED_AFTER, not_reminded=True)
    for request in quiet:
        _remind(session, request)
    more = AT_ONCE in (len(late), len(quiet))
    jobs.later(session, chase, after=timedelta(0) if more else EVERY, key="kb.forum.queue.details.chase")


def _waiting_since(session: Session, moment: datetime, *, not_reminded: bool = False) -> list[InfoRequest]:
    """Return the next open requests from before ``moment`` on questions that are there to be answered."""
    found = (
        select(InfoRequest)
        .join(Question, Question.id == InfoRequest.question_id)
        .where(InfoRequest.ended_at.is_(None), InfoRequest.created_at <= moment, Question.hidden_at.is_(None))
        .order_by(InfoRequest.question_id)
        .limit(AT_ONCE)
    )
    if not_reminded:
        found = found.where(InfoRequest.reminded_at.is_(None))
    return list(session.scalars(found))


def _remind(session: Session, request: InfoRequest) -> None:
    question = session.get_one(Question, request.question_id)
    request.reminded_at = clock.now()
    _tell(session, question, "details", f"details:{request.id}")


def _close(session: Session, request: InfoRequest) -> None:
    """Close a question that was waited for, unless its asker replied a moment ago."""
    question = session.get_one(Question, request.question_id)
    standing.hold(session, question)
    session.refresh(request)
    standing.settle(session, question)
    if request.ended_at is not None:
        return
    by = session.get_one(Person, request.person_id)
    questions.shut(session, question, by, CloseReason.NO_REPLY)
    _tell(session, question, "overdue", f"overdue:{request.id}")


def _tell(session: Session, question: Question, kind: str, cause: str) -> None:
    inbox.tell(
        session,
        person_ids=[question.author_id],
        kind=kind,
        cause=cause,
        subject_kind=standing.THREAD,
        subject_id=question.id,
        actor=None,
        title=question.title,
        extract=text_of(question.body_html),
        address=question_address(question.id, question.slug),
    )


def _open(session: Session, question: Question) -> InfoRequest | None:
    return session.scalar(
        select(InfoRequest).where(InfoRequest.question_id == question.id, InfoRequest.ended_at.is_(None))
    )
