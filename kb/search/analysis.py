"""From text to the terms an index holds: lower case, accents folded, stemmed, special words kept whole."""

import re
import unicodedata
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby

from kb.search.stemming import ENGLISH, all_stop_words, is_eliding, stem, stop_words

LONGEST = 64
"""Longer words are cut: nobody types them, and random ones would fill an index."""
LAST_PLACE = 65_535
"""Words after this many are not indexed."""
_KEPT_WORDS = 100_000


def _ranges(numbers: Iterable[int]) -> str:
    """Return ``numbers``, which ascend, as what stands in the brackets of a pattern."""
    runs = [[number for _, number in run] for _, run in groupby(enumerate(numbers), lambda pair: pair[1] - pair[0])]
    return "".join(f"{chr(run[0])}-{chr(run[-1])}" for run in runs)


# Signs that are written on or around a letter, such as most vowels of Hindi; to Python's \w they are no part of words.
_SIGNS = _ranges(n for n in range(0x300, 0xFE00) if unicodedata.category(chr(n)) in ("Mn", "Mc"))
_LETTER = rf"[\w{_SIGNS}]"
# One class for letters and one for joints, never both: matching stays linear whatever the text is.
WORD = re.compile(rf"{_LETTER}+(?:[.:'’\-]{_LETTER}+)*(?:\+\+|#(?!\w))?")
_JOINT = re.compile(r"[.:\-_]+")
# Thai, Lao, Burmese, Khmer, Korean, Japanese and Chinese: words are not set apart by spaces, or not all of them.
_UNSPACED = "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u1100-\u11ff\u3040-\u30ff\u3130-\u318f\u31f0-\u31ff"
_UNSPACED += "\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003134f]+"
_RUN = re.compile(rf"({_UNSPACED})")


@dataclass(frozen=True, slots=True)
class Word:
    """What one written word becomes: usually one term; ``sign-in`` is found as ``signin``, ``sign`` and ``in``.

    The first term stands for the whole, the rest for its parts in order.
    """

    whole: str
    parts: tuple[str, ...] = ()
    stop: bool = False
    """Whether it is too common to tell one text from another."""
    terms: tuple[str, ...] = ()
    """Every term it is found by, its common parts left out."""
    others: tuple[str, ...] = ()
    """What else stands for the whole: its stem where its accents are not typed."""


_known: defaultdict[str, dict[str, Word]] = defaultdict(dict)


def word(written: str, language: str = ENGLISH) -> Word:
    """Return what ``written``, one of ``pieces``, becomes in a text of ``language``."""
    kept = _known[language]
    known = kept.get(written)
    if known is None:
        if len(kept) >= _KEPT_WORDS:
            kept.clear()
        known = kept[written] = _analysed(written, language)
    return known


def pieces(text: str) -> Sequence[str]:
    """Return the words of ``text`` as they are written, in order.

    Where a script sets no spaces, each two characters that stand together are one; one character alone is one, too.
    """
    found: list[str] = WORD.findall(text)
    if text.isascii() or not _RUN.search(text):
        return found
    whole = (unicodedata.normalize("NFKC", written) for written in found)  # ｶﾞ and カ゛ are ガ, one character
    return [piece for written in whole for _, piece in cut(written)]


def cut(written: str) -> Iterator[tuple[int, str]]:
    """Yield the pieces of one match of ``WORD``, and where each begins; in scripts without spaces they overlap."""
    at = 0
    for number, run in enumerate(_RUN.split(written)):
        if number % 2:
            yield from ((at + place, run[place : place + 2]) for place in range(max(len(run) - 1, 1)))
        elif run:
            yield at, run
        at += len(run)


def words(text: str, language: str = ENGLISH) -> Iterator[tuple[int, Word]]:
    """Yield the words of ``text`` with their places; a joined word takes as many places as it has parts."""
    place = 0
    for written in pieces(text):
        found = word(written, language)
        yield place, found
        place += len(found.parts) or 1


def places(text: str, *, with_stop_words: bool, language: str = ENGLISH) -> dict[str, list[int]]:
    """Return where each term of ``text`` stands; common words keep their place even when they are left out."""
    found: dict[str, list[int]] = {}
    for place, item in words(text, language):
        if place > LAST_PLACE:
            break
        if not item.stop or with_stop_words:
            found.setdefault(item.whole, []).append(place)
            for other in item.others:
                found.setdefault(other, []).append(place)
        for number, part in enumerate(item.parts):
            if place + number <= LAST_PLACE and (with_stop_words or part in item.terms):
                found.setdefault(part, []).append(place + number)
    return found


def folded(text: str) -> str:
    """Return ``text`` in lower case and without accents, as every term is."""
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", text).casefold()
    return unicodedata.normalize("NFC", "".join(c for c in apart if not _is_accent(c)))


def spoken(text: str, language: str = ENGLISH) -> list[str]:
    """Return the words of ``text`` as people write them, folded but not stemmed: what typing completes to."""
    common = _common(language)
    found = (folded(written).replace("’", "'") for written in pieces(text))
    return [item[:LONGEST] for item in found if item not in common and (len(item) > 1 or not item.isascii())]


def title_mark(title: str) -> int:
    """Return a number that two titles share when they say the same in the same order."""
    return zlib.crc32(" ".join(found.whole for _, found in words(title)).encode())


def _analysed(written: str, language: str) -> Word:
    plain = unicodedata.normalize("NFKC", written).lower().replace("’", "'")[:LONGEST]
    if "'" in plain:
        plain = plain.rpartition("'")[2] if is_eliding(language) else plain.removesuffix("'s").replace("'", "")
    named = [part for part in _JOINT.split(plain) if part]
    if len(named) < 2:
        whole, bare = _stemmed(plain, language), folded(plain)
        other = stem(bare, language)
        others = (other,) if other != whole else ()
        return Word(whole, (), bare in _common(language), (whole,), others)
    # "e-mail" and "email" are one word to the people who type them; "about:config" and "v7.4" are names.
    joined = plain.replace("-", "") if "-" in plain and plain.replace("-", "").isalpha() else plain
    whole, parts = _stemmed(joined, language), tuple(_stemmed(part, language) for part in named)
    telling = (part for part in parts if part not in _common(language) and (len(part) > 1 or not part.isascii()))
    return Word(whole, parts, False, (whole, *telling))


def _stemmed(plain: str, language: str) -> str:
    """Return the stem of a word in lower case, without accents; English words lose theirs first."""
    return stem(folded(plain), ENGLISH) if language == ENGLISH else folded(stem(plain, language))


def _is_accent(character: str) -> bool:
    """Say whether ``character`` only varies a letter; Unicode's classes 7 to 9 and 37 to 132 change what is said."""
    kind = unicodedata.combining(character)
    return 10 <= kind <= 36 or kind >= 200


@cache
def common_words() -> frozenset[str]:
    """Return the words that tell nothing in any language known, folded."""
    return frozenset(map(folded, all_stop_words()))


_folded_stop_words: dict[str, frozenset[str]] = {}


def _common(language: str) -> frozenset[str]:
    """Return the stop words of ``language``, folded."""
    known = _folded_stop_words.get(language)
    if known is None:
        known = _folded_stop_words[language] = frozenset(folded(one) for one in stop_words(language))
    return known
