"""From what was typed to what is looked for: other ways to say it, and what mistyped words probably are."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from kb.search import spelling, synonyms
from kb.search.analysis import WORD
from kb.search.engine import NoIndex
from kb.search.query import Group, Query
from kb.search.seeing import Reader


@dataclass(frozen=True, slots=True)
class Understood:
    """A query that is ready to be searched."""

    query: Query
    corrected: str = ""
    """What ``query`` was typed as if it had been typed well, "" where nothing was taken for mistyped."""


def understood(reader: Reader, query: Query, *, exact: bool = False, begun: bool = False) -> Understood:
    """Return ``query`` with synonyms, and words that nobody could find by it replaced by those that were meant.

    ``exact`` takes every word for what it is; where the last one is only ``begun`` it may be the beginning of one.
    Raises NoIndex.
    """
    wide = synonyms.expanded(query, reader.told.synonyms)
    if exact or reader.is_late():
        return Understood(wide)
    last = query.words[-1] if begun and query.words else ""
    better = spelling.meant(reader.engine, _own_words(wide), reader.reach, begun=last)
    if not better:
        return Understood(wide)
    first = {word: others[0] for word, others in better.items()}
    right = replace(query, words=tuple(part for word in query.words for part in WORD.findall(first.get(word, word))))
    wide = _with_others(synonyms.expanded(right, reader.told.synonyms), better)
    return Understood(wide, spelling.rewritten(query.text, first))


def doubted(reader: Reader, query: Query) -> str:
    """Return what may have been meant by a query that found little, "" where nothing comes to mind."""
    try:
        return spelling.rewritten(query.text, spelling.rare(reader.engine, _own_words(query), reader.reach))
    except NoIndex:
        return query.text


def _own_words(query: Query) -> tuple[str, ...]:
    """Return the words that writers did not give another way to say."""
    return tuple(word for one in query.groups if not one.others for word in one.words) if query.groups else query.words


def _with_others(query: Query, better: Mapping[str, tuple[str, ...]]) -> Query:
    """Return ``query`` that also finds the other words which a mistyped one may have meant."""
    maybe = {others[0]: tuple((other,) for other in others[1:]) for others in better.values() if len(others) > 1}
    if not maybe:
        return query
    groups = query.groups or tuple(Group((word,)) for word in query.words)
    return replace(
        query,
        groups=tuple(one if one.others else Group(one.words, maybe.get(one.words[0], ())) for one in groups),
    )
