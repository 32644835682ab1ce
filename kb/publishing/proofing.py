"""What is wrong or doubtful in an article, by its text, its page and the other pages it links to. Pure."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from urllib.parse import unquote

from kb.articles.remarks import WARNING, Remark
from kb.markup.article_blocks import unclosed
from kb.markup.article_links import Linked
from kb.markup.articles import Outline
from kb.publishing.planning import Known
from kb.publishing.sources.files import ArticleFile
from kb.publishing.sources.links import SiteMap
from kb.publishing.sources.snippets import Expanded
from kb.publishing.sources.source import is_picture

CODES = frozenset(
    {
        "address-taken",
        "broken-anchor",
        "broken-image",
        "broken-link",
        "foreign-key",
        "front-matter",
        "heading-skip",
        "language",
        "link-to-archived",
        "link-to-draft",
        "link-to-retired",
        "liquid-tag",
        "many-gone",
        "mermaid-diagram",
        "missing-alt",
        "missing-snippet",
        "missing-summary",
        "missing-title",
        "moved-link",
        "not-utf-8",
        "redirect-conflict",
        "redirect-loop",
        "redirect-nowhere",
        "redirect-shadows",
        "repeated-key",
        "review-expired",
        "same-path",
        "second-title",
        "snippet-loop",
        "synonyms",
        "too-hard",
        "translation",
        "unclosed-block",
        "unknown-key",
        "unknown-variable",
        "unreadable",
        "variables",
        "video-embed",
        "yaml",
    }
)
"""Every kind of finding there is, as scripts and people know it; ``content/writing/findings.md`` explains each."""

DIAGRAMS = frozenset({"mermaid", "plantuml", "puml", "dot", "graphviz", "d2", "ditaa"})

_MARKS = re.compile(
    r"^[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)?(?P<fence>`{3,}|~{3,})[ \t]*\{?[ \t]*\.?(?P<head>[^\n]*)$"
    r"|^(?P<atx>\#{1,6})[ \t]+\S"
    r"|^(?P<before>[^\n\s\#>|=-][^\n]*)\n(?P<setext>=+|-+)[ \t]*$"
    r"|!\[[ \t]*\][(\[](?P<picture>)"
    r"|<img\b(?P<img>[^>]{0,2000})>"
    r"|<(?P<player>iframe|video|embed|object)\b",
    re.MULTILINE | re.IGNORECASE,
)
_TARGETS = re.compile(
    r"\]\([ \t]*<?(?P<inline>[^\s)>]+)"
    r"|^[ \t>]*\[[^\]\n]+\]:[ \t]*<?(?P<reference>[^\s>]+)"
    r"|\b(?:href|src)[ \t]*=[ \t]*[\"']?(?P<html>[^\"'\s>]+)"
    r"|<?(?P<bare>https?://[^\s<>\"')]+)",
    re.MULTILINE | re.IGNORECASE,
)
_NO_ALT = re.compile(r"\balt[ \t]*=", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Standing:
    """An article as it is going to be on the site, as far as others link to it."""

    path: str
    address: str
    status: str
    anchors: Sequence[str]
    links: Sequence[Mapping[str, Any]]
    review_due_on: date | None = None


def of_page(file: ArticleFile, expanded: Expanded, outline: Outline, site: SiteMap) -> list[Remark]:
    """Return everything there is to say about one article and its page, by line; ``outline.links`` know their lines.

    What depends on other articles' pages is not here but in ``cross_check``.
    """
    text = _Text(file, expanded)
    found = [*file.doubts, *expanded.remarks, *_of_text(text, file), *_of_links(text, file, outline, site)]
    if not file.summary:
        message = "The article has no summary, which lists and search would show."
        found.append(Remark(file.path, 1, WARNING, message, "missing-summary"))
    return sorted(dict.fromkeys(found), key=lambda remark: (remark.line, remark.code))


def with_lines(file: ArticleFile, expanded: Expanded, links: Iterable[Linked]) -> tuple[Linked, ...]:
    """Return ``links`` with the line of the file that each stands in."""
    text = _Text(file, expanded)
    lines = text.lines_of_targets()
    return tuple(replace(link, line=lines.get(link.target, 0)) for link in links)


def cross_check(pages: Iterable[Standing], *, today: date) -> list[Remark]:
    """Return what is doubtful in how articles link to each other, and which are past their day of review.

    A warning for each link to a heading that the other page does not have, and to an article that readers cannot open
    or should not rely on. Takes time in proportion to the number of links.
    """
    everything = list(pages)
    by_address = {page.address: page for page in everything}
    anchors = {page.address: frozenset(page.anchors) for page in everything}
    found: list[Remark] = []
    for page in everything:
        if page.review_due_on and page.review_due_on < today:
            found.append(_review_expired(page))
        for link in page.links:
            address, _, anchor = link["address"].partition("#")
            target = by_address.get(address.partition("?")[0])
            if target is None:
                continue
            if target.status in _UNREADABLE and page.status == "published":
                message = f"The link leads to an article that is {_UNREADABLE[target.status]}: {link['target']}"
                found.append(
                    Remark(page.path, link.get("line", 0), WARNING, message, f"link-to-{_KIND[target.status]}")
                )
            if anchor and unquote(anchor) not in anchors[target.address] and anchor not in anchors[target.address]:
                message = f"The link leads to a heading that {target.path} does not have: {link['target']}"
                found.append(Remark(page.path, link.get("line", 0), WARNING, message, "broken-anchor"))
    return sorted(dict.fromkeys(found), key=lambda remark: (remark.path, remark.line))


def standing_of(file: ArticleFile, outline: Outline, address: str) -> Standing:
    """Return how an article whose page was just made is going to stand at ``address``."""
    due = None
    if file.reviewed_on and file.review_every:
        due = file.reviewed_on + timedelta(days=min(file.review_every, 36_500))
    links = [{"target": link.target, "address": link.address, "line": link.line} for link in outline.links]
    return Standing(file.path, address, file.status, outline.anchors, links, due)


def standing_as_it_was(row: Known) -> Standing:
    """Return how an article stands that stays as it is."""
    return Standing(row.path, row.address, row.status, row.anchors, row.links, row.review_due_on)


_UNREADABLE = {"draft": "a draft", "archived": "archived"}
_KIND = {"draft": "draft", "archived": "archived"}


def _review_expired(page: Standing) -> Remark:
    message = f"The article was to be reviewed by {page.review_due_on}: read it again and change reviewed."
    return Remark(page.path, 1, WARNING, message, "review-expired")


class _Text:
    """The text of an article with everything put in, and the lines of the file its characters come from."""

    def __init__(self, file: ArticleFile, expanded: Expanded) -> None:
        self.markdown = expanded.markdown
        self._line_map, self._first_line = expanded.line_map, file.first_line
        self._breaks = [match.start() for match in re.finditer("\n", expanded.markdown)]

    def line_at(self, at: int) -> int:
        """Return the line of the file that the character at ``at`` comes from."""
        return self.line_of(bisect_right(self._breaks, at - 1))

    def line_of(self, number: int) -> int:
        """Return the line of the file that a line of the text, counted from 0, comes from."""
        return self._first_line + self._line_map[number]

    def marks(self) -> Iterator[re.Match[str]]:
        """Yield what is worth a look: the beginnings of code, and outside code headings, pictures and players."""
        closing = ""
        for mark in _MARKS.finditer(self.markdown):
            fence = mark["fence"]
            if closing:
                if fence and fence.startswith(closing) and not mark["head"].strip():
                    closing = ""
            elif fence:
                if "`" in fence and "`" in mark["head"]:
                    continue
                closing = fence
                yield mark
            else:
                yield mark

    def lines_of_targets(self) -> dict[str, int]:
        """Return the line each target of a link is first named in."""
        lines: dict[str, int] = {}
        for match in _TARGETS.finditer(self.markdown):
            target = next(filter(None, match.groups()), "")
            if target not in lines:
                lines[target] = self.line_at(match.start())
        return lines


def _of_text(text: _Text, file: ArticleFile) -> Iterator[Remark]:
    for number, beginning in unclosed(text.markdown):
        message = f"The block {beginning} is never closed, so it is shown as it is written: end it with {beginning[:3]}"
        yield Remark(file.path, text.line_of(number), WARNING, message, "unclosed-block")
    level, demoted = 1, False
    for mark in text.marks():
        at = text.line_at(mark.start(mark.lastgroup or 0))
        if mark["fence"]:
            language = re.split(r"[\s}{:,]", mark["head"].strip(), maxsplit=1)[0].lower()
            if language in DIAGRAMS:
                message = "Diagrams are not drawn here: the text of it is shown as code. Use a picture of it."
                yield Remark(file.path, at, WARNING, message, "mermaid-diagram")
        elif mark["atx"] or mark["setext"]:
            depth = len(mark["atx"]) if mark["atx"] else (1 if mark["setext"].startswith("=") else 2)
            if depth == 1 and not demoted:
                demoted = True
                message = "A page has one heading of the first level, its title: begin with ## in the text."
                yield Remark(file.path, at, WARNING, message, "second-title")
            depth = max(2, depth)
            if depth > level + 1:
                message = f"The heading skips a level: from {'#' * level} to {'#' * depth}."
                yield Remark(file.path, at, WARNING, message, "heading-skip")
            level = depth
        elif mark["player"]:
            message = "Players of other sites are not shown: a known video becomes a link, anything else is left out."
            yield Remark(file.path, at, WARNING, message, "video-embed")
        elif mark["img"] is None or not _NO_ALT.search(mark["img"]):
            message = "The picture has no alt text: say what it shows to those who cannot see it."
            yield Remark(file.path, at, WARNING, message, "missing-alt")


def _of_links(text: _Text, file: ArticleFile, outline: Outline, site: SiteMap) -> Iterator[Remark]:
    for link in {link.target: link for link in reversed(outline.links)}.values():
        target, line = link.target, link.line
        if link.address:
            if to := site.sent_on(file.path, target):
                message = f"Readers of {target} are sent on to {to}: link there."
                yield Remark(file.path, line, WARNING, message, "moved-link")
            continue
        if "{%" in target or "{{" in target:
            continue  # named as a tag or variable already
        if is_picture(target.partition("#")[0].partition("?")[0]):
            yield Remark(file.path, line, WARNING, f"The picture is not there: {target}", "broken-image")
        elif site.was_there(file.path, target):
            message = f"The link leads to an article whose file is gone: {target}"
            yield Remark(file.path, line, WARNING, message, "link-to-retired")
        else:
            yield Remark(file.path, line, WARNING, f"The link leads nowhere: {target}", "broken-link")
    if outline.lost_anchors:
        lines = text.lines_of_targets()
        for anchor in outline.lost_anchors:
            message = f"The link leads to a heading this page does not have: #{anchor}"
            yield Remark(file.path, lines.get(f"#{anchor}", 0), WARNING, message, "broken-anchor")
