"""The asking half of an engine, for those whose index can be read as a generation."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TypeVar

from kb.search.engine import NOTHING_NEAR, Found, Key, Near, Reach, Reason
from kb.search.query import Query
from kb.search.ranking import searching
from kb.search.ranking.explaining import explain
from kb.search.ranking.generation import Generation
from kb.search.ranking.similar import similar

T = TypeVar("T")


class Answering(ABC):
    """Answers every question of an Engine from whatever generation is in use; see Engine for each."""

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
