"""Turns at SQLite's locks, which go to whoever happens to ask when they are free, and may so be out of reach for long.

Two things starve a writer. Who waits for the write lock asks ever less often, up to every tenth of a second; and a
process that reads with many threads shares one lock between them, so that its readers join each other and never notice
that another process waits to commit. Here writers of a process queue, the first of each process takes turns with the
first of the others, and nobody begins to read while somebody commits.

Nothing but the order depends on it: SQLite's own locks keep everybody apart.
"""

import fcntl
import os
import struct
import sys
import threading
import time
from collections import deque
from contextlib import suppress
from pathlib import Path

PATIENCE = 10.0
"""Seconds to wait for a turn to write."""
POLITE = 1.0
"""Seconds for which a reader lets somebody commit; from then on SQLite decides."""
POLL = 0.01
"""Seconds between two looks of one who reads: there may be many, and looking takes time from whoever works."""
_POLL = 0.002
"""The same for the one of a process who is next to write."""
_NEXT, _WRITING, _COMMITTING = range(3)
"""Bytes of a file that processes lock, because the locks of a process that is killed are gone with it.

Only who is next may wait to write, so that a process that just wrote lets it pass.
"""
_TELLS = sys.platform == "linux" and sys.maxsize > 2**32
"""Whether the kernel can be asked who holds a lock: the question is laid out differently everywhere."""
_LOCK = "hhqqi"  # struct flock: type, whence, start, length, process
_MAY_READ = struct.pack(_LOCK, fcntl.F_RDLCK, os.SEEK_SET, _COMMITTING, 1, 0)


class Turns:
    """The turns at one database, which processes agree on by locks in the file at ``place``."""

    def __init__(self, place: Path) -> None:
        self._place = place
        self._queue = Queue()
        self._opening = threading.Lock()
        self._file: int | None = None  # never closed: that would drop what other threads have locked
        self._committing = False

    def take(self, patience: float = PATIENCE) -> bool:
        """Wait for a turn to write; returns whether it came within so many seconds. Any thread may give it back."""
        until = time.monotonic() + patience
        if not self._queue.enter(patience):
            return False
        if self._wait_for(_NEXT, until) and self._wait_for(_WRITING, until):
            self._unlock(_NEXT)
            return True
        self.give_back()
        return False

    def commit_next(self) -> None:
        """Let nobody begin to read until the turn is given back."""
        self._committing = True
        self._lock(_COMMITTING)

    def give_back(self) -> None:
        """Let the next one write, and readers begin."""
        self._committing = False
        for byte in (_COMMITTING, _WRITING, _NEXT):
            self._unlock(byte)
        self._queue.leave()

    def let_commit(self) -> None:
        """Wait while somebody commits, for a second at most."""
        if self._is_committing():
            until = time.monotonic() + POLITE
            while self._is_committing() and time.monotonic() < until:
                time.sleep(POLL)

    def _is_committing(self) -> bool:
        file = self._opened()
        if self._committing or file is None or not _TELLS:
            return self._committing
        kind, *_ = struct.unpack(_LOCK, fcntl.fcntl(file, fcntl.F_GETLK, _MAY_READ))
        return bool(kind != fcntl.F_UNLCK)

    def _wait_for(self, byte: int, until: float) -> bool:
        while not self._lock(byte):
            if time.monotonic() > until:
                return False
            time.sleep(_POLL)
        return True

    def _lock(self, byte: int) -> bool:
        """Lock ``byte`` unless another process has; returns whether none has."""
        file = self._opened()
        if file is None:
            return True
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, byte)
        except BlockingIOError:
            return False
        return True

    def _unlock(self, byte: int) -> None:
        file = self._opened()
        if file is not None:
            fcntl.lockf(file, fcntl.LOCK_UN, 1, byte)

    def _opened(self) -> int | None:
        """Return the file; None where there can be none (a full disk, somebody else's), and SQLite decides alone."""
        if self._file is None:
            with self._opening, suppress(OSError):
                self._file = self._file or os.open(self._place, os.O_RDWR | os.O_CREAT, 0o600)
        return self._file


class Queue:
    """Room for one thread, or for ``room``; the others are let in in the order they came."""

    def __init__(self, room: int = 1) -> None:
        self._guard = threading.Lock()
        self._room = room
        self._waiting: deque[threading.Lock] = deque()

    def enter(self, patience: float) -> bool:
        """Wait for a place for that many seconds; returns whether there was one."""
        mine = threading.Lock()
        mine.acquire()
        with self._guard:
            if self._room:
                self._room -= 1
                return True
            self._waiting.append(mine)
        if mine.acquire(timeout=patience):
            return True
        with self._guard:
            if mine not in self._waiting:  # handed over in this very moment
                return True
            self._waiting.remove(mine)
        return False

    def leave(self) -> None:
        """Hand the place to whoever has waited longest."""
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._room += 1


_turns: dict[str, Turns] = {}
os.register_at_fork(after_in_child=_turns.clear)  # whoever writes in the parent will never give back in the child


def turns_at(database: str) -> Turns:
    """Return the turns at the SQLite database in that file; all threads of a process share them."""
    return _turns.get(database) or _turns.setdefault(database, Turns(Path(f"{database}-turn")))
