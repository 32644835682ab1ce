"""Articles: Markdown → the HTML of a page, its words and its headings, once for each publish."""

import re
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from html import unescape
from typing import Any

from markdown import Markdown
from pymdownx.slugs import slugify

from kb.markup.allowed import IDS_OF_THE_PAGE
from kb.markup.article_code import CodeBoxes, accept_options
from kb.markup.article_links import Find, Linked, settle_links
from kb.markup.article_parts import ArticleParts
from kb.markup.article_videos import videos_as_links
from kb.markup.plain import text_of
from kb.markup.sanitizing import clean_article

RENDERER_VERSION = 2
"""Grows with every change that makes other HTML of the same text, so that everything is rendered again."""

_TAKEN_IDS = IDS_OF_THE_PAGE
_ANCHOR = re.compile(r'<a [^>]*class="heading-anchor"[^>]*>#</a>')
_ID = re.compile(r'\bid="([^"]+)"')
_OWN_LINK = re.compile(r'<a\s[^>]*?href="#([^"]+)"')
_FOOTNOTE = re.compile(r"fn(?:ref\d*)?:")
_renderers = threading.local()
_gfm_slug: Callable[[str, str], str] = slugify(case="lower")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading that can be linked to: its level (2 to 6), the id of its element, and its words."""

    level: int
    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Outline:
    """What there is on an article's page, and where it leads."""

    headings: tuple[Heading, ...]
    links: tuple[Linked, ...]
    """Every link and picture within the site, as written, with the address it got; "" leads nowhere."""
    anchors: tuple[str, ...]
    """Every id on the page that can be linked to, those of footnotes left out."""
    lost_anchors: tuple[str, ...]
    """Links to places that this page does not have."""


@dataclass(frozen=True, slots=True)
class RenderedArticle:
    """An article as it is stored."""

    html: str
    text: str
    outline: Outline


def render_article(markdown: str, find: Find) -> RenderedArticle:
    """Return ``markdown`` rendered, its relative links and pictures as ``find`` resolves them.

    The text is a writer's, not a stranger's; still, who renders many calls this where it can be stopped.
    """
    renderer = _renderer()
    renderer.begin()
    try:
        draft = renderer.markdown.convert(markdown)
    except BaseException:
        del _renderers.article  # it stopped midway, and what it remembers of this text would show in the next
        raise
    draft, links = settle_links(videos_as_links(draft), find)
    html = clean_article(draft, renderer.boxes.words)
    headings = tuple(_headings(getattr(renderer.markdown, "toc_tokens", [])))
    ids = {unescape(name): None for name in _ID.findall(html)}
    lost = dict.fromkeys(name for name in map(unescape, _OWN_LINK.findall(html)) if name not in ids)
    outline = Outline(
        headings=headings,
        links=tuple(links),
        anchors=tuple(name for name in ids if not _FOOTNOTE.match(name)),
        lost_anchors=tuple(lost),
    )
    return RenderedArticle(html, text_of(_ANCHOR.sub("", html)), outline)


class _Renderer:
    """Markdown as articles have it, made once a thread: making one takes as long as rendering a page."""

    def __init__(self) -> None:
        self.boxes = CodeBoxes()
        self._ids = _HeadingIds()
        self.markdown = Markdown(
            extensions=[*_EXTENSIONS, ArticleParts(self.boxes)],
            extension_configs={
                "pymdownx.superfences": {
                    "relaxed_headers": True,
                    "custom_fences": [
                        {"name": "*", "class": "highlight", "format": self.boxes.box, "validator": accept_options}
                    ],
                },
                "pymdownx.quotes": {"callouts": True},
                "pymdownx.tilde": {"subscript": False},
                "markdown.extensions.footnotes": {"BACKLINK_TITLE": "Back to the text, note {}"},
                "markdown.extensions.toc": {"slugify": self._ids, "marker": ""},
            },
            output_format="html",
            tab_length=4,
        )

    def begin(self) -> None:
        """Forget the article before."""
        self.markdown.reset()
        self.boxes.forget()
        self._ids.forget()


_EXTENSIONS = (
    "pymdownx.superfences",
    "pymdownx.quotes",
    "pymdownx.saneheaders",
    "pymdownx.tasklist",
    "pymdownx.tilde",
    "pymdownx.details",
    "pymdownx.tabbed",
    "pymdownx.keys",
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
)


def _renderer() -> _Renderer:
    """Return this thread's renderer: it keeps state while it works."""
    renderer: _Renderer | None = getattr(_renderers, "article", None)
    if renderer is None:
        renderer = _renderers.article = _Renderer()
    return renderer


class _HeadingIds:
    """Ids like the ones git hosts give, so that links made for them work; never one the page itself uses."""

    def __init__(self) -> None:
        self._given: Counter[str] = Counter(_TAKEN_IDS)

    def forget(self) -> None:
        """Begin with another article."""
        self._given = Counter(_TAKEN_IDS)

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
