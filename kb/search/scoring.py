"""How well words fit a document: the constants and formulas that all engines share, so that they rank alike."""

from math import log
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from kb.search.fusion import fused

Floats = NDArray[np.float32]
Numbers = TypeVar("Numbers", float, Floats)

FIELDS = ("title", "keywords", "headings", "tags", "text")
TITLE_FIELDS = ("title",)
WITH_STOP_WORDS = ("title",)
"""Fields that hold common words, too, because a query may be nothing else."""
K1 = 1.2
B = {"title": 0.75, "keywords": 0.5, "headings": 0.75, "tags": 0.3, "text": 0.75}
BOOSTS = {"title": 5.0, "keywords": 2.5, "headings": 1.6, "tags": 1.4, "text": 1.0}
OTHERWISE = 0.8
"""What another way to say some words counts, of what it would if it had been typed."""
TYPED, BEGUN = 0.5, 0.3
"""What a word of the title, keywords or tags counts while it is typed, of BOOSTS["title"]: typed in full, or begun."""
ENOUGH, ENOUGH_OF_MANY, MANY = 0.55, 0.3, 4
LEAST_BOOST, MOST_BOOST = 0.5, 2.0
_FOR_NOTHING = 0.4


def idf(documents: int, having: int) -> float:
    """Return how much a word tells that ``having`` of ``documents`` hold: log(N / (n + 1)) + 1."""
    return log(documents / (having + 1)) + 1 if documents else 0.0


def points(field: str, told: float, counts: Floats, lengths: Floats, mean: float) -> Floats:
    """Return what a word that tells ``told`` adds to documents that hold it ``counts`` times in ``field``.

    BM25 (Robertson and Zaragoza, 2009) times the field's boost; ``lengths`` are in words, ``mean`` is their mean.
    """
    norm = K1 * ((1 - B[field]) + B[field] * lengths / mean)
    return ((BOOSTS[field] * told) * (counts * (K1 + 1)) / (counts + norm)).astype(np.float32)


def enough(words: int) -> float:
    """Return which share of the best document's coverage another needs to be found at all.

    Coverage is how much the words of the query that a document has tell, added up. Two or three words are meant; of a
    whole sentence some are only said.
    """
    return ENOUGH if words < MANY else ENOUGH_OF_MANY


def completeness(share: Numbers) -> Numbers:
    """Return the factor for having ``share`` of what the words of the query tell."""
    return _FOR_NOTHING + (1 - _FOR_NOTHING) * share


def final(words: Floats, near: Floats | None, alpha: float, exact: NDArray[np.bool_]) -> Floats:
    """Return the scores documents are ordered by: from those by words and any nearness, which counts ``alpha``.

    A document whose title says just what was asked (``exact``) comes before all others.
    """
    score = words.copy() if near is None else fused(words, near, alpha)
    score[exact] += score.max(initial=0.0)
    return score
