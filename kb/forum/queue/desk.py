"""What lies on a helper's desk beside a thread: what the asker tried, whom it was handed to, and notes."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session, aliased

from kb.forum.asking import noting
from kb.forum.asking.models import Asking
from kb.forum.asking.noting import Noted
from kb.forum.models import Question
from kb.forum.queue import notes
from kb.forum.queue.desk_shapes import Desk, Handed, Lead, NoteView, Tried
from kb.forum.queue.models import Group, Handover, Note
from kb.forum.rows import WHO_HERE, AnyRow, AnySelect, who_of
from kb.forum.thread_shapes import Claimed
from kb.people.models import Person
from kb.search.documents import Shown
from kb.search.engine import Key

_giver, _taker = aliased(Person), aliased(Person)
PAPERS: tuple[ColumnElement[Any], ...] = (
    Asking.searched.label("before_searched"),
    Asking.shown.label("before_shown"),
    Asking.opened.label("before_opened"),
    func.coalesce(Group.name, _taker.name).label("handed_to"),
    _giver.name.label("handed_by"),
    Handover.reason.label("handed_why"),
    Handover.created_at.label("handed_at"),
)
"""What a thread's row holds for those who help; see ``with_papers``."""
MOST_NOTES = 50
"""The newest that are shown."""


def with_papers(threads: AnySelect) -> AnySelect:
    """Return a statement over questions with PAPERS joined to each."""
    return (
        threads.add_columns(*PAPERS)
        .outerjoin(Asking, Asking.question_id == Question.id)
        .outerjoin(Handover, and_(Handover.question_id == Question.id, Handover.ended_at.is_(None)))
        .outerjoin(Group, Group.id == Handover.to_group_id)
        .outerjoin(_taker, _taker.id == Handover.to_person_id)
        .outerjoin(_giver, _giver.id == Handover.person_id)
    )


def noted_in(row: AnyRow) -> Noted | None:
    """Return what the asker did before, as a row with PAPERS has it."""
    return noting.noted(row.before_searched, row.before_shown, row.before_opened)


def beside(session: Session, row: AnyRow, seen: Mapping[Key, Shown], viewer: Person, claim: Claimed | None) -> Desk:
    """Return what only those who help with the question of ``row`` are shown, of documents those that are ``seen``.

    That ``viewer`` helps is for the caller to know.
    """
    known = noted_in(row)
    return Desk(
        tried=_tried(known, seen) if known is not None else None,
        handed=_handed(row),
        notes=_notes(session, row.Question.id, viewer),
        claimed=claim is not None and claim.person_id == viewer.id,
    )


def _tried(known: Noted, seen: Mapping[Key, Shown]) -> Tried:
    before = known.seen(seen)
    return Tried(before.searched, _leads(before.opened), _leads(before.shown))


def _leads(documents: Iterable[Shown]) -> tuple[Lead, ...]:
    return tuple(Lead(one.kind, one.title, one.address) for one in documents)


def _handed(row: AnyRow) -> Handed | None:
    if row.handed_at is None:
        return None
    return Handed(row.handed_to or "", row.handed_by, row.handed_why, row.handed_at)


def _notes(session: Session, question_id: int, viewer: Person) -> tuple[NoteView, ...]:
    found = session.execute(
        select(Note.id.label("note_id"), Note.body_html, Note.created_at.label("noted_at"), *WHO_HERE)
        .join(Person, Person.id == Note.person_id)
        .join(Question, Question.id == Note.question_id)
        .where(Note.question_id == question_id)
        .order_by(Note.id.desc())
        .limit(MOST_NOTES)
    ).all()
    return tuple(
        NoteView(row.note_id, row.body_html, author, row.noted_at, notes.may_remove(viewer, author.id))
        for row, author in ((row, who_of(row)) for row in reversed(found))
    )
