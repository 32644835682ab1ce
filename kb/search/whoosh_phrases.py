"""Which documents hold words next to each other."""

from collections.abc import Callable

import numpy as np

from kb.search import analysis
from kb.search.whoosh_generation import Generation, Mask
from kb.search.whoosh_schema import SCHEMA

Step = tuple[int, str]
"""How far after the phrase's first word, and the term that stands there."""


def having(generation: Generation, text: str, fields: tuple[str, ...], time_is_up: Callable[[], bool]) -> Mask:
    """Return which documents hold ``text`` word for word (by stem) in one of ``fields``."""
    mask = np.zeros(generation.size, np.bool_)
    for field in fields:
        steps = _steps(text, with_stop_words=SCHEMA[field].with_stop_words)
        if steps:
            mask[_holding(generation, field, steps, time_is_up)] = True
    return mask


def _steps(text: str, *, with_stop_words: bool) -> list[Step]:
    """Return the terms to find; fields that leave common words out keep their places, so the rest still lines up."""
    found: list[Step] = []
    for place, word in analysis.words(text):
        parts = word.parts or (word.whole,)
        for number, part in enumerate(parts):
            common = word.stop or (bool(word.parts) and (part in analysis.STOP_WORDS or len(part) < 2))
            if with_stop_words or not common:
                found.append((place + number, part))
    return found


def _holding(generation: Generation, field: str, steps: list[Step], time_is_up: Callable[[], bool]) -> list[int]:
    found: list[int] = []
    for segment, offset in zip(generation.segments, generation.offsets, strict=False):
        wanted = segment.postings(field, steps[0][1]).ids
        for _, term in steps[1:]:
            wanted = np.intersect1d(wanted, segment.postings(field, term).ids, assume_unique=True)
        if len(wanted) == 0 or time_is_up():
            continue
        if len(steps) == 1:
            found.extend((wanted + offset).tolist())
            continue
        placed = {term: segment.places(field, term, wanted) for term in {term for _, term in steps}}
        for number in wanted.tolist():
            starts = set.intersection(
                *({int(place) - step for place in placed[term][number].tolist()} for step, term in steps)
            )
            if starts:
                found.append(number + offset)
    return found
