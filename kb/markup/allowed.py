"""The allow-lists of HTML: what posts may hold, and what articles may hold beyond that."""

import re

_WORDS = {"a", "br", "code", "del", "em", "img", "span", "strong"}
_BLOCKS = {"blockquote", "div", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre", "ul"}
_TABLES = {"table", "tbody", "td", "th", "thead", "tr"}
_FINE_WORDS = {
    "abbr",
    "b",
    "cite",
    "dfn",
    "i",
    "ins",
    "kbd",
    "mark",
    "q",
    "s",
    "samp",
    "small",
    "sub",
    "sup",
    "u",
    "var",
}
_FINE_BLOCKS = {"aside", "dd", "details", "dl", "dt", "figcaption", "figure", "h2", "input", "section", "summary"}
POST_TAGS = frozenset(_WORDS | _BLOCKS | _TABLES)
ARTICLE_TAGS = POST_TAGS | _FINE_WORDS | _FINE_BLOCKS | {"caption", "tfoot"}

_LANGUAGE = r"language-[\w+#.-]{1,40}"
_ALIGNED = r"align-(?:left|center|right)"
_TOKEN_OF_CODE = re.compile(r"[a-z][a-z0-9]{0,3}")  # as Pygments names them: k, nf, s2, err
_POST_CLASSES = {
    "div": re.compile(rf"highlight|{_LANGUAGE}"),
    "code": re.compile(_LANGUAGE),
    "span": _TOKEN_OF_CODE,
    "th": re.compile(_ALIGNED),
    "td": re.compile(_ALIGNED),
}
_ARTICLE_CLASSES = re.compile(
    rf"highlight|{_LANGUAGE}|{_ALIGNED}|callout(?:__[a-z]+|--[a-z]+)?|footnotes?|footnote-(?:ref|backref)"
    r"|task-list(?:-item)?|heading-anchor|toc|tab-set(?:__tab|__body)?|video"
)
_IN_CODE = re.compile(r"[a-z][a-z0-9]{0,3}|filename|linenos")
IDS_OF_THE_PAGE = frozenset({"main", "q", "feedback", "contents", "related", "search"})
"""Ids that the page around an article has."""
_POST_ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt", "title"},
    "ol": {"start"},
    **{heading: {"id"} for heading in ("h3", "h4", "h5", "h6")},
}
_ARTICLE_ATTRIBUTES = {
    "a": {"href", "title", "aria-hidden", "tabindex"},
    "abbr": {"title"},
    "details": {"open", "name"},
    "img": {"src", "alt", "title", "width", "height"},
    "input": {"type", "checked", "disabled"},
    "ol": {"start", "reversed"},
    "span": {"data-linenos"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
}
_ON_ANY_IN_ARTICLES = {"id", "role", "aria-label", "aria-labelledby", "lang"}
_SHAPES = {
    "id": re.compile(r"[^\s\"'<>&]{1,120}"),
    "start": re.compile(r"\d{1,9}"),
    "colspan": re.compile(r"\d{1,2}"),
    "rowspan": re.compile(r"\d{1,2}"),
    "width": re.compile(r"\d{1,4}"),
    "height": re.compile(r"\d{1,4}"),
    "tabindex": re.compile(r"-1|0"),
    "type": re.compile(r"checkbox"),
    "role": re.compile(r"note|img|doc-[a-z]+"),
    "scope": re.compile(r"col|row|colgroup|rowgroup"),
    "name": re.compile(r"tabs-\d{1,4}"),
    "data-linenos": re.compile(r"[ \d]{1,8}"),
    "lang": re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*"),
}


def in_post(tag: str, name: str, value: str) -> bool:
    """Whether an element of a post may have an attribute; of a ``class``, ``post_classes`` says which."""
    if name == "class":
        return tag in _POST_CLASSES
    return name in _POST_ATTRIBUTES.get(tag, ()) and _in_shape(name, value)


def in_article(tag: str, name: str, value: str) -> bool:
    """Whether an element of an article may have an attribute; of a ``class``, ``article_classes`` says which."""
    if name == "class":
        return True
    return (name in _ON_ANY_IN_ARTICLES or name in _ARTICLE_ATTRIBUTES.get(tag, ())) and _in_shape(name, value)


def post_classes(tag: str) -> re.Pattern[str] | None:
    """Return what a class of the element may look like in a post, None when it may have none."""
    return _POST_CLASSES.get(tag)


def article_classes(tag: str) -> re.Pattern[str] | None:
    """Return what a class of the element may look like in an article."""
    return _IN_CODE if tag == "span" else _ARTICLE_CLASSES


def _in_shape(name: str, value: str) -> bool:
    return name not in _SHAPES or _SHAPES[name].fullmatch(value) is not None
