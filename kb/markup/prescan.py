"""Texts no honest hand writes, refused before Markdown spends its time on them."""

import re

from kb.markup.code import without_code

# Markdown looks from every "[" and every "](" for the end of its link, so what it pays is the sum of those distances.
# Measured on Python-Markdown 3.11 at 0.1 to 0.5 s a million; 30,000 characters of well-formed links make 0.02 million.
MOST_LOOKING_AHEAD = 2_000_000
# Each ">" at the start of a line is one more call on the stack, and its rest is read again in each.
MOST_QUOTES = 60
# "- - - a" is a list in a list in a list.
MOST_LISTS_IN_A_LINE = 40

_BLANK_LINE = re.compile(r"\n[ \t]*\n")
_MARK = re.compile(r"\\.|\]\(|[\[\]()]", re.DOTALL)
_QUOTES = re.compile(rf"^(?:[ \t]*+>){{{MOST_QUOTES}}}", re.MULTILINE)
_LISTS = re.compile(rf"^[ \t>]*+(?:(?:[-*+]|\d{{1,9}}\.)[ \t]++){{{MOST_LISTS_IN_A_LINE},}}+[^\s]", re.MULTILINE)


def trouble(markdown: str) -> str | None:
    """Return why ``markdown`` would be slow to render, in a few English words, or None. Takes linear time."""
    if _QUOTES.search(markdown):
        return "too many quotes in one another"
    if _LISTS.search(markdown):
        return "too many lists in one another"
    could_be = markdown.count("[") * len(markdown) > MOST_LOOKING_AHEAD
    if could_be and looking_ahead(without_code(markdown)) > MOST_LOOKING_AHEAD:
        return "too many open brackets"
    return None


def looking_ahead(markdown: str) -> int:
    """Return how many characters lie between the beginnings of links and their ends, all links added up.

    One that does not end reaches to the end of its paragraph.
    """
    total, start = 0, 0
    for blank in [*_BLANK_LINE.finditer(markdown), None]:
        end = blank.start() if blank else len(markdown)
        total += _in_paragraph(markdown, start, end)
        start = blank.end() if blank else end
    return total


def _in_paragraph(markdown: str, start: int, end: int) -> int:
    total = 0
    brackets: list[int] = []
    targets: list[int] = []
    for mark in _MARK.finditer(markdown, start, end):
        at, sign = mark.start(), mark[0]
        if sign == "[":
            brackets.append(at)
        elif sign == "(" and targets:
            targets.append(at)
        elif sign == ")" and targets:
            total += at - targets.pop()
        if sign[0] == "]" and brackets:
            total += at - brackets.pop()
        if sign == "](":
            targets.append(at)
    return total + sum(end - opened for opened in [*brackets, *targets])
