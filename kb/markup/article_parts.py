"""What articles make of Markdown's tree: one heading level for the page, callouts, anchors, aligned columns."""

import re
from xml.etree.ElementTree import Element, SubElement

from markdown import Markdown
from markdown.extensions import Extension
from markdown.preprocessors import Preprocessor
from markdown.treeprocessors import Treeprocessor

from kb.markup.lists import Lists

KINDS = {
    "note": "note",
    "info": "note",
    "abstract": "note",
    "seealso": "note",
    "tip": "tip",
    "hint": "tip",
    "success": "success",
    "important": "important",
    "warning": "warning",
    "attention": "warning",
    "caution": "caution",
    "danger": "danger",
    "error": "danger",
    "bug": "danger",
}
_ALIGNED = re.compile(r"text-align: (left|center|right);")
_DETAILS = re.compile(r"^<details((?:\s+open)?)\s*>", re.IGNORECASE)
_HEADINGS = frozenset({"h2", "h3", "h4", "h5", "h6"})


class ArticleParts(Extension):
    """Registers the two passes over the tree, before and after headings get their ids (toc has priority 5)."""

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - Markdown's name
        """Register the parts; called by Markdown itself."""
        md.preprocessors.register(Lists(md), "lists", 21)  # after fenced code became placeholders, before raw HTML
        md.preprocessors.register(_Details(md), "details_html", 22)
        md.treeprocessors.register(_Levels(md), "levels", 7)
        md.treeprocessors.register(_Finish(md), "finish", 1)


class _Details(Preprocessor):
    """Markdown between ``<details>`` and its end is Markdown, as git hosts read it."""

    def run(self, lines: list[str]) -> list[str]:
        """Return the lines with the mark that md_in_html looks for."""
        return [_DETAILS.sub(r'<details markdown="1"\1>', line) for line in lines]


class _Levels(Treeprocessor):
    """Headings of the first level go down to the second: the page's title is the only first one."""

    def run(self, root: Element) -> None:
        """Change the tree in place."""
        for element in root.iter("h1"):
            element.tag = "h2"


class _Finish(Treeprocessor):
    """Callouts as the style sheet knows them, a link beside every heading, alignment as a class."""

    def run(self, root: Element) -> None:
        """Change the tree in place."""
        for element in list(root.iter()):
            if element.tag in _HEADINGS and element.get("id"):
                _add_anchor(element)
            elif element.tag == "div" and "admonition" in element.get("class", "").split():
                _make_callout(element)
            elif element.tag in ("th", "td"):
                _align(element)


def _add_anchor(heading: Element) -> None:
    anchor = SubElement(heading, "a", {"class": "heading-anchor", "href": f"#{heading.get('id')}"})
    anchor.set("aria-label", "Link to this part")
    anchor.text = "#"


def _make_callout(box: Element) -> None:
    kind = next((KINDS[name] for name in box.get("class", "").split() if name in KINDS), "note")
    box.set("class", f"callout callout--{kind}")
    box.set("role", "note")
    for title in box.findall("p"):
        if "admonition-title" in title.get("class", "").split():
            title.set("class", "callout__title")


def _align(cell: Element) -> None:
    aligned = _ALIGNED.fullmatch(cell.attrib.pop("style", ""))
    if aligned:
        cell.set("class", f"align-{aligned[1]}")
