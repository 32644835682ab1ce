"""Pages that a process keeps in memory: up to a size, for a minute, while the site's version stands still."""

import time
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from threading import Lock
from typing import Generic, TypeVar

SECONDS = 60.0  # pages say how long ago things were, and some articles appear by the clock

Kept = TypeVar("Kept")


@dataclass(frozen=True, slots=True)
class _Place(Generic[Kept]):
    what: Kept
    version: int
    until: float
    size: int


class Shelf(Generic[Kept]):
    """A mapping that forgets what is out of date and, when it is full, what was not asked for longest."""

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._bytes = 0
        self._places: OrderedDict[Hashable, _Place[Kept]] = OrderedDict()
        self._lock = Lock()

    def find(self, key: Hashable, version: int) -> Kept | None:
        """Return what was kept under ``key`` at ``version`` of the site, within the last minute."""
        with self._lock:
            place = self._places.get(key)
            if place is None or place.version != version or place.until <= time.monotonic():
                return None
            self._places.move_to_end(key)
            return place.what

    def keep(self, key: Hashable, version: int, what: Kept, size: int) -> None:
        """Keep ``what``, of about ``size`` bytes, in place of what was under ``key``."""
        with self._lock:
            old = self._places.pop(key, None)
            self._places[key] = _Place(what, version, time.monotonic() + SECONDS, size)
            self._bytes += size - (old.size if old else 0)
            while self._bytes > self._most_bytes:
                _, gone = self._places.popitem(last=False)
                self._bytes -= gone.size
