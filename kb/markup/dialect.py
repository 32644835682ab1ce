"""The Markdown that members write, without any guard of time: only the rendering process and plain words come here."""

import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.extensions import Extension
from markdown.inlinepatterns import InlineProcessor
from markdown.treeprocessors import Treeprocessor
from markdown.util import AtomicString

from kb.markup.lists import Lists
from kb.markup.plain import text_of
from kb.markup.sanitizing import clean_post

HANDLE = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,38}[A-Za-z0-9])?"
MENTION = rf"(?<![\w@/.&#-])@({HANDLE})(?![\w-])"
_BARE_URL = r"\bhttps?://[^\s<>\"`]+"
_TRAILING = ".,:;!?'*_~"
_HIGHLIGHT = {"guess_lang": False, "css_class": "highlight", "pygments_lang_class": True}
_ALIGNED = re.compile(r"text-align: (left|center|right);")
_renderers = threading.local()


@dataclass(frozen=True, slots=True)
class Rendered:
    """One post as it is stored: safe HTML, its plain words, and the handles it mentions."""

    html: str
    text: str
    mentions: tuple[str, ...]


def render(markdown: str, people: Mapping[str, str]) -> Rendered:
    """Return ``markdown`` rendered; may take long or raise on hostile text, so it is called where it can be killed."""
    renderer = _renderer()
    renderer.reset()
    mentions = cast("_Mentions", renderer.inlinePatterns["mention"])
    mentions.people, mentions.seen = people, {}
    try:
        draft = renderer.convert(markdown)
    except BaseException:
        del _renderers.post  # it stopped midway, and what it remembers of this text would show in the next
        raise
    html = clean_post(draft)
    return Rendered(html=html, text=text_of(html), mentions=tuple(mentions.seen))


def _renderer() -> Markdown:
    """Return this thread's renderer: it keeps state while it works."""
    renderer: Markdown | None = getattr(_renderers, "post", None)
    if renderer is None:
        renderer = Markdown(
            extensions=[
                "pymdownx.superfences",
                "pymdownx.highlight",
                "pymdownx.tilde",
                "tables",
                "sane_lists",
                "nl2br",
                _Posts(),
            ],
            extension_configs={
                "pymdownx.superfences": {"disable_indented_code_blocks": False, "custom_fences": []},
                "pymdownx.highlight": _HIGHLIGHT,
                "pymdownx.tilde": {"subscript": False},
            },
            output_format="html",
            tab_length=4,
        )
        _renderers.post = renderer
    return renderer


class _Posts(Extension):
    """What posts have beyond plain Markdown, and the raw HTML they have not."""

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - Markdown's name
        """Register the parts; called by Markdown itself."""
        md.preprocessors.deregister("html_block")
        md.preprocessors.register(Lists(md), "lists", 20)
        md.inlinePatterns.deregister("html")
        md.inlinePatterns.register(_BareUrl(_BARE_URL, md), "bare_url", 85)
        md.inlinePatterns.register(_Mentions(MENTION, md), "mention", 84)
        md.treeprocessors.register(_Settle(md), "settle", 5)


class _BareUrl(InlineProcessor):
    """Makes an address that stands in the text a link."""

    ANCESTOR_EXCLUDES = ("a",)

    def handleMatch(  # type: ignore[override]  # noqa: N802 - Markdown's name
        self, m: re.Match[str], data: str
    ) -> tuple[Element | None, int | None, int | None]:
        """Return the link; punctuation that ends the sentence and an unopened bracket stay outside."""
        url = m[0].rstrip(_TRAILING)
        while url.endswith(")") and url.count(")") > url.count("("):
            url = url[:-1].rstrip(_TRAILING)
        if url.endswith("//"):
            return None, None, None
        link = Element("a", {"href": url})
        link.text = AtomicString(url)
        return link, m.start(0), m.start(0) + len(url)


class _Mentions(InlineProcessor):
    """Makes ``@handle`` a link to that person, when it is one of ``people``."""

    ANCESTOR_EXCLUDES = ("a",)

    people: Mapping[str, str] = {}
    seen: dict[str, None] = {}

    def handleMatch(  # type: ignore[override]  # noqa: N802 - Markdown's name
        self, m: re.Match[str], data: str
    ) -> tuple[Element | None, int | None, int | None]:
        """Return the link and remember the handle; other words stay as they are."""
        handle = m[1].lower()
        if handle not in self.people:
            return None, None, None
        self.seen[handle] = None
        link = Element("a", {"href": f"/people/{handle}", "title": self.people[handle]})
        link.text = AtomicString(m[0])
        return link, m.start(0), m.end(0)


class _Settle(Treeprocessor):
    """Headings two levels down, because a page has its own; columns aligned by class, because pages allow no styles."""

    def run(self, root: Element) -> None:
        """Change the tree in place."""
        for element in root.iter():
            tag = element.tag
            if len(tag) == 2 and tag[0] == "h" and tag[1].isdigit():
                element.tag = f"h{min(int(tag[1]) + 2, 6)}"
            aligned = _ALIGNED.fullmatch(element.attrib.pop("style", ""))
            if aligned:
                element.set("class", f"align-{aligned[1]}")
