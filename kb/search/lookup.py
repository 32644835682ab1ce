"""From a query to the terms an index is asked for: in every language it holds, and in other words."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from kb.search import analysis
from kb.search.query import Group, Query
from kb.search.stemming import ENGLISH

MOST_LANGUAGES = 5
"""A word is looked up in the stems of as many languages, those that most documents are written in."""
Languages = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """One word of a query. A document has it when it has one of ``ways``; of each way, what its terms score adds up."""

    ways: tuple[tuple[str, ...], ...]
    stop: bool = False


@dataclass(frozen=True, slots=True)
class Unit:
    """Words that are found as they are or, all of them, by one of ``others``."""

    own: tuple[Asked, ...]
    others: tuple[tuple[Asked, ...], ...] = ()


def units(query: Query, languages: Languages) -> list[Unit]:
    """Return what of ``query`` ranks documents: its telling words or, where all are common words, all of them."""
    groups = [*(query.groups or map(_alone, query.words)), *map(_alone, " ".join(query.phrases).split())]
    likely = likely_languages(query.wanted, languages)
    found = [
        Unit(
            asked(" ".join(group.words), languages, likely),
            tuple(filter(None, (telling(asked(" ".join(other), languages, likely)) for other in group.others))),
        )
        for group in groups
    ]
    if all(word.stop for unit in found for word in unit.own) and not any(unit.others for unit in found):
        return list(dict.fromkeys(found))
    kept = [Unit(telling(unit.own), unit.others) for unit in found]
    return [unit for unit in dict.fromkeys(kept) if unit.own or unit.others]


def begun(query: Query, languages: Languages) -> tuple[list[Unit], Asked]:
    """Return what of ``query`` is typed in full, and its last word, which may not be; it needs to have one."""
    *full, last = analysis.pieces(query.wanted)
    groups: tuple[Group, ...] = ()
    if query.groups and not query.phrases:
        *whole, cut = query.groups
        groups = (*whole, *map(_alone, analysis.pieces(" ".join(cut.words))[:-1]))
    typed = replace(query, words=tuple(full), phrases=(), groups=groups)
    return units(typed, languages), _asked(last, languages, ())


def telling(words: tuple[Asked, ...]) -> tuple[Asked, ...]:
    """Return those of ``words`` that are not too common to tell anything."""
    return tuple(word for word in words if not word.stop)


def asked(text: str, languages: Languages, likely: Languages) -> tuple[Asked, ...]:
    """Return the words of ``text``; those too common in all of the ``likely`` languages tell nothing."""
    return tuple(_asked(written, languages, likely) for written in analysis.pieces(text))


def likely_languages(text: str, languages: Languages) -> Languages:
    """Return which of ``languages`` a query may be in: those of whose common words it has at least half the most."""
    if len(languages) == 1:
        return languages
    written = analysis.pieces(text)
    numbers = [sum(analysis.word(one, language).stop for one in written) for language in languages]
    most = max(numbers)
    return tuple(one for one, number in zip(languages, numbers, strict=True) if 2 * number >= most)


def looked_up(counts: Sequence[tuple[str, int]]) -> Languages:
    """Return the languages to look words up in, from how many documents are in each; English is always one."""
    most = sorted((pair for pair in counts if pair[0] != ENGLISH and pair[1]), key=lambda pair: (-pair[1], pair[0]))
    return (ENGLISH, *(language for language, _ in most[: MOST_LANGUAGES - 1]))


def _alone(word: str) -> Group:
    return Group((word,))


def _asked(written: str, languages: Languages, likely: Languages) -> Asked:
    words = [analysis.word(written, language) for language in languages]
    ways = dict.fromkeys(way for word in words for way in (word.terms, *((other,) for other in word.others)))
    return Asked(tuple(ways), all(analysis.word(written, language).stop for language in likely))
