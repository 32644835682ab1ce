"""Saying that one has the same problem."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from kb import clock
from kb.errors import Conflict, Refused
from kb.forum import limits, rules, standing, worth
from kb.forum.models import MeToo, Question
from kb.people.models import Person


def say(session: Session, *, question: Question, by: Person, too: bool) -> None:
    """Let ``by`` have the same problem, or not any more; saying it twice changes nothing.

    Raises Refused for the asker, Conflict once the question is hidden.
    """
    limits.queue_up(session, by)
    standing.hold(session, question)
    if question.hidden_at is not None:
        raise Conflict("This question is not here any more.")
    if not rules.may_me_too(by, question):
        raise Refused("You asked this yourself.")
    said = session.scalar(select(MeToo).where(MeToo.question_id == question.id, MeToo.person_id == by.id))
    if too == (said is not None):
        return
    if said is None:
        session.add(MeToo(question_id=question.id, person_id=by.id, created_at=clock.now()))
    else:
        session.delete(said)
    standing.settle(session, question)
    worth.settle(session, question.id)
