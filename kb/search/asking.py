"""Asking: what a reader types becomes what this reader may see. The engine finds, the database decides."""

import time
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy.orm import Session

from kb.people.models import Person
from kb.search import completions, log, noted
from kb.search.crowd import in_turn
from kb.search.documents import Hit, Results, Shown
from kb.search.engine import Engine, Found, Key, NoIndex, Reach
from kb.search.engines import engine_of, engine_state, open_engine
from kb.search.following import follow, rebuild
from kb.search.paging import MOST_PAGES, PAGE, chosen_first, page_of, pages_in
from kb.search.passages import hits
from kb.search.query import KINDS, SORTS, Query, narrowed, normal, parse
from kb.search.seeing import Reader, Seen, titled, whose
from kb.search.typing import suggest, typed
from kb.search.understanding import Understood, doubted, understood

__all__ = ["ask", "engine_of", "engine_state", "follow", "open_engine", "rebuild", "similar", "suggest", "typed"]

FEW = 3
"""A search with fewer results may have been meant otherwise."""
MOST_NEAREST = 5


@in_turn
def ask(
    session: Session,
    text: str,
    viewer: Person | None,
    *,
    engine: Engine,
    within: str = "all",
    section: str = "",
    tag: str = "",
    status: str = "",
    by: str = "",
    since: str = "",
    sort: str = "",
    page: int = 1,
    exact: bool = False,
    languages: Sequence[str] = (),
    visit: str = "",
) -> Results:
    """Return one page of what ``viewer`` may see of what ``text`` asks for; the first page of each is logged.

    A word that nobody could find anything by is taken for mistyped unless ``exact``. Of a page and its translations
    one is shown: the one in the first of ``languages`` there is, else the best hit. What writers chose for this very
    search comes first, unless something narrows it. Without an index, titles are searched in the database and the
    result says that it is ``degraded``. ``visit`` names which searches belong together.
    """
    began = time.perf_counter()
    chosen = {"section": section, "tag": tag, "status": status, "by": by, "since": since}
    plain = parse(text)
    query = narrowed(plain, within=within, sort=sort, **chosen)
    page = min(max(page, 1), MOST_PAGES)
    query_id = log.new_id()
    if query.is_empty:
        return Results(query_id, query.text, (), 0, 1, 0, ignored=query.ignored)
    is_plain = not any(chosen.values()) and query.sort in ("", SORTS[0])
    try:
        reader = Reader(session, viewer, engine, languages=languages)
        results = _asked(reader, query, query_id, page, exact=exact, promoting=is_plain)
    except NoIndex:
        results = _by_title(session, query, viewer, query_id)
    if page == 1 and text.strip():
        log.asked(
            query_id,
            source=noted.PAGE if query == plain else noted.NARROWED,
            text=query.text,
            hits=results.total,
            took_ms=int((time.perf_counter() - began) * 1000),
            visit=visit,
            corrected=results.corrected,
            audience=whose(viewer),
        )
    return results


@in_turn
def similar(
    session: Session,
    text: str,
    viewer: Person | None,
    *,
    engine: Engine,
    within: str = "all",
    exclude: tuple[str, int] | None = None,
    limit: int = 5,
    languages: Sequence[str] = (),
) -> list[Shown]:
    """Return what ``viewer`` may see of the documents most like ``text``, best first; nothing without index."""
    try:
        reader = Reader(session, viewer, engine, languages=languages)
        if exclude:
            reader.hide([Key(*exclude)])
        seen = _alike(reader, text, KINDS.get(within, ""), limit)
    except NoIndex:
        return []
    return [seen.shown[key] for key in seen.found.keys]


def _asked(reader: Reader, query: Query, query_id: str, page: int, *, exact: bool, promoting: bool) -> Results:
    """Return a page of results from the index; raises NoIndex."""
    meant = understood(reader, query, exact=exact)
    promoted = chosen_first(reader, query) if promoting else {}
    seen, page = page_of(reader, meant.query, page, promoted)
    total = seen.found.total
    count = len(promoted) if page == 1 else 0
    results = Results(
        query_id=query_id,
        text=query.text,
        hits=tuple(hits(seen, meant.query, first=(page - 1) * PAGE + 1, promoted=count)),
        total=total,
        page=page,
        pages=pages_in(total),
        counts={name: dict(values) for name, values in seen.found.counts.items()},
        ignored=query.ignored,
        late=seen.found.late,
        sort=query.sort or SORTS[0],
        corrected=meant.corrected,
        similar_searches=_alike_searches(reader, query, meant) if page == 1 else (),
    )
    return results if total >= FEW else _helped(reader, results, meant, exact=exact)


def _helped(reader: Reader, results: Results, meant: Understood, *, exact: bool) -> Results:
    """Return ``results``, of which there are few, with what else may help."""
    if reader.is_late():
        return replace(results, late=True)
    query, doubt = meant.query, ""
    if not exact and not meant.corrected:
        doubt = doubted(reader, query)
    nearest: tuple[Hit, ...] = ()
    if not results.total and query.wanted:
        seen = _alike(reader, query.said, query.kind, MOST_NEAREST)
        nearest = tuple(hits(seen, query))
    return replace(results, did_you_mean=doubt if doubt != query.text else "", nearest=nearest)


def _alike_searches(reader: Reader, query: Query, meant: Understood) -> tuple[str, ...]:
    found = completions.alike(reader.session, meant.corrected or query.text, reader.engine, hidden=reader.reach.hidden)
    return tuple(one for one in found if one not in (normal(query.text), normal(meant.corrected)))


def _alike(reader: Reader, text: str, kind: str, limit: int) -> Seen:
    def look(reach: Reach, limit: int, _: int) -> Found:
        return reader.engine.similar(text, reach, kind=kind, limit=limit)

    return reader.look(look, limit=limit, deep=limit * 4)


def _by_title(session: Session, query: Query, viewer: Person | None, query_id: str) -> Results:
    """Return what the database finds in titles, articles and questions in turn: the way out without an index."""
    seen = titled(session, query, viewer, PAGE)
    found = tuple(hits(seen, query))
    return Results(query_id, query.text, found, len(found), 1, min(len(found), 1), ignored=query.ignored, degraded=True)
