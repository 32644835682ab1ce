"""One process's copy of all vectors, a second behind the database at most while somebody searches."""

import logging
import threading
import time
from collections.abc import Callable

import sqlalchemy
from sqlalchemy import func, select

from kb.db import reading_only
from kb.search.engine import Key, Near
from kb.search.fusion import MOST_NEAR
from kb.search.meaning.held import Held
from kb.search.meaning.makers import Makers
from kb.search.meaning.packing import GONE
from kb.search.models import Vector

LOOK_AGAIN = 1.0
"""Seconds for which a process trusts that no vector was written."""
MOST_AT_ONCE = 2_000
"""Vectors read in one transaction: a reader that stays would keep SQLite's writers waiting."""
log = logging.getLogger(__name__)


class Vectors:
    """Finds documents near a text in meaning; until it has read them, and where it cannot, none is.

    Reads those of ``makers`` in a thread of its own, so that no search waits for it. ``database`` may be called in any
    thread.
    """

    def __init__(self, database: Callable[[], sqlalchemy.Engine], makers: Makers) -> None:
        self.makers = makers
        self._database = database
        self._held = Held(makers)
        self._seen = 0
        self._looked = float("-inf")
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()

    def near(self, text: str, *, limit: int = MOST_NEAR) -> Near:
        """Return the ``limit`` documents nearest to ``text``, whoever may see them; never raises, never waits."""
        self._look_soon()
        return self._held.near(text, limit)

    def warm(self) -> None:
        """Have everything that was written by now; for threads that may wait for it."""
        if self._thread is not None:
            self._thread.join()
        self._looked = float("-inf")
        self._look_soon()
        if self._thread is not None:
            self._thread.join()

    def look(self) -> None:
        """Read what was written since the last look; for one thread at a time."""
        with reading_only():
            newest, held, seen = self._newest(), self._held, self._seen
            if newest < seen or held.is_mostly_idle():
                held, seen = Held(self.makers), 0  # another database, or mostly what was replaced since
            held.load()  # which takes a moment the first time: not when the first query is compared
            while seen < newest:
                seen = self._read(held, seen, newest)
            self._held, self._seen = held, seen

    def __len__(self) -> int:
        return len(self._held)

    def _look_soon(self) -> None:
        if time.monotonic() - self._looked < LOOK_AGAIN:
            return
        with self._starting:
            # After a fork the parent's thread counts as ended here.
            if time.monotonic() - self._looked >= LOOK_AGAIN and not (self._thread and self._thread.is_alive()):
                self._thread = threading.Thread(target=self._look_safely, name="vectors", daemon=True)
                self._thread.start()

    def _look_safely(self) -> None:
        try:
            self.look()
        except Exception:
            log.warning("search goes without what is new in meaning, and looks again soon", exc_info=True)
        finally:
            self._looked = time.monotonic()

    def _newest(self) -> int:
        with self._database().connect() as connection:
            return connection.scalar(select(func.max(Vector.number))) or 0

    def _read(self, held: Held, seen: int, newest: int) -> int:
        """Put some of the vectors after ``seen`` up to ``newest`` into ``held``; returns the number reached."""
        wanted = (
            select(Vector.number, Vector.kind, Vector.ref, Vector.model, Vector.title, Vector.text)
            .where(Vector.number > seen, Vector.number <= newest)
            .order_by(Vector.number)
            .limit(MOST_AT_ONCE)
        )
        with self._database().connect() as connection:
            rows = connection.execute(wanted).all()
        for row in rows:
            known = (row.title, row.text) if row.model == self.makers.model else GONE
            held.put(Key(row.kind, row.ref), *known)
        return rows[-1].number if rows else newest
