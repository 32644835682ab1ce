"""HTML of other sites → the Markdown it could have been written as."""

import re
from typing import Any, cast

from bs4 import Tag
from markdownify import MarkdownConverter

from kb.markup.plain import text_of

_ESCAPES = (
    (re.compile(r"\\(?=[\\`*_{}\[\]()>#+.!~-])"), r"\\\\"),
    (re.compile(r"[*`]"), r"\\\g<0>"),
    (re.compile(r"(?<!\w)_|_(?!\w)"), r"\\_"),  # within a word an underscore is only itself
    (re.compile(r"~(?=~)"), r"\\~"),
    (re.compile(r"\](?=[(\[:])"), r"\\]"),
    (re.compile(r"&(?=#?\w+;)"), r"&amp;"),
    (re.compile(r"^(\s*)(#|>|[-+](?=\s))"), r"\1\\\2"),
    (re.compile(r"^(\s*\d{1,9})([.)])(?=\s)"), r"\1\\\2"),
)
_LANGUAGE = re.compile(r"lang(?:uage)?-([A-Za-z0-9+#_.-]{1,30})$")
_BACKTICKS = re.compile(r"`{3,}")
_LINE = re.compile(r"^(?=.)", re.MULTILINE)
_ELSEWHERE = re.compile(r"(?:https?://|mailto:)\S", re.IGNORECASE)
_AWKWARD = re.compile(r"[()\s]")


def as_markdown(html: str) -> str:
    """Return Markdown that renders to what ``html`` says; links that only made sense on its own site lose their aim.

    HTML nested deeper than anybody can follow comes back as its plain words.
    """
    try:
        return str(_Converter(heading_style="atx", bullets="-", wrap=True, wrap_width=None).convert(html)).strip("\n")
    except RecursionError:
        return text_of(html)


class _Converter(MarkdownConverter):
    """Where the library's own way would change meaning in the Markdown of posts."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._numbers: dict[int, int] = {}

    def escape(self, text: str, parent_tags: set[str]) -> str:
        """Keep words that look like markup words."""
        for sign, escaped in _ESCAPES:
            text = sign.sub(escaped, text)
        return text

    def convert_pre(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """Fence code with more backticks than it holds."""
        code = text.strip("\n")
        if not code.strip():
            return ""
        fence = "`" * max([3, *(len(run) + 1 for run in _BACKTICKS.findall(code))])
        return f"\n\n{fence}{_language(el)}\n{code}\n{fence}\n\n"

    def convert_li(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """Indent by the four blanks that every Markdown takes for "belongs to the item"."""
        words = text.strip()
        if not words:
            return "\n"
        bullet = f"{self._number(el)}. " if el.parent is not None and el.parent.name == "ol" else "- "
        return bullet + _LINE.sub("    ", words)[4:] + "\n"

    def convert_a(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """Keep only links that lead somewhere from here."""
        target = str(el.get("href") or "").strip()
        if not _ELSEWHERE.match(target):
            return text
        el["href"] = f"<{target}>" if _AWKWARD.search(target) and "\n" not in target else target
        return str(cast(Any, super()).convert_a(el, text, parent_tags))

    def _number(self, el: Tag) -> int:
        """Count on from the item before, which was numbered just before this one."""
        assert el.parent is not None
        start = str(el.parent.get("start") or "1")
        first = int(start) if start.isascii() and start.isdigit() and len(start) < 9 else 1
        number = self._numbers.get(id(el.parent), first)
        self._numbers[id(el.parent)] = number + 1
        return number


def _language(el: Tag) -> str:
    code = el.find("code")
    for tag in (el, code):
        if not isinstance(tag, Tag):
            continue
        for name in tag.get("class") or ():
            named = _LANGUAGE.match(name)
            if named and named[1] != "none":
                return named[1]
    return ""
