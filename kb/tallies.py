"""Counts that no page waits for: kept in memory where something happens, and stored a moment later."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Generic, TypeVar

from sqlalchemy.orm import Session

K = TypeVar("K")


class Tally(Generic[K]):
    """How often each of some things happened in this process since the last time it was stored."""

    def __init__(self, store: Callable[[Session, Mapping[K, int]], None]) -> None:
        self._store = store
        self._counts: Counter[K] = Counter()
        self._lock = threading.Lock()

    def count(self, one: K) -> None:
        """Count that ``one`` happened."""
        with self._lock:
            self._counts[one] += 1

    @contextmanager
    def storing(self, session: Session) -> Iterator[bool]:
        """Store what was counted since the last time; yields whether there was anything.

        The block commits. When it fails, or nothing can be written, the counts are kept for the next time.
        """
        with self._lock:
            counts, self._counts = self._counts, Counter()
        try:
            if counts:
                self._store(session, counts)
            yield bool(counts)
        except Exception:
            with self._lock:
                self._counts.update(counts)
            raise
