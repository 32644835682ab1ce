"""Telling search that a document changed: one row in the transaction that changed it."""

from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import groupby
from operator import attrgetter

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kb import clock
from kb.search.documents import Document, source_of, sources
from kb.search.engine import Key
from kb.search.models import Change

_CHUNK = 200


def note(session: Session, kind: str, ref: int) -> None:
    """Have every index look at document ``ref`` of ``kind`` again once this transaction commits."""
    session.add(Change(kind=kind, ref=ref, at=clock.now()))


def note_many(session: Session, kind: str, refs: Iterable[int]) -> None:
    """The same for many."""
    now = clock.now()
    session.add_all(Change(kind=kind, ref=ref, at=now) for ref in refs)


def versions(session: Session, kind: str, refs: Collection[int] | None = None) -> Mapping[int, int]:
    """Return the newest change of each of ``refs``, or of every document of ``kind``; those without any have none."""
    newest = select(Change.ref, func.max(Change.id)).where(Change.kind == kind).group_by(Change.ref)
    rows = session.execute(newest if refs is None else newest.where(Change.ref.in_(refs)))
    return dict(rows.all())


def next_in_turn(session: Session, checked: dict[str, int | None], *, most: int) -> list[Key] | None:
    """Return the next few of all documents there are, for who goes through them once; None at the end.

    ``checked`` says up to which id those of each kind were gone through, None for a kind that is done; it is moved on.
    """
    for source in sources():
        last = checked.get(source.kind, 0)
        if last is None:
            continue
        refs = source.refs(session)
        start = bisect_right(refs, last)
        some = refs[start : start + most]
        checked[source.kind] = some[-1] if some else None
        return [Key(source.kind, ref) for ref in some]
    return None


def documents(session: Session, keys: Iterable[Key]) -> Iterator[Document]:
    """Yield the documents of ``keys`` that anyone may find, as they are now, with their versions.

    A version is read before what it is the version of: a document may be newer than it says, and is then put in once
    more, but never older.
    """
    kinds = {source.kind for source in sources()}
    for kind, some in groupby(sorted({key for key in keys if key.kind in kinds}), key=attrgetter("kind")):
        refs = [key.ref for key in some]
        for at in range(0, len(refs), _CHUNK):
            chunk = refs[at : at + _CHUNK]
            known = versions(session, kind, chunk)
            for document in source_of(kind).documents(session, chunk):
                yield replace(document, version=known.get(document.ref, 0))
