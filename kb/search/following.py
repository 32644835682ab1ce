"""Keeping an index at the heels of the database: the worker reads what changed and puts it in."""

import logging
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from datetime import timedelta
from operator import itemgetter

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from kb import clock
from kb.db import Fact, reading_only
from kb.jobs import job, later
from kb.search.documents import Document, source_of, sources
from kb.search.engine import Busy, Engine, Gaps, Key, Marks, NoIndex, Progress
from kb.search.models import Change

OVERLAP = timedelta(seconds=60)
"""How long a transaction may have been under way: PostgreSQL hands out ids before others with higher ones commit."""
KEPT = timedelta(days=7)
"""How long an index may be left behind before it has to be built anew."""
MOST_AT_ONCE = 1_000
_CHUNK = 200
_FORGOTTEN = "search_changes_forgotten"
log = logging.getLogger(__name__)


def follow(session: Session, engine: Engine) -> int:
    """Put what changed since the last time into the index; returns how many documents were put in or taken out.

    Builds the index when there is none, or when what it holds can no longer be brought up to date. Does nothing when
    another process writes at the moment. Reads only; whatever the session has not committed is lost.
    """
    session.rollback()
    try:
        with reading_only():
            if engine.needs_rebuild() or _is_left_behind(session, engine.marks()):
                return rebuild(session, engine)
            return _catch_up(session, engine)
    except (Busy, NoIndex) as reason:
        log.info("search is not brought up to date now: %s", reason)
        return 0
    finally:
        session.rollback()


def rebuild(session: Session, engine: Engine, progress: Progress | None = None) -> int:
    """Build an index of everything beside the one in use and take it into use; returns how many documents it has.

    Raises Busy when another process is doing the same. Reads only, in one short transaction after the other: a reader
    that stays for a minute would keep SQLite's writers waiting.
    """
    log.info("building the search index")
    count = 0

    def counted(done: int) -> None:
        nonlocal count
        count = done
        log.info("the search index being built has %d documents", done)
        if progress:
            progress(done)

    session.rollback()
    with reading_only():
        settled = _settled(session)
        known = session.scalars(select(Change.id).where(Change.id > settled).order_by(Change.id)).all()
        reached, missing = known[-1] if known else settled, gaps(settled, known)
        engine.rebuild(everything(session), settled=settled, reached=reached, missing=missing, progress=counted)
    return count


def everything(session: Session) -> Iterator[Document]:
    """Yield every document that belongs in an index, ending the session's transaction after every few."""
    for source in sources():
        refs = source.refs(session)
        for at in range(0, len(refs), _CHUNK):
            documents = list(source.documents(session, refs[at : at + _CHUNK]))
            session.rollback()
            yield from documents


@job
def forget_changes(session: Session) -> None:
    """Delete changes that every index followed long ago, and come back tomorrow.

    The newest is kept: SQLite would otherwise give its id to the next one, and indexes would take it for known.
    """
    newest = session.scalar(select(func.max(Change.id)))
    last = session.scalar(select(func.max(Change.id)).where(Change.at < clock.now() - KEPT, Change.id != newest))
    if last is not None:
        session.execute(delete(Change).where(Change.id <= last))
        session.merge(Fact(name=_FORGOTTEN, value={"up_to": last}))
    later(session, forget_changes, after=timedelta(days=1), key="kb.search.following.forget_changes")


def gaps(after: int, numbers: Iterable[int]) -> Gaps:
    """Return what is left out between ``after`` and the last of ``numbers``, which ascend from there."""
    found: list[tuple[int, int]] = []
    for number in numbers:
        if number > after + 1:
            found.append((after + 1, number - 1))
        after = number
    return tuple(found)


def _catch_up(session: Session, engine: Engine) -> int:
    marks = engine.marks()
    since = select(Change.id, Change.kind, Change.ref, Change.at).where(Change.id > marks.settled).order_by(Change.id)
    rows = session.execute(since).all()
    fresh = [row for row in rows if row.id > marks.reached or _is_within(row.id, marks.missing)]
    batch, waiting = fresh[:MOST_AT_ONCE], {row.id for row in fresh[MOST_AT_ONCE:]}
    old = clock.now() - OVERLAP
    ends = min(waiting, default=None)
    settled = max((r.id for r in rows if r.at < old and (ends is None or r.id < ends)), default=marks.settled)
    if not batch and settled == marks.settled:
        return 0
    keys = list(dict.fromkeys(Key(row.kind, row.ref) for row in batch))
    documents = list(_documents(session, keys))
    session.rollback()
    gone = set(keys) - {Key(document.kind, document.ref) for document in documents}
    known = [row.id for row in rows if row.id > settled and row.id not in waiting]
    reached = max([settled, marks.reached, *known[-1:]])
    onward = Marks(marks.index, settled, reached, gaps(settled, [*known, reached + 1]))
    engine.put(documents, drop=gone, moving=(marks, onward))
    return len(keys)


def _is_within(number: int, missing: Gaps) -> bool:
    at = bisect_right(missing, number, key=itemgetter(0)) - 1
    return at >= 0 and number <= missing[at][1]


def _documents(session: Session, keys: list[Key]) -> Iterator[Document]:
    kinds = {source.kind for source in sources()}
    for kind in sorted({key.kind for key in keys} & kinds):
        refs = sorted(key.ref for key in keys if key.kind == kind)
        for at in range(0, len(refs), _CHUNK):
            yield from source_of(kind).documents(session, refs[at : at + _CHUNK])


def _is_left_behind(session: Session, marks: Marks) -> bool:
    """Return whether changes the index needs were forgotten, or the database is older than the index."""
    newest = session.scalar(select(func.max(Change.id))) or 0
    forgotten = session.get(Fact, _FORGOTTEN)
    return marks.settled > newest or (forgotten is not None and marks.settled < int(forgotten.value["up_to"]))


def _settled(session: Session) -> int:
    """Return a change before which none can still be on its way."""
    young = session.scalar(select(func.min(Change.id)).where(Change.at >= clock.now() - OVERLAP))
    if young is not None:
        return max(young - 1, 0)
    return session.scalar(select(func.max(Change.id))) or 0
