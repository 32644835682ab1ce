"""Which documents are about the same as a text."""

from collections import Counter

import numpy as np

from kb.search import analysis
from kb.search.engine import Found, Reach
from kb.search.whoosh_generation import Generation, Impacts
from kb.search.whoosh_ranking import ALL_FIELDS, Ranking, Slot, best, reachable

MOST_WORDS = 3_000
MOST_TERMS = 30
"""The words that tell most are enough: the rest only add time."""


def similar(generation: Generation, text: str, reach: Reach, *, kind: str, limit: int) -> Found:
    """Return the documents that share most of the words that make ``text`` what it is."""
    ranking = Ranking(generation)
    slots = _telling(generation, text)
    ranking.add(slots)
    mask = reachable(generation, reach) & (ranking.cover > 0)
    if len(slots) > 3:  # one shared word in a long text is chance
        mask &= ranking.cover > max(slot.weight for slot in slots)
    if kind:
        mask &= generation.is_one_of("kind", {kind})
    ids = best(ranking, np.flatnonzero(mask), limit)
    return Found(
        keys=tuple(generation.keys(ids)),
        scores=tuple(ranking.score[ids].tolist()),
        total=int(mask.sum()),
        late=ranking.late,
    )


def _telling(generation: Generation, text: str) -> list[Slot]:
    """Return the terms of ``text`` that tell most, each weighing more the oftener it is said."""
    counts: Counter[str] = Counter()
    for number, (_, word) in enumerate(analysis.words(text)):
        if number >= MOST_WORDS:
            break
        if not word.stop:
            counts.update(word.terms)
    weighed = [(count**0.5 * generation.idf("text", term), term) for term, count in counts.items()]
    slots: list[Slot] = []
    for weight, term in sorted(weighed, reverse=True)[: MOST_TERMS * 2]:
        found = generation.impacts(ALL_FIELDS, term)
        if len(found.ids) and len(slots) < MOST_TERMS:
            often = counts[term] ** 0.5
            slots.append(Slot((Impacts(found.ids, found.values * np.float32(often), found.idf),), weight))
    return slots
