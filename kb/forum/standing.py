"""Where a question stands: worked out from what is there, while nobody else changes it, and written down."""

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from kb import clock, history
from kb.forum import requests, tags, truths
from kb.forum.models import Answer, Category, Question, Status
from kb.forum.solving.models import LikelySolution
from kb.people.models import Person
from kb.search import changes

THREAD = "question"
"""What a thread is called in follows, notices, search and the record."""


def hold(session: Session, question: Question) -> None:
    """Read ``question`` anew and keep other transactions from changing what hangs on it until this one ends.

    What a verb then reads about it stays true until it commits. On SQLite the whole database is held already.
    """
    session.flush()  # reading anew would forget what is not written yet
    session.refresh(question, with_for_update={"key_share": True})


def settle(session: Session, question: Question) -> bool:
    """Write down what the rows of a held question amount to: what is likely solved, status, counters and moments.

    The status is the first that holds of closed, solved, likely solved, needs information, answered. Returns whether
    another answer than before, or none any more, is what likely solved it.
    """
    session.flush()
    moved = _settle_likely(session, question)
    requests.settle(session, question)
    answers, me_too, solved_at, status, replied_at = session.execute(
        select(truths.ANSWERS, truths.ME_TOO, truths.SOLVED_AT, truths.STATUS, truths.ASKER_REPLIED_AT).where(
            Question.id == question.id
        )
    ).one()
    question.answers_count, question.me_too_count = answers, me_too
    question.solved_at, question.status = solved_at, Status(status)
    question.asker_replied_at = replied_at
    return moved


def _settle_likely(session: Session, question: Question) -> bool:
    """Name the answer that works for enough people and nobody objects to, while none is accepted.

    One that was named stays while that is true of it: a better one does not take its place. Returns whether it went.
    """
    likely = session.scalar(select(LikelySolution).where(LikelySolution.question_id == question.id))
    named = likely.answer_id if likely is not None else 0
    answer_id = session.scalar(
        select(Answer.id)
        .where(truths.LIKELY, Answer.question_id == question.id)
        .order_by((Answer.id == named).desc(), Answer.worked_count.desc(), Answer.score.desc(), Answer.id)
        .limit(1)
    )
    if answer_id == (named or None):
        return False
    if likely is not None:
        session.delete(likely)
        session.flush()
    if answer_id is not None:
        session.add(LikelySolution(question_id=question.id, answer_id=answer_id, found_at=clock.now()))
        session.flush()
    return True


def stir(question: Question) -> None:
    """Note that something in the thread was posted or edited."""
    question.active_at = max(question.active_at, clock.now())


def count(session: Session, question: Question, by: int) -> None:
    """Count a question that appears (1) or goes (-1) in its category and, if it is public, in its tags."""
    session.execute(
        update(Category)
        .where(Category.id == question.category_id)
        .values(questions_count=Category.questions_count + by),
        execution_options={"synchronize_session": False},
    )
    if question.audience == "public":
        tags.count(session, question.tag_names, by)


def happened(session: Session, question: Question, what: str, by: Person, **details: str | int) -> None:
    """Write into the record what happened in a thread, and have search look at it again."""
    history.record(session, what, subject_kind=THREAD, subject_id=question.id, person_id=by.id, **details)
    changes.note(session, THREAD, question.id)
