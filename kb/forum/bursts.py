"""Opinions that come in a rush: many by one person, or from one browser, on the answers of one author."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from kb import clock
from kb.forum import confirming, standing, tally
from kb.forum.models import Answer, Question, Rating
from kb.forum.solving.models import Trial
from kb.people.models import Person
from kb.search import changes, visits

Opinion = Rating | Trial
BURST = "burst"
FROM = 5
"""So many of one kind on one author's answers make a burst, the new one included."""
WITHIN = timedelta(minutes=10)


def source_of(session: Session, sign: str) -> str:
    """Return what an opinion's source is stored as: ``sign`` of a browser under today's key, "" for no browser.

    It is another word than the one under which the same browser's searches are kept, so that nobody can join the two.
    """
    return visits.mark(visits.key_of_today(session), visits.sign("rating", sign)) if sign else ""


def rush_of(session: Session, kind: type[Opinion], *, answer: Answer, by: Person, source: str) -> dict[int, int]:
    """Return the opinions of a ``kind`` that make a burst with one that ``by`` is about to give.

    They are ids, each with that of the question. None of it is held yet, so each must be read anew once it is. Two
    from one browser at the same moment may miss each other; the next one finds both.
    """
    alike = [kind.person_id == by.id]
    if source:
        alike.append(kind.source == source)
    lately = session.execute(
        select(kind.id, kind.person_id, kind.source, Answer.question_id)
        .join(Answer, Answer.id == kind.answer_id)
        .where(
            or_(*alike),
            kind.created_at > clock.now() - WITHIN,
            Answer.author_id == answer.author_id,
            or_(kind.answer_id != answer.id, kind.person_id != by.id),
        )
    ).all()
    by_person = {row.id: row.question_id for row in lately if row.person_id == by.id}
    by_source = {row.id: row.question_id for row in lately if source and row.source == source}
    rush: dict[int, int] = {}
    for some in (by_person, by_source):
        if len(some) + 1 >= FROM:
            rush |= some
    return rush


def hold(session: Session, answer: Answer, more: Iterable[int]) -> Question:
    """Hold the answer's question and ``more``, in the order in which everybody does, and read the answer anew."""
    for question_id in sorted({answer.question_id, *more}):
        standing.hold(session, session.get_one(Question, question_id))
    session.refresh(answer)
    return session.get_one(Question, answer.question_id)


def settle(session: Session, question: Question, answer: Answer) -> None:
    """Write down what is said of an answer, and what follows for its question and for whom it thanks."""
    tally.count(session, question, answer)
    confirming.settle(session, question, answer)


def discount(session: Session, kind: type[Opinion], rush: Iterable[int]) -> None:
    """Let the opinions that a new one makes a burst with count no more, whichever answers they are on; all are held."""
    counting = select(kind).where(kind.id.in_(list(rush)), kind.discounted == "")
    found: Sequence[Any] = session.scalars(counting.execution_options(populate_existing=True)).all()
    for opinion in found:
        opinion.discounted = BURST
        answer = session.get_one(Answer, opinion.answer_id, populate_existing=True)
        question = session.get_one(Question, answer.question_id)
        settle(session, question, answer)
        changes.note(session, standing.THREAD, question.id)
