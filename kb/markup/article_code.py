"""Code boxes of articles: coloured by kind of word, with a title, numbers and marked lines where asked for."""

import re
import secrets
import threading
from collections.abc import Mapping
from html import escape
from typing import Any
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.treeprocessors import Treeprocessor
from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.token import STANDARD_TYPES, _TokenType
from pygments.util import ClassNotFound

from kb.markup.sanitizing import code_name

_STYLED = re.compile(
    r"c[1mhsp]?|cpf|k[cdnprt]?|ow|nb|s[12abcdehixrs]?|dl|g[idrthupse]|n[fcnedolvta]|fm|py|m[ifhob]?|il|ld?|bp|v[cgim]|err"
)
"""The kinds of words that ``static/css/prose/code.css`` colours; others get no element, which halves a page."""

_RANGE = re.compile(r"(\d{1,6})(?:-(\d{1,6}))?")
_PLAIN_TEXT = "text"
_known = threading.local()


class CodeBoxes:
    """The code of one article at a time: its boxes stand in the page, their words are kept apart until it is clean.

    A name that nobody can guess stands for the words. Nine tenths of what a technical page holds is code, and the
    cleaner need not take apart what was put together here from nothing but text and ``span`` elements.
    """

    def __init__(self) -> None:
        self._words: dict[str, str] = {}
        self._secret = secrets.token_hex(8)

    @property
    def words(self) -> Mapping[str, str]:
        """The words of each box, by the name that stands for them."""
        return self._words

    def forget(self) -> None:
        """Begin with another article."""
        self._words = {}

    def box(
        self, source: str, language: str, class_name: str, options: dict[str, Any], md: Markdown, **more: Any
    ) -> str:
        """Return the box around some code, as the fences ask for it."""
        lexer, shown_as = _lexer(language or _PLAIN_TEXT)
        title = str(options.get("title") or "").strip()
        heading = f'<span class="filename">{escape(title)}</span>' if title else ""
        lines = _numbered(_lines(lexer, source), _first_number(options.get("linenums")))
        for number in _marked(str(options.get("hl_lines") or ""), len(lines)):
            lines[number - 1] = f'<span class="hll">{lines[number - 1]}</span>'
        name = code_name(self._secret, len(self._words))
        self._words[name] = "".join(lines)
        return f'<div class="language-{escape(shown_as)} highlight">{heading}<pre><code>{name}</code></pre></div>'


class IndentedCode(Treeprocessor):
    """Code that is only indented gets the same box."""

    def __init__(self, md: Markdown, boxes: CodeBoxes) -> None:
        super().__init__(md)
        self._boxes = boxes

    def run(self, root: Element) -> None:
        """Change the tree in place."""
        for block in root.iter("pre"):
            if len(block) == 1 and block[0].tag == "code":
                source = (block[0].text or "").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
                box = self._boxes.box(source, _PLAIN_TEXT, "", {}, self.md)
                tail = block.tail
                block.clear()
                block.tag, block.text, block.tail = "p", self.md.htmlStash.store(box), tail


def accept_options(
    language: str, inputs: dict[str, Any], options: dict[str, Any], attrs: dict[str, Any], md: Markdown
) -> bool:
    """Take every option a fence gives; those nobody knows have no effect."""
    options.update(inputs)
    return True


def _lines(lexer: Lexer, source: str) -> list[str]:
    """Return the lines of ``source``, each with its end, with every coloured run of words in an element of its own."""
    lines: list[str] = []
    line: list[str] = []
    kind, run = "", ""
    for token, words in lexer.get_tokens(source):
        own = _KIND.get(token)
        if own is None:
            own = _KIND[token] = _kind_of(token)
        for part in words.splitlines(keepends=True) if "\n" in words else (words,):
            if own != kind:
                line.append(_element(kind, run))
                kind, run = own, ""
            run += part
            if part.endswith("\n"):
                line.append(_element(kind, run[:-1]))
                lines.append("".join(line) + "\n")
                line, run = [], ""
    line.append(_element(kind, run))
    rest = "".join(line)
    return [*lines, rest] if rest else lines


_KIND: dict[_TokenType, str] = {}


def _kind_of(token: _TokenType) -> str:
    """Return the class of a token, or of the nearest kind above it that has a colour; "" for plain words."""
    at: Any = token
    while at is not None:
        if _STYLED.fullmatch(STANDARD_TYPES.get(at, "")):
            return STANDARD_TYPES[at]
        at = at.parent
    return ""


def _element(kind: str, words: str) -> str:
    if not words:
        return ""
    shown = escape(words, quote=False)
    return f'<span class="{kind}">{shown}</span>' if kind and not words.isspace() else shown


def _lexer(language: str) -> tuple[Lexer, str]:
    """Return this thread's lexer for a language and the language's name; making one takes longer than using it."""
    made: dict[str, tuple[Lexer, str]] | None = getattr(_known, "lexers", None)
    if made is None:
        made = _known.lexers = {}
    found = made.get(language)
    if found is None:
        found = made[language] = _find_lexer(language)
    return found


def _find_lexer(language: str) -> tuple[Lexer, str]:
    for name in (language, language.lower().removesuffix("-interactive")):
        try:
            return get_lexer_by_name(name), language
        except ClassNotFound:
            continue
    return get_lexer_by_name(_PLAIN_TEXT), _PLAIN_TEXT


def _first_number(linenums: object) -> int | None:
    """Return the number of the first line, None when lines are not to be numbered."""
    if not linenums:
        return None
    digits = re.match(r"\d{1,6}", str(linenums))
    return (int(digits[0]) or None) if digits else 1


def _numbered(lines: list[str], first: int | None) -> list[str]:
    """Return the lines with their numbers, which are no part of the text and so are not copied with it."""
    if first is None:
        return lines
    width = len(str(first + len(lines) - 1))
    return [
        f'<span data-linenos="{number:>{width}} " class="linenos"></span>{line}'
        for number, line in enumerate(lines, first)
    ]


def _marked(ranges: str, count: int) -> list[int]:
    """Return the numbers that ``1 3-5`` or ``1,3-5`` names, of at most ``count`` lines."""
    marked: set[int] = set()
    for start, end in _RANGE.findall(ranges):
        marked.update(range(max(1, int(start)), min(int(end or start), count) + 1))
    return sorted(marked)
