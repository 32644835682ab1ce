"""Asking: what a reader types becomes what this reader may see. The engine finds, the database decides."""

import hashlib
import time
from collections.abc import Callable, Iterable, Sequence
from math import ceil
from typing import Any, cast

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from kb.people.models import Person
from kb.people.rules import audiences, is_writer
from kb.search import extracts, log
from kb.search.documents import WRITERS, Hit, Results, Shown, Source, sources
from kb.search.engine import Engine, Found, Key, NoIndex, Reach
from kb.search.extracts import Marker
from kb.search.following import follow, rebuild
from kb.search.models import Change
from kb.search.query import KINDS, Query, narrowed, parse
from kb.search.whoosh_engine import WhooshEngine
from kb.settings import Settings

__all__ = ["ask", "engine_of", "engine_state", "follow", "open_engine", "rebuild", "similar", "suggest", "typed"]

PAGE = 10
MOST_PAGES = 100
SORTS = ("relevance", "new")
_MOST_PENDING = 200
_CHANGED_SINCE = (
    select(Change.kind, Change.ref)
    .where(Change.id > bindparam("reached"))
    .order_by(Change.id.desc())
    .limit(_MOST_PENDING)
)
_Search = Callable[[Reach], Found]


def open_engine(extensions: dict[str, Any], settings: Settings) -> None:
    """Keep the engine of a site in ``extensions["search"]``; nothing is opened before the first search."""
    site = hashlib.sha256(settings.database.encode()).hexdigest()[:16]
    extensions["search"] = WhooshEngine(settings.data / "index", site=site)


def engine_of(extensions: dict[str, Any]) -> Engine:
    """Return the engine that ``open_engine`` kept."""
    return cast(Engine, extensions["search"])


def engine_state(extensions: dict[str, Any]) -> dict[str, object]:
    """Return how the engine is doing, for machines that watch."""
    state = engine_of(extensions).state()
    return {
        "engine": state.name,
        "state": "ready" if state.ready else "missing",
        "documents": state.documents,
        "segments": state.segments,
        "reached": state.reached,
    }


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
    sort: str = "relevance",
    page: int = 1,
    languages: Sequence[str] = (),
) -> Results:
    """Return one page of what ``viewer`` may see of what ``text`` asks for; the first page of each is logged.

    Of a page and its translations one is shown: the one in the first of ``languages`` there is, else the best hit.

    Without an index, titles are searched in the database and the result says that it is ``degraded``.
    """
    began = time.perf_counter()
    query = narrowed(parse(text), within=within, section=section, tag=tag, status=status)
    sort = sort if sort in SORTS else "relevance"
    page = min(max(page, 1), MOST_PAGES)
    query_id = log.new_id()
    if query.is_empty:
        return Results(query_id, query.text, (), 0, 1, 0, ignored=query.ignored)

    def look(reach: Reach) -> Found:
        found = engine.search(query, reach, sort=sort, limit=PAGE, offset=(page - 1) * PAGE)
        if found.keys or page == 1 or not found.total:
            return found
        return engine.search(query, reach, sort=sort, limit=PAGE, offset=(_pages(found.total) - 1) * PAGE)

    mark = extracts.marker(query)
    results = _results(session, query, viewer, engine, look, query_id, page, mark, languages=languages)
    if page == 1 and text.strip():
        took = int((time.perf_counter() - began) * 1000)
        log.asked(query_id, source="page", text=query.text, hits=results.total, took_ms=took)
    return results


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
) -> Results:
    """Return what a query that is still being typed may be about.

    It is logged, and its hits can be followed, only when it is ``final``: a pause after typing counts as one search.
    """
    began = time.perf_counter()
    query = parse(text)
    query_id = log.new_id() if final and len(query.text) >= 3 else ""
    if not query.wanted:
        return Results("", query.text, (), 0, 1, 0, ignored=query.ignored)
    mark = extracts.marker(query, typing=True)

    def look(reach: Reach) -> Found:
        return engine.suggest(query, reach, limit=limit)

    results = _results(session, query, viewer, engine, look, query_id, 1, mark, limit, languages=languages)
    if query_id:
        took = int((time.perf_counter() - began) * 1000)
        log.asked(query_id, source=source, text=query.text, hits=results.total, took_ms=took)
    return results


def suggest(session: Session, text: str, viewer: Person | None, *, engine: Engine, limit: int = 8) -> list[Hit]:
    """Return hits for a query whose last word may be half typed, such as the title of a question being written."""
    return list(typed(session, text, viewer, engine=engine, limit=limit).hits)


def similar(
    session: Session,
    text: str,
    viewer: Person | None,
    *,
    engine: Engine,
    within: str = "all",
    exclude: tuple[str, int] | None = None,
    limit: int = 5,
) -> list[Shown]:
    """Return what ``viewer`` may see of the documents most like ``text``, best first; nothing without index."""
    kind = KINDS.get(within, "")

    def look(reach: Reach) -> Found:
        return engine.similar(text, reach, kind=kind, limit=limit)

    hidden = frozenset({Key(*exclude)}) if exclude else frozenset()
    try:
        found, shown = _seen(session, viewer, engine, look, hidden)
    except NoIndex:
        return []
    return [shown[key] for key in found.keys]


