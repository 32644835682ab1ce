"""What a query or its reader chose, as masks; and how many documents each other choice would leave."""

import numpy as np

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
    found: dict[str, dict[str, int]] = {}
    for column in ("kind", "status", "place"):
        mask = _without(column, allowed, left)
        codes, names = generation.names[column]
        numbers = np.bincount(codes[mask], minlength=len(names)).tolist()
        found[column] = {name: count for name, count in zip(names, numbers, strict=True) if count and name}
    places = found.pop("place").items()
    found["section"] = {name.split("/", 1)[1]: n for name, n in places if name.startswith("article/")}
    found["category"] = {name.split("/", 1)[1]: n for name, n in places if name.startswith("question/")}
    names, documents, codes = generation.tags
    numbers = np.bincount(codes[_without("tag", allowed, left)[documents]], minlength=len(names)).tolist()
    tags = sorted((-count, name) for name, count in zip(names, numbers, strict=True) if count)
    found["tag"] = {name: -count for count, name in tags[:MOST_COUNTED_TAGS]}
    return found


def _without(choice: str, allowed: Mask, left: dict[str, Mask]) -> Mask:
    """Return what would be found if nothing of the sort of ``choice`` were chosen."""
    mask = allowed
    for name, one in left.items():
        if name != choice:
            mask = mask & one
    return mask
