"""Why a search finds what it finds, in this order."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from kb.people.models import Person
from kb.search.documents import Shown
from kb.search.engine import Engine, Reason
from kb.search.paging import chosen_first, page_of
from kb.search.query import Query, narrowed, parse
from kb.search.seeing import Reader
from kb.search.understanding import understood


@dataclass(frozen=True, slots=True)
class Placed:
    """One hit and what put it there; ``reasons`` is empty for what a writer chose."""

    position: int
    shown: Shown
    score: float
    reasons: tuple[Reason, ...]
    promoted: bool


@dataclass(frozen=True, slots=True)
class Explanation:
    """A search, as it was understood, and its first page."""

    query: Query
    corrected: str
    total: int
    hits: tuple[Placed, ...]


def explained(
    session: Session, text: str, viewer: Person | None, *, engine: Engine, within: str = "all", exact: bool = False
) -> Explanation:
    """Return why each hit on the first page that ``viewer`` gets for ``text`` stands where it does; raises NoIndex."""
    query = narrowed(parse(text), within=within)
    reader = Reader(session, viewer, engine)
    meant = understood(reader, query, exact=exact)
    first = chosen_first(reader, query)
    seen, _ = page_of(reader, meant.query, 1, first)
    found = [key for key in seen.found.keys if key not in first]
    reasons = engine.explain(meant.query, reader.reach, found)
    hits = tuple(
        Placed(position, seen.shown[key], score, reasons.get(key, ()), key in first)
        for position, (key, score) in enumerate(zip(seen.found.keys, seen.found.scores, strict=True), 1)
    )
    return Explanation(meant.query, meant.corrected, seen.found.total, hits)
