"""Rendering in processes that can be killed: a time limit on Python-Markdown holds only from outside it."""

import threading
from collections.abc import Mapping, Sequence

from kb.markup.dialect import Rendered
from kb.markup.process import Gone, Process, TooSlow

Source = tuple[str, Mapping[str, str]]
"""A text, and the people it may mention: handle → name."""

SECONDS_IN_LINE = 20.0
PROGRAM = "kb.markup.rendering"


class Pool:
    """Some rendering processes, each started when first needed and again after it was killed.

    They import ``kb.markup`` and nothing else of the site.
    """

    def __init__(self, processes: int) -> None:
        self._processes = processes
        self._lock = threading.Lock()
        self._free = threading.BoundedSemaphore(processes)
        self._idle: list[Process] = []

    def render(self, sources: Sequence[Source], *, seconds: float) -> list[Rendered | None]:
        """Return ``sources`` rendered in order, None for one that cannot be.

        Raises TooSlow when all together take longer than ``seconds``.
        """
        if not self._free.acquire(timeout=SECONDS_IN_LINE):
            raise TooSlow
        try:
            try:
                return self._render(self._idle_one(), sources, seconds)
            except Gone:  # an idle process may have been killed from outside; a second end is the text's own doing
                return self._render(None, sources, seconds)
        except Gone as gone:
            raise TooSlow from gone
        finally:
            self._free.release()

    def close(self) -> None:
        """End the idle processes; the pool can be used again after."""
        with self._lock:
            ending, self._idle = self._idle, []
        for process in ending:
            process.end()

    def forget(self) -> None:
        """Leave the processes to the parent this process was forked from, and begin without any."""
        for process in self._idle:
            process.let_go()
        self._lock = threading.Lock()
        self._free = threading.BoundedSemaphore(self._processes)
        self._idle = []

    def _idle_one(self) -> Process | None:
        with self._lock:
            return self._idle.pop() if self._idle else None

    def _render(self, process: Process | None, sources: Sequence[Source], seconds: float) -> list[Rendered | None]:
        process = process or Process(PROGRAM)
        try:
            answers = process.ask([[text, dict(people)] for text, people in sources], seconds)
        except BaseException:
            process.kill()
            raise
        with self._lock:
            self._idle.append(process)
        return [answer and Rendered(html=answer[0], text=answer[1], mentions=tuple(answer[2])) for answer in answers]
