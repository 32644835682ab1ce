"""What follows from what is said of answers: likely solved or not any more, and the asker asked about it, once."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from kb import clock
from kb.forum import rules, standing, telling, worth
from kb.forum.models import Acceptance, Answer, Question, Status
from kb.forum.solving.models import LikelySolution, SolvedLetter
from kb.notices.once import add_once


def settle(session: Session, question: Question, answer: Answer | None = None) -> None:
    """Write down where a held question stands and what it is worth; ask its asker, once, when it is likely solved.

    ``answer`` is the only one of which anything else is said than before, where that is so.
    """
    moved = standing.settle(session, question)
    if question.status == Status.LIKELY_SOLVED:
        _ask_once(session, question)
    worth.settle(session, question.id, answer.id if answer is not None and not moved else None)


def is_accepted(session: Session, answer: Answer) -> bool:
    """Whether ``answer`` is the one that solved its question."""
    return session.scalar(select(Acceptance.id).where(Acceptance.answer_id == answer.id)) is not None


def _ask_once(session: Session, question: Question) -> None:
    """Ask whether the answer that works for others solved it for the asker too, unless they were asked before."""
    answer_id = session.scalar(select(LikelySolution.answer_id).where(LikelySolution.question_id == question.id))
    if answer_id is None or not rules.is_open(question):
        return
    letter = {"question_id": question.id, "answer_id": answer_id, "sent_at": clock.now()}
    if add_once(session, SolvedLetter, [letter], [SolvedLetter.question_id]):
        telling.ask_if_solved(session, question, session.get_one(Answer, answer_id))
