"""What a hit shows of a text: the passage that holds most of what was asked for, with the words found marked."""

import re
from dataclasses import dataclass, field
from html import escape

from kb.search import analysis
from kb.search.query import Query
from kb.search.stemming import ENGLISH, language_of

LENGTH = 240
"""Characters of an extract."""
_LOOKED_AT = 20_000
_MOST_MATCHES = 400
_SENTENCE = re.compile(r"[.!?]\s+|\n+")
Match = tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class Marker:
    """Knows which words of a text in one language were asked for."""

    terms: frozenset[str]
    begun: str = ""
    """The beginning of a word that is still being typed."""
    initials: frozenset[str] = frozenset()
    """The first letters of all these: a plain word that starts otherwise need not be stemmed to be passed over."""
    language: str = ENGLISH
    seen: dict[str, str] = field(default_factory=dict, compare=False)
    """The term that each word looked at so far is found by, "" for most: texts say the same words again and again."""

    def matches(self, text: str) -> list[Match]:
        """Return start, end and term of the words of ``text`` that were asked for, in order."""
        found: list[Match] = []
        if not self.terms and not self.begun:
            return found
        spaced = text.isascii()
        for match in analysis.WORD.finditer(text):
            if spaced or match[0].isascii():
                self._note(found, match.start(), match[0])
            else:
                for at, piece in analysis.cut(match[0]):
                    self._note(found, match.start() + at, piece)
            if len(found) >= _MOST_MATCHES:
                break
        return found

    def _note(self, found: list[Match], at: int, written: str) -> None:
        term = self.seen.get(written)
        if term is None:
            term = self.seen[written] = self._asked(written)
        if term:
            found.append((at, at + len(written), term))

    def _asked(self, written: str) -> str:
        if written[0].lower() not in self.initials and written.isascii() and written.isalpha():
            return ""
        word = analysis.word(written, self.language)
        for term in (word.whole, *word.others, *word.parts):
            if term in self.terms:
                return term
        return self.begun if self.begun and analysis.folded(written).startswith(self.begun) else ""


def marker(query: Query, *, typing: bool = False, lang: str = "") -> Marker:
    """Return what marks the words of ``query``, and other ways to say them, in texts of ``lang``.

    While ``typing``, words that start as its last word does are marked, too.
    """
    language = language_of(lang)
    written = list(analysis.pieces(query.wanted))
    others = [piece for group in query.groups for other in group.others for piece in analysis.pieces(" ".join(other))]
    words = [analysis.word(one, language) for one in (*written, *others)]
    telling = [word for word in words if not word.stop] or words
    begun = analysis.folded(written[-1]) if typing and written else ""
    terms = frozenset(term for word in telling for term in (*word.terms, *word.others))
    return Marker(terms, begun, frozenset(one[0] for one in (*terms, begun) if one), language)


def marked(text: str, mark: Marker) -> str:
    """Return ``text`` as HTML, escaped, with the words asked for marked."""
    return _marked(text, mark.matches(text))


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a text, as HTML on one line."""

    html: str
    at: int
    """Where in the text the first word asked for stands, or the piece begins where there is none."""
    found: bool
    """Whether any word asked for is in it."""


def extract(text: str, mark: Marker, *, length: int = LENGTH) -> str:
    """Return the best passage of ``text`` as HTML, escaped, on one line, with the words asked for marked."""
    return passage(text, mark, length=length).html


def passage(text: str, mark: Marker, *, length: int = LENGTH) -> Passage:
    """Return the best passage of ``text``, escaped, with the words asked for marked."""
    text = text[:_LOOKED_AT]
    matches = mark.matches(text)
    start = _start(text, matches, length)
    end = _end(text, start, length)
    inside = [(a - start, b - start, term) for a, b, term in matches if a >= start and b <= end]
    html = " ".join(_marked(text[start:end], inside).split())
    html = f"{'… ' if start else ''}{html}{' …' if end < len(text.rstrip()) else ''}"
    return Passage(html, start + inside[0][0] if inside else start, bool(inside))


def _marked(text: str, matches: list[Match]) -> str:
    pieces, at = [], 0
    for start, end, _ in _apart(matches):
        pieces.append(f"{escape(text[at:start])}<mark>{escape(text[start:end])}</mark>")
        at = end
    return "".join(pieces) + escape(text[at:])


def _apart(matches: list[Match]) -> list[Match]:
    """Return matches with those that overlap, as pieces of scripts without spaces do, made one."""
    found: list[Match] = []
    for start, end, term in matches:
        if found and start < found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]), term)
        else:
            found.append((start, end, term))
    return found


def _start(text: str, matches: list[Match], length: int) -> int:
    """Return where the passage with the most different words begins, at a sentence where one is near."""
    best, best_value, first = 0, 0, 0
    inside: dict[str, int] = {}
    for _, end, term in matches:
        inside[term] = inside.get(term, 0) + 1
        while end - matches[first][0] > length * 3 // 4:
            gone = matches[first][2]
            inside[gone] -= 1
            if not inside[gone]:
                del inside[gone]
            first += 1
        if len(inside) > best_value:
            best, best_value = matches[first][0], len(inside)
    if best <= length // 2:
        return 0
    sentence = [found.end() for found in _SENTENCE.finditer(text, best - length // 3, best)]
    if sentence:
        return sentence[-1]
    return max(0, text.find(" ", best - length // 5, best) + 1) or best


def _end(text: str, start: int, length: int) -> int:
    end = start + length
    if end >= len(text):
        return len(text)
    space = text.rfind(" ", start + length // 2, end)
    return space if space > 0 else end
