"""One segment as searches read it: its columns are in memory, the postings of its words come as they are asked for."""

import json
from array import array
from collections import Counter
from collections.abc import Collection, Mapping
from functools import cached_property
from typing import Any, Protocol, Union

import numpy as np
from numpy.typing import NDArray

from kb.search.postgres.building import Arrays, Entry, names_in
from kb.search.ranking.fields import EXACT
from kb.search.ranking.segment import NAMES, NOTHING, NUMBERS, Ints, Postings
from kb.search.scoring import FIELDS

Places = dict[int, NDArray[np.uint16]]
Bytes = Union[bytes, "array[int]"]


def postings(ids: Bytes, counts: Bytes) -> Postings:
    """Return what an Entry says of where a term is."""
    return Postings(np.frombuffer(ids, np.int32), np.frombuffer(counts, np.uint16).astype(np.float32))


def places(ids: Bytes, counts: Bytes, places: Bytes, wanted: Ints) -> Places:
    """Return what an Entry says of where a term stands in each of the ``wanted`` documents that hold it."""
    numbers, often = np.frombuffer(ids, np.int32), np.frombuffer(counts, np.uint16)
    everywhere, ends = np.frombuffer(places, np.uint16), np.cumsum(often, dtype=np.int64)
    chosen = np.flatnonzero(np.isin(numbers, wanted)).tolist()
    return {int(numbers[at]): everywhere[ends[at] - often[at] : ends[at]] for at in chosen}


class Words(Protocol):
    """Where the postings of a segment's words come from."""

    def postings(self, field: str, term: str) -> Postings:
        """Return which documents hold ``term`` in ``field``, and how often."""

    def places(self, field: str, term: str, wanted: Ints) -> Places:
        """Return where ``term`` stands in ``field`` of each of the ``wanted`` documents that hold it."""

    def terms(self, field: str) -> list[tuple[str, int]]:
        """Return the terms of ``field``, and in how many documents each is."""


class InMemory:
    """The words of a few documents that are in no segment of the database yet."""

    def __init__(self, entries: Mapping[tuple[str, str], Entry]) -> None:
        self._entries = entries

    def postings(self, field: str, term: str) -> Postings:
        """See Words."""
        found = self._entries.get((field, term))
        return postings(found.ids, found.counts) if found else NOTHING

    def places(self, field: str, term: str, wanted: Ints) -> Places:
        """See Words."""
        found = self._entries.get((field, term))
        return places(*found, wanted) if found else {}

    def terms(self, field: str) -> list[tuple[str, int]]:
        """See Words."""
        return sorted((term, len(one.ids)) for (name, term), one in self._entries.items() if name == field)


class Segment:
    """A segment never changes; which of its documents are gone is told by the generation it is part of."""

    def __init__(self, arrays: Arrays, words: Words) -> None:
        self._words = words
        self._reasons = arrays["reasons"]
        self.numbers = {name: arrays[name] for name in NUMBERS}
        self.names = {name: (arrays[f"{name}.codes"], names_in(arrays[f"{name}.names"])) for name in NAMES}
        self.lengths = {name: arrays[f"{name}.lengths"] for name in FIELDS}
        self.total_lengths = {name: int(lengths.sum()) for name, lengths in self.lengths.items()}
        self.size = len(self.numbers["ref"])
        self._exact = {name: _Exact(arrays, name) for name in EXACT}

    def postings(self, field: str, term: str) -> Postings:
        """Return which documents hold ``term`` in ``field``, and how often."""
        return self._exact[field].postings(term) if field in EXACT else self._words.postings(field, term)

    def places(self, field: str, term: str, wanted: Ints) -> Places:
        """Return where ``term`` stands in ``field`` of each of the ``wanted`` documents (ascending) that hold it."""
        return self._words.places(field, term, wanted)

    def spoken(self) -> tuple[list[str], list[int]]:
        """Return the words people may complete to, sorted, and in how many documents each is."""
        return self._exact["spoken"].counted

    def public(self, deleted: Collection[int]) -> Counter[str]:
        """Return in how many documents that everyone may find each word is, those ``deleted`` not counted."""
        return self._exact["public"].living(deleted)

    def reasons(self, number: int) -> list[tuple[str, float]]:
        """Return why document ``number`` is boosted."""
        told: dict[str, list[tuple[str, float]]] = json.loads(self._reasons.tobytes())
        return [(words, factor) for words, factor in told.get(str(number), ())]

    def document_frequency(self, field: str, term: str) -> int:
        """Return how many documents, those gone included, hold ``term`` in ``field``."""
        return len(self.postings(field, term).ids)

    def terms(self, field: str) -> list[tuple[str, int]]:
        """Return the terms of ``field``, and in how many documents each is."""
        if field in EXACT:
            return list(zip(*self._exact[field].counted, strict=True))
        return self._words.terms(field)

    @cached_property
    def tags(self) -> Mapping[str, Ints]:
        """Which documents carry each tag."""
        return self._exact["tag"].all()


class _Exact:
    """All terms of a field that is read at once."""

    def __init__(self, arrays: Arrays, field: str) -> None:
        self._said: NDArray[Any] = arrays[f"{field}.names"]
        self._starts: NDArray[np.int64] = arrays[f"{field}.starts"]
        self._ids: Ints = arrays[f"{field}.ids"]

    @cached_property
    def names(self) -> list[str]:
        return names_in(self._said)

    @cached_property
    def counted(self) -> tuple[list[str], list[int]]:
        return self.names, np.diff(self._starts).tolist()

    @cached_property
    def _place(self) -> dict[str, int]:
        return {name: number for number, name in enumerate(self.names)}

    def postings(self, term: str) -> Postings:
        place = self._place.get(term)
        if place is None:
            return NOTHING
        ids = self._ids[self._starts[place] : self._starts[place + 1]]
        return Postings(ids, np.ones(len(ids), np.float32))

    def all(self) -> dict[str, Ints]:
        return dict(zip(self.names, np.split(self._ids, self._starts[1:-1]), strict=True)) if self.names else {}

    def living(self, deleted: Collection[int]) -> Counter[str]:
        here = ~np.isin(self._ids, np.fromiter(deleted, np.int32))
        before = np.concatenate([[0], np.cumsum(here)])
        numbers = (before[self._starts[1:]] - before[self._starts[:-1]]).tolist()
        return Counter({name: count for name, count in zip(self.names, numbers, strict=True) if count})
