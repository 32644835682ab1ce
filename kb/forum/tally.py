"""What readers say of one answer, counted anew and written on its row."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from kb import clock
from kb.forum import telling, truths
from kb.forum.models import Answer, Question
from kb.forum.scores import wilson

READERS, ARTICLE = "readers", "article"
"""Why an answer is out of date: readers said so, or an article it cites was retired."""


def count(session: Session, question: Question, answer: Answer) -> None:
    """Write down the ratings and trials of an answer whose ``question`` is held, and whether it is out of date.

    The author and those who help in the category are told when it becomes so.
    """
    session.flush()
    helpful, not_helpful, worked, failed, outdated = session.execute(
        select(truths.HELPFUL, truths.NOT_HELPFUL, truths.WORKED, truths.FAILED, truths.CALLED_OUTDATED).where(
            Answer.id == answer.id
        )
    ).one()
    answer.helpful_count, answer.not_helpful_count = helpful, not_helpful
    answer.score = wilson(helpful, not_helpful)
    answer.worked_count, answer.failed_count = worked, failed
    if outdated >= truths.OUTDATED_FROM and answer.outdated_at is None:
        call_outdated(session, question, answer, READERS)
    elif outdated < truths.OUTDATED_FROM and answer.outdated_why == READERS:
        call_current(answer)


def call_outdated(session: Session, question: Question, answer: Answer, why: str) -> None:
    """Mark an answer as out of date, because of READERS or an ARTICLE, and tell those who can mend it."""
    answer.outdated_at, answer.outdated_why = clock.now(), why
    telling.tell_of_outdated(session, question, answer)


def call_current(answer: Answer) -> None:
    """Take the mark away: it was edited, or not enough readers say so any more."""
    answer.outdated_at, answer.outdated_why = None, ""
