"""Blocks as other tools spell them, rewritten line by line into the spelling that the renderer knows."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from markdown.preprocessors import Preprocessor

from kb.markup.article_boxes import CONTAINERS
from kb.markup.code import Scan

# Spelling of the block's beginning: ":::note Title", ":::note[Title]", ":::{note} Title", "/// note | Title".
_OPENING = re.compile(
    r"(?P<indent>[ \t]*)(?P<mark>:{3,}|/{3,})[ \t]*\{?(?P<kind>[A-Za-z][\w-]{0,30})\}?"
    r"(?:\[(?P<boxed>[^\]\n]*)\]|[ \t]*\|?[ \t]+(?P<title>[^{\n]*?))?[ \t]*(?:\{[^}\n]*\})?[ \t]*"
)
_CLOSING = re.compile(r"[ \t]*(:{3,}|/{3,})[ \t]*")
_CAPTION = re.compile(r"(?:figure-|table-)?caption")
_FENCE = re.compile(r"(?P<start>[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)?(?:`{3,}|~{3,})[ \t]*)(?P<head>[^`\n]*\S)[ \t]*")
_HEAD_PART = re.compile(
    r"\{(?P<ranges>[\d,\s-]+)\}"
    r"|(?P<key>[A-Za-z_][\w-]*)=(?:\"(?P<double>[^\"]*)\"|'(?P<single>[^']*)'|\{?(?P<bare>[^\s}]+)\}?)"
    r"|(?P<word>[^\s{}=\"']+)"
)
_LANGUAGE = re.compile(r"\.?[\w#.+-]+")
TITLES = frozenset({"title", "filename", "file", "name", "caption"})
NUMBERS = frozenset({"showlinenumbers", "linenums", "linenumbers", "numberlines", "linenos"})
MARKS = frozenset({"hl_lines", "highlight", "emphasize-lines", "hl"})


class Blocks(Preprocessor):
    """Containers of colons or slashes become callouts, details, tabs and captions; code fences say what they mean."""

    kinds: frozenset[str] = frozenset()

    def run(self, lines: list[str]) -> list[str]:
        """Return ``lines`` so rewritten; a container that is never closed stays as it is."""
        code = _code_lines(lines)
        lines = [_fence(line) if code[at] and (not at or not code[at - 1]) else line for at, line in enumerate(lines)]
        if not any(":::" in line or "///" in line for line in lines):
            return lines
        pairs, _ = _pairs(lines, code, self.kinds)
        return [*_rewritten(lines, pairs)] if pairs else lines


def unclosed(markdown: str) -> list[tuple[int, str]]:
    """Return line, from 0, and beginning (``:::note``) of each container that is never closed."""
    if ":::" not in markdown and "///" not in markdown:
        return []
    lines = markdown.split("\n")
    _, open_ones = _pairs(lines, _code_lines(lines), CONTAINERS)
    return [(at, opening["mark"] + opening["kind"]) for at, opening in open_ones]


@dataclass(frozen=True, slots=True)
class _Pair:
    """One container: its first and last line, and what it is."""

    start: int
    end: int
    kind: str
    title: str


def _code_lines(lines: list[str]) -> list[bool]:
    scan = Scan()
    return [scan.is_code(line) for line in lines]


def _pairs(
    lines: list[str], code: list[bool], kinds: frozenset[str]
) -> tuple[list[_Pair], list[tuple[int, re.Match[str]]]]:
    """Return the containers, and the beginnings of those that never end."""
    found: list[_Pair] = []
    open_ones: list[tuple[int, re.Match[str]]] = []
    for at, line in enumerate(lines):
        if code[at] or (":::" not in line and "///" not in line):
            continue
        opening = _OPENING.fullmatch(line)
        closing = _CLOSING.fullmatch(line)
        if opening and (opening["kind"].lower() in kinds or _CAPTION.fullmatch(opening["kind"])):
            open_ones.append((at, opening))
        elif closing and open_ones and open_ones[-1][1]["mark"][0] == closing[1][0]:
            start, match = open_ones.pop()
            title = (match["boxed"] or match["title"] or "").strip()
            found.append(_Pair(start, at, match["kind"].lower(), title))
    return found, open_ones


def _rewritten(lines: list[str], pairs: list[_Pair]) -> Iterator[str]:
    starts = {pair.start: pair for pair in pairs}
    ends = {pair.end: pair for pair in pairs}
    depth = 0
    for at, line in enumerate(lines):
        if at in starts:
            pair = starts[at]
            indent = "    " * depth + line[: len(line) - len(line.lstrip())]
            yield ""
            if not _CAPTION.fullmatch(pair.kind):
                yield indent + _beginning(pair)
                depth += 1
        elif at in ends:
            pair = ends[at]
            if _CAPTION.fullmatch(pair.kind):
                yield "    " * depth + line[: len(line) - len(line.lstrip())] + "{: .caption }"
            else:
                depth -= 1
            yield ""
        else:
            yield "    " * depth + line if line.strip() else line


def _beginning(pair: _Pair) -> str:
    if pair.kind == "tab":
        return f'=== "{pair.title}"'
    if pair.kind == "details":
        return f'??? note "{pair.title or "Details"}"'
    return f'!!! {pair.kind} "{pair.title}"' if pair.title else f"!!! {pair.kind}"


def _fence(line: str) -> str:
    """Return the first line of a fence with what follows the language in one spelling."""
    fence = _FENCE.fullmatch(line)
    if fence is None or _LANGUAGE.fullmatch(fence["head"]) or fence["head"].startswith(("{.", "{ .", "{#")):
        return line
    language, options = "", {}
    for at, part in enumerate(_HEAD_PART.finditer(fence["head"])):
        key = (part["key"] or part["word"] or "").lower()
        value = part["double"] or part["single"] or part["bare"] or ""
        if at == 0 and part["word"] and _LANGUAGE.fullmatch(part["word"]):
            language = part["word"]
        elif part["ranges"] or key in MARKS:
            options["hl_lines"] = " ".join(re.findall(r"\d+(?:-\d+)?", part["ranges"] or value))
        elif key in NUMBERS:
            options["linenums"] = value if value.isdigit() else "1"
        elif key in TITLES:
            options["title"] = value.replace('"', "'")
    written = "".join(f' {key}="{value}"' for key, value in options.items() if value)
    return f"{fence['start']}{language or 'text'}{written}"
