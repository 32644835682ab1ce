"""The interface every search engine has, and what goes in and out of it."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from kb.search.documents import Document
from kb.search.query import Query


class Key(NamedTuple):
    """Which document: its kind, and its id in the database."""

    kind: str
    ref: int


class NoIndex(Exception):
    """There is nothing to search in at the moment: not built yet, being repaired, or from another version."""


class Busy(Exception):
    """Another process is writing to the index."""


@dataclass(frozen=True, slots=True)
class Reach:
    """What one reader may find: documents for ``audiences``, those named by ``hidden`` left out."""

    audiences: frozenset[str] = frozenset({"public"})
    hidden: frozenset[Key] = frozenset()


@dataclass(frozen=True, slots=True)
class Found:
    """Some of the documents found, best first, and facts about all of them."""

    keys: tuple[Key, ...] = ()
    scores: tuple[float, ...] = ()
    total: int = 0
    """How many there are in all."""
    counts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """How many there are by ``kind``, ``status``, ``section``, ``category`` and ``tag``.

    Each is counted as if nothing were chosen of its own sort, so that the other choices can be offered with a number.
    """
    late: bool = False
    """Whether time ran out, so that not every word was looked at."""


Near = Mapping[Key, float]
"""Documents near a text in meaning, and how near: the cosine of their vectors, from 0 to 1."""
NOTHING_NEAR: Near = {}


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that made a document's score, as a short English phrase."""

    words: str
    value: float
    """Points where ``times`` is False, a factor where it is True."""
    times: bool = False


Gaps = tuple[tuple[int, int], ...]
"""The first and the last number of each gap in a row of numbers."""


@dataclass(frozen=True, slots=True)
class Marks:
    """How far an index has followed the database's changes."""

    index: str
    """Which index: another one taken into use has another name."""
    settled: int
    """Every change up to this one is in it."""
    reached: int
    """The highest change that is in it."""
    missing: Gaps = ()
    """Which between the two are not in it: they were still on their way, or never arrived."""


@dataclass(frozen=True, slots=True)
class State:
    """How an index is doing."""

    name: str
    ready: bool
    documents: int = 0
    deleted: int = 0
    segments: int = 0
    reached: int = 0
    """The highest change of the database that is in it."""


Progress = Callable[[int], None]
"""Told how many documents an index being built holds so far."""


class Engine(Protocol):
    """Keeps documents and finds them. Returns ids only: what is shown is decided by the database."""

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
        """Return the documents ``query`` asks for, and those of ``near`` that pass its filters; raises NoIndex.

        What is ``near`` in meaning is found like any other document and ranked together with the rest (see
        kb.search.fusion); it still has to be within reach, pass every filter, hold every phrase and no unwanted word.
        """

    def explain(
        self, query: Query, reach: Reach, keys: Collection[Key], *, near: Near = NOTHING_NEAR
    ) -> Mapping[Key, tuple[Reason, ...]]:
        """Return why each of ``keys`` ranks where it does in a search by relevance; raises NoIndex."""

    def suggest(self, query: Query, reach: Reach, *, limit: int = 8) -> Found:
        """Return the documents that a query whose last word may be half typed asks for; raises NoIndex."""

    def similar(self, text: str, reach: Reach, *, kind: str = "", limit: int = 5, near: Near = NOTHING_NEAR) -> Found:
        """Return the documents most like ``text``, those of ``near`` among them; raises NoIndex."""

    def vocabulary(self) -> Mapping[str, int]:
        """Return the words of titles, keywords, headings and tags as people write them (analysis.spoken), and in how
        many documents that everyone may find each is; kept until the index changes. Raises NoIndex."""

    def frequencies(self, words: Sequence[str], reach: Reach) -> Sequence[int]:
        """Return how many documents within ``reach`` hold each of ``words`` anywhere; raises NoIndex."""

    def put(
        self, documents: Iterable[Document], *, drop: Collection[Key] = (), moving: tuple[Marks, Marks] | None = None
    ) -> None:
        """Have ``documents`` as they are now, in place of what was kept of them, and ``drop`` no more.

        ``moving`` says from which marks to which this takes the index. Raises NoIndex; Busy when another process is
        writing, or has moved the index from the first of those marks.
        """

    def drop(self, keys: Collection[Key]) -> None:
        """Have none of ``keys`` any more; raises NoIndex or Busy."""

    def rebuild(
        self,
        documents: Iterable[Document],
        *,
        settled: int,
        reached: int,
        missing: Gaps = (),
        progress: Progress | None = None,
    ) -> None:
        """Build a new index beside the one in use and take it into use; searches go on meanwhile.

        ``settled``, ``reached`` and ``missing`` become its marks. Raises Busy.
        """

    def warm(self) -> None:
        """Open the index, so that the first search need not; safe in any thread, never raises."""

    def marks(self) -> Marks:
        """Return how far the index on disk is; raises NoIndex."""

    def reached(self) -> int:
        """Return the highest change that searches of this process are sure to know of; raises NoIndex."""

    def held(self) -> Sequence[tuple[Key, int]]:
        """Return everything that is in the index, and the version of each; raises NoIndex."""

    def needs_rebuild(self) -> bool:
        """Return whether there is no index, or one that cannot be read, and put the latter out of use."""

    def state(self) -> State:
        """Return how the index is doing; never raises."""
