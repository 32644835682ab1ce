"""Which documents hold words next to each other."""

from collections.abc import Callable

import numpy as np

from kb.search import analysis
from kb.search.ranking.columns import Mask
from kb.search.ranking.generation import Generation
from kb.search.scoring import WITH_STOP_WORDS

Step = tuple[int, str]
"""How far after the phrase's first word, and the term that stands there."""


def having(generation: Generation, text: str, fields: tuple[str, ...], time_is_up: Callable[[], bool]) -> Mask:
    """Return which documents hold ``text`` word for word (by stem) in one of ``fields``."""
    mask = np.zeros(generation.size, np.bool_)
    for field in fields:
        common = field in WITH_STOP_WORDS
        for steps in {_steps(text, language, with_stop_words=common) for language in generation.languages}:
            if steps:
                mask[_holding(generation, field, steps, time_is_up)] = True
    return mask


def _steps(text: str, language: str, *, with_stop_words: bool) -> tuple[Step, ...]:
    """Return the terms to find; fields that leave common words out keep their places, so the rest still lines up."""
    found: list[Step] = []
    for place, word in analysis.words(text, language):
        for number, part in enumerate(word.parts or (word.whole,)):
            if with_stop_words or (not word.stop and part in word.terms):
                found.append((place + number, part))
    return tuple(found)


def _holding(generation: Generation, field: str, steps: tuple[Step, ...], time_is_up: Callable[[], bool]) -> list[int]:
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
