"""Telling code from words in Markdown source, without rendering it."""

import re

_FENCE = re.compile(r"[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)?(`{3,}|~{3,})")
_INLINE = re.compile(r"(`+)[^`\n]++\1")
_TICKS = re.compile(r"(?<![\\`])`+")


class Scan:
    """Reads Markdown line by line and knows which lines are fenced code; takes linear time."""

    def __init__(self) -> None:
        self._closing = ""

    def is_code(self, line: str) -> bool:
        """Whether the next line belongs to fenced code, its fences included.

        A fence that is never closed counts as open to the end, though it is rendered as text.
        """
        fence = _FENCE.match(line)
        if self._closing:
            if fence and fence[1].startswith(self._closing) and not line[fence.end() :].strip():
                self._closing = ""
            return True
        if fence and not ("`" in fence[1] and "`" in line[fence.end() :]):
            self._closing = fence[1]
            return True
        return False


def without_code(markdown: str) -> str:
    """Return ``markdown`` with fenced blocks and code within lines left out, in linear time."""
    scan = Scan()
    words = [line for line in markdown.splitlines() if not scan.is_code(line)]
    return _INLINE.sub(" ", "\n".join(words))


def code_spans(line: str) -> list[tuple[int, int]]:
    """Return where in ``line`` code stands between backticks, from and to, in linear time."""
    runs = [(match.start(), match.end()) for match in _TICKS.finditer(line)]
    later: dict[int, list[int]] = {}
    for at in range(len(runs) - 1, -1, -1):
        later.setdefault(runs[at][1] - runs[at][0], []).append(at)
    spans, at = [], 0
    while at < len(runs):
        same = later[runs[at][1] - runs[at][0]]
        while same and same[-1] <= at:
            same.pop()
        if same:
            spans.append((runs[at][0], runs[same[-1]][1]))
            at = same[-1]
        at += 1
    return spans