def _results(
    session: Session,
    query: Query,
    viewer: Person | None,
    engine: Engine,
    look: _Search,
    query_id: str,
    page: int,
    mark: Marker,
    limit: int = PAGE,
    *,
    languages: Sequence[str] = (),
) -> Results:
    degraded = False
    try:
        found, shown = _seen(session, viewer, engine, look, languages=languages)
    except NoIndex:
        degraded, found = True, _by_title(session, query, viewer, limit)
        shown = _shown(session, found.keys, viewer)
    pages = _pages(found.total)
    page = min(page, max(pages, 1))
    return Results(
        query_id=query_id,
        text=query.text,
        hits=tuple(_hits(found, shown, mark, first=(page - 1) * PAGE + 1)),
        total=found.total,
        page=page,
        pages=pages,
        counts={name: dict(values) for name, values in found.counts.items()},
        ignored=query.ignored,
        degraded=degraded,
        late=found.late,
    )


def _seen(
    session: Session,
    viewer: Person | None,
    engine: Engine,
    look: _Search,
    hidden: frozenset[Key] = frozenset(),
    *,
    languages: Sequence[str] = (),
) -> tuple[Found, dict[Key, Shown]]:
    """Look, and look again without what the database does not show this viewer, until all that was found is shown."""
    who = _audiences(viewer)
    hidden |= _hidden_since(session, viewer, engine)
    for _ in range(5):
        found = look(Reach(who, hidden))
        shown = _once(found.keys, _shown(session, found.keys, viewer), languages)
        missing = [key for key in found.keys if key not in shown]
        if not missing:
            return found, shown
        hidden |= set(missing)
    kept = [(key, score) for key, score in zip(found.keys, found.scores, strict=True) if key in shown]
    return Found(tuple(k for k, _ in kept), tuple(s for _, s in kept), found.total - len(missing), found.counts), shown


def _once(keys: Iterable[Key], shown: dict[Key, Shown], languages: Sequence[str]) -> dict[Key, Shown]:
    """Return ``shown`` with each page in one of its languages only; ``keys`` come best first."""
    places = {one.partition("-")[0].lower(): place for place, one in reversed(list(enumerate(languages)))}

    def place(key: Key) -> int:
        return places.get(shown[key].lang.partition("-")[0].lower(), len(places))

    best: dict[str, Key] = {}
    for key in keys:
        page = shown[key].page if key in shown else ""
        if page and place(key) < place(best.setdefault(page, key)):
            best[page] = key
    return {key: one for key, one in shown.items() if not one.page or best.get(one.page) == key}


def _audiences(viewer: Person | None) -> frozenset[str]:
    """Return whose documents ``viewer`` may find: writers find all, also what has not come or is over by its time."""
    everybodys = audiences(viewer)
    return frozenset((*everybodys, "staff", WRITERS) if viewer is not None and is_writer(viewer) else everybodys)


def _hidden_since(session: Session, viewer: Person | None, engine: Engine) -> frozenset[Key]:
    """Return what changed since the index was written and is not to be seen, so that not even a total counts it."""
    rows = session.execute(_CHANGED_SINCE, {"reached": engine.reached()}).all()
    changed = {Key(kind, ref) for kind, ref in rows}
    return frozenset(changed - _shown(session, changed, viewer).keys())


def _shown(session: Session, keys: Iterable[Key], viewer: Person | None) -> dict[Key, Shown]:
    keys = tuple(keys)
    found: dict[Key, Shown] = {}
    for source in sources():
        refs = [key.ref for key in keys if key.kind == source.kind]
        if refs:
            shown = source.shown(session, refs, viewer)
            found.update({Key(source.kind, ref): one for ref, one in shown.items()})
    return found


def _by_title(session: Session, query: Query, viewer: Person | None, limit: int) -> Found:
    """Return what the database finds in titles, articles and questions in turn."""
    words = query.wanted.split()
    if not words:
        return Found()
    wanted: Sequence[Source] = [one for one in sources() if query.kind in ("", one.kind)]
    lists = [[Key(one.kind, ref) for ref in one.titles(session, words, viewer, limit)] for one in wanted]
    mixed = [keys[at] for at in range(limit) for keys in lists if at < len(keys)][:limit]
    return Found(tuple(mixed), tuple(0.0 for _ in mixed), len(mixed))


def _hits(found: Found, shown: dict[Key, Shown], mark: Marker, *, first: int) -> Iterable[Hit]:
    for position, (key, score) in enumerate(zip(found.keys, found.scores, strict=True), first):
        if key in shown:
            one = shown[key]
            yield Hit(one, position, extracts.marked(one.title, mark), extracts.extract(one.text, mark), score)


def _pages(total: int) -> int:
    return min(ceil(total / PAGE), MOST_PAGES)
