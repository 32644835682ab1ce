"""Making the pages of many articles, on every core, in processes that can be stopped."""

import os
import threading
import zlib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

from kb.articles.remarks import ERROR, Remark
from kb.markup.article_links import Linked
from kb.markup.articles import Heading, Outline
from kb.markup.process import Gone, Process, TooSlow
from kb.publishing import proofing
from kb.publishing.sources import snippets
from kb.publishing.sources.files import ArticleFile
from kb.publishing.sources.links import SiteMap
from kb.publishing.sources.snippets import Library, Use

PROGRAM = "kb.publishing.typesetting"
SECONDS_A_PAGE = 30.0
SECONDS_TO_LEARN = 30.0
PAGES_A_PROCESS = 40  # a process takes half a second to start, in which another makes this many pages


@dataclass(frozen=True, slots=True)
class Page:
    """One file and the page made of it."""

    file: ArticleFile
    outline: Outline
    packed_html: bytes
    packed_text: bytes
    """Packed, because thousands of pages wait for the last one before any is stored."""
    remarks: tuple[Remark, ...]
    uses: tuple[Use, ...] = ()
    """Snippets and variables that it is made with."""

    @property
    def html(self) -> str:
        """What is between the title and the foot."""
        return zlib.decompress(self.packed_html).decode()

    @property
    def text(self) -> str:
        """Its words, as search has them."""
        return zlib.decompress(self.packed_text).decode()


NOTHING_SHARED = Library()


def get_ready() -> None:
    """Start a process beside what is to be done before the first page, unless one waits."""
    if not _waiting.is_there:
        _waiting.keep(Process(PROGRAM))


def print_pages(
    files: Sequence[ArticleFile], site: SiteMap, library: Library = NOTHING_SHARED
) -> Iterator[tuple[ArticleFile, Page | Remark]]:
    """Yield each file with its page, or with the error that says why there is none, in the order given.

    Snippets and variables come from ``library``.
    """
    if not files:
        return
    presses = min(os.cpu_count() or 1, -(-len(files) // PAGES_A_PROCESS))
    room = _Room(site, library)
    try:
        with ThreadPoolExecutor(presses) as threads:
            yield from zip(files, threads.map(room.page, files), strict=True)
    finally:
        room.close(keep_one=presses == 1)


class _Room:
    """The presses at work, one for each thread that asks."""

    def __init__(self, site: SiteMap, library: Library) -> None:
        self._site, self._library = site, library
        self._lesson = site.told()
        self._mine = threading.local()
        self._all: list[Process] = []

    def page(self, file: ArticleFile) -> Page | Remark:
        """Return the page of ``file``; a text that stops a process costs that process and nothing else."""
        expanded = snippets.expand(file.path, file.markdown, self._library, first_line=file.first_line)
        try:
            answer = self._ask([file.path, expanded.markdown])
        except TooSlow:
            return _given_up(file, f"The text takes longer than {SECONDS_A_PAGE:g} s to turn into a page.")
        except Gone:
            return _given_up(file, "The text takes too much memory to turn into a page.")
        if answer is None:
            return _given_up(file, "The text is nested too deeply to turn it into a page.")
        outline = _outline(answer["outline"])
        outline = replace(outline, links=proofing.with_lines(file, expanded, outline.links))
        remarks = tuple(proofing.of_page(file, expanded, outline, self._site))
        return Page(file, outline, _packed(answer["html"]), _packed(answer["text"]), remarks, expanded.uses)

    def close(self, *, keep_one: bool) -> None:
        """End all processes; or all but one, which waits for the next run. After many pages it would be a fat one."""
        for process in self._all:
            if not (keep_one and _waiting.keep(process)):
                process.end()

    def _ask(self, message: list[str]) -> Any:
        process: Process | None = getattr(self._mine, "process", None)
        if process is None:
            process = self._mine.process = self._taught()
            self._all.append(process)
        try:
            return process.ask(message, SECONDS_A_PAGE)
        except (TooSlow, Gone):
            self._all.remove(process)
            self._mine.process = None
            process.kill()
            raise

    def _taught(self) -> Process:
        """Return a process that knows the site map: the one that waits if it is alive, else a new one."""
        waiting = _waiting.take()
        if waiting is not None:
            try:
                waiting.ask(self._lesson, SECONDS_TO_LEARN)
                return waiting
            except (TooSlow, Gone):  # it was stopped from outside while it waited
                waiting.kill()
        process = Process(PROGRAM)
        process.ask(self._lesson, SECONDS_TO_LEARN)
        return process


class _Waiting:
    """At most one process between two runs, because starting it takes longer than most runs."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: Process | None = None

    @property
    def is_there(self) -> bool:
        """Whether one waits."""
        return self._process is not None

    def take(self) -> Process | None:
        """Return it, if there is one."""
        with self._lock:
            process, self._process = self._process, None
        return process

    def keep(self, process: Process) -> bool:
        """Let ``process`` wait, unless another does; returns whether it does."""
        with self._lock:
            if self._process is None:
                self._process = process
            return self._process is process

    def forget(self) -> None:
        """Leave it to the parent this process was forked from."""
        if self._process is not None:
            self._process.let_go()
        self._lock, self._process = threading.Lock(), None


_waiting = _Waiting()
os.register_at_fork(after_in_child=_waiting.forget)


def _given_up(file: ArticleFile, message: str) -> Remark:
    return Remark(file.path, 0, ERROR, message, "too-hard")


def _packed(text: str) -> bytes:
    return zlib.compress(text.encode(), zlib.Z_BEST_SPEED)


def _outline(answer: dict[str, Any]) -> Outline:
    return Outline(
        headings=tuple(Heading(**heading) for heading in answer["headings"]),
        links=tuple(Linked(**link) for link in answer["links"]),
        anchors=tuple(answer["anchors"]),
        lost_anchors=tuple(answer["lost_anchors"]),
    )
