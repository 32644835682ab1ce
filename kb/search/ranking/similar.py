"""Which documents are about the same as a text."""

from collections import Counter

import numpy as np

from kb.search import analysis, fusion
from kb.search.engine import Found, Near, Reach
from kb.search.lookup import Asked, asked, likely_languages
from kb.search.ranking.adding import Ranking, near_enough
from kb.search.ranking.generation import Generation
from kb.search.ranking.impacts import Impacts
from kb.search.ranking.searching import best, reachable
from kb.search.ranking.slots import Slot, Slots, slot_of
from kb.search.scoring import FIELDS

MOST_WORDS = 3_000
MOST_TERMS = 30
"""The words that tell most are enough: the rest only add time."""


def similar(generation: Generation, text: str, reach: Reach, *, kind: str, limit: int, near: Near) -> Found:
    """Return the documents that share most of the words that make ``text`` what it is, or are near it in meaning."""
    ranking = Ranking(generation)
    slots = _telling(generation, text)
    ranking.add(Slots((slot,)) for slot in slots)
    # One shared word in a long text is chance.
    found = ranking.cover > (max(slot.weight for slot in slots) if len(slots) > 3 else 0)
    cosines = generation.near(near) if near else None
    if cosines is not None:
        found |= near_enough(cosines, ranking.cover)
    found &= reachable(generation, reach)
    if kind:
        found &= generation.is_one_of("kind", {kind})
    ids = np.flatnonzero(found)
    scores = (
        ranking.score[ids] if cosines is None else fusion.fused(ranking.score[ids], fusion.nearness(near, cosines[ids]))
    )
    top = best(generation, ids, scores, limit)
    return Found(
        keys=tuple(generation.keys(ids[top])),
        scores=tuple(scores[top].tolist()),
        total=len(ids),
        late=ranking.late,
    )


def _telling(generation: Generation, text: str) -> list[Slot]:
    """Return the words of ``text`` that tell most, each weighing more the oftener it is said."""
    written = " ".join(analysis.pieces(text)[:MOST_WORDS])
    languages = generation.languages
    words = asked(written, languages, likely_languages(written, languages))
    counts = Counter(word for word in words if not word.stop)
    weighed = [(count**0.5 * _idf(generation, word), word) for word, count in counts.items()]
    slots: list[Slot] = []
    for weight, word in sorted(weighed, key=lambda pair: (-pair[0], pair[1].ways))[: MOST_TERMS * 2]:
        found = slot_of(generation, word, FIELDS)
        if found.weight and len(slots) < MOST_TERMS:
            often = np.float32(counts[word] ** 0.5)
            ways = tuple(tuple(Impacts(one.ids, one.values * often, one.idf) for one in way) for way in found.ways)
            slots.append(Slot(ways, weight))
    return slots


def _idf(generation: Generation, word: Asked) -> float:
    return max(generation.idf("text", term) for way in word.ways for term in way)
