"""Where indexes live: one folder each, a pointer to the one in use, locks, and a corner for broken ones."""

import fcntl
import json
import os
import re
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from kb.search.engine import Busy, Gaps, Marks, NoIndex
from kb.search.ranking.fields import VERSION

_NAME = re.compile(r"[0-9]+-[0-9a-f]{8}")
_ASIDE = "broken-"
_NOTES = "notes.json"


@dataclass(frozen=True, slots=True)
class Notes:
    """What an index says about itself."""

    site: str
    """Which site's database it was made from."""
    settled: int
    reached: int
    missing: Gaps
    """Its marks, see engine.Marks."""


class Shelf:
    """The folder of all indexes of a site: ours alone, because opening an index unpickles what is in it."""

    def __init__(self, path: Path, site: str) -> None:
        self.path = path
        self.site = site

    def stamp(self) -> tuple[int, int] | None:
        """Return something that differs once another index is in use; None when none is."""
        try:
            found = (self.path / "current").stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_ino

    def current(self) -> Path:
        """Return the folder of the index in use; raises NoIndex when there is none that we may open."""
        name = self._pointer()
        while True:
            try:
                return self._checked(name)
            except NoIndex:
                before, name = name, self._pointer()
                if name == before:
                    raise  # else it was swapped, and swept away, while we looked

    def notes(self, folder: Path) -> Notes:
        """Return what the index in ``folder`` says about itself; raises NoIndex where that cannot be read."""
        try:
            found = json.loads((folder / _NOTES).read_text())
            settled, reached = int(found["settled"]), int(found["reached"])
            gaps = tuple((int(first), int(last)) for first, last in found["missing"])
            return Notes(str(found["site"]), settled, reached, gaps)
        except (OSError, ValueError, TypeError, KeyError):
            raise NoIndex("The index says nothing about itself.") from None

    def marks(self, folder: Path) -> Marks:
        """Return how far the index in ``folder`` is; raises NoIndex."""
        notes = self.notes(folder)
        return Marks(folder.name, notes.settled, notes.reached, notes.missing)

    def note(self, folder: Path, *, settled: int, reached: int, missing: Gaps) -> None:
        """Write down how far the index in ``folder`` is, in one step."""
        _replace(folder / _NOTES, json.dumps(asdict(Notes(self.site, settled, reached, missing))))

    def new(self) -> Path:
        """Make and return an empty folder for an index to be built in."""
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.path.chmod(0o700)
        folder = self.path / f"{VERSION}-{secrets.token_hex(4)}"
        folder.mkdir(mode=0o700)
        return folder

    def use(self, folder: Path) -> None:
        """Take the index in ``folder`` into use, in one step, and sweep away the others.

        Processes that still have an old index open read on from its deleted files.
        """
        _replace(self.path / "current", folder.name)
        for other in self.path.iterdir():
            if other.is_dir() and other != folder and (_NAME.fullmatch(other.name) or other.name.startswith(_ASIDE)):
                shutil.rmtree(other, ignore_errors=True)

    def discard(self, folder: Path) -> None:
        """Throw away an index that was never used."""
        shutil.rmtree(folder, ignore_errors=True)

    def set_aside(self) -> None:
        """Stop using the index in use, and keep it for a look until the next one is ready."""
        pointer = self.path / "current"
        try:
            name = pointer.read_text().strip()
            pointer.unlink()
        except (OSError, UnicodeDecodeError):
            return
        folder = self.path / name
        if _NAME.fullmatch(name) and folder.is_dir():
            folder.rename(self.path / f"{_ASIDE}{name}")

    def condemn(self, why: str) -> None:
        """Let the process that writes know that the index in use cannot be read."""
        try:
            _replace(self.path / "condemned", why)
        except OSError:
            return  # a full or read-only disk: the next search says so again

    def is_condemned(self) -> bool:
        """Return whether a reader found the index in use unreadable."""
        return (self.path / "condemned").exists()

    def pardon(self) -> None:
        """Forget that an index was condemned."""
        (self.path / "condemned").unlink(missing_ok=True)

    @contextmanager
    def locked(self, name: str, *, patience: float = 0.0) -> Iterator[None]:
        """Be the only one that is ``name`` the index until the block ends, or until this process does.

        Raises Busy when another still is after ``patience`` seconds.
        """
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        until = time.monotonic() + patience
        with (self.path / f"{name}.lock").open("w") as file:
            while True:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except OSError:
                    if time.monotonic() >= until:
                        raise Busy(f"Another process is {name} the index.") from None
                    time.sleep(0.05)
            yield

    def _pointer(self) -> str:
        try:
            return (self.path / "current").read_text().strip()
        except (OSError, UnicodeDecodeError):
            raise NoIndex("No index has been built yet.") from None

    def _checked(self, name: str) -> Path:
        """Return the folder that ``name`` says; raises NoIndex where it cannot be the index of this site."""
        folder = self.path / name
        if not _NAME.fullmatch(name) or not name.startswith(f"{VERSION}-") or not folder.is_dir():
            raise NoIndex("The index is of another version, or gone.")
        if not _ours(self.path) or not _ours(folder):
            raise NoIndex("The index folder can be written by others; it is not opened.")
        if self.notes(folder).site != self.site:
            raise NoIndex("The index belongs to another site.")
        return folder


def _ours(folder: Path) -> bool:
    try:
        found = folder.stat()
    except FileNotFoundError:
        return False
    return found.st_uid == os.getuid() and not found.st_mode & 0o077


def _replace(path: Path, text: str) -> None:
    beside = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    try:
        beside.write_text(text)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
