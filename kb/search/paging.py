"""One page of what a query finds, with what writers chose to come first."""

from collections.abc import Mapping
from dataclasses import replace
from math import ceil

from kb.search.documents import Shown
from kb.search.engine import Found, Key, Reach
from kb.search.query import SORTS, Query, normal
from kb.search.seeing import Reader, Seen

PAGE = 10
MOST_PAGES = 100


def pages_in(total: int) -> int:
    """Return how many pages there are to look at."""
    return min(ceil(total / PAGE), MOST_PAGES)


def chosen_first(reader: Reader, query: Query) -> dict[Key, Shown]:
    """Return what writers chose for this search, as far as this reader may see it and wants this kind."""
    keys = [key for key in reader.told.promoted.get(normal(query.text), ()) if query.kind in ("", key.kind)]
    seen = reader.shown(keys)
    return {key: seen[key] for key in keys if key in seen}


def page_of(reader: Reader, query: Query, number: int, first: Mapping[Key, Shown]) -> tuple[Seen, int]:
    """Return page ``number`` of what is found, after those who come ``first``; the last page where there are fewer.

    Raises NoIndex.
    """

    def look(reach: Reach, limit: int, offset: int) -> Found:
        return reader.engine.search(query, reach, sort=query.sort or SORTS[0], limit=limit, offset=offset)

    def rest(number: int) -> Seen:
        if number == 1:
            return reader.look(look, limit=PAGE - len(first))
        return reader.look(look, limit=PAGE, offset=(number - 1) * PAGE - len(first))

    counts = look(reader.reach, 1, 0).counts if first else {}
    reader.hide(first)
    seen = rest(number)
    last = max(pages_in(seen.found.total + len(first)), 1)
    if number > last:
        number, seen = last, rest(last)
    if not first:
        return seen, number
    keys = tuple(first) if number == 1 else ()
    found = replace(
        seen.found,
        keys=(*keys, *seen.found.keys),
        scores=(*(0.0 for _ in keys), *seen.found.scores),
        total=seen.found.total + len(first),
        counts=counts,
    )
    return Seen(found, {**first, **seen.shown}), number
