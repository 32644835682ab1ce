"""Hits as pages show them: the title, the best passage, and the heading that the passage stands under."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence

from kb.search.documents import Hit, Shown
from kb.search.extracts import Marker, marked, marker, passage
from kb.search.query import Query
from kb.search.seeing import Seen

LONG = 1_500
"""Characters from which on a text is led into at the heading of the passage and not at its beginning."""


def hits(seen: Seen, query: Query, *, first: int = 1, promoted: int = 0, typing: bool = False) -> Iterator[Hit]:
    """Yield what was found as hits, numbered from ``first``; the first ``promoted`` of them were chosen by writers.

    While ``typing`` they have no extracts, which nobody would have the time to read.
    """
    markers: dict[str, Marker] = {}
    for number, (key, score) in enumerate(zip(seen.found.keys, seen.found.scores, strict=True)):
        if key not in seen.shown:
            continue
        lang = seen.shown[key].lang
        if lang not in markers:
            markers[lang] = marker(query, typing=typing, lang=lang)
        shown, place = seen.shown[key], first + number
        if typing:
            yield Hit(shown, place, marked(shown.title, markers[lang]), "", score)
        else:
            yield _hit(shown, markers[lang], place, score, promoted=number < promoted)


def heading_above(text: str, at: int, headings: Sequence[tuple[str, str]]) -> tuple[str, str]:
    """Return the id and the words of the last of ``headings`` that stands at or before ``at``; "" where none does."""
    starts = list(_starts(text, headings))
    number = bisect_right(starts, at)
    return headings[number - 1] if number else ("", "")


def _hit(shown: Shown, mark: Marker, position: int, score: float, *, promoted: bool) -> Hit:
    best = passage(shown.text, mark)
    anchor, heading = "", ""
    if best.found and len(shown.text) >= LONG:
        anchor, heading = heading_above(shown.text, best.at, shown.headings)
    title = marked(shown.title, mark)
    return Hit(shown, position, title, best.html, score, heading=heading, anchor=anchor, promoted=promoted)


def _starts(text: str, headings: Sequence[tuple[str, str]]) -> Iterator[int]:
    """Yield where each heading stands, the place of the one before for one that is not on a line of its own."""
    at = 0
    lines = f"\n{text}\n"
    for _, words in headings:
        found = lines.find(f"\n{words}\n", at)
        at = found if found >= 0 else at
        yield at
