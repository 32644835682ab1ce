"""Comparing every document of database and index, version by version, and mending what differs."""

import logging
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kb import clock
from kb.db import reading_only
from kb.search import changes
from kb.search.documents import sources
from kb.search.engine import Busy, Engine, Key, NoIndex
from kb.search.models import Change

EVERY = 600.0
"""Seconds between two comparisons of one worker."""
SOON = 5.0
"""Seconds until it is tried again when it failed."""
MOST_AT_ONCE = 500
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Lag:
    """How far an index is behind the database."""

    changes: int = 0
    seconds: float = 0.0
    """Since the oldest of them was made."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What an index holds other than the database: each of these is mended by putting it in or taking it out."""

    missing: frozenset[Key] = frozenset()
    stale: frozenset[Key] = frozenset()
    """Those it holds in another version."""
    needless: frozenset[Key] = frozenset()
    doubled: frozenset[Key] = frozenset()
    """Those it holds more than once."""

    @property
    def keys(self) -> frozenset[Key]:
        """All of them."""
        return self.missing | self.stale | self.needless | self.doubled


@dataclass(slots=True)
class Rounds:
    """Reconciles at once and then every ten minutes; for one thread of one process."""

    due: float = field(default_factory=time.monotonic)

    def go(self, session: Session, engine: Engine) -> int:
        """Mend the index if it is time; returns how many documents differed. Whatever is not committed is lost."""
        if time.monotonic() < self.due:
            return 0
        self.due = time.monotonic() + SOON
        try:
            found = mend(session, engine)
        except (Busy, NoIndex) as reason:
            log.info("search is not compared with the database now: %s", reason)
            return 0
        self.due = time.monotonic() + EVERY
        return found


def mend(session: Session, engine: Engine) -> int:
    """Have the index hold what the database does, and return how many documents differed.

    Follow the changes first: what is only late differs too, and is put in here. Raises NoIndex or Busy. Reads only, and
    whatever the session has not committed is lost.
    """
    session.rollback()
    try:
        with reading_only():
            marks = engine.marks()  # unmoved, nobody else put in anything newer than what is read here
            differing = sorted(difference(session, engine).keys)
            for at in range(0, len(differing), MOST_AT_ONCE):
                keys = differing[at : at + MOST_AT_ONCE]
                documents = list(changes.documents(session, keys))
                session.rollback()
                gone = {*keys} - {Key(document.kind, document.ref) for document in documents}
                engine.put(documents, drop=gone, moving=(marks, marks))
    finally:
        session.rollback()
    if differing:
        log.warning("%d documents of the search index differed from the database and were put right", len(differing))
    return len(differing)


def difference(session: Session, engine: Engine) -> Difference:
    """Return what the index holds other than the database does; raises NoIndex."""
    held = engine.held()
    holds = dict(held)
    meant = {
        Key(source.kind, ref): version
        for source in sources()
        for ref, version in _versions(session, source.kind, source.refs(session))
    }
    return Difference(
        missing=frozenset(meant.keys() - holds.keys()),
        stale=frozenset(key for key in meant.keys() & holds.keys() if meant[key] != holds[key]),
        needless=frozenset(holds.keys() - meant.keys()),
        doubled=frozenset(key for key, count in Counter(key for key, _ in held).items() if count > 1),
    )


def lag(session: Session, engine: Engine) -> Lag:
    """Return how far the index is behind; raises NoIndex."""
    behind = select(func.count(), func.min(Change.at)).where(Change.id > engine.reached())
    count, oldest = session.execute(behind).one()
    return Lag(count, (clock.now() - oldest).total_seconds()) if count else Lag()


def _versions(session: Session, kind: str, refs: Iterable[int]) -> Iterator[tuple[int, int]]:
    known = changes.versions(session, kind)
    return ((ref, known.get(ref, 0)) for ref in refs)
