"""What an asker is shown, what they open and how it ends: one row for each visit to the form."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from kb import clock
from kb.errors import NotFound
from kb.forum.asking.models import Asking
from kb.forum.models import Question
from kb.people.models import Person
from kb.search import seeing
from kb.search.documents import Shown
from kb.search.engine import Key
from kb.search.masking import masked

ANSWERED, POSTED = "answered", "posted"
MOST_SHOWN = 40
LONGEST_TITLE = 256


@dataclass(frozen=True, slots=True)
class Noted:
    """What is known of what somebody did before they asked."""

    searched: tuple[str, ...]
    """The newest first."""
    shown: tuple[Key, ...]
    """What stood under the title, opened or not."""
    opened: frozenset[Key]

    def seen(self, shown: Mapping[Key, Shown]) -> "Before":
        """Return as much of it as is among ``shown``."""
        there = [key for key in self.shown if key in shown]
        return Before(
            self.searched,
            tuple(shown[key] for key in there if key not in self.opened),
            tuple(shown[key] for key in there if key in self.opened),
        )


@dataclass(frozen=True, slots=True)
class Before:
    """What somebody did before they asked, as far as one reader may see it."""

    searched: tuple[str, ...]
    """The newest first."""
    shown: tuple[Shown, ...]
    """What stood under the title, and was not opened."""
    opened: tuple[Shown, ...]


def show(session: Session, asking_id: str, *, by: Person | None, title: str, found: Sequence[Shown]) -> str:
    """Note that ``found`` stands under the title ``title``; returns the id that the form carries on.

    It is a new one unless ``asking_id`` names a visit of ``by`` that has not ended.
    """
    row = _going_on(session, asking_id, by)
    if row is None:
        row = Asking(id=secrets.token_urlsafe(16), at=clock.now(), searched=[], shown=[], opened=[])
        session.add(row)
    row.person_id = by.id if by is not None else None
    row.title = masked(title)[:LONGEST_TITLE]
    row.shown = _with(row.shown, ({"kind": one.kind, "ref": one.ref, "title": one.title} for one in found))
    session.flush()
    return row.id


def open_one(session: Session, asking_id: str, *, by: Person | None, kind: str, ref: int) -> None:
    """Note that one of what was shown is read beside the draft; nothing happens when it was not shown."""
    row = _going_on(session, asking_id, by)
    if row is not None and _holds(row.shown, kind, ref):
        row.opened = _with(row.opened, [{"kind": kind, "ref": ref}])


def answered(
    session: Session, asking_id: str, *, by: Person | None, kind: str, ref: int, searched: Sequence[str] = ()
) -> None:
    """End the visit: one of what was shown was the answer, so nothing is asked.

    Raises NotFound unless it is a visit of ``by`` that has not ended and the document was shown.
    """
    row = _going_on(session, asking_id, by)
    if row is None or not _holds(row.shown, kind, ref):
        raise NotFound("This page has been used already. Look again, or ask your question.")
    row.opened = _with(row.opened, [{"kind": kind, "ref": ref}])
    row.outcome, row.answer_kind, row.answer_ref = ANSWERED, kind, ref
    row.searched = list(searched)


def posted(session: Session, asking_id: str, *, by: Person, question: Question, searched: Sequence[str] = ()) -> None:
    """End the visit with the question that was posted all the same; one that saw no suggestions but searched counts."""
    row = _going_on(session, asking_id, by)
    if row is None:
        if not searched:
            return
        row = Asking(id=secrets.token_urlsafe(16), at=clock.now(), shown=[], opened=[])
        session.add(row)
    row.person_id, row.question_id, row.outcome = by.id, question.id, POSTED
    row.title = masked(question.title)[:LONGEST_TITLE]
    row.searched = list(searched)


def before(session: Session, question_id: int, viewer: Person | None) -> Before | None:
    """Return what the asker of a question searched and was shown before, None when nothing is known.

    Who may be told is for the caller to decide (``rules.helps``); of documents only what ``viewer`` may see comes.
    """
    row = session.execute(
        select(Asking.searched, Asking.shown, Asking.opened).where(Asking.question_id == question_id)
    ).first()
    known = noted(row.searched, row.shown, row.opened) if row is not None else None
    return known.seen(seeing.shown(session, known.shown, viewer)) if known is not None else None


def noted(
    searched: Sequence[str] | None, shown: Sequence[dict[str, Any]] | None, opened: Sequence[dict[str, Any]] | None
) -> Noted | None:
    """Return what the columns of a visit say; None when they say nothing, or there was none."""
    if not (searched or shown):
        return None
    keys = tuple(_key(one) for one in shown or ())
    return Noted(tuple(searched or ()), keys, frozenset(_key(one) for one in opened or ()))


def _going_on(session: Session, asking_id: str, by: Person | None) -> Asking | None:
    """Return the visit unless it has ended; one begun signed out goes on with whoever knows its name."""
    if not asking_id:
        return None
    row = session.get(Asking, asking_id, with_for_update=True, populate_existing=True)
    if row is None or row.outcome or row.person_id not in (None, by.id if by is not None else None):
        return None
    return row


def _with(before: Sequence[dict[str, Any]], more: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    joined = {_key(one): one for one in [*before, *more]}
    return list(joined.values())[:MOST_SHOWN]


def _holds(rows: Sequence[dict[str, Any]], kind: str, ref: int) -> bool:
    return Key(kind, ref) in {_key(one) for one in rows}


def _key(one: dict[str, Any]) -> Key:
    return Key(one["kind"], one["ref"])
