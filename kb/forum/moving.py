"""What merging and splitting have in common: they hold two questions, and leave everything about both true."""

from sqlalchemy import delete, exists, update
from sqlalchemy.orm import Session

from kb import clock
from kb.db import touch_site
from kb.forum import standing, worth
from kb.forum.models import Answer, DuplicateVote, Question
from kb.forum.queue.models import Claim, Handover, InfoRequest
from kb.forum.solving.models import LikelySolution


def hold(session: Session, *held: Question) -> None:
    """Hold questions in the order of their ids, which every verb keeps."""
    for one in sorted(set(held), key=lambda question: question.id):
        standing.hold(session, one)


def end_what_is_open(session: Session, question: Question) -> None:
    """End what is being done about a question that goes away: requests, claims, hand-overs and votes."""
    now = clock.now()
    for noun, ended in ((InfoRequest, {"ended_at": now, "ended_how": "closed"}), (Handover, {"ended_at": now})):
        session.execute(update(noun).where(noun.question_id == question.id, noun.ended_at.is_(None)).values(ended))
    for gone in (Claim, DuplicateVote):
        session.execute(delete(gone).where(gone.question_id == question.id))


def settle(session: Session, *held: Question) -> None:
    """Make statuses, counters and the ledger of held questions true once rows went from one to the other."""
    touch_site(session)
    session.flush()
    elsewhere = exists().where(Answer.id == LikelySolution.answer_id, Answer.question_id != LikelySolution.question_id)
    there = LikelySolution.question_id.in_([question.id for question in held])
    session.execute(delete(LikelySolution).where(there, elsewhere))
    for question in held:
        standing.settle(session, question)
        worth.settle(session, question.id)
