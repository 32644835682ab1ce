"""The worker's part: every document that can be found has vectors, made anew when it changes."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field

from sqlalchemy import and_, delete, func, insert, or_, select
from sqlalchemy.orm import Session

from kb import clock
from kb.db import Fact, reading_only
from kb.search import changes
from kb.search.documents import sources
from kb.search.engine import Key
from kb.search.following import OVERLAP
from kb.search.meaning.makers import Makers
from kb.search.meaning.packing import GONE, Packs
from kb.search.meaning.passages import packs
from kb.search.models import Change, Vector

MOST_AT_ONCE = 200
LONG_TAIL = 500
"""From so many settled changes on it is noted that they are settled, even when no vector is written with that."""
_FACT = "search_vectors"


@dataclass(slots=True)
class _Progress:
    """How far vectors are; kept as a Fact, whose row is locked while vectors are written."""

    model: str
    number: int = 0
    """The highest number of a vector."""
    settled: int = 0
    """Every change up to this one is in the vectors; later ones are compared, as they may not all be here yet."""
    checked: dict[str, int | None] = field(default_factory=dict)
    """Up to which id the documents of each kind were all given vectors; None for a kind that is done."""


def keep(session: Session, makers: Makers) -> bool:
    """Give vectors to some of the documents that changed or have none of ``makers``; returns whether there were any.

    Reads and computes before it writes; whatever the session has not committed is lost.
    """
    session.rollback()
    with reading_only():
        progress = _progress(session, makers.model)
        changed = _changed(session, progress)
        moved = _settle(session, progress, changed)
        missing = None if changed else _never_made(session, progress)
        if not changed and missing is None and moved < LONG_TAIL:
            session.rollback()
            return False
        versions = changed or dict.fromkeys(missing or (), 0)
        documents = list(changes.documents(session, versions))
    session.rollback()
    made = {Key(one.kind, one.ref): packs(one, makers) for one in documents}
    versions = {**versions, **{Key(one.kind, one.ref): one.version for one in documents}}
    _write(session, progress, versions, made)
    return True


def _progress(session: Session, model: str) -> _Progress:
    known = session.get(Fact, _FACT)
    if known is None:
        return _Progress(model)
    progress = _Progress(**known.value)
    # Another model's vectors are all made anew; numbers go on.
    return progress if progress.model == model else _Progress(model, number=progress.number)


def _changed(session: Session, progress: _Progress) -> dict[Key, int]:
    """Return documents whose newest change is not in their vectors, and which change that is, the oldest first."""
    newest = (
        select(Change.kind, Change.ref, func.max(Change.id).label("version"))
        .where(Change.id > progress.settled, Change.kind.in_([source.kind for source in sources()]))
        .group_by(Change.kind, Change.ref)
        .subquery()
    )
    rows = session.execute(
        select(newest)
        .outerjoin(Vector, and_(Vector.kind == newest.c.kind, Vector.ref == newest.c.ref))
        .where(or_(Vector.version.is_(None), Vector.version < newest.c.version, Vector.model != progress.model))
        .order_by(newest.c.version)
        .limit(MOST_AT_ONCE)
    )
    return {Key(row.kind, row.ref): row.version for row in rows}


def _settle(session: Session, progress: _Progress, changed: Mapping[Key, int]) -> int:
    """Move ``progress`` over changes that no other can come before any more and that are in; returns over how many."""
    before = progress.settled
    old = select(func.max(Change.id)).where(Change.id > before, Change.at < clock.now() - OVERLAP)
    settled = session.scalar(old) or before
    if len(changed) == MOST_AT_ONCE:
        settled = min(settled, max(changed.values()))
    progress.settled = settled
    return settled - before


def _never_made(session: Session, progress: _Progress) -> list[Key] | None:
    """Return which of the next few documents have no vectors of this model; None once all were gone through."""
    turn = changes.next_in_turn(session, progress.checked, most=MOST_AT_ONCE)
    if not turn:
        return turn
    kind, refs = turn[0].kind, {key.ref for key in turn}
    made = select(Vector.ref).where(Vector.kind == kind, Vector.ref.in_(refs), Vector.model == progress.model)
    return [Key(kind, ref) for ref in sorted(refs - {*session.scalars(made)})]


def _write(session: Session, progress: _Progress, versions: Mapping[Key, int], made: Mapping[Key, Packs]) -> None:
    """Store the vectors ``made`` of ``versions``, none for what nobody may find, and how far that takes them."""
    fact = session.get(Fact, _FACT, with_for_update=True, populate_existing=True)
    if fact is None:
        fact = Fact(name=_FACT, value={})
        session.add(fact)
    progress.number = max(progress.number, fact.value.get("number", 0))
    rows = []
    for key, version in versions.items():
        progress.number += 1
        title, text = made.get(key, GONE)  # rows stay, so that every process learns of it
        row = {"kind": key.kind, "ref": key.ref, "number": progress.number, "version": version, "model": progress.model}
        rows.append({**row, "title": title, "text": text})
    for kind, refs in _by_kind(versions).items():
        session.execute(delete(Vector).where(Vector.kind == kind, Vector.ref.in_(refs)))
    if rows:
        session.execute(insert(Vector), rows)
    fact.value = asdict(progress)
    session.flush()


def _by_kind(keys: Iterable[Key]) -> dict[str, list[int]]:
    grouped: dict[str, list[int]] = defaultdict(list)
    for key in keys:
        grouped[key.kind].append(key.ref)
    return {kind: sorted(refs) for kind, refs in sorted(grouped.items())}
