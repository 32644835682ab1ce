"""While somebody is typing: what an unfinished query or title may be about."""

import time
from collections.abc import Sequence

from sqlalchemy.orm import Session

from kb.people.models import Person
from kb.search import completions, log
from kb.search.crowd import in_turn
from kb.search.documents import Hit, Results
from kb.search.engine import Engine, Found, NoIndex, Reach
from kb.search.passages import hits
from kb.search.query import Query, parse
from kb.search.seeing import Reader, Seen, titled, whose
from kb.search.understanding import understood

FEWEST_LETTERS = 3
"""Of a text that counts as a search once typing pauses."""


@in_turn
def typed(
    session: Session,
    text: str,
    viewer: Person | None,
    *,
    engine: Engine,
    source: str = "live",
    final: bool = False,
    limit: int = 8,
    languages: Sequence[str] = (),
    visit: str = "",
) -> Results:
    """Return what a query that is still being typed may be about.

    It is logged, and its hits can be followed, only when it is ``final``: a pause after typing counts as one search.
    """
    began = time.perf_counter()
    query = parse(text)
    if not query.wanted:
        return Results("", query.text, (), 0, 1, 0, ignored=query.ignored)
    query_id = log.new_id() if final and len(query.text) >= FEWEST_LETTERS else ""
    try:
        reader = Reader(session, viewer, engine, languages=languages, brief=True)
        seen, query, corrected = _completed(reader, query, limit)
        degraded = False
    except NoIndex:
        seen, corrected, degraded = titled(session, query, viewer, limit), "", True
    results = Results(
        query_id=query_id,
        text=query.text,
        hits=tuple(hits(seen, query, typing=True)),
        total=seen.found.total,
        page=1,
        pages=min(seen.found.total, 1),
        ignored=query.ignored,
        degraded=degraded,
        late=seen.found.late,
        corrected=corrected,
        completions=() if degraded else completions.begin(session, text, engine, hidden=reader.reach.hidden),
    )
    if query_id:
        log.asked(
            query_id,
            source=source,
            text=query.text,
            hits=results.total,
            took_ms=int((time.perf_counter() - began) * 1000),
            visit=visit,
            corrected=corrected,
            audience=whose(viewer),
        )
    return results


def suggest(session: Session, text: str, viewer: Person | None, *, engine: Engine, limit: int = 8) -> list[Hit]:
    """Return hits for a query whose last word may be half typed, such as the title of a question being written."""
    return list(typed(session, text, viewer, engine=engine, limit=limit).hits)


def _completed(reader: Reader, query: Query, limit: int) -> tuple[Seen, Query, str]:
    """Return what is found, by which query, and what that was typed as."""
    meant = understood(reader, query, begun=True)
    seen = _suggested(reader, meant.query, limit)
    return seen, meant.query, meant.corrected


def _suggested(reader: Reader, query: Query, limit: int) -> Seen:
    def look(reach: Reach, limit: int, _: int) -> Found:
        return reader.engine.suggest(query, reach, limit=limit)

    return reader.look(look, limit=limit, deep=limit * 4)
