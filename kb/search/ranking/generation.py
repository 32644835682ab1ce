"""One generation of an index: the columns of its documents, and what each term adds to their scores."""

import time
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property

import numpy as np

from kb.search import scoring
from kb.search.ranking.columns import NO_IDS, Columns, joined
from kb.search.ranking.impacts import MOST_BYTES, NO_IMPACTS, Impacts, Kept
from kb.search.ranking.segment import Ints, Segment
from kb.search.scoring import BOOSTS, FIELDS, Floats

MOST_COMPLETIONS = 200
MOST_WARMED = 2000
_LAST = "\U0010ffff"


class Generation(Columns):
    """What an index holds between two commits. Nothing in it changes, so any number of threads may share it."""

    def __init__(self, number: int, segments: Sequence[Segment], deleted: Sequence[Collection[int]]) -> None:
        super().__init__(segments, deleted)
        self.number = number
        self._lengths = {name: joined([s.lengths[name] for s in segments]) for name in FIELDS}
        self._mean_lengths = {
            name: (sum(s.total_lengths[name] for s in segments) / self.size if self.size else 0) or 1 for name in FIELDS
        }
        self._kept = Kept()

    def warm(self) -> None:
        """Read now what the first searches and suggestions would have to read, the most frequent words included."""
        _ = self.tags
        counts: Counter[str] = Counter()
        for segment in self.segments:
            segment.spoken()
            for field in ("title", "text"):
                counts.update(dict(segment.terms(field)))
        for term, _ in counts.most_common(MOST_WARMED):
            if self._kept.nbytes > MOST_BYTES // 2:
                break
            self.impacts(FIELDS, term)
            time.sleep(0.001)  # requests go first

    def impacts(self, fields: tuple[str, ...], term: str) -> Impacts:
        """Return what ``term`` adds to scores: the sum over ``fields`` of its points in each (scoring.points)."""
        name = (fields, term)
        known = self._kept.get(name)
        if known is not None:
            return known
        found = [one for one in (self._field_impacts(field, term) for field in fields) if len(one.ids)]
        return self._kept.keep(name, self._summed(found) if found else NO_IMPACTS)

    def has_read(self, term: str) -> bool:
        """Return whether the impacts of ``term`` over all fields are in memory."""
        return self._kept.get((FIELDS, term)) is not None

    def completions(self, prefix: str) -> Impacts:
        """Return the documents whose title, keywords or tags have a word that starts with ``prefix``.

        At most 200 words are followed, the most frequent first; a word typed in full counts more.
        """
        name = ("spoken", prefix)
        known = self._kept.get(name)
        if known is not None:
            return known
        values = np.zeros(self.size, np.float32)
        for segment, offset, words in self._begun(prefix):
            own = values[offset : offset + segment.size]
            for word in words:
                own[segment.postings("spoken", word).ids] = scoring.BEGUN
        values[self.holding("spoken", prefix)] = scoring.TYPED
        ids = np.flatnonzero(values).astype(np.int32)
        told = scoring.idf(self.size, len(ids))
        return self._kept.keep(name, Impacts(ids, values[ids] * np.float32(BOOSTS["title"] * told), told))

    def holding(self, field: str, term: str) -> Ints:
        """Return the documents with ``term`` in ``field``, deleted ones included, in ascending order."""
        parts = [s.postings(field, term).ids + offset for s, offset in zip(self.segments, self.offsets, strict=False)]
        return np.concatenate(parts).astype(np.int32) if parts else NO_IDS

    def idf(self, field: str, term: str) -> float:
        """Return how much ``term`` tells in ``field`` (scoring.idf)."""
        return scoring.idf(self.size, sum(segment.document_frequency(field, term) for segment in self.segments))

    def reasons(self, number: int) -> list[tuple[str, float]]:
        """Return why document ``number`` is boosted."""
        segment = bisect_right(self.offsets, number) - 1
        return self.segments[segment].reasons(number - self.offsets[segment])

    @cached_property
    def vocabulary(self) -> Mapping[str, int]:
        """See Engine."""
        words: Counter[str] = Counter()
        for segment, deleted in zip(self.segments, self.deleted, strict=True):
            words.update(segment.public(deleted))
        return words

    def _begun(self, prefix: str) -> Iterator[tuple[Segment, int, list[str]]]:
        """Yield each segment, where it begins, and which it has of the most frequent words that start so."""
        frequencies: Counter[str] = Counter()
        ranges = []
        for segment in self.segments:
            words, counts = segment.spoken()
            first, end = bisect_left(words, prefix), bisect_left(words, prefix + _LAST)
            frequencies.update(dict(zip(words[first:end], counts[first:end], strict=True)))
            ranges.append(words[first:end])
        chosen = {word for word, _ in frequencies.most_common(MOST_COMPLETIONS)}
        for segment, offset, words in zip(self.segments, self.offsets, ranges, strict=False):
            yield segment, offset, [word for word in words if word in chosen]

    def _field_impacts(self, field: str, term: str) -> Impacts:
        ids, counts = [], []
        for segment, offset in zip(self.segments, self.offsets, strict=False):
            postings = segment.postings(field, term)
            ids.append(postings.ids + np.int32(offset))
            counts.append(postings.counts)
        if not ids:
            return NO_IMPACTS
        number, count = np.concatenate(ids), np.concatenate(counts)
        told = scoring.idf(self.size, len(number))
        lengths, mean = self._lengths[field][number], self._mean_lengths[field]
        return Impacts(number, scoring.points(field, told, count, lengths, mean), told)

    def _summed(self, found: list[Impacts]) -> Impacts:
        total: Floats = np.zeros(self.size, np.float32)
        for one in found:
            total[one.ids] += one.values
        ids = np.flatnonzero(total * self.alive).astype(np.int32)
        return Impacts(ids, total[ids], min(one.idf for one in found))
