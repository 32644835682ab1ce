"""What a query or its reader chose, as masks; and how many documents each other choice would leave."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from kb.search.query import Query
from kb.search.ranking.columns import COUNTED, Columns, Mask
from kb.search.ranking.generation import Generation
from kb.search.ranking.segment import Ids

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
        left["tag"] = _having(generation, "tag", query.tags)
    if query.people:
        left["person"] = _having(generation, "person", query.people)
    at = generation.numbers["at"]
    if query.after:
        left["after"] = at >= query.after.timestamp()
    if query.before:
        left["before"] = at < query.before.timestamp()
    return left


def counts(generation: Columns, ids: Ids, left: Mapping[str, Mask]) -> dict[str, dict[str, int]]:
    """Return how many of ``ids`` there are by kind, status, section, category and tag; see Found.counts.

    ``left`` says which of them each choice leaves.
    """
    codes, shape = generation.kinds
    made = {column: column if column in left else "" for column in COUNTED}
    bins = {choice: np.bincount(codes[_without(choice, ids, left)]) for choice in set(made.values())}
    found: dict[str, dict[str, int]] = {}
    for axis, column in enumerate(COUNTED):
        some = np.flatnonzero(bins[made[column]])
        numbers = np.bincount(np.unravel_index(some, shape)[axis], bins[made[column]][some]).tolist()
        names = generation.names[column][1]
        found[column] = {name: int(n) for name, n in zip(names, numbers, strict=False) if n and name}
    places = found.pop("place").items()
    found["section"] = {name.partition("/")[2]: n for name, n in places if name.startswith("article/")}
    found["category"] = {name.partition("/")[2]: n for name, n in places if name.startswith("question/")}
    found["tag"] = _tags(generation, _without("tag", ids, left))
    return found


def _having(generation: Generation, field: str, names: tuple[str, ...]) -> Mask:
    """Return which documents have all of ``names``."""
    mask = np.ones(generation.size, np.bool_)
    for name in names:
        has = np.zeros(generation.size, np.bool_)
        has[generation.holding(field, name)] = True
        mask &= has
    return mask


def _tags(generation: Columns, ids: Ids) -> dict[str, int]:
    """Return the tags that most of ``ids`` carry, those of the same number by name, as the list of all is."""
    names = generation.tags[0]
    numbers = _numbers(generation, ids)
    most = np.argsort(-numbers, kind="stable")[:MOST_COUNTED_TAGS].tolist()
    return {names[code]: int(numbers[code]) for code in most if numbers[code]}


def _numbers(generation: Columns, ids: Ids) -> NDArray[np.intp]:
    """Return how many of ``ids`` carry each tag; of more than half of all, by counting the others."""
    if 2 * len(ids) > generation.size:
        rest = np.ones(generation.size, np.bool_)
        rest[ids] = False
        return generation.carried - _numbers(generation, np.flatnonzero(rest))
    names, starts, codes = generation.tags
    each = starts[ids + 1] - starts[ids]
    before = np.cumsum(each) - each
    return np.bincount(codes[np.repeat(starts[ids] - before, each) + np.arange(each.sum())], minlength=len(names))


def _without(choice: str, ids: Ids, left: Mapping[str, Mask]) -> Ids:
    """Return which of ``ids`` would be found if nothing of the sort of ``choice`` were chosen."""
    masks = [mask for name, mask in left.items() if name != choice]
    return ids[np.flatnonzero(np.logical_and.reduce(masks))] if masks else ids
