"""Mistyped words: the word that was probably meant, from what the site's own titles say."""

import re
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain
from math import log

from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

from kb.search import analysis
from kb.search.analysis import WORD, folded
from kb.search.engine import Engine, Reach
from kb.search.meaning.embedding import is_common

SHORTEST, SHORTEST_FOR_TWO = 4, 8
"""Letters from which on one mistake is looked for, and two."""
FAR_MORE = 20
"""So many times as many documents must hold another word for one that some hold to be taken for mistyped."""
MOST_CANDIDATES = 3
_LOOKED_AT = 12
_PIECE = re.compile(r'"[^"]*"?|\S+')


class Speller:
    """Finds words like one that was typed, among those that titles, keywords, headings and tags are made of."""

    def __init__(self, vocabulary: Mapping[str, int]) -> None:
        self.vocabulary = vocabulary
        self._begun: dict[int, dict[str, int]] = {}

    def near(self, typed: str, *, begun: bool = False) -> list[str]:
        """Return up to a dozen words one or two mistakes away from ``typed``, the likeliest first.

        The likelier, the fewer the mistakes and the more documents hold the word; people seldom mistype its first
        letter. A word that is only ``begun`` is compared with the beginnings of words, and right when one begins so.
        """
        most = _mistakes(typed)
        if not most or (begun and typed in self._beginnings(len(typed))):
            return []
        lengths = range(len(typed) - most, len(typed) + most + 1)
        lists = (self._beginnings(length) if begun else self._of(length) for length in lengths)
        counts = dict(chain.from_iterable(one.items() for one in lists))

        def likely(word: str, mistakes: float) -> float:
            return log(1 + counts[word]) + 1.5 * (word[0] == typed[0]) - 3.0 * mistakes

        found = extract(typed, list(counts), scorer=OSA.distance, score_cutoff=most, limit=None)
        ranked = sorted((-likely(word, mistakes), -len(word), word) for word, mistakes, _ in found if mistakes)
        return [word for _, _, word in ranked[:_LOOKED_AT]]

    def split(self, typed: str) -> tuple[str, ...]:
        """Return the two words that ``typed`` is when the space between them is put in, () when it is not two."""
        halves = ((typed[:at], typed[at:]) for at in range(3, len(typed) - 2))
        known = [pair for pair in halves if all(half in self.vocabulary for half in pair)]
        return max(known, key=lambda pair: min(self.vocabulary[half] for half in pair), default=())

    def _of(self, length: int) -> Mapping[str, int]:
        return self._by_length.get(length, {})

    @cached_property
    def _by_length(self) -> Mapping[int, dict[str, int]]:
        found: dict[int, dict[str, int]] = defaultdict(dict)
        for word, count in self.vocabulary.items():
            if word.isalpha():
                found[len(word)][word] = count
        return found

    def _beginnings(self, length: int) -> dict[str, int]:
        known = self._begun.get(length)
        if known is None:
            known = {}
            for word, count in self.vocabulary.items():
                if len(word) >= length and word.isalpha():
                    known[word[:length]] = known.get(word[:length], 0) + count
            self._begun[length] = known
        return known


def meant(engine: Engine, words: Sequence[str], reach: Reach, *, begun: str = "") -> dict[str, tuple[str, ...]]:
    """Return for each of ``words`` that no document within ``reach`` holds what was probably meant, likeliest first.

    Only words that some document within reach holds are named, so that nothing else shows. None is where half of the
    words would stay strange: they are about something else. A common word is meant as it is, even when nobody here
    says it. The word that is ``begun`` may be the beginning of one. Raises NoIndex.
    """
    typed = _looked_at(words)
    held = dict(zip(typed, engine.frequencies(typed, reach), strict=True)) if typed else {}
    unknown = [one for one in typed if not held[one] and not is_common(folded(one))]
    found = {one: _better(engine, one, reach, begun=one == begun) for one in unknown}
    strange = [one for one in unknown if not found[one]]
    return {one: better for one, better in found.items() if better} if 2 * len(strange) < len(typed) else {}


def rare(engine: Engine, words: Sequence[str], reach: Reach) -> dict[str, str]:
    """Return for each of ``words`` that few documents hold one much like it that far more do; raises NoIndex."""
    typed = _looked_at(words)
    found = {}
    for word, held in zip(typed, engine.frequencies(typed, reach), strict=True) if typed else ():
        near = speller(engine).near(folded(word))
        counts = engine.frequencies(near, reach) if near else ()
        more = [other for other, count in zip(near, counts, strict=True) if count >= FAR_MORE * max(held, 1)]
        if more:
            found[word] = more[0]
    return found


def rewritten(text: str, better: Mapping[str, str]) -> str:
    """Return what was typed with words put in place of others, but for what stands in quotes or belongs to a filter."""

    def piece(found: re.Match[str]) -> str:
        if found[0].startswith(('"', "-")) or ":" in found[0]:
            return found[0]
        return WORD.sub(lambda word: better.get(word[0], word[0]), found[0])

    return _PIECE.sub(piece, text)


def speller(engine: Engine) -> Speller:
    """Return the speller of what ``engine`` holds now; raises NoIndex."""
    vocabulary = engine.vocabulary()
    kept = next((one for one in tuple(_spellers) if one.vocabulary is vocabulary), None)
    if kept is None:
        kept = Speller(vocabulary)
        _spellers.append(kept)
    return kept


def _looked_at(words: Iterable[str]) -> list[str]:
    return [typed for typed in dict.fromkeys(words) if _mistakes(folded(typed)) and not analysis.word(typed).stop]


def _mistakes(typed: str) -> int:
    """Return how many mistakes are looked for; none in numbers, codes and names, where one letter makes another."""
    if not typed.isalpha() or len(typed) < SHORTEST:
        return 0
    return 2 if len(typed) >= SHORTEST_FOR_TWO else 1


def _better(engine: Engine, typed: str, reach: Reach, *, begun: bool) -> tuple[str, ...]:
    """Return what ``typed`` was probably meant to be, likeliest first; two words that ran together as one text."""
    better = _known(engine, speller(engine).near(folded(typed), begun=begun), reach, begun=begun)
    if better or begun:
        return better
    halves = speller(engine).split(folded(typed))
    return (" ".join(halves),) if halves and all(engine.frequencies(halves, reach)) else ()


def _known(engine: Engine, words: Iterable[str], reach: Reach, *, begun: bool) -> tuple[str, ...]:
    """Return the first few of ``words`` that documents within reach hold; beginnings become whole words first."""
    candidates = list(_completed(engine, words)) if begun else list(words)
    counts = engine.frequencies(candidates, reach) if candidates else ()
    return tuple(word for word, count in zip(candidates, counts, strict=True) if count)[:MOST_CANDIDATES]


def _completed(engine: Engine, beginnings: Iterable[str]) -> Iterator[str]:
    """Yield for each beginning the word that most documents hold of those that begin so."""
    vocabulary, yielded = engine.vocabulary(), set()
    for beginning in list(beginnings)[:MOST_CANDIDATES]:
        words = (word for word in vocabulary if word.startswith(beginning))
        word = max(words, key=lambda word: (vocabulary[word], word))
        if word not in yielded:
            yield word
        yielded.add(word)


_spellers: deque[Speller] = deque(maxlen=2)
"""Of the vocabularies asked for last: an engine gives the same one until its index changes."""
