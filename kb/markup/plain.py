"""HTML → the plain words in it, words → fewer words, and words → Markdown that says just them."""

import re
from html import unescape

# Possessive, so that an unclosed tag is given up at once instead of being tried in every length.
_TAG = re.compile(
    r"<(?:!--(?:(?!<!--|-->).)*+-->|/?([A-Za-z][A-Za-z0-9]*+)(?:[^<>\"']|\"[^\"]*+\"|'[^']*+')*+>)", re.DOTALL
)
_INLINE = frozenset(
    {
        "a",
        "abbr",
        "b",
        "code",
        "del",
        "em",
        "i",
        "ins",
        "kbd",
        "mark",
        "q",
        "s",
        "samp",
        "small",
        "span",
        "strong",
        "sub",
        "sup",
        "u",
        "var",
    }
)
_BLANKS = re.compile(r"[^\S\n]+")
_BREAKS = re.compile(r" ?\n[ \n]*")
_MARKS = re.compile(r"[\\`*_\[\]#>!|~]")
_NOT_ESCAPED_BY_MARKDOWN = str.maketrans({"&": "&amp;", "<": "&lt;", "@": "&#64;"})


def text_of(html: str) -> str:
    """Return the words of clean ``html``, one block a line, with entities resolved and no markup."""
    text = _TAG.sub(lambda tag: "" if (tag[1] or "").lower() in _INLINE else "\n", html)
    return _BREAKS.sub("\n", _BLANKS.sub(" ", unescape(text))).strip()


def shorten(text: str, length: int) -> str:
    """Return ``text`` on one line in at most ``length`` characters, cut after a word and ended with … when cut."""
    line = " ".join(text.split())
    if len(line) <= length:
        return line
    cut = line[:length]
    whole_words = cut[: cut.rfind(" ")] if " " in cut[length // 2 :] else cut[:-1]
    return whole_words.rstrip(" ,;:.-–—") + "…"


def as_markdown(words: str) -> str:
    """Return ``words`` so written that Markdown shows them as they are: no mark-up, no entity, no mention."""
    return _MARKS.sub(r"\\\g<0>", words).translate(_NOT_ESCAPED_BY_MARKDOWN)
