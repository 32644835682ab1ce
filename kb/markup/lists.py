"""Lists as people write them everywhere: two blanks nest, and no empty line is needed before the first item."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from markdown.preprocessors import Preprocessor

_QUOTED = re.compile(r"( {0,3}>)( ?)(.*)")
_BOX = re.compile(r" *(?:!!!|\?\?\?\+?|={3}[+!]*)[ ]")
_INDENT = "    "
_MOST_BOXES = 10
_ITEM = re.compile(r"([-*+]|\d{1,9}\.)(?=[ ])")
_RULE = re.compile(r"([-*_])(?:[ ]*\1){2,}[ ]*")
_CODE_BLOCK = re.compile(r"\x02wzxhzdk:\d+\x03")
_NESTS = 2
_AS_DEEP_AS_CODE = 4
_DEEPEST = 40


class Lists(Preprocessor):
    """Rewrites lists to Python-Markdown's terms: each level is indented by four, and stands apart from paragraphs.

    What is indented two or more beyond an item's mark belongs to that item. Runs after fenced code has become
    placeholders, which it sets apart as blocks of their own.
    """

    def run(self, lines: list[str]) -> list[str]:
        """Return ``lines`` so rewritten."""
        return list(_Rewriting().lines(lines))


class NestedLists(Lists):
    """The same for lists in quotes and in boxes as well, which the first line of a callout begins."""

    def run(self, lines: list[str]) -> list[str]:
        """Return ``lines`` so rewritten."""
        return self._at_depth(0, lines)

    def _at_depth(self, depth: int, lines: list[str]) -> list[str]:
        return super().run([*self._inner(depth, lines)] if depth < _MOST_BOXES else lines)

    def _inner(self, depth: int, lines: list[str]) -> Iterator[str]:
        at = 0
        while at < len(lines):
            quoted, boxed = _QUOTED.fullmatch(lines[at]), _BOX.match(lines[at])
            end = at + 1
            if quoted:
                while end < len(lines) and _QUOTED.fullmatch(lines[end]):
                    end += 1
                inner = [line[3] for line in map(_QUOTED.fullmatch, lines[at:end]) if line]
                yield from (f"> {line}" for line in self._at_depth(depth + 1, inner))
            elif boxed:
                indent = " " * (len(lines[at]) - len(lines[at].lstrip())) + _INDENT
                while end < len(lines) and (lines[end].startswith(indent) or not lines[end].strip()):
                    end += 1
                yield lines[at]
                inner = [line[len(indent) :] for line in lines[at + 1 : end]]
                yield from (indent + line if line else "" for line in self._at_depth(depth + 1, inner))
            else:
                yield lines[at]
            at = end


@dataclass(slots=True)
class _Rewriting:
    """Where in which lists the present line stands."""

    levels: list[int] = field(default_factory=list)
    """For each list we are in, the column from which a line belongs to its present item."""
    after_blank: bool = True
    after_code: bool = False
    in_paragraph: bool = False
    """Whether we are in a paragraph of its own within an item, which another item would go on otherwise."""

    def lines(self, lines: list[str]) -> Iterator[str]:
        for line in lines:
            words = line.lstrip(" ")
            if words:
                yield from self._line(words, len(line) - len(words))
            else:
                yield ""
            self.after_blank = not words
            self.after_code = _CODE_BLOCK.fullmatch(words.rstrip()) is not None

    def _line(self, words: str, indent: int) -> Iterator[str]:
        item = None if _RULE.fullmatch(words) else _ITEM.match(words)
        is_code = _CODE_BLOCK.fullmatch(words.rstrip()) is not None
        apart = (is_code or self.after_code) and not self.after_blank
        levels = self._levels_at(indent, lazily=not item and not is_code)
        beyond = indent - (levels[-1] if levels else 0)
        if item and beyond < _AS_DEEP_AS_CODE and self._may_begin(item[0]) and len(levels) < _DEEPEST:
            if apart or ((not self.levels or self.in_paragraph) and not self.after_blank):
                yield ""
            self.in_paragraph = False
            yield "    " * len(levels) + words
            self.levels = [*levels, indent + _NESTS]
            return
        if apart:
            yield ""
        self.levels = levels
        self.in_paragraph = self.after_blank or self.in_paragraph
        if not levels or (indent < levels[-1] and not is_code):
            yield " " * indent + words
        else:
            yield "    " * len(levels) + (" " * beyond if beyond >= _AS_DEEP_AS_CODE else "") + words

    def _levels_at(self, indent: int, *, lazily: bool) -> list[int]:
        """Return the lists a line belongs to; without an empty line before it, plain words go on with the item."""
        if lazily and not self.after_blank and not self.after_code:
            return self.levels
        return [column for column in self.levels if indent >= column]

    def _may_begin(self, marker: str) -> bool:
        """Whether a list may begin here: within a paragraph only with a bullet or with 1, as "1986." may be a year."""
        return bool(self.levels) or self.after_blank or self.after_code or marker in ("-", "*", "+", "1.")
