"""Pointing a question at the one that was asked before it."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from kb import clock
from kb.errors import Conflict, Invalid, Refused
from kb.forum import questions, rules, standing
from kb.forum.models import CloseReason, Closure, Duplicate, Question
from kb.people.models import Person


def mark(session: Session, *, question: Question, original: Question, by: Person) -> Duplicate:
    """Point ``question`` at ``original`` and close it as asked before; both stay. Returns the link.

    A mark made before is replaced. Raises Invalid naming original when it is hidden, the question itself, or points
    at it; Refused unless ``by`` is an expert or moderates.
    """
    for held in sorted((question, original), key=lambda one: one.id):
        standing.hold(session, held)
    if not rules.may_mark_duplicate(by, question):
        raise Refused("You cannot mark this question as asked before.")
    if original.hidden_at is not None:
        raise Invalid("original", "There is no such question.")
    if question.id in _chain(session, original.id):
        raise Invalid("original", "That question points back at this one.")
    link = session.scalar(select(Duplicate).where(Duplicate.question_id == question.id))
    if link is None:
        link = Duplicate(question_id=question.id)
        session.add(link)
    link.original_id, link.person_id, link.created_at = original.id, by.id, clock.now()
    if session.scalar(select(Closure.id).where(Closure.question_id == question.id)) is None:
        questions.shut(session, question, by, CloseReason.DUPLICATE)
    standing.happened(session, question, "question.marked_duplicate", by, original=original.id)
    return link


def unmark(session: Session, *, question: Question, by: Person) -> None:
    """Take the mark away; a question that was closed for it opens again.

    Raises Conflict when there is no mark; Refused unless ``by`` is an expert or moderates.
    """
    standing.hold(session, question)
    if not rules.may_mark_duplicate(by, question):
        raise Refused("You cannot take this mark away.")
    link = session.scalar(select(Duplicate).where(Duplicate.question_id == question.id))
    if link is None:
        raise Conflict("This question is not marked as asked before.")
    session.delete(link)
    closure = session.scalar(
        select(Closure).where(Closure.question_id == question.id, Closure.reason == CloseReason.DUPLICATE)
    )
    if closure is not None:
        session.delete(closure)
    standing.settle(session, question)
    standing.happened(session, question, "question.unmarked_duplicate", by)


def _chain(session: Session, question_id: int) -> list[int]:
    """Return ``question_id`` and the questions it points at, one after the other, up to 50."""
    chain: list[int] = []
    following: int | None = question_id
    while following is not None and following not in chain and len(chain) < 50:
        chain.append(following)
        following = session.scalar(select(Duplicate.original_id).where(Duplicate.question_id == following))
    return chain
