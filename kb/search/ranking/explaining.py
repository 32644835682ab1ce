"""Why a document ranks where it does: reasons that, taken in order, make its score."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from math import prod

import numpy as np

from kb.search import fusion, scoring
from kb.search.engine import Key, Near, Reach, Reason
from kb.search.lookup import Asked, Unit, units
from kb.search.query import Query
from kb.search.ranking.generation import Generation
from kb.search.ranking.searching import Ranked, rank

_LITTLE = 0.005


def explain(
    generation: Generation, query: Query, reach: Reach, keys: Collection[Key], *, near: Near
) -> Mapping[Key, tuple[Reason, ...]]:
    """Return the reasons of those of ``keys`` that ``query`` finds: each adds to, or multiplies, what came before."""
    asked = units(query, generation.languages)
    ranked = rank(generation, query, asked, reach, near)
    wanted = generation.find(keys)
    places = np.flatnonzero(np.isin(ranked.ids, wanted)).tolist()
    fields = scoring.TITLE_FIELDS if query.title_only else scoring.FIELDS
    return {key: tuple(_reasons(ranked, place, asked, fields)) for key, place in _keyed(ranked, places)}


def _keyed(ranked: Ranked, places: Sequence[int]) -> Iterator[tuple[Key, int]]:
    return zip(ranked.ranking.generation.keys(ranked.ids[places]), places, strict=True)


def _reasons(ranked: Ranked, place: int, asked: Sequence[Unit], fields: tuple[str, ...]) -> Iterator[Reason]:
    generation, number = ranked.ranking.generation, int(ranked.ids[place])
    for unit in asked:
        yield from _best(generation, unit, number, fields)
    if ranked.words[place]:
        share = float(ranked.ranking.cover[number] / ranked.ranking.weight)
        yield Reason(f"has {share:.0%} of what was asked", scoring.completeness(share), times=True)
        yield from _boosts(generation, number)
    if ranked.cosines is not None:
        yield from _nearness(ranked, place)
    if ranked.exact[place]:
        yield Reason("its title says just that", float(ranked.scores[place] - _unmarked(ranked)[place]))


def _best(generation: Generation, unit: Unit, number: int, fields: tuple[str, ...]) -> list[Reason]:
    """Return what ``unit`` adds, in the words that add most."""
    ways = [[one for word in unit.own for one in _points(generation, word, number, fields)]]
    for other in unit.others:
        each = [_points(generation, word, number, fields) for word in other]
        if all(each):
            ways.append(
                [
                    Reason(f"{one.words}, another way to say it", one.value * scoring.OTHERWISE)
                    for reasons in each
                    for one in reasons
                ]
            )
    return max(ways, key=_sum)


def _points(generation: Generation, word: Asked, number: int, fields: tuple[str, ...]) -> list[Reason]:
    """Return what ``word`` adds by each term and field, in the way of finding it that adds most."""
    ways = [
        [
            Reason(f"“{term}” in the {field}", value)
            for term in way
            for field in fields
            if (value := generation.impacts((field,), term).of(number))
        ]
        for way in word.ways
    ]
    return max(ways, key=_sum)


def _boosts(generation: Generation, number: int) -> Iterator[Reason]:
    reasons = generation.reasons(number)
    boost = float(np.clip(generation.numbers["boost"][number], scoring.LEAST_BOOST, scoring.MOST_BOOST))
    rest = boost / prod(factor for _, factor in reasons)
    for words, factor in [*reasons, *([("how well it helped", rest)] if abs(rest - 1) > _LITTLE else [])]:
        yield Reason(words, factor, times=True)


def _nearness(ranked: Ranked, place: int) -> Iterator[Reason]:
    """Say what fusing made of the score by words, and what meaning added."""
    assert ranked.cosines is not None
    alone = float(fusion.fused(ranked.words, np.zeros_like(ranked.cosines), ranked.alpha)[place])
    if ranked.words[place]:
        yield Reason("as a share of the best by words", alone / float(ranked.words[place]), times=True)
    if ranked.cosines[place]:
        added = float(_unmarked(ranked)[place]) - alone
        yield Reason(f"near in meaning (cosine {ranked.cosines[place]:.2f})", added)


def _unmarked(ranked: Ranked) -> scoring.Floats:
    """Return the scores without what an exact title adds."""
    return scoring.final(ranked.words, ranked.nearness, ranked.alpha, np.zeros_like(ranked.exact))


def _sum(reasons: list[Reason]) -> float:
    return sum(one.value for one in reasons)
