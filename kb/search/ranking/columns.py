"""What an index says of each document besides its words, as arrays over all documents."""

from collections.abc import Collection, Iterable, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kb.search.engine import Key, Near
from kb.search.lookup import Languages, looked_up
from kb.search.ranking.segment import NAMES, NUMBERS, Ints, Segment
from kb.search.scoring import LEAST_BOOST, MOST_BOOST, Floats

Mask = NDArray[np.bool_]
NO_IDS: Ints = np.empty(0, np.int32)
COUNTED = ("kind", "status", "place")
_REF_BITS = 48


class Columns:
    """The documents of some segments, numbered through, those in ``deleted`` (by segment) being no more."""

    def __init__(self, segments: Sequence[Segment], deleted: Sequence[Collection[int]]) -> None:
        self.segments = segments
        self.deleted = deleted
        self.offsets = np.cumsum([0, *(segment.size for segment in segments)]).tolist()
        self.size: int = self.offsets[-1]
        self.alive: Mask = np.ones(self.size, np.bool_)
        for offset, gone in zip(self.offsets, deleted, strict=False):
            self.alive[[offset + number for number in gone]] = False
        self.numbers = {name: joined([s.numbers[name] for s in segments]) for name in NUMBERS}
        self.names = {name: _merged([s.names[name] for s in segments]) for name in NAMES}
        self._within: dict[frozenset[str], Mask] = {}

    def within(self, audiences: frozenset[str]) -> Mask:
        """Return which documents ``audiences`` may find; not to be changed."""
        known = self._within.get(audiences)
        if known is None:
            known = self._within[audiences] = self.alive & self.is_one_of("audience", audiences)
            known.setflags(write=False)
        return known

    def is_one_of(self, column: str, values: Collection[str]) -> Mask:
        """Return which documents have one of ``values`` in a column of names."""
        codes, names = self.names[column]
        return np.array([name in values for name in names], np.bool_)[codes]

    def find(self, keys: Iterable[Key]) -> Ints:
        """Return the numbers of the living documents among ``keys``."""
        marks, ids = self._by_key
        wanted = np.array(sorted(self._marks(keys)), np.int64)
        ends = zip(np.searchsorted(marks, wanted), np.searchsorted(marks, wanted, side="right"), strict=True)
        return np.concatenate([NO_IDS, *(ids[first:end] for first, end in ends)])

    def near(self, near: Near) -> Floats:
        """Return the cosine of every document, 0 of those that are not ``near``."""
        marks, ids = self._by_key
        cosines = np.zeros(self.size, np.float32)
        wanted = self._marks(near)
        for mark, place in zip(wanted, np.searchsorted(marks, list(wanted)).tolist(), strict=True):
            if place < len(marks) and marks[place] == mark:
                cosines[ids[place]] = near[wanted[mark]]
        return cosines

    def keys(self, ids: NDArray[Any]) -> list[Key]:
        """Return which documents ``ids`` are."""
        codes, names = self.names["kind"]
        refs = self.numbers["ref"][ids].tolist()
        return [Key(names[code], ref) for code, ref in zip(codes[ids].tolist(), refs, strict=True)]

    @cached_property
    def boosts(self) -> Floats:
        """What each document's score is multiplied by."""
        boosts: Floats = np.clip(self.numbers["boost"], LEAST_BOOST, MOST_BOOST).astype(np.float32)
        return boosts

    @cached_property
    def languages(self) -> Languages:
        """The languages that words are looked up in."""
        codes, names = self.names["lang"]
        return looked_up(list(zip(names, np.bincount(codes[self.alive], minlength=len(names)).tolist(), strict=True)))

    @cached_property
    def kinds(self) -> tuple[Ints, tuple[int, ...]]:
        """One code for each document's kind, status and place together, and how many there are of each."""
        shape = tuple(len(self.names[name][1]) for name in COUNTED)
        codes = [self.names[name][0] for name in COUNTED]
        return np.ravel_multi_index(codes, shape).astype(np.int32) if self.size else NO_IDS, shape

    @cached_property
    def tags(self) -> tuple[list[str], NDArray[np.int64], Ints]:
        """All tags, sorted; and each document's as places in that list, those of document n from start n to n + 1."""
        names = sorted({name for segment in self.segments for name in segment.tags})
        place = {name: number for number, name in enumerate(names)}
        pairs = [
            (ids + offset, np.full(len(ids), place[name], np.int32))
            for segment, offset in zip(self.segments, self.offsets, strict=False)
            for name, ids in segment.tags.items()
        ]
        starts = np.zeros(self.size + 1, np.int64)
        if not pairs:
            return names, starts, NO_IDS
        documents, codes = np.concatenate([ids for ids, _ in pairs]), np.concatenate([codes for _, codes in pairs])
        starts[1:] = np.cumsum(np.bincount(documents, minlength=self.size))
        return names, starts, codes[np.argsort(documents, kind="stable")]

    @cached_property
    def carried(self) -> NDArray[np.intp]:
        """How many documents carry each of the tags, deleted ones included."""
        names, _, codes = self.tags
        return np.bincount(codes, minlength=len(names))

    @cached_property
    def _by_key(self) -> tuple[NDArray[np.int64], Ints]:
        """A number for the key of each living document, ascending, and the document's own number."""
        codes, _ = self.names["kind"]
        ids = np.flatnonzero(self.alive).astype(np.int32)
        marks = (codes[ids].astype(np.int64) << _REF_BITS) + self.numbers["ref"][ids].astype(np.int64)
        order = np.argsort(marks, kind="stable")
        return marks[order], ids[order]

    def _marks(self, keys: Iterable[Key]) -> dict[int, Key]:
        place = {name: code for code, name in enumerate(self.names["kind"][1])}
        return {(place[key.kind] << _REF_BITS) + key.ref: key for key in keys if key.kind in place}


def joined(parts: list[NDArray[Any]]) -> NDArray[Any]:
    """Return what all segments have of one thing, as one array."""
    return np.concatenate(parts) if parts else np.empty(0)


def _merged(parts: list[tuple[NDArray[Any], list[str]]]) -> tuple[NDArray[np.int32], list[str]]:
    """Give the codes of all segments one list of names."""
    names = sorted({name for _, own in parts for name in own})
    place = {name: number for number, name in enumerate(names)}
    codes = [np.array([place[name] for name in own], np.int32)[numbers] for numbers, own in parts]
    return (np.concatenate(codes) if codes else np.empty(0, np.int32)), names
