"""What articles make of Markdown's tree: one heading level for the page, boxes, anchors, aligned columns."""

import re
from xml.etree.ElementTree import Element, SubElement

from markdown import Markdown
from markdown.extensions import Extension
from markdown.preprocessors import Preprocessor
from markdown.treeprocessors import Treeprocessor

from kb.markup.article_blocks import Blocks
from kb.markup.article_boxes import CONTAINERS, settle_boxes
from kb.markup.article_code import CodeBoxes, IndentedCode
from kb.markup.article_videos import name_videos
from kb.markup.lists import NestedLists

_ALIGNED = re.compile(r"text-align: (left|center|right);")
_DETAILS = re.compile(r"^<details((?:\s+open)?)\s*>", re.IGNORECASE)
_HEADINGS = frozenset({"h2", "h3", "h4", "h5", "h6"})


class ArticleParts(Extension):
    """Registers what runs before the tree is made, and on it before and after headings get ids (toc has priority 5)."""

    def __init__(self, boxes: CodeBoxes) -> None:
        super().__init__()
        self._boxes = boxes

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - Markdown's name
        """Register the parts; called by Markdown itself."""
        blocks = Blocks(md)
        blocks.kinds = CONTAINERS
        md.preprocessors.register(blocks, "blocks", 28)  # before fenced code becomes placeholders at 25
        md.preprocessors.register(_Details(md), "details_html", 22)
        md.preprocessors.register(NestedLists(md), "lists", 21)  # after fenced code, before raw HTML at 20
        md.treeprocessors.register(IndentedCode(md, self._boxes), "indented_code", 30)
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
    """Boxes and videos as the style sheet knows them, a link beside every heading, alignment as a class."""

    def run(self, root: Element) -> None:
        """Change the tree in place."""
        settle_boxes(root)
        name_videos(root)
        for element in list(root.iter()):
            if element.tag in _HEADINGS and element.get("id"):
                _add_anchor(element)
            elif element.tag in ("th", "td"):
                _align(element)


def _add_anchor(heading: Element) -> None:
    anchor = SubElement(heading, "a", {"class": "heading-anchor", "href": f"#{heading.get('id')}"})
    anchor.set("aria-label", "Link to this part")
    anchor.text = "#"


def _align(cell: Element) -> None:
    aligned = _ALIGNED.fullmatch(cell.attrib.pop("style", ""))
    if aligned:
        cell.set("class", f"align-{aligned[1]}")
