"""From a query to the best documents: scores, filters, counts and order, all as array arithmetic."""

import time
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kb.search import analysis
from kb.search.engine import Found, Reach
from kb.search.query import Query
from kb.search.whoosh_choices import choices, counts
from kb.search.whoosh_generation import Generation, Impacts, Mask
from kb.search.whoosh_phrases import having
from kb.search.whoosh_schema import SCORED
from kb.search.whoosh_segments import Ints

SECONDS = 1.0
"""The longest a search may look at words; what it has by then is what it returns."""
ALL_FIELDS = SCORED
TITLE_FIELDS = ("title",)
ENOUGH, ENOUGH_OF_MANY = 0.55, 0.3
"""Of what the best document has of the query's words, by weight, another must have this share to be found at all.

Two or three words are meant; of a whole sentence some are only said.
"""
MANY = 4


@dataclass(frozen=True, slots=True)
class Slot:
    """One word of a query as what it adds to scores; what it weighs says how much of the query a document has."""

    impacts: tuple[Impacts, ...]
    weight: float

    @property
    def ids(self) -> Ints:
        """The documents that have the word in one form or another."""
        if len(self.impacts) == 1:
            return self.impacts[0].ids
        return np.unique(np.concatenate([one.ids for one in self.impacts]))


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

    def add(self, slots: Iterable[Slot]) -> None:
        """Add one slot after the other, the rest being left out once time is up."""
        for slot in slots:
            if time.monotonic() > self._until:
                self.late = True
                return
            self.weight += slot.weight
            self.words += 1
            for impacts in slot.impacts:
                self.score[impacts.ids] += impacts.values
            self.cover[slot.ids] += slot.weight

    def time_is_up(self) -> bool:
        """Say whether time is up, and remember it."""
        self.late = self.late or time.monotonic() > self._until
        return self.late


def search(generation: Generation, query: Query, reach: Reach, *, sort: str, limit: int, offset: int) -> Found:
    """Return what ``query`` asks for, documents that have more of it and in better places first."""
    fields = TITLE_FIELDS if query.title_only else ALL_FIELDS
    ranking = Ranking(generation)
    written = [word for _, word in analysis.words(query.wanted)]
    ranking.add(slots_of(generation, written, fields))
    allowed = reachable(generation, reach) & _required(ranking, query, fields)
    if written:
        allowed &= _covered(ranking, allowed)
    return _page(ranking, query, allowed, sort=sort if written else "new", limit=limit, offset=offset)


def suggest(generation: Generation, query: Query, reach: Reach, *, limit: int) -> Found:
    """Return what ``query`` asks for, its last word being perhaps only begun."""
    written = analysis.WORD.findall(query.wanted)
    if not written:
        return Found()
    ranking = Ranking(generation)
    words = [analysis.word(one) for one in written]
    begun = analysis.folded(written[-1])[: analysis.LONGEST]
    full = slots_of(generation, words[:-1], ALL_FIELDS) if len(words) > 1 else []
    completed = generation.completions(begun)
    # As a whole word it tells no more than as a beginning: "fire" is more likely on its way to Firefox than done.
    last = [_toned(generation.impacts(ALL_FIELDS, term), completed.idf) for term in words[-1].terms]
    ranking.add([*full, Slot((completed, *last), completed.idf or max(one.idf for one in last))])
    allowed = reachable(generation, reach) & _required(ranking, query, ALL_FIELDS)
    allowed &= _covered(ranking, allowed)
    return _page(ranking, query, allowed, sort="relevance", limit=limit, offset=0)


def slots_of(generation: Generation, words: list[analysis.Word], fields: tuple[str, ...]) -> list[Slot]:
    """Return what each telling word adds; where all are common words, all of them, which only titles hold."""
    telling = [word for word in words if not word.stop] or words
    slots = []
    for word in dict.fromkeys(telling):
        terms = (word.whole,) if word.stop else word.terms
        impacts = tuple(generation.impacts(fields, term) for term in terms)
        known = [one.idf for one in impacts if len(one.ids)]
        # A word that nothing holds says nothing about which document is meant.
        if known:
            slots.append(Slot(impacts, max(known)))
    return slots


def reachable(generation: Generation, reach: Reach) -> Mask:
    """Return which documents the reader may find."""
    mask = generation.alive & generation.is_one_of("audience", reach.audiences)
    if reach.hidden:
        mask[generation.find(reach.hidden)] = False
    return mask


def best(ranking: Ranking, ids: NDArray[np.intp], limit: int, sort: str = "relevance") -> NDArray[np.intp]:
    """Return the first ``limit`` of ``ids`` in order; the newer first where all else is equal."""
    created = ranking.generation.numbers["created"]
    score = created if sort == "new" else ranking.score
    if len(ids) > 4 * limit:
        ids = ids[np.argpartition(-score[ids], limit - 1)[:limit]]
    return ids[np.lexsort((-ids, -created[ids], -score[ids]))][:limit]


def _toned(impacts: Impacts, idf: float) -> Impacts:
    """Return ``impacts`` as those of a term that tells no more than ``idf``, where that is known."""
    if not 0 < idf < impacts.idf:
        return impacts
    return Impacts(impacts.ids, impacts.values * np.float32(idf / impacts.idf), idf)


def _covered(ranking: Ranking, allowed: Mask) -> Mask:
    """Weigh scores by how much of the query each document has, and return those that have enough of it."""
    cover = ranking.cover
    if not ranking.weight:
        return np.zeros(len(cover), np.bool_)
    ranking.score *= (0.4 + 0.6 * (cover / ranking.weight)) * np.clip(ranking.generation.numbers["boost"], 0.5, 2.0)
    most = float(cover[allowed].max(initial=0.0))
    share = ENOUGH if ranking.words < MANY else ENOUGH_OF_MANY
    return (cover >= share * most) & (cover > 0)


def _required(ranking: Ranking, query: Query, fields: tuple[str, ...]) -> Mask:
    """Return which documents have every phrase and tag, and nothing that is unwanted."""
    generation = ranking.generation
    mask = np.ones(generation.size, np.bool_)
    for text in dict.fromkeys(query.phrases):
        if not ranking.time_is_up():
            mask &= having(generation, text, fields, ranking.time_is_up)
    for text in dict.fromkeys(query.without):
        if not ranking.time_is_up():
            mask &= ~having(generation, text, fields, ranking.time_is_up)
    for name in query.without_tags:
        mask[generation.holding("tag", name)] = False
    return mask


def _page(ranking: Ranking, query: Query, allowed: Mask, *, sort: str, limit: int, offset: int) -> Found:
    generation = ranking.generation
    left = choices(generation, query)
    wanted = allowed.copy()
    for mask in left.values():
        wanted &= mask
    ids = np.flatnonzero(wanted)
    said = analysis.title_mark(query.wanted)
    exact = ids[generation.numbers["title_mark"][ids] == said]
    ranking.score[exact] += ranking.score[ids].max(initial=0.0)
    top = best(ranking, ids, offset + limit, sort)[offset:]
    return Found(
        keys=tuple(generation.keys(top)),
        scores=tuple(ranking.score[top].tolist()),
        total=len(ids),
        counts=counts(generation, allowed, left),
        late=ranking.late,
    )
