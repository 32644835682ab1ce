"""Keeping an index at the heels of the database: the worker reads what changed and puts it in."""

import logging
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from datetime import timedelta
from operator import itemgetter

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from kb import clock
from kb.db import reading_only
from kb.jobs import job, later
from kb.search import changes
from kb.search.documents import Document, sources
from kb.search.engine import Busy, Engine, Gaps, Key, Marks, NoIndex, Progress
from kb.search.models import Change

OVERLAP = timedelta(seconds=60)
"""How long a transaction may have been under way: PostgreSQL hands out ids before others with higher ones commit."""
KEPT = timedelta(days=7)
"""How long changes are kept that a later one of the same document made needless."""
MOST_AT_ONCE = 1_000
_CHUNK = 200
log = logging.getLogger(__name__)


def follow(session: Session, engine: Engine) -> int:
    """Put what changed since the last time into the index; returns how many documents were put in or taken out.

    Builds the index when there is none, or when it is of a later database than this one. Does nothing when
    another process writes at the moment. Reads only; whatever the session has not committed is lost.
    """
    session.rollback()
    try:
        with reading_only():
            if engine.needs_rebuild() or _is_ahead(session, engine.marks()):
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
        session.rollback()
        reached, missing = known[-1] if known else settled, gaps(settled, known)
        engine.rebuild(everything(session), settled=settled, reached=reached, missing=missing, progress=counted)
    return count


def everything(session: Session) -> Iterator[Document]:
    """Yield every document that belongs in an index, ending the session's transaction after every few."""
    for source in sources():
        refs = source.refs(session)
        session.rollback()
        for at in range(0, len(refs), _CHUNK):
            documents = list(changes.documents(session, [Key(source.kind, ref) for ref in refs[at : at + _CHUNK]]))
            session.rollback()
            yield from documents


@job
def forget_changes(session: Session) -> None:
    """Delete old changes after which the same document changed again, and come back tomorrow.

    The newest of each document is kept for ever: it is the document's version, and whoever follows late needs no more.
    """
    newest = select(func.max(Change.id)).group_by(Change.kind, Change.ref)
    session.execute(delete(Change).where(Change.at < clock.now() - KEPT, Change.id.not_in(newest)))
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
    documents = list(changes.documents(session, keys))
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


def _is_ahead(session: Session, marks: Marks) -> bool:
    """Return whether the index knows changes that the database does not: a backup was restored, say."""
    return marks.settled > (session.scalar(select(func.max(Change.id))) or 0)


def _settled(session: Session) -> int:
    """Return a change before which none can still be on its way."""
    young = session.scalar(select(func.min(Change.id)).where(Change.at >= clock.now() - OVERLAP))
    if young is not None:
        return max(young - 1, 0)
    return session.scalar(select(func.max(Change.id))) or 0
