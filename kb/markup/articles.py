"""Articles: Markdown → the HTML of a page, its words and its headings, once for each publish."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from html import unescape
from typing import Any

from markdown import Markdown
from pymdownx.slugs import slugify

from kb.markup.article_links import Find, Linked, settle_links
from kb.markup.article_parts import ArticleParts
from kb.markup.plain import text_of
from kb.markup.sanitizing import clean_article

RENDERER_VERSION = 1
"""Grows with every change that makes other HTML of the same text, so that everything is rendered again."""

_TAKEN_IDS = frozenset({"main", "q", "feedback", "contents", "related", "search"})
_ANCHOR = re.compile(r'<a [^>]*class="heading-anchor"[^>]*>#</a>')
_ID = re.compile(r'\bid="([^"]+)"')
_OWN_LINK = re.compile(r'<a\s[^>]*?href="#([^"]+)"')
_gfm_slug: Callable[[str, str], str] = slugify(case="lower")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading that can be linked to: its level (2 to 6), the id of its element, and its words."""

    level: int
    id: str
    text: str


@dataclass(frozen=True, slots=True)
class RenderedArticle:
    """An article as it is stored."""

    html: str
    text: str
    headings: tuple[Heading, ...]
    links: tuple[Linked, ...]
    """Every link and picture within the site, as written, with the address it got; "" leads nowhere."""
    lost_anchors: tuple[str, ...]
    """Links to headings that this page does not have."""


def render_article(markdown: str, find: Find) -> RenderedArticle:
    """Return ``markdown`` rendered, its relative links and pictures as ``find`` resolves them.

    The text is a writer's, not a stranger's; still, who renders many calls this where it can be stopped.
    """
    renderer = _renderer()
    draft, links = settle_links(renderer.convert(markdown), find)
    html = clean_article(draft)
    ids = set(_ID.findall(html))
    lost = dict.fromkeys(unescape(name) for name in _OWN_LINK.findall(html) if name not in ids)
    return RenderedArticle(
        html=html,
        text=text_of(_ANCHOR.sub("", html)),
        headings=tuple(_headings(getattr(renderer, "toc_tokens", []))),
        links=tuple(links),
        lost_anchors=tuple(lost),
    )


def _renderer() -> Markdown:
    return Markdown(
        extensions=[
            "pymdownx.superfences",
            "pymdownx.highlight",
            "pymdownx.quotes",
            "pymdownx.tasklist",
            "pymdownx.tilde",
            "pymdownx.details",
            "pymdownx.magiclink",
            "markdown.extensions.abbr",
            "markdown.extensions.admonition",
            "markdown.extensions.attr_list",
            "markdown.extensions.def_list",
            "markdown.extensions.footnotes",
            "markdown.extensions.md_in_html",
            "markdown.extensions.sane_lists",
            "markdown.extensions.tables",
            "markdown.extensions.toc",
            ArticleParts(),
        ],
        extension_configs={
            "pymdownx.superfences": {"custom_fences": []},
            "pymdownx.highlight": {"guess_lang": False, "css_class": "highlight", "pygments_lang_class": True},
            "pymdownx.quotes": {"callouts": True},
            "pymdownx.tilde": {"subscript": False},
            "markdown.extensions.footnotes": {"BACKLINK_TITLE": "Back to the text, note {}"},
            "markdown.extensions.toc": {"slugify": _HeadingIds(), "marker": ""},
        },
        output_format="html",
        tab_length=4,
    )


class _HeadingIds:
    """Ids like the ones git hosts give, so that links made for them work; never one the page itself uses."""

    def __init__(self) -> None:
        self._given: Counter[str] = Counter(_TAKEN_IDS)

    def __call__(self, text: str, separator: str) -> str:
        """Return the id of the next heading."""
        slug = _gfm_slug(text, separator)[:100] or "section"
        again = self._given[slug]
        self._given[slug] += 1
        return f"{slug}-{again}" if again else slug


def _headings(tokens: list[dict[str, Any]]) -> list[Heading]:
    found = []
    for token in tokens:
        found.append(Heading(token["level"], token["id"], " ".join(unescape(token["name"]).split())))
        found.extend(_headings(token["children"]))
    return found
