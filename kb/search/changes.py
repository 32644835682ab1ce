"""Telling search that a document changed: one row in the transaction that changed it."""

from collections.abc import Iterable

from sqlalchemy.orm import Session

from kb import clock
from kb.search.models import Change


def note(session: Session, kind: str, ref: int) -> None:
    """Have every index look at document ``ref`` of ``kind`` again once this transaction commits."""
    session.add(Change(kind=kind, ref=ref, at=clock.now()))


def note_many(session: Session, kind: str, refs: Iterable[int]) -> None:
    """The same for many."""
    now = clock.now()
    session.add_all(Change(kind=kind, ref=ref, at=now) for ref in refs)
