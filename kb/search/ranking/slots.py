"""What the words of a query add to the scores of documents, as arrays over all of them."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from kb.search.lookup import Asked, Unit
from kb.search.ranking.generation import Generation
from kb.search.ranking.impacts import Impacts
from kb.search.scoring import OTHERWISE, Floats


@dataclass(frozen=True, slots=True)
class Slot:
    """One word of a query: what each way to find it adds; of ``weight`` is what it tells."""

    ways: tuple[tuple[Impacts, ...], ...]
    weight: float

    @property
    def only(self) -> Impacts | None:
        """The one term it is found by, if there is but one."""
        return self.ways[0][0] if len(self.ways) == 1 and len(self.ways[0]) == 1 else None

    def scores(self, size: int) -> Floats:
        """Return what it adds to each of ``size`` documents: that of the best way, 0 where none is found."""
        best = np.zeros(size, np.float32)
        for number, way in enumerate(self.ways):
            scores = np.zeros(size, np.float32) if number else best
            for impacts in way:
                np.add.at(scores, impacts.ids, impacts.values)
            if number:
                np.maximum(best, scores, out=best)
        return best


@dataclass(frozen=True, slots=True)
class Slots:
    """Words that stand for one thing, and other ways to say it, of each of which all words are needed."""

    own: tuple[Slot, ...]
    others: tuple[tuple[Slot, ...], ...] = ()

    @property
    def weight(self) -> float:
        """How much they tell: what was typed or, where nothing holds that, the most telling of the others."""
        most = max((sum(slot.weight for slot in other) for other in self.others), default=0.0)
        return sum(slot.weight for slot in self.own) or most

    def scores(self, size: int) -> tuple[Floats, Floats]:
        """Return what they add to the score of each document, and how much of their weight each has."""
        score, cover = np.zeros(size, np.float32), np.zeros(size, np.float32)
        for slot in self.own:
            added = slot.scores(size)
            score += added
            cover[added > 0] += slot.weight
        for other in self.others:
            each = [slot.scores(size) for slot in other]
            ids = np.flatnonzero(np.minimum.reduce(each))
            np.maximum.at(score, ids, np.float32(OTHERWISE) * np.add.reduce(each)[ids])
            np.maximum.at(cover, ids, np.float32(OTHERWISE * self.weight))
        return score, cover


def slots_of(generation: Generation, unit: Unit, fields: tuple[str, ...]) -> Slots:
    """Return what ``unit`` adds. A word that nothing holds says nothing about which document is meant."""
    others = (tuple(slot_of(generation, word, fields) for word in other) for other in unit.others)
    return Slots(
        own=tuple(_known(slot_of(generation, word, fields) for word in unit.own)),
        others=tuple(other for other in others if all(slot.weight for slot in other)),
    )


def slot_of(generation: Generation, word: Asked, fields: tuple[str, ...]) -> Slot:
    """Return what one word adds to scores by ``fields``; it weighs nothing where nothing holds it."""
    ways = [tuple(generation.impacts(fields, term) for term in way) for way in word.ways]
    known = [one.idf for way in ways for one in way if len(one.ids)]
    found = tuple(way for way in ways if any(len(one.ids) for one in way)) or tuple(ways[:1])
    return Slot(found, max(known, default=0.0))


def _known(slots: Iterable[Slot]) -> Iterable[Slot]:
    return (slot for slot in slots if slot.weight)
