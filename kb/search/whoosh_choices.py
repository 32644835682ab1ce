"""What a query or its reader chose, as masks; and how many documents each other choice would leave."""

import numpy as np
from numpy.typing import NDArray

from kb.search.query import Query
from kb.search.whoosh_generation import Generation, Mask

MOST_COUNTED_TAGS = 20


def choices(generation: Generation, query: Query) -> dict[str, Mask]:
    """Return what each kind of choice leaves, for those that are made."""
    left: dict[str, Mask] = {}
    if query.kind:
        left["kind"] = generation.is_one_of("kind", {query.kind})
    if query.statuses:
        left["status"] = generation.is_one_of("status", query.statuses)
    if query.sections or query.categories:
        names = {f"article/{name}" for name in query.sections} | {f"question/{name}" for name in query.categories}
        left["place"] = generation.is_one_of("place", names)
    if query.tags:
        left["tag"] = np.ones(generation.size, np.bool_)
        for name in query.tags:
            has = np.zeros(generation.size, np.bool_)
            has[generation.holding("tag", name)] = True
            left["tag"] &= has
    return left


def counts(generation: Generation, allowed: Mask, left: dict[str, Mask]) -> dict[str, dict[str, int]]:
    """Return how many of ``allowed`` there are by kind, status, section, category and tag; see Found.counts."""
    ids = np.flatnonzero(allowed)
    found: dict[str, dict[str, int]] = {}
    for column in ("kind", "status", "place"):
        codes, names = generation.names[column]
        numbers = np.bincount(codes[_without(column, ids, left)], minlength=len(names)).tolist()
        found[column] = {name: count for name, count in zip(names, numbers, strict=True) if count and name}
    places = found.pop("place").items()
    found["section"] = {name.split("/", 1)[1]: n for name, n in places if name.startswith("article/")}
    found["category"] = {name.split("/", 1)[1]: n for name, n in places if name.startswith("question/")}
    found["tag"] = _tags(generation, _without("tag", ids, left))
    return found


def _tags(generation: Generation, ids: NDArray[np.intp]) -> dict[str, int]:
    """Return the tags that most of ``ids`` carry, those of the same number by name, as the list of all is."""
    names, starts, codes = generation.tags
    each = starts[ids + 1] - starts[ids]
    before = np.cumsum(each) - each
    numbers = np.bincount(codes[np.repeat(starts[ids] - before, each) + np.arange(each.sum())], minlength=len(names))
    most = np.argsort(-numbers, kind="stable")[:MOST_COUNTED_TAGS].tolist()
    return {names[code]: int(numbers[code]) for code in most if numbers[code]}


def _without(choice: str, ids: NDArray[np.intp], left: dict[str, Mask]) -> NDArray[np.intp]:
    """Return which of ``ids`` would be found if nothing of the sort of ``choice`` were chosen."""
    for name, one in left.items():
        if name != choice:
            ids = ids[one[ids]]
    return ids
