"""A search engine that also finds what is near a query in meaning."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from kb.search.documents import Document
from kb.search.engine import NOTHING_NEAR, Engine, Found, Gaps, Key, Marks, Near, Progress, Reach, Reason, State
from kb.search.meaning.vectors import Vectors
from kb.search.query import Query


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Fused:
    """``words`` finds, filters and ranks; ``vectors`` tells it what is near. See Engine for every method."""

    words: Engine
    vectors: Vectors

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
        """See Engine. Nothing is near where the order is another, or where words are wanted in one place exactly."""
        if sort == "relevance":
            near = near or self._near(query)
        return self.words.search(query, reach, sort=sort, limit=limit, offset=offset, near=near)

    def explain(
        self, query: Query, reach: Reach, keys: Collection[Key], *, near: Near = NOTHING_NEAR
    ) -> Mapping[Key, tuple[Reason, ...]]:
        """See Engine."""
        return self.words.explain(query, reach, keys, near=near or self._near(query))

    def suggest(self, query: Query, reach: Reach, *, limit: int = 8) -> Found:
        """See Engine: by words alone, since half a word means nothing yet."""
        return self.words.suggest(query, reach, limit=limit)

    def similar(self, text: str, reach: Reach, *, kind: str = "", limit: int = 5, near: Near = NOTHING_NEAR) -> Found:
        """See Engine."""
        return self.words.similar(text, reach, kind=kind, limit=limit, near=near or self.vectors.near(text))

    def vocabulary(self) -> Mapping[str, int]:
        """See Engine."""
        return self.words.vocabulary()

    def frequencies(self, words: Sequence[str], reach: Reach) -> Sequence[int]:
        """See Engine."""
        return self.words.frequencies(words, reach)

    def put(
        self, documents: Iterable[Document], *, drop: Collection[Key] = (), moving: tuple[Marks, Marks] | None = None
    ) -> None:
        """See Engine."""
        self.words.put(documents, drop=drop, moving=moving)

    def drop(self, keys: Collection[Key]) -> None:
        """See Engine."""
        self.words.drop(keys)

    def rebuild(
        self,
        documents: Iterable[Document],
        *,
        settled: int,
        reached: int,
        missing: Gaps = (),
        progress: Progress | None = None,
    ) -> None:
        """See Engine."""
        self.words.rebuild(documents, settled=settled, reached=reached, missing=missing, progress=progress)

    def warm(self) -> None:
        """See Engine."""
        self.words.warm()
        self.vectors.warm()

    def marks(self) -> Marks:
        """See Engine."""
        return self.words.marks()

    def reached(self) -> int:
        """See Engine."""
        return self.words.reached()

    def held(self) -> Sequence[tuple[Key, int]]:
        """See Engine."""
        return self.words.held()

    def needs_rebuild(self) -> bool:
        """See Engine."""
        return self.words.needs_rebuild()

    def state(self) -> State:
        """See Engine."""
        return self.words.state()

    def _near(self, query: Query) -> Near:
        # Numbers, versions and error codes mean nothing by themselves: they are found as they are, or not at all.
        if query.title_only or all(any(c.isdigit() for c in word) for word in query.words):
            return NOTHING_NEAR
        return self.vectors.near(query.said)
