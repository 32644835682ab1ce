"""Scores of documents being added up, word by word, while there is time."""

import time
from collections.abc import Iterable

import numpy as np

from kb.search import fusion, scoring
from kb.search.ranking.columns import Mask
from kb.search.ranking.generation import Generation
from kb.search.ranking.segment import Ids
from kb.search.ranking.slots import Slots
from kb.search.scoring import Floats

SECONDS = 1.0
"""The longest a search may look at words; what it has by then is what it returns."""
_LEAST = 1e-6


class Ranking:
    """Scores being added up over all documents of one generation."""

    def __init__(self, generation: Generation) -> None:
        self.generation = generation
        self.score = np.zeros(generation.size, np.float32)
        self.cover = np.zeros(generation.size, np.float32)
        self.weight = 0.0
        self.words = 0
        self.late = False
        self._until = time.monotonic() + SECONDS

    def add(self, found: Iterable[Slots]) -> None:
        """Add what one word or group of words after the other finds, the rest being left out once time is up."""
        for slots in found:
            if self.time_is_up():
                return
            if not slots.weight:
                continue
            self.weight += slots.weight
            self.words += max(len(slots.own), 1)
            only = slots.own[0].only if len(slots.own) == 1 and not slots.others else None
            if only is not None:
                np.add.at(self.score, only.ids, only.values)  # twice as quick as += on a selection
                np.add.at(self.cover, only.ids, np.float32(slots.weight))
            else:
                score, cover = slots.scores(self.generation.size)
                self.score += score
                self.cover += cover

    def found(self, allowed: Mask, cosines: Floats | None) -> tuple[Ids, Floats]:
        """Return the documents of ``allowed`` that have enough of the query or are near enough, and their scores.

        Enough is a share of what the best one has. Scores are weighed by how much of the query a document has and how
        well it has helped.
        """
        touched = self.cover > 0 if cosines is None else (self.cover > 0) | (cosines > 0)
        ids = np.flatnonzero(touched & allowed)
        cover = self.cover[ids]
        enough = cover >= max(scoring.enough(self.words) * float(cover.max(initial=0.0)), _LEAST)
        if cosines is not None:
            enough |= near_enough(cosines[ids], cover)
        kept = np.flatnonzero(enough)
        ids, share = ids[kept], cover[kept] / np.float32(self.weight or 1)
        scores: Floats = self.score[ids] * scoring.completeness(share) * self.generation.boosts[ids]
        return ids, scores

    def reached(self, ids: Ids) -> float:
        """Return how much of what the query's words tell the best of ``ids`` has, from 0 to 1."""
        return min(float(self.cover[ids].max(initial=0.0)) / (self.weight or 1), 1.0)

    def time_is_up(self) -> bool:
        """Say whether time is up, and remember it."""
        self.late = self.late or time.monotonic() > self._until
        return self.late


def near_enough(cosines: Floats, cover: Floats) -> Mask:
    """Return which documents are near enough to be found, though they have little of the query or nothing."""
    return (cosines >= fusion.NEAR_ENOUGH) | ((cosines >= fusion.NEAR_WITH_WORDS) & (cover > 0))
