"""The embedded engine: Whoosh keeps the index on disk, arrays in memory answer."""

import logging
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np
from whoosh.index import TOC

from kb.search.documents import Document
from kb.search.engine import Busy, Gaps, Key, Marks, NoIndex, Progress, State
from kb.search.ranking.answering import Answering
from kb.search.ranking.generation import Generation
from kb.search.whoosh.folder import Shelf
from kb.search.whoosh.schema import SCHEMA
from kb.search.whoosh.segments import Folder, Segment
from kb.search.whoosh.writing import NAME, build, write

log = logging.getLogger(__name__)
T = TypeVar("T")
PATIENCE = 2.0
"""Seconds to run after an index that is replaced faster than it is opened."""


class WhooshEngine(Answering):
    """One process's view of the index in a folder; any number of threads may search, one process may write."""

    def __init__(self, path: Path, *, site: str) -> None:
        self._shelf = Shelf(path, site)
        self._segments: dict[str, Segment] = {}
        self._open_folder: Path | None = None
        super().__init__()

    def put(
        self, documents: Iterable[Document], *, drop: Collection[Key] = (), moving: tuple[Marks, Marks] | None = None
    ) -> None:
        """See Engine."""
        coming = {Key(document.kind, document.ref): document for document in documents}
        with self._shelf.locked("writing", patience=5.0):
            now, folder = self._generation(fresh=True), self._shelf.current()
            if moving and self._shelf.marks(folder) != moving[0]:
                raise Busy("The index was changed by another process meanwhile.")
            gone = now.find({*coming, *drop}).tolist()
            if coming or gone:
                self._write(folder, coming.values(), gone)
            if moving and moving[0] != moving[1]:
                to = moving[1]
                self._shelf.note(folder, settled=to.settled, reached=to.reached, missing=to.missing)
        self.look_again()

    def drop(self, keys: Collection[Key]) -> None:
        """See Engine."""
        self.put((), drop=keys)

    def rebuild(
        self,
        documents: Iterable[Document],
        *,
        settled: int,
        reached: int,
        missing: Gaps = (),
        progress: Progress | None = None,
    ) -> None:
        """See Engine."""
        with self._shelf.locked("rebuilding"):
            folder = self._shelf.new()
            try:
                build(folder, documents, progress or (lambda _: None))
                self._shelf.note(folder, settled=settled, reached=reached, missing=missing)
                with self._shelf.locked("writing", patience=60.0):
                    self._shelf.use(folder)
                    self._shelf.pardon()
            except BaseException:
                self._shelf.discard(folder)
                raise
        self.look_again()

    def warm(self) -> None:
        """See Engine."""
        try:
            self._ask(lambda now: now.warm())
        except NoIndex:
            return

    def marks(self) -> Marks:
        """See Engine."""
        return self._shelf.marks(self._shelf.current())

    def held(self) -> Sequence[tuple[Key, int]]:
        """See Engine."""
        now = self._generation(fresh=True)
        ids = np.flatnonzero(now.alive)
        return list(zip(now.keys(ids), now.numbers["version"][ids].tolist(), strict=True))

    def state(self) -> State:
        """See Engine."""
        try:
            now = self._generation()
            alive = int(now.alive.sum())
            return State("whoosh", True, alive, now.size - alive, len(now.segments), self._reached)
        except NoIndex:
            return State("whoosh", False)

    def needs_rebuild(self) -> bool:
        """See Engine."""
        if self._shelf.is_condemned():
            self._shelf.set_aside()
            self._shelf.pardon()
        try:
            self._generation(fresh=True)
        except NoIndex:
            return True
        return False

    def _ask(self, question: Callable[[Generation], T]) -> T:
        now = self._generation()
        try:
            return question(now)
        except NoIndex:
            raise
        except Exception as problem:
            # A torn file shows up as any kind of error, and only when the part that is torn is read.
            self._condemn(problem)
            raise NoIndex("The index cannot be read.") from problem

    def _look(self) -> None:
        """Open the newest generation unless it is the one that is open; segments that are still in it stay open."""
        until = time.monotonic() + PATIENCE
        while True:
            try:
                folder = self._shelf.current()
            except NoIndex:
                self._close()
                raise
            number = _generation_in(folder)
            try:
                self._open_in(folder, number)
                return
            except Exception as problem:
                if not self._is_still(folder, number):  # its files were replaced while we opened them
                    if time.monotonic() < until:
                        continue
                    if self._now is not None:
                        return
                    raise NoIndex("The index changes too fast to be opened.") from problem
                self._condemn(problem)
                raise NoIndex("The index cannot be opened.") from problem

    def _open_in(self, folder: Path, number: int) -> None:
        reached = self._shelf.marks(folder).reached  # before the index itself, so that it is never ahead of it
        if self._now is None or (self._open_folder, self._now.number) != (folder, number):
            self._open(folder)
        self._reached = reached

    def _open(self, folder: Path) -> None:
        storage = Folder(str(folder))
        toc = TOC.read(storage, NAME, schema=SCHEMA)
        segments = {
            found.segment_id(): self._segments.get(found.segment_id()) or Segment(storage, found)
            for found in toc.segments
        }
        deleted = [frozenset(found.deleted_docs()) for found in toc.segments]
        self._now = Generation(toc.generation, list(segments.values()), deleted)
        self._segments, self._open_folder = segments, folder

    def _write(self, folder: Path, documents: Collection[Document], gone: list[int]) -> None:
        try:
            write(folder, documents, gone=gone)
        except OSError:
            raise  # a full disk, say: nothing is wrong with what is there
        except Exception as problem:
            self._condemn(problem)
            raise NoIndex("The index cannot be written to.") from problem

    def _is_still(self, folder: Path, number: int) -> bool:
        """Return whether no commit came and no other index was taken into use; nobody removes files before that."""
        try:
            return self._shelf.current() == folder and _generation_in(folder) == number
        except NoIndex:
            return True

    def _condemn(self, problem: Exception) -> None:
        log.error("the search index cannot be read and will be built anew: %r", problem)
        self._close()
        self._shelf.condemn(repr(problem))

    def _close(self) -> None:
        super()._close()
        self._open_folder, self._segments = None, {}


def _generation_in(folder: Path) -> int:
    """Return the number of the last commit."""
    return int(TOC._latest_generation(Folder(str(folder)), NAME))
