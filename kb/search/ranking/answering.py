"""The asking half of an engine, for those whose index can be read as a generation."""

import os
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping, Sequence
from math import inf
from threading import Lock
from typing import TypeVar
from weakref import WeakSet

from kb.search.engine import NOTHING_NEAR, Found, Key, Near, NoIndex, Reach, Reason
from kb.search.query import Query
from kb.search.ranking import searching
from kb.search.ranking.explaining import explain
from kb.search.ranking.generation import Generation
from kb.search.ranking.similar import similar

LOOK_AGAIN = 0.3
"""Seconds for which a process trusts that nobody committed."""
T = TypeVar("T")


class Answering(ABC):
    """Answers every question of an Engine from whatever generation is in use; see Engine for each.

    Opens nothing before it is asked, and everything anew after a fork: processes must share neither open files nor a
    lock that a thread of the parent may hold.
    """

    def __init__(self) -> None:
        self._now: Generation | None = None
        self._reached = 0
        self.forget()
        _engines.add(self)

    def forget(self) -> None:
        """Be as if nothing had been opened; what other threads have open is closed when they are done with it."""
        self._lock = Lock()
        self.look_again()
        self._close()

    def look_again(self) -> None:
        """Have the next search of this process see what is committed by then."""
        self._looked = -inf

    def reached(self) -> int:
        """See Engine."""
        self._generation()
        return self._reached

    def _generation(self, *, fresh: bool = False) -> Generation:
        """Return the newest generation, looking for a newer one at most every 0.3 s unless it must be ``fresh``.

        While somebody opens a newer one, the others go on with the one before, unless they are to look again.
        """
        now, since = self._now, time.monotonic() - self._looked
        if not fresh and now is not None and (since < LOOK_AGAIN or (since < inf and self._lock.locked())):
            return now
        with self._lock:
            if fresh or self._now is None or time.monotonic() - self._looked >= LOOK_AGAIN:
                self._looked = time.monotonic()
                self._look()
            if self._now is None:
                raise NoIndex("There is no index.")
            return self._now

    @abstractmethod
    def _look(self) -> None:
        """Open the newest generation as ``_now``, unless it is the one that is open; raises NoIndex."""

    def _close(self) -> None:
        """Have nothing open; engines let go of what else they hold."""
        self._now, self._reached = None, 0

    @abstractmethod
    def _ask(self, question: Callable[[Generation], T]) -> T:
        """Return the answer of the generation in use; raises NoIndex."""

    def _ready(self, now: Generation, text: str) -> Generation:
        """Return ``now``; engines that read from afar read all that is about the words of ``text`` at once here."""
        return now

    def search(
        self,
        query: Query,
        reach: Reach,
        *,
        sort: str = "relevance",
        limit: int = 10,
        offset: int = 0,
        near: Near = NOTHING_NEAR,
    ) -> Found:
        """See Engine."""
        return self._ask(
            lambda now: searching.search(
                self._ready(now, query.wanted), query, reach, sort=sort, limit=limit, offset=offset, near=near
            )
        )

    def explain(
        self, query: Query, reach: Reach, keys: Collection[Key], *, near: Near = NOTHING_NEAR
    ) -> Mapping[Key, tuple[Reason, ...]]:
        """See Engine."""
        return self._ask(lambda now: explain(self._ready(now, query.wanted), query, reach, keys, near=near))

    def suggest(self, query: Query, reach: Reach, *, limit: int = 8) -> Found:
        """See Engine."""
        return self._ask(lambda now: searching.suggest(self._ready(now, query.wanted), query, reach, limit=limit))

    def similar(self, text: str, reach: Reach, *, kind: str = "", limit: int = 5, near: Near = NOTHING_NEAR) -> Found:
        """See Engine."""
        return self._ask(lambda now: similar(self._ready(now, text), text, reach, kind=kind, limit=limit, near=near))

    def vocabulary(self) -> Mapping[str, int]:
        """See Engine."""
        return self._ask(lambda now: now.vocabulary)

    def frequencies(self, words: Sequence[str], reach: Reach) -> Sequence[int]:
        """See Engine."""
        return self._ask(lambda now: searching.frequencies(self._ready(now, " ".join(words)), words, reach))


_engines: "WeakSet[Answering]" = WeakSet()


def _after_fork() -> None:
    """Forget what the parent had open; in a fresh child no other thread runs yet."""
    for engine in tuple(_engines):
        engine.forget()


os.register_at_fork(after_in_child=_after_fork)
