"""Making the pages of many articles, on every core, in processes that can be stopped."""

import os
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from typing import Any

from kb.articles.files import ArticleFile
from kb.articles.links import SiteMap, link_remarks
from kb.articles.remarks import ERROR, Remark
from kb.markup.article_links import Linked
from kb.markup.articles import Heading, RenderedArticle
from kb.markup.process import Gone, Process, TooSlow

PROGRAM = "kb.articles.typesetting"
SECONDS_A_PAGE = 30.0
SECONDS_TO_LEARN = 30.0
PAGES_A_PROCESS = 40  # a process takes half a second to start, in which another makes this many pages


@dataclass(frozen=True, slots=True)
class Page:
    """One file and the page made of it."""

    file: ArticleFile
    rendered: RenderedArticle
    remarks: tuple[Remark, ...]


def print_pages(files: Sequence[ArticleFile], site: SiteMap) -> Iterator[tuple[ArticleFile, Page | Remark]]:
    """Yield each file with its page, or with the error that says why there is none, in the order given."""
    if not files:
        return
    presses = min(os.cpu_count() or 1, -(-len(files) // PAGES_A_PROCESS))
    room = _Room(site)
    try:
        with ThreadPoolExecutor(presses) as threads:
            yield from zip(files, threads.map(room.page, files), strict=True)
    finally:
        room.close()


class _Room:
    """The presses at work, one for each thread that asks."""

    def __init__(self, site: SiteMap) -> None:
        self._site = {
            "pages": dict(site.pages),
            "pictures": {path: asdict(picture) for path, picture in site.pictures.items()},
        }
        self._mine = threading.local()
        self._all: list[Process] = []

    def page(self, file: ArticleFile) -> Page | Remark:
        """Return the page of ``file``; a text that stops a process costs that process and nothing else."""
        try:
            answer = self._ask([file.path, file.markdown])
        except TooSlow:
            return Remark(file.path, 0, ERROR, f"The text takes longer than {SECONDS_A_PAGE:g} s to turn into a page.")
        except Gone:
            return Remark(file.path, 0, ERROR, "The text takes too much memory to turn into a page.")
        if answer is None:
            return Remark(file.path, 0, ERROR, "The text is nested too deeply to turn it into a page.")
        rendered = _rendered(answer)
        remarks = (*file.doubts, *link_remarks(file, rendered.links, rendered.lost_anchors))
        return Page(file, rendered, remarks)

    def close(self) -> None:
        """End all processes."""
        for process in self._all:
            process.end()

    def _ask(self, message: list[str]) -> Any:
        process: Process | None = getattr(self._mine, "process", None)
        try:
            if process is None:
                process = self._mine.process = Process(PROGRAM)
                self._all.append(process)
                process.ask(self._site, SECONDS_TO_LEARN)
            return process.ask(message, SECONDS_A_PAGE)
        except (TooSlow, Gone):
            if process is not None:
                self._all.remove(process)
                process.kill()
            self._mine.process = None
            raise


def _rendered(answer: dict[str, Any]) -> RenderedArticle:
    return RenderedArticle(
        html=answer["html"],
        text=answer["text"],
        headings=tuple(Heading(**heading) for heading in answer["headings"]),
        links=tuple(Linked(**link) for link in answer["links"]),
        lost_anchors=tuple(answer["lost_anchors"]),
    )
