"""One score from two rankings: the words a document shares with a query, and how near it is in meaning."""

import numpy as np
from numpy.typing import NDArray

from kb.search.engine import Near

LEAST_ALPHA, MOST_ALPHA = 0.4, 0.95
"""How much meaning counts where a document has every word of the query, and at most."""
SENTENCE = 0.15
"""How much more meaning counts for a sentence, and less for a few words."""
BETWEEN = 4
"""Words that are neither: fewer are a few, more a sentence."""
MOST_NEAR = 100
"""How many documents are asked to be near in meaning, at most."""
NEAR_ENOUGH = 0.5
"""Documents that share no word with the query are found from this cosine on: texts about other things seldom do."""
NEAR_WITH_WORDS = 0.35
"""The same for documents that have some of the query's words, but too few to be found by these."""
FULLY = 0.6
"""The cosine from which the nearest document is taken for as good as the best one by words."""
Floats = NDArray[np.float32]


def nearness(near: Near, cosines: Floats) -> Floats:
    """Return how near documents with these cosines (0 where not ``near``) are, from 0 to 1 for the nearest of all.

    Where there was no room for more documents, the least near that had room counts nothing either: what was cut off
    may be hardly less near.
    """
    if not near:
        return cosines
    least = min(near.values()) if len(near) >= MOST_NEAR else 0.0
    span = max(FULLY, *near.values()) - least
    found: Floats = np.maximum(0.0, (cosines - least) / (span or 1)).astype(np.float32)
    return found


def alpha(reached: float, said: int) -> float:
    """Return how much meaning counts where the best document has ``reached`` of what the query's words tell, 0 to 1.

    Whoever types a few words names what they want, and a sentence describes it: by so many words ``said`` meaning
    counts less or more.
    """
    tells = min(1.0, max(-1.0, said - BETWEEN))
    return min(MOST_ALPHA, 1 - (1 - LEAST_ALPHA) * reached + SENTENCE * tells)


def fused(words: Floats, near: Floats, share: float = LEAST_ALPHA) -> Floats:
    """Return one score each for documents with these scores by words and this nearness, which counts ``share``.

    The scores by words are taken as parts of the best one and count the rest.
    """
    best = float(words.max(initial=0.0))
    parts = words / best if best > 0 else words
    return ((1 - share) * parts + share * near).astype(np.float32)
