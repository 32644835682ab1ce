"""From a query to the best documents: scores, filters, counts and order, all as array arithmetic."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kb.search import analysis, fusion, scoring
from kb.search.engine import NOTHING_NEAR, Found, Near, Reach
from kb.search.lookup import Asked, Unit, asked, begun, units
from kb.search.query import Query
from kb.search.ranking.adding import Ranking
from kb.search.ranking.choices import choices, counts
from kb.search.ranking.columns import Mask
from kb.search.ranking.generation import Generation
from kb.search.ranking.impacts import Impacts
from kb.search.ranking.phrases import having
from kb.search.ranking.segment import Ids
from kb.search.ranking.slots import Slot, Slots, slot_of, slots_of
from kb.search.scoring import FIELDS, TITLE_FIELDS, Floats


@dataclass(frozen=True, slots=True)
class Ranked:
    """What a query found: documents, ascending, and what made the score of each."""

    ranking: Ranking
    ids: Ids
    scores: Floats
    words: Floats
    """The scores by words alone."""
    cosines: Floats | None
    nearness: Floats | None
    """What is made of the cosines (see kb.search.fusion)."""
    alpha: float
    """How much that counts."""
    exact: Mask
    """Whose title says just what was asked."""
    counts: dict[str, dict[str, int]]
    """See Found.counts."""


def search(
    generation: Generation,
    query: Query,
    reach: Reach,
    *,
    sort: str,
    limit: int,
    offset: int,
    near: Near = NOTHING_NEAR,
) -> Found:
    """Return what ``query`` asks for, documents that have more of it and in better places first."""
    asked = units(query, generation.languages)
    ranked = rank(generation, query, asked, reach, near)
    return _page(ranked, sort=sort if asked or sort == "helpful" else "new", limit=limit, offset=offset)


def suggest(generation: Generation, query: Query, reach: Reach, *, limit: int) -> Found:
    """Return what ``query`` asks for, its last word being perhaps only begun."""
    written = analysis.pieces(query.wanted)
    if not written:
        return Found()
    ranking = Ranking(generation)
    full, last = begun(query, generation.languages)
    ranking.add(slots_of(generation, unit, FIELDS) for unit in full)
    ranking.add([Slots((_completed(generation, last, written[-1]),))])
    return _page(_ranked(ranking, query, reach, FIELDS, NOTHING_NEAR), sort="relevance", limit=limit, offset=0)


def rank(generation: Generation, query: Query, asked: Sequence[Unit], reach: Reach, near: Near) -> Ranked:
    """Return everything that ``query`` finds by the words ``asked`` or by being ``near``, filters applied."""
    fields = TITLE_FIELDS if query.title_only else FIELDS
    ranking = Ranking(generation)
    ranking.add(slots_of(generation, unit, fields) for unit in asked)
    return _ranked(ranking, query, reach, fields, near, by_words=bool(asked))


def frequencies(generation: Generation, words: Sequence[str], reach: Reach) -> list[int]:
    """Return how many documents within ``reach`` hold each of ``words``, in any of its forms."""
    within = reachable(generation, reach)
    found = []
    for written in words:
        having = np.zeros(generation.size, np.bool_)
        for word in asked(written, generation.languages, ()):
            having |= slot_of(generation, word, FIELDS).scores(generation.size) > 0
        found.append(int((having & within).sum()))
    return found


def reachable(generation: Generation, reach: Reach) -> Mask:
    """Return which documents the reader may find; not to be changed."""
    within = generation.within(reach.audiences)
    if not reach.hidden:
        return within
    mask = within.copy()
    mask[generation.find(reach.hidden)] = False
    return mask


def best(generation: Generation, ids: Ids, scores: Floats, limit: int, sort: str = "relevance") -> Ids:
    """Return where in ``ids`` the first ``limit`` are, in order: by ``sort``, then by score, then the newer first."""
    columns = {"new": "at", "helpful": "helpful"}
    order = generation.numbers[columns[sort]][ids] if sort in columns else scores
    chosen = np.arange(len(ids))
    if len(ids) > 4 * limit:
        # All that equal the last one are kept, or the pages of one search would not add up.
        least = np.partition(order, len(ids) - limit)[len(ids) - limit]
        chosen = np.flatnonzero(order >= least)
    some = ids[chosen]
    at, ref = generation.numbers["at"][some], generation.numbers["ref"][some]
    kind = generation.names["kind"][0][some]
    top: Ids = chosen[np.lexsort((kind, -ref, -at, -scores[chosen], -order[chosen]))][:limit]
    return top


def _completed(generation: Generation, word: Asked, written: str) -> Slot:
    """Return what a word adds that is perhaps only begun.

    As a whole word it tells no more than as a beginning: "fire" is more likely on its way to Firefox than done.
    """
    started = generation.completions(analysis.folded(written)[: analysis.LONGEST])
    whole = slot_of(generation, word, FIELDS)
    if not len(started.ids):
        return whole
    return Slot(tuple((started, *(_toned(one, started.idf) for one in way)) for way in whole.ways), started.idf)


def _toned(impacts: Impacts, idf: float) -> Impacts:
    """Return ``impacts`` as those of a term that tells no more than ``idf``."""
    if impacts.idf <= idf:
        return impacts
    return Impacts(impacts.ids, impacts.values * np.float32(idf / impacts.idf), idf)


def _ranked(
    ranking: Ranking, query: Query, reach: Reach, fields: tuple[str, ...], near: Near, *, by_words: bool = True
) -> Ranked:
    generation = ranking.generation
    allowed = _required(ranking, query, fields, reachable(generation, reach))
    cosines = generation.near(near) if near else None
    if by_words:
        ids, words = ranking.found(allowed, cosines)
    else:
        ids = np.flatnonzero(allowed)
        words = np.zeros(len(ids), np.float32)
    left = {name: mask[ids] for name, mask in choices(generation, query).items()}
    kept = np.flatnonzero(np.logical_and.reduce(list(left.values()))) if left else slice(None)
    chosen, words = ids[kept], words[kept]
    exact = (generation.numbers["title_mark"][chosen] == analysis.title_mark(query.wanted)) & by_words
    cosine = None if cosines is None else cosines[chosen]
    close = None if cosine is None else fusion.nearness(near, cosine)
    alpha = fusion.alpha(ranking.reached(chosen), len(analysis.pieces(query.wanted)))
    scores = scoring.final(words, close, alpha, exact)
    return Ranked(ranking, chosen, scores, words, cosine, close, alpha, exact, counts(generation, ids, left))


def _required(ranking: Ranking, query: Query, fields: tuple[str, ...], allowed: Mask) -> Mask:
    """Return which of ``allowed`` have every phrase, and nothing that is unwanted."""
    generation = ranking.generation
    for text in dict.fromkeys(query.phrases):
        if not ranking.time_is_up():
            allowed = allowed & having(generation, text, fields, ranking.time_is_up)
    for text in dict.fromkeys(query.without):
        if not ranking.time_is_up():
            allowed = allowed & ~having(generation, text, fields, ranking.time_is_up)
    for name in query.without_tags:
        allowed = allowed.copy()
        allowed[generation.holding("tag", name)] = False
    return allowed


def _page(ranked: Ranked, *, sort: str, limit: int, offset: int) -> Found:
    generation = ranked.ranking.generation
    top = best(generation, ranked.ids, ranked.scores, offset + limit, sort)[offset:]
    return Found(
        keys=tuple(generation.keys(ranked.ids[top])),
        scores=tuple(ranked.scores[top].tolist()),
        total=len(ranked.ids),
        counts=ranked.counts,
        late=ranked.ranking.late,
    )
