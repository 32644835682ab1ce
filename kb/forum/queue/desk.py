"""What lies on a helper's desk beside a thread: what the asker tried, whom it was handed to, and notes."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from kb.forum.asking import noting
from kb.forum.models import Question
from kb.forum.queue import notes
from kb.forum.queue.models import Group, Handover, Note
from kb.forum.rows import WHO_HERE, who_of
from kb.forum.shapes import Who
from kb.forum.thread_shapes import Claimed
from kb.people.models import Person

MOST_NOTES = 50
"""The newest that are shown."""


@dataclass(frozen=True, slots=True)
class Lead:
    """An article or a question that the asker was shown."""

    kind: str
    title: str
    address: str


@dataclass(frozen=True, slots=True)
class Tried:
    """What the asker searched and was shown before they asked, as far as the reader may see it."""

    searched: tuple[str, ...]
    opened: tuple[Lead, ...]
    passed_over: tuple[Lead, ...]
    """Shown, and not opened."""


@dataclass(frozen=True, slots=True)
class Handed:
    """Whose question it is, by whom, and why."""

    to: str
    by: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class NoteView:
    """One note; its anchor on the page is ``note-<id>``."""

    id: int
    html: str
    author: Who
    created_at: datetime
    may_remove: bool


@dataclass(frozen=True, slots=True)
class Desk:
    """All of it, for one question."""

    tried: Tried | None
    handed: Handed | None
    notes: tuple[NoteView, ...]
    """The oldest first."""
    claimed: bool
    """Whether it is the reader who is working on an answer."""


def beside(session: Session, question_id: int, viewer: Person, claim: Claimed | None) -> Desk:
    """Return what only those who help with the question are shown; that ``viewer`` does is for the caller to know."""
    return Desk(
        tried=_tried(session, question_id, viewer),
        handed=_handed(session, question_id),
        notes=_notes(session, question_id, viewer),
        claimed=claim is not None and claim.person_id == viewer.id,
    )


def _tried(session: Session, question_id: int, viewer: Person) -> Tried | None:
    before = noting.before(session, question_id, viewer)
    if before is None:
        return None
    opened, passed_over = (
        tuple(Lead(one.kind, one.title, one.address) for one in some) for some in (before.opened, before.shown)
    )
    return Tried(before.searched, opened, passed_over)


def _handed(session: Session, question_id: int) -> Handed | None:
    giver, taker = aliased(Person), aliased(Person)
    row = session.execute(
        select(
            func.coalesce(Group.name, taker.name).label("taker"),
            giver.name.label("giver"),
            Handover.reason,
            Handover.created_at,
        )
        .outerjoin(Group, Group.id == Handover.to_group_id)
        .outerjoin(taker, taker.id == Handover.to_person_id)
        .join(giver, giver.id == Handover.person_id)
        .where(Handover.question_id == question_id, Handover.ended_at.is_(None))
    ).first()
    return Handed(row.taker or "", row.giver, row.reason, row.created_at) if row is not None else None


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
