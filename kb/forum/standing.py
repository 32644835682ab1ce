"""Where a question stands: worked out from what is there, while nobody else changes it, and written down."""

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from kb import clock, history
from kb.forum import tags
from kb.forum.models import Acceptance, Answer, Category, Closure, Question, Status
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


def settle(session: Session, question: Question) -> None:
    """Write down status, ``solved_at`` and ``answers_count`` of a held question as its rows say."""
    session.flush()
    answers, solved_at, closed = session.execute(
        select(
            select(func.count(Answer.id))
            .where(Answer.question_id == question.id, Answer.hidden_at.is_(None))
            .scalar_subquery(),
            select(Acceptance.created_at).where(Acceptance.question_id == question.id).scalar_subquery(),
            select(Closure.id).where(Closure.question_id == question.id).scalar_subquery(),
        )
    ).one()
    question.answers_count = answers
    question.solved_at = solved_at
    question.status = status_of(closed=closed is not None, solved=solved_at is not None, answers=answers)


def status_of(*, closed: bool, solved: bool, answers: int) -> Status:
    """Return the one status that facts amount to: closed outweighs solved, solved outweighs answered."""
    if closed:
        return Status.CLOSED
    if solved:
        return Status.SOLVED
    return Status.ANSWERED if answers else Status.NEEDS_ANSWER


def stir(question: Question) -> None:
    """Note that something in the thread was posted or edited."""
    question.active_at = max(question.active_at, clock.now())


def count(session: Session, question: Question, by: int) -> None:
    """Count a question that appears (1) or goes (-1) in its category and its tags."""
    session.execute(
        update(Category)
        .where(Category.id == question.category_id)
        .values(questions_count=Category.questions_count + by),
        execution_options={"synchronize_session": False},
    )
    tags.count(session, question.tag_names, by)


def happened(session: Session, question: Question, what: str, by: Person, **details: str | int) -> None:
    """Write into the record what happened in a thread, and have search look at it again."""
    history.record(session, what, subject_kind=THREAD, subject_id=question.id, person_id=by.id, **details)
    changes.note(session, THREAD, question.id)
