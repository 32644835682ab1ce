"""Moving everything that hangs on one question to another that asks the same, and moving it back."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from kb import clock, history
from kb.errors import Conflict, Invalid, Refused
from kb.forum import duplicates, moving, questions, rules, standing, telling
from kb.forum.models import Acceptance, Answer, CloseReason, Closure, Comment, Duplicate, Merge, MeToo, Question
from kb.forum.queue.models import Note
from kb.forum.solving.models import Adoption
from kb.history import Event
from kb.notices.models import Follow
from kb.notices.once import add_once
from kb.people.models import Person
from kb.search import changes

UNDONE_WITHIN = timedelta(days=30)

_MOVED: dict[str, tuple[InstrumentedAttribute[Any], InstrumentedAttribute[Any]]] = {
    "answers": (Answer.id, Answer.question_id),
    "comments": (Comment.id, Comment.question_id),
    "notes": (Note.id, Note.question_id),
    "adoptions": (Adoption.id, Adoption.question_id),
    "asked_again": (Duplicate.id, Duplicate.original_id),
    "continued_by": (Question.id, Question.continues_id),
    "merged": (Merge.question_id, Merge.into_id),
}
"""What goes from one question to the other: the key of its rows, and the column that names the question."""


def merge(session: Session, *, question: Question, into: Question, by: Person) -> Merge:
    """Move what hangs on ``question`` to ``into`` and hide it; its address leads there from then on.

    Ratings stay with their answers; an acceptance goes along where ``into`` has none. The asker and the followers
    follow ``into`` and are told. Raises Refused unless ``by`` moderates; Invalid naming into when that is hidden, the
    question itself, points back at it, or is seen by other people.
    """
    moving.hold(session, question, into)
    _check(session, question, into, by)
    moving.end_what_is_open(session, question)
    moved = {name: _move(session, name, question.id, into.id) for name in _MOVED}
    moved["me_too"] = _copy_me_too(session, question, into)
    moved["followers"] = _copy_followers(session, question, into)
    accepted = _move_acceptance(session, question, into)
    merged = Merge(question_id=question.id, into_id=into.id, person_id=by.id, created_at=clock.now())
    session.add(merged)
    into.active_at = max(into.active_at, question.active_at)
    _take_away(session, question, by)
    details = {"into": into.id, "moved": moved, "accepted": accepted}
    _record(session, "question.merged", question, by, details)
    moving.settle(session, question, into)
    standing.happened(session, into, "question.joined", by, source=question.id)
    telling.tell_of_move(
        session, into, by, told={question.author_id, *moved["followers"]}, cause=f"merge:{question.id}:{into.id}"
    )
    return merged


def unmerge(session: Session, *, question: Question, by: Person) -> None:
    """Move everything back and show ``question`` again; what was said since on its own answers comes along.

    Raises Conflict when it is not merged, was merged over 30 days ago, or the other question is hidden by now; Refused
    unless ``by`` moderates.
    """
    merged = session.get(Merge, question.id)
    if merged is None:
        raise Conflict("This question is not merged with another.")
    into = session.get_one(Question, merged.into_id)
    moving.hold(session, question, into)
    if not rules.moderates(by):
        raise Refused("Only a moderator can take this back.")
    if clock.now() - merged.created_at > UNDONE_WITHIN or into.hidden_at is not None:
        raise Conflict("It is too late to take this back: split the question instead.")
    said = session.scalars(
        select(Event)
        .where(Event.subject_kind == standing.THREAD, Event.subject_id == question.id, Event.what == "question.merged")
        .order_by(Event.id.desc())
        .limit(1)
    ).one()
    session.delete(merged)
    _move_back(session, said.details["moved"], question, into)
    _accept_again(session, said.details["accepted"], question, into)
    _bring_back(session, question)
    _record(session, "question.unmerged", question, by, {"into": into.id})
    moving.settle(session, question, into)
    standing.happened(session, into, "question.left", by, source=question.id)


def merged_into(session: Session, question_id: int) -> int | None:
    """Return the id of the question that this one was merged into, None when it was not."""
    return session.scalar(select(Merge.into_id).where(Merge.question_id == question_id))


def _check(session: Session, question: Question, into: Question, by: Person) -> None:
    if not rules.may_move_posts(by, question):
        raise Refused("Only a moderator can merge questions.")
    if into.hidden_at is not None:
        raise Invalid("into", "There is no such question.")
    if question.id in duplicates.chain(session, into.id):
        raise Invalid("into", "That question points back at this one.")
    if question.audience != into.audience:
        raise Invalid("into", "Other people see that question than this one.")


def _move(session: Session, name: str, source: int, target: int) -> list[int]:
    """Let the rows that name ``source`` name ``target``, but for ``target`` itself; returns their keys."""
    key, column = _MOVED[name]
    which = and_(column == source, key != target) if key.class_ is Question else column == source
    ids = list(session.scalars(select(key).where(which).order_by(key)))
    session.execute(update(key.class_).where(which).values({column: target}))
    return ids


def _copy_me_too(session: Session, question: Question, into: Question) -> list[int]:
    """Count who has the one also among those who have the other, its asker too; returns who is new there."""
    affected = {question.author_id, *session.scalars(select(MeToo.person_id).where(MeToo.question_id == question.id))}
    now = clock.now()
    rows = [
        {"question_id": into.id, "person_id": person_id, "created_at": now}
        for person_id in sorted(affected - {into.author_id})
    ]
    return [person_id for (person_id,) in add_once(session, MeToo, rows, [MeToo.person_id])]


def _copy_followers(session: Session, question: Question, into: Question) -> list[int]:
    follows = select(Follow.person_id, Follow.level).where(
        Follow.subject_kind == standing.THREAD, Follow.subject_id == question.id
    )
    about = {"subject_kind": standing.THREAD, "subject_id": into.id, "created_at": clock.now()}
    rows = [{"person_id": person_id, "level": level, **about} for person_id, level in session.execute(follows)]
    return [person_id for (person_id,) in add_once(session, Follow, rows, [Follow.person_id])]


def _move_acceptance(session: Session, question: Question, into: Question) -> dict[str, Any] | None:
    """Let the accepted answer be accepted there, if none is; returns the acceptance as it was."""
    acceptance = session.scalar(select(Acceptance).where(Acceptance.question_id == question.id))
    if acceptance is None:
        return None
    was = {
        "answer": acceptance.answer_id,
        "person": acceptance.person_id,
        "at": acceptance.created_at.isoformat(),
    }
    if session.scalar(select(Acceptance.id).where(Acceptance.question_id == into.id)) is None:
        acceptance.question_id = into.id
    else:
        session.delete(acceptance)
    return was


def _take_away(session: Session, question: Question, by: Person) -> None:
    if session.scalar(select(Closure.id).where(Closure.question_id == question.id)) is None:
        questions.shut(session, question, by, CloseReason.MERGED)
    question.hidden_at, question.hidden_by_id, question.hidden_why = clock.now(), by.id, str(CloseReason.MERGED)
    session.flush()
    standing.count(session, question, -1)


def _move_back(session: Session, moved: dict[str, list[int]], question: Question, into: Question) -> None:
    for name, (key, column) in _MOVED.items():
        mine: ColumnElement[bool] = key.in_(moved[name])
        if name == "comments":  # what was said there since, below an answer that goes back, goes with it
            mine = or_(mine, Comment.answer_id.in_(moved["answers"]))
        session.execute(update(key.class_).where(mine, column == into.id).values({column: question.id}))
    session.execute(delete(MeToo).where(MeToo.question_id == into.id, MeToo.person_id.in_(moved["me_too"])))
    session.execute(
        delete(Follow).where(
            Follow.subject_kind == standing.THREAD,
            Follow.subject_id == into.id,
            Follow.person_id.in_(moved["followers"]),
        )
    )


def _accept_again(session: Session, accepted: dict[str, Any] | None, question: Question, into: Question) -> None:
    """Let an acceptance go back with its answer, or make the one anew that had no place in the other question."""
    went = (
        select(Acceptance)
        .join(Answer, Answer.id == Acceptance.answer_id)
        .where(Acceptance.question_id == into.id, Answer.question_id == question.id)
    )
    acceptance = session.scalar(went)
    if acceptance is not None:
        acceptance.question_id = question.id
        return
    if accepted is None:
        return
    answer = session.get(Answer, accepted["answer"])
    if answer is None or answer.question_id != question.id or answer.hidden_at is not None:
        return
    at = datetime.fromisoformat(accepted["at"])
    session.add(Acceptance(question_id=question.id, answer_id=answer.id, person_id=accepted["person"], created_at=at))


def _bring_back(session: Session, question: Question) -> None:
    closure = session.scalar(
        select(Closure).where(Closure.question_id == question.id, Closure.reason == CloseReason.MERGED)
    )
    if closure is not None:
        session.delete(closure)
    question.hidden_at = question.hidden_by_id = question.hidden_why = None
    session.flush()
    standing.count(session, question, 1)


def _record(session: Session, what: str, question: Question, by: Person, details: dict[str, Any]) -> None:
    history.record(session, what, subject_kind=standing.THREAD, subject_id=question.id, person_id=by.id, **details)
    changes.note(session, standing.THREAD, question.id)
