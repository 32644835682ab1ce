"""From text to the terms an index holds: lower case, accents folded, stemmed, special words kept whole."""

import re
import unicodedata
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from whoosh.lang.snowball.english import EnglishStemmer

LONGEST = 64
"""Longer words are cut: nobody types them, and random ones would fill an index."""
LAST_PLACE = 65_535
"""Words after this many are not indexed."""
_KEPT_WORDS = 100_000

# One class for letters and one for joints, never both: matching stays linear whatever the text is.
WORD = re.compile(r"\w+(?:[.:'’\-]\w+)*(?:\+\+|#(?!\w))?")
_JOINT = re.compile(r"[.:\-_]+")

STOP_WORDS = frozenset(
    """
    a an and are as at be been but by can could did do does for from had has have he her his how i if in into is it its
    me my of on or our she should so than that the their them then there these they this those to too us was we were
    what when where which while who why will with would you your am im ive dont doesnt didnt cant isnt wont
    """.split()  # noqa: SIM905 - a hundred quoted words would be no easier to read
)


@dataclass(frozen=True, slots=True)
class Word:
    """What one written word becomes: usually one term; ``sign-in`` is found as ``signin``, ``sign`` and ``in``.

    The first term stands for the whole, the rest for its parts in order.
    """

    whole: str
    parts: tuple[str, ...]
    stop: bool
    """Whether it is too common to tell one text from another."""

    @property
    def terms(self) -> tuple[str, ...]:
        """Every term it is found by, its common parts left out."""
        return (self.whole, *(part for part in self.parts if part not in STOP_WORDS and len(part) > 1))


_known: dict[str, Word] = {}
_stemmer = EnglishStemmer()


def word(written: str) -> Word:
    """Return what ``written``, one match of ``WORD``, becomes."""
    known = _known.get(written)
    if known is None:
        if len(_known) >= _KEPT_WORDS:
            _known.clear()
        known = _known[written] = _analysed(written)
    return known


def words(text: str) -> Iterator[tuple[int, Word]]:
    """Yield the words of ``text`` with their places; a joined word takes as many places as it has parts."""
    place = 0
    for written in WORD.findall(text):
        found = word(written)
        yield place, found
        place += len(found.parts) or 1


def places(text: str, *, with_stop_words: bool) -> dict[str, list[int]]:
    """Return where each term of ``text`` stands; common words keep their place even when they are left out."""
    found: dict[str, list[int]] = {}
    for place, item in words(text):
        if place > LAST_PLACE:
            break
        if not item.stop or with_stop_words:
            found.setdefault(item.whole, []).append(place)
        for number, part in enumerate(item.parts):
            if place + number <= LAST_PLACE and (with_stop_words or (part not in STOP_WORDS and len(part) > 1)):
                found.setdefault(part, []).append(place + number)
    return found


def folded(text: str) -> str:
    """Return ``text`` in lower case and without accents, as every term is."""
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(c for c in plain if not unicodedata.combining(c))


def spoken(text: str) -> list[str]:
    """Return the words of ``text`` as people write them, folded but not stemmed: what typing completes to."""
    found = (folded(written).replace("’", "'") for written in WORD.findall(text))
    return [item[:LONGEST] for item in found if item not in STOP_WORDS and len(item) > 1]


def title_mark(title: str) -> int:
    """Return a number that two titles share when they say the same in the same order."""
    return zlib.crc32(" ".join(found.whole for _, found in words(title)).encode())


def stem(plain: str) -> str:
    """Return the stem of a folded word; numbers and mixed words such as ``0x80070005`` or ``c#`` are kept."""
    return str(_stemmer.stem(plain)) if len(plain) > 2 and plain.isascii() and plain.isalpha() else plain


def _analysed(written: str) -> Word:
    plain = folded(written)[:LONGEST]
    if "'" in plain or "’" in plain:
        plain = plain.replace("’", "'").removesuffix("'s").replace("'", "")
    parts = tuple(stem(part) for part in _JOINT.split(plain) if part)
    if len(parts) < 2:
        return Word(stem(plain), (), plain in STOP_WORDS)
    # "e-mail" and "email" are one word to the people who type them; "about:config" and "v7.4" are names.
    joined = plain.replace("-", "") if "-" in plain and plain.replace("-", "").isalpha() else plain
    return Word(stem(joined), parts, False)
