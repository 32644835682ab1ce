"""One generation of a Whoosh index as arrays over all its documents: columns, impacts of terms, completions."""

import time
from bisect import bisect_left
from collections import Counter, OrderedDict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import log
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kb.search.engine import Key
from kb.search.whoosh_schema import NAMES, NUMBERS, SCORED
from kb.search.whoosh_segments import Floats, Ints, Segment

Mask = NDArray[np.bool_]
K1 = 1.2
B = {"title": 0.75, "keywords": 0.5, "headings": 0.75, "tags": 0.3, "text": 0.75}
BOOSTS = {"title": 5.0, "keywords": 2.5, "headings": 1.6, "tags": 1.4, "text": 1.0}
MOST_COMPLETIONS = 200
MOST_WARMED = 2000
_IMPACT_BYTES = 24 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Impacts:
    """Which documents hold a term in any of some fields (ascending), and what it adds to the score of each."""

    ids: Ints
    values: Floats
    idf: float
    """How much the term tells, from its rarest field."""

    @property
    def nbytes(self) -> int:
        """What this takes in memory, roughly."""
        return int(self.ids.nbytes + self.values.nbytes) + 200


NO_IMPACTS = Impacts(np.empty(0, np.int32), np.empty(0, np.float32), 0.0)


class Generation:
    """What an index holds between two commits. Nothing in it changes, so threads share it without locks."""

    def __init__(self, number: int, segments: Sequence[Segment], deleted: Sequence[Collection[int]]) -> None:
        self.number = number
        self.segments = segments
        self.offsets = np.cumsum([0, *(segment.size for segment in segments)]).tolist()
        self.size: int = self.offsets[-1]
        self.alive: Mask = np.ones(self.size, np.bool_)
        for offset, gone in zip(self.offsets, deleted, strict=False):
            self.alive[[offset + number for number in gone]] = False
        self.numbers = {name: _joined([s.numbers[name] for s in segments]) for name in NUMBERS}
        self.names = {name: _merged([s.names[name] for s in segments]) for name in NAMES}
        self._lengths = {name: _joined([s.lengths[name] for s in segments]) for name in SCORED}
        self._mean_lengths = {
            name: (sum(s.total_lengths[name] for s in segments) / self.size if self.size else 0) or 1 for name in SCORED
        }
        self._kept: OrderedDict[tuple[object, ...], Impacts] = OrderedDict()
        self._kept_bytes = 0

    def warm(self) -> None:
        """Read now what the first searches and suggestions would have to read, the most frequent words included."""
        _ = self.tags
        counts: Counter[str] = Counter()
        for segment in self.segments:
            segment.spoken()
            for field in ("title", "text"):
                counts.update(dict(segment.terms(field)))
        for term, _ in counts.most_common(MOST_WARMED):
            if self._kept_bytes > _IMPACT_BYTES // 2:
                break
            self.impacts(SCORED, term)
            time.sleep(0.001)  # requests go first

    def impacts(self, fields: tuple[str, ...], term: str) -> Impacts:
        """Return what ``term`` adds to scores by BM25F over ``fields``: the sum of each field's boost × BM25."""
        key = (fields, term)
        known = self._kept.get(key)
        if known is not None:
            return known
        found = [self._field_impacts(name, term) for name in fields]
        return self._keep(key, self._summed([one for one in found if len(one.ids)]))

    def completions(self, prefix: str) -> Impacts:
        """Return the documents whose title, keywords or tags have a word that starts with ``prefix``.

        At most 200 words are followed, the most frequent first; a word typed in full counts more.
        """
        key = ("spoken", prefix)
        known = self._kept.get(key)
        if known is not None:
            return known
        frequencies: dict[str, int] = {}
        for segment in self.segments:
            words, counts = segment.spoken()
            for at in range(bisect_left(words, prefix), len(words)):
                if not words[at].startswith(prefix):
                    break
                frequencies[words[at]] = frequencies.get(words[at], 0) + counts[at]
        chosen = sorted(frequencies, key=lambda word: (word != prefix, -frequencies[word]))[:MOST_COMPLETIONS]
        found = [(self.holding("spoken", word), 1.0 if word == prefix else 0.6) for word in chosen]
        ids = np.concatenate([ids for ids, _ in found]) if found else NO_IMPACTS.ids
        idf = log(self.size / (len(np.unique(ids)) + 1)) + 1 if self.size else 0.0
        values = np.concatenate([np.full(len(ids), v, np.float32) for ids, v in found]) if found else NO_IMPACTS.values
        return self._keep(key, _largest(ids, values * BOOSTS["title"] * 0.5 * idf, idf))

    def holding(self, field: str, term: str) -> Ints:
        """Return the documents with ``term`` in ``field``, deleted ones included, in ascending order."""
        parts = [s.postings(field, term).ids + offset for s, offset in zip(self.segments, self.offsets, strict=False)]
        return np.concatenate(parts).astype(np.int32) if parts else NO_IMPACTS.ids

    def idf(self, field: str, term: str) -> float:
        """Return how much ``term`` tells in ``field``: the logarithm of all documents over those that have it."""
        frequency = sum(segment.document_frequency(field, term) for segment in self.segments)
        return log(self.size / (frequency + 1)) + 1 if self.size else 0.0

    def is_one_of(self, column: str, values: Collection[str]) -> Mask:
        """Return which documents have one of ``values`` in a column of names."""
        codes, names = self.names[column]
        return np.array([name in values for name in names], np.bool_)[codes]

    def find(self, keys: Collection[Key]) -> Ints:
        """Return the numbers of the living documents among ``keys``."""
        codes, names = self.names["kind"]
        found = [
            np.flatnonzero((codes == code) & np.isin(self.numbers["ref"], [k.ref for k in keys if k.kind == name]))
            for code, name in enumerate(names)
            if any(key.kind == name for key in keys)
        ]
        ids = np.concatenate(found) if found else NO_IMPACTS.ids
        return ids[self.alive[ids]].astype(np.int32)

    def keys(self, ids: NDArray[Any]) -> list[Key]:
        """Return which documents ``ids`` are."""
        codes, names = self.names["kind"]
        refs = self.numbers["ref"][ids].tolist()
        return [Key(names[code], ref) for code, ref in zip(codes[ids].tolist(), refs, strict=True)]

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
            return names, starts, NO_IMPACTS.ids
        documents, codes = np.concatenate([ids for ids, _ in pairs]), np.concatenate([codes for _, codes in pairs])
        starts[1:] = np.cumsum(np.bincount(documents, minlength=self.size))
        return names, starts, codes[np.argsort(documents, kind="stable")]

    def _field_impacts(self, field: str, term: str) -> Impacts:
        """Whoosh's BM25F, for all documents of one term at once."""
        idf, mean, b = self.idf(field, term), self._mean_lengths[field], B[field]
        ids, counts = [], []
        for segment, offset in zip(self.segments, self.offsets, strict=False):
            postings = segment.postings(field, term)
            ids.append(postings.ids + np.int32(offset))
            counts.append(postings.counts)
        if not ids:
            return NO_IMPACTS
        number, count = np.concatenate(ids), np.concatenate(counts)
        norm = K1 * ((1 - b) + b * self._lengths[field][number] / mean)
        values = (BOOSTS[field] * idf) * (count * (K1 + 1)) / (count + norm)
        return Impacts(number, values.astype(np.float32), idf)

    def _summed(self, found: list[Impacts]) -> Impacts:
        if not found:
            return NO_IMPACTS
        ids = np.concatenate([one.ids for one in found])
        distinct, places = np.unique(ids, return_inverse=True)
        values = np.bincount(places, np.concatenate([one.values for one in found])).astype(np.float32)
        living = self.alive[distinct]
        return Impacts(distinct[living], values[living], min(one.idf for one in found))

    def _keep(self, key: tuple[object, ...], found: Impacts) -> Impacts:
        """Keep the impacts used last; two threads may both make them, which costs a little time and nothing else."""
        if self._kept_bytes + found.nbytes > _IMPACT_BYTES:
            self._kept, self._kept_bytes = OrderedDict(), 0
        self._kept[key] = found
        self._kept_bytes += found.nbytes
        return found


def _largest(ids: Ints, values: NDArray[Any], idf: float) -> Impacts:
    """Keep the largest value of each id."""
    order = np.lexsort((-values, ids))
    first = np.ones(len(order), np.bool_)
    first[1:] = ids[order][1:] != ids[order][:-1]
    return Impacts(ids[order][first].astype(np.int32), values[order][first].astype(np.float32), idf)


def _joined(parts: list[NDArray[Any]]) -> NDArray[Any]:
    return np.concatenate(parts) if parts else np.empty(0)


def _merged(parts: list[tuple[NDArray[Any], list[str]]]) -> tuple[NDArray[np.int32], list[str]]:
    """Give the codes of all segments one list of names."""
    names = sorted({name for _, own in parts for name in own})
    place = {name: number for number, name in enumerate(names)}
    codes = [np.array([place[name] for name in own], np.int32)[numbers] for numbers, own in parts]
    return (np.concatenate(codes) if codes else np.empty(0, np.int32)), names
