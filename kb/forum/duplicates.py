"""Pointing a question at the one that was asked before it: by one who helps, or by three experienced members."""

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from kb import clock
from kb.db import touch_site
from kb.errors import Conflict, Invalid, Refused
from kb.forum import moving, questions, rules, standing
from kb.forum.models import CloseReason, Closure, Duplicate, DuplicateVote, Question
from kb.people.models import Person

VOTES = 3
"""How many experienced members have to name the same question."""


def mark(session: Session, *, question: Question, original: Question, by: Person) -> Duplicate:
    """Point ``question`` at ``original`` and close it as asked before; both stay. Returns the link.

    A mark made before is replaced. Raises Invalid naming original when it is hidden, seen by fewer people, the
    question itself, or points at it; Refused unless ``by`` is an expert here or moderates.
    """
    moving.hold(session, question, original)
    if not rules.may_mark_duplicate(by, question):
        raise Refused("You cannot mark this question as asked before.")
    _check(session, question, original)
    return _point(session, question, original, by)


def vote(session: Session, *, question: Question, original: Question, by: Person) -> bool:
    """Say that ``original`` was asked first; the third who says so marks it. Returns whether it is marked now.

    Whoever says it again, of another question, changes their vote. Raises Invalid as ``mark`` does; Refused unless
    ``by`` is an experienced member and the question open.
    """
    moving.hold(session, question, original)
    if not rules.may_vote_duplicate(by, question):
        raise Refused("You cannot say that this question was asked before.")
    _check(session, question, original)
    said = session.get(DuplicateVote, (question.id, by.id))
    if said is None:
        said = DuplicateVote(question_id=question.id, person_id=by.id)
        session.add(said)
    said.original_id, said.created_at = original.id, clock.now()
    touch_site(session)
    standing.happened(session, question, "question.voted_duplicate", by, original=original.id)
    session.flush()
    same = (DuplicateVote.question_id == question.id, DuplicateVote.original_id == original.id)
    if (session.scalar(select(func.count()).select_from(DuplicateVote).where(*same)) or 0) < VOTES:
        return False
    _point(session, question, original, by)
    return True


def unmark(session: Session, *, question: Question, by: Person) -> None:
    """Take the mark away; a question that was closed for it opens again.

    Raises Conflict when there is no mark; Refused unless ``by`` is an expert here or moderates.
    """
    standing.hold(session, question)
    if not rules.may_mark_duplicate(by, question):
        raise Refused("You cannot take this mark away.")
    link = session.scalar(select(Duplicate).where(Duplicate.question_id == question.id))
    if link is None:
        raise Conflict("This question is not marked as asked before.")
    session.delete(link)
    session.execute(delete(DuplicateVote).where(DuplicateVote.question_id == question.id))
    closure = session.scalar(
        select(Closure).where(Closure.question_id == question.id, Closure.reason == CloseReason.DUPLICATE)
    )
    if closure is not None:
        session.delete(closure)
    standing.settle(session, question)
    standing.happened(session, question, "question.unmarked_duplicate", by)


def named(session: Session, question: Question, viewer: Person) -> list[tuple[Question, int]]:
    """Return the questions that experienced members say were asked first, and how many say so of each; most first."""
    votes = func.count().label("votes")
    found = session.execute(
        select(Question, votes)
        .join(DuplicateVote, DuplicateVote.original_id == Question.id)
        .where(DuplicateVote.question_id == question.id, rules.visible_to(viewer, Question))
        .group_by(Question.id)
        .order_by(votes.desc(), Question.id)
    )
    return [(one, count) for one, count in found]


def chain(session: Session, question_id: int) -> list[int]:
    """Return ``question_id`` and the questions it points at, one after the other, up to 50."""
    chain: list[int] = []
    following: int | None = question_id
    while following is not None and following not in chain and len(chain) < 50:
        chain.append(following)
        following = session.scalar(select(Duplicate.original_id).where(Duplicate.question_id == following))
    return chain


def _check(session: Session, question: Question, original: Question) -> None:
    if original.hidden_at is not None or original.audience not in (*rules.EVERYBODYS, question.audience):
        raise Invalid("original", "There is no such question.")
    if question.id in chain(session, original.id):
        raise Invalid("original", "That question points back at this one.")


def _point(session: Session, question: Question, original: Question, by: Person) -> Duplicate:
    link = session.scalar(select(Duplicate).where(Duplicate.question_id == question.id))
    if link is None:
        link = Duplicate(question_id=question.id)
        session.add(link)
    link.original_id, link.person_id, link.created_at = original.id, by.id, clock.now()
    if session.scalar(select(Closure.id).where(Closure.question_id == question.id)) is None:
        questions.shut(session, question, by, CloseReason.DUPLICATE)
    standing.happened(session, question, "question.marked_duplicate", by, original=original.id)
    return link
