"""Saying that one is working on an answer, so that two people do not write the same."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from kb import clock
from kb.errors import Conflict, Refused
from kb.forum import rules, standing
from kb.forum.models import Question
from kb.forum.queue.models import Claim
from kb.people.models import Person

LASTS = timedelta(minutes=30)


def take(session: Session, *, question: Question, by: Person) -> Claim:
    """Let other helpers see for 30 minutes that ``by`` is working on an answer; doing it again starts them anew.

    Nobody is kept from answering. Raises Refused unless ``by`` helps here; Conflict when the question takes no
    replies, or somebody else is working on it.
    """
    if not rules.helps(by, question):
        raise Refused("Only those who help here can take a question.")
    standing.hold(session, question)
    if not rules.takes_replies(question):
        raise Conflict("This question takes no more answers.")
    held = session.scalar(select(Claim).where(Claim.question_id == question.id))
    if held is not None and held.person_id != by.id and held.until > clock.now():
        raise Conflict("%(name)s is working on this already.", name=held.person.name)
    claim = held or Claim(question_id=question.id)
    claim.person_id, claim.until = by.id, clock.now() + LASTS
    session.add(claim)
    session.flush()
    return claim


def let_go(session: Session, *, question: Question, by: Person) -> None:
    """Give back what ``by`` took; nothing happens when it is somebody else's by now."""
    standing.hold(session, question)
    claim = session.scalar(select(Claim).where(Claim.question_id == question.id, Claim.person_id == by.id))
    if claim is not None:
        session.delete(claim)
        session.flush()
