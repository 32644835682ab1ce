"""A program of ours in a process of its own that can be killed, asked and answering in lines of JSON."""

import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

SECONDS_TO_START = 20.0
_ROOT = Path(__file__).resolve().parent.parent.parent


class TooSlow(Exception):
    """There was no answer in the time there was for it."""


class Gone(Exception):
    """The process ended while, or before, it was asked."""


class Process:
    """One running module of ours and the two pipes to it.

    It is a program of its own that imports what it names, and not a copy of this process, which may hold threads,
    locks and connections. It ends when its input does, so it never outlives us. It knows the variables in ``env``, or
    all of ours.
    """

    def __init__(self, module: str, env: Mapping[str, str] | None = None) -> None:
        self._popen = subprocess.Popen(
            [sys.executable, "-m", module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
            env=env,
            cwd=_ROOT,  # where `-m` finds the module
        )
        self._started = False

    def ask(self, message: object, seconds: float) -> Any:
        """Return its answer; raises TooSlow or Gone, after which only ``kill`` is left to do."""
        if not self._started:
            self._line(SECONDS_TO_START)  # it says that it is ready
            self._started = True
        self._say(message)
        return json.loads(self._line(seconds))

    def end(self) -> None:
        """Let the process end by closing its input, and kill it when it does not."""
        self.let_go()
        try:
            self._popen.wait(timeout=1)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """End the process at once."""
        self._popen.kill()
        self._popen.wait()
        self.let_go()

    def let_go(self) -> None:
        """Close our ends of the pipes."""
        for pipe in (self._popen.stdin, self._popen.stdout):
            if pipe is not None:
                pipe.close()

    def _say(self, message: object) -> None:
        assert self._popen.stdin is not None
        rest = memoryview(json.dumps(message).encode() + b"\n")
        try:
            while rest:
                rest = rest[os.write(self._popen.stdin.fileno(), rest) :]
        except BrokenPipeError:
            raise Gone from None

    def _line(self, seconds: float) -> bytes:
        assert self._popen.stdout is not None
        waiting = select.poll()
        waiting.register(self._popen.stdout, select.POLLIN)
        until = time.monotonic() + seconds
        parts: list[bytes] = []
        while not parts or not parts[-1].endswith(b"\n"):
            if not waiting.poll(max(0.0, until - time.monotonic()) * 1000):
                raise TooSlow
            part = os.read(self._popen.stdout.fileno(), 1 << 16)
            if not part:
                raise Gone
            parts.append(part)
        return b"".join(parts)
