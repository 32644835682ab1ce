"""Answering, editing answers, and accepting the one that solved a question."""

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from kb import clock
from kb.errors import Conflict, Refused
from kb.forum import citing, confirming, limits, pictures, revisions, rules, standing, tally, telling, worth, writing
from kb.forum.models import Acceptance, Answer, Question
from kb.forum.queue.models import Claim
from kb.markup.plain import text_of
from kb.notices import follows
from kb.people.models import Person


def post(session: Session, *, question: Question, by: Person, body: str) -> Answer:
    """Answer a question; ``by`` follows it from then on, its followers and those mentioned are told.

    Raises Conflict when the question is closed, or ``by`` posted the same text within five minutes; Invalid naming
    body; TooMany when a newcomer answered ten times.
    """
    if by is None:
        raise Refused("Sign in to answer.")
    body = writing.body_of(body)
    limits.queue_up(session, by)
    standing.hold(session, question)
    if not rules.may_answer(by, question):
        raise Conflict("This question is closed and takes no more answers.")
    limits.check_not_said(session, by, Answer, body)
    limits.check_newcomer(session, by, Answer)
    written = writing.render(session, body)
    limits.check_links(by, written.html)
    answer = Answer(
        question_id=question.id, author_id=by.id, body_md=body, body_html=written.html, created_at=clock.now()
    )
    session.add(answer)
    pictures.keep(session, answer)
    citing.keep(session, answer)
    session.execute(delete(Claim).where(Claim.question_id == question.id, Claim.person_id == by.id))
    standing.settle(session, question)
    standing.stir(question)
    telling.tell_of_answer(session, question, answer, written, by)
    follows.follow(session, person=by, subject_kind=standing.THREAD, subject_id=question.id)
    standing.happened(session, question, "answer.posted", by, answer=answer.id)
    return answer


def edit(session: Session, *, answer: Answer, by: Person, body: str) -> None:
    """Change an answer; what it said before is kept as a revision. Nothing happens when nothing is different.

    One that was out of date counts as mended. Raises Refused unless ``by`` wrote it and the question is open, or
    ``by`` moderates; Invalid naming body.
    """
    question = _hold(session, answer)
    if not rules.may_edit(by, answer, question):
        raise Refused("You cannot edit this answer.")
    body = writing.body_of(body)
    if body == answer.body_md:
        return
    written = writing.render(session, body)
    limits.check_links(by, written.html)
    revisions.keep(session, answer, by)
    answer.body_md, answer.body_html, answer.edited_at = body, written.html, clock.now()
    pictures.keep(session, answer)
    citing.keep(session, answer)
    tally.call_current(answer)
    confirming.settle(session, question)
    standing.stir(question)
    telling.tell_of_edit(session, question, answer, written, by)
    standing.happened(session, question, "answer.edited", by, answer=answer.id)


def accept(session: Session, *, answer: Answer, by: Person) -> Acceptance:
    """Mark ``answer`` as the one that solved its question, in place of any before it; returns the acceptance.

    Raises Conflict when the question is closed or the answer hidden; Refused unless ``by`` asked the question, is an
    expert, or moderates. Tells the answer's author and everyone who follows the question.
    """
    question = _hold(session, answer)
    if not rules.is_open(question) or answer.hidden_at is not None:
        raise Conflict("This answer cannot be accepted any more.")
    if not rules.may_accept(by, question):
        raise Refused("Only who asked, an expert or a moderator can accept an answer.")
    acceptance = session.scalar(select(Acceptance).where(Acceptance.question_id == question.id))
    if acceptance is not None and acceptance.answer_id == answer.id:
        return acceptance
    if acceptance is None:
        acceptance = Acceptance(question_id=question.id)
        session.add(acceptance)
    acceptance.answer_id, acceptance.person_id, acceptance.created_at = answer.id, by.id, clock.now()
    standing.settle(session, question)
    worth.settle(session, question.id)
    telling.tell_of_acceptance(session, question, answer, by, text_of(answer.body_html))
    standing.happened(session, question, "answer.accepted", by, answer=answer.id)
    return acceptance


def unaccept(session: Session, *, question: Question, by: Person) -> None:
    """Take back that an answer solved the question.

    Raises Conflict when none is accepted or the question is closed; Refused unless ``by`` could accept one.
    """
    standing.hold(session, question)
    if not rules.is_open(question):
        raise Conflict("This question is closed.")
    if not rules.may_accept(by, question):
        raise Refused("Only who asked, an expert or a moderator can take an acceptance back.")
    if not withdraw_acceptance(session, question, by):
        raise Conflict("No answer is accepted.")


def withdraw_acceptance(session: Session, question: Question, by: Person, answer: Answer | None = None) -> bool:
    """Delete the acceptance of a held question, or only that of ``answer``; returns whether there was one."""
    which = [Acceptance.question_id == question.id]
    if answer is not None:
        which.append(Acceptance.answer_id == answer.id)
    acceptance = session.scalar(select(Acceptance).where(*which))
    if acceptance is None:
        return False
    session.delete(acceptance)
    standing.settle(session, question)
    worth.settle(session, question.id)
    standing.happened(session, question, "answer.unaccepted", by, answer=acceptance.answer_id)
    return True


def _hold(session: Session, answer: Answer) -> Question:
    """Hold an answer's question, then read the answer as it is by then."""
    question = answer.question
    standing.hold(session, question)
    session.refresh(answer)
    return question
