"""What the searches of one visit are to each other: typed on, narrowed, or said in other words."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from kb.search.models import Query
from kb.search.noted import ASK, LIVE, NARROWED, PAGE, Search

TYPED_ON = timedelta(seconds=30)
"""So long after a pause in typing what goes on is still the same search."""
SAID_AGAIN = timedelta(minutes=5)
"""So long after a search that led nowhere the next one is probably about the same."""


@dataclass(frozen=True, slots=True)
class _Last:
    """The last search of a visit, and whether something came of it."""

    search: Search
    ended: bool


def following(session: Session, searches: Sequence[Search], *, opened: Collection[str]) -> list[Search]:
    """Return what is to be stored of ``searches``, with what each refines; ``opened`` names those with a hit opened.

    A text typed on within 30 seconds of a pause takes the place of what stood there, which is deleted. A page of
    results counts as NARROWED only where the same text was searched before.
    """
    kept: dict[str, Search] = {}
    replaced: list[str] = []
    last = _stored(session, searches)
    for search in sorted(searches, key=lambda one: one.at):
        before = last.get(search.visit)
        made, typed_on = _after(before, search)
        if before and typed_on and kept.pop(before.search.id, None) is None:
            replaced.append(before.search.id)
        kept[made.id] = made
        if made.visit:
            last[made.visit] = _Last(made, made.id in opened)
    if replaced:
        session.execute(delete(Query).where(Query.id.in_(replaced)))
    return list(kept.values())


def _after(before: _Last | None, search: Search) -> tuple[Search, bool]:
    """Return ``search`` as it is stored, and whether it takes the place of the one before."""
    source = PAGE if search.source == NARROWED else search.source
    if before is None or search.at - before.search.at > SAID_AGAIN:
        return replace(search, source=source), False
    earlier = before.search
    if search.normal == earlier.normal and search.source == NARROWED:
        return replace(search, refines=earlier.refines if earlier.source == NARROWED else earlier.id), False
    if not before.ended and _is_typed_on(earlier, search):
        return replace(search, source=source, refines=earlier.refines), True
    if before.ended or search.normal == earlier.normal:
        return replace(search, source=source), False
    return replace(search, source=source, refines=earlier.id), False


def _is_typed_on(earlier: Search, search: Search) -> bool:
    if earlier.source not in (LIVE, ASK) or search.at - earlier.at > TYPED_ON:
        return False
    return search.normal.startswith(earlier.normal) or earlier.normal.startswith(search.normal)


def _stored(session: Session, searches: Sequence[Search]) -> dict[str, _Last]:
    """Return the last search of each visit that is stored already."""
    known = {search.visit for search in searches if search.visit}
    if not known:
        return {}
    since = min(search.at for search in searches) - SAID_AGAIN
    rows = session.scalars(select(Query).where(Query.visit.in_(known), Query.at >= since).order_by(Query.at))
    return {row.visit: _Last(_noted(row), bool(row.ended)) for row in rows}


def _noted(row: Query) -> Search:
    return Search(
        id=row.id,
        at=row.at,
        source=row.source,
        text=row.text,
        normal=row.normal,
        hits=row.hits,
        took_ms=row.took_ms,
        visit=row.visit,
        corrected=row.corrected,
        audience=row.audience,
        refines=row.refines,
    )
