"""Where articles come from: the files of a folder, or of one commit, known by the ids git gives to their bytes."""

import hashlib
import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Protocol

from kb.errors import NotFound
from kb.git.mirror import Mirror
from kb.git.objects import Commit, Entry
from kb.publishing.sources import wanted
from kb.publishing.sources.sifting import SourceEntry, fault_of_size, sift
from kb.publishing.sources.wanted import LARGEST_TEXT, TEXTS, is_picture, is_section_file, is_text

__all__ = [
    "LARGEST_TEXT",
    "TEXTS",
    "FolderSource",
    "GitSource",
    "Source",
    "SourceEntry",
    "SourceFile",
    "blob_id",
    "is_picture",
    "is_section_file",
    "is_text",
    "open_source",
]
_NOT_THERE = "The file is not there."
_LINK = "This is a link to another file, which is not followed."
_LINKED_FOLDER = "This is a link to another folder, which is not followed."
_MODULE = "This is a submodule, a repository of its own, which is not read."
_DAMAGED = "The repository is damaged: the file's text is missing."
_FILES = ("100644", "100755", "100664")


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file: its path within the source, with ``/`` between folders, and its bytes, or why there are none."""

    path: str
    data: bytes
    fault: str = ""

    @property
    def oid(self) -> str:
        """What git calls these bytes."""
        return blob_id(self.data)


class Source(Protocol):
    """Anything articles can be published from."""

    @property
    def name(self) -> str:
        """What people call it; holds no password."""

    @property
    def commit(self) -> Commit | None:
        """The commit it is read at; None for a folder, which changes under our hands."""

    @property
    def ref(self) -> str:
        """The branch or tag the commit was found by, "" for a folder."""

    def entries(self) -> tuple[SourceEntry, ...]:
        """Return every article, section file and picture by path, and every file whose path or kind has a fault.

        Reads no bytes of a commit. Raises Invalid when there are more than can be published.
        """

    def read(self, paths: Iterable[str]) -> Iterator[SourceFile]:
        """Yield each of these files once, in any order, one at a time."""

    def files(self) -> Iterator[SourceFile]:
        """Yield the file of every entry."""

    def file(self, path: str) -> SourceFile:
        """Return one file; what keeps it from being read, its absence too, is its fault."""

    def snippets(self) -> Iterator[SourceFile]:
        """Yield the texts of ``_snippets`` folders, ``_variables.yml`` and ``_synonyms.txt``, by path."""


def open_source(folder: Path) -> "FolderSource":
    """Return ``folder`` as a source; raises NotFound when it is no folder."""
    if not folder.is_dir():
        raise NotFound("There is no folder of articles at %(path)s.", path=str(folder))
    return FolderSource(folder)


def blob_id(data: bytes) -> str:
    """Return what git calls these bytes."""
    return hashlib.sha1(b"blob %d\0%b" % (len(data), data), usedforsecurity=False).hexdigest()


class FolderSource:
    """A folder on this machine; its files are looked at once and may have changed when they are read."""

    commit = None
    ref = ""

    def __init__(self, folder: Path) -> None:
        self.name = str(folder)
        self._folder = folder

    def entries(self) -> tuple[SourceEntry, ...]:
        """Return its files with the ids git would give them."""
        return self._listed[0]

    def read(self, paths: Iterable[str]) -> Iterator[SourceFile]:
        """Yield each of these files."""
        return (self.file(path) for path in dict.fromkeys(paths))

    def files(self) -> Iterator[SourceFile]:
        """Yield its files; names that start with ``.`` or ``_`` are private and are not among them."""
        return (_kept(entry) or self.file(entry.path) for entry in self.entries())

    def file(self, path: str) -> SourceFile:
        """Return one of its files as it is now."""
        if fault := wanted.fault_of_path(path):
            return SourceFile(path, b"", fault)
        try:
            return _read(self._folder / path, path)
        except OSError as problem:
            return SourceFile(path, b"", fault=f"The file cannot be read: {problem.strerror or problem}.")

    def snippets(self) -> Iterator[SourceFile]:
        """Yield the texts that articles share."""
        return (self.file(entry.path) for entry in self._listed[1])

    @cached_property
    def _listed(self) -> tuple[tuple[SourceEntry, ...], tuple[SourceEntry, ...]]:
        return sift(_look_around(self._folder))


class GitSource:
    """One commit of a repository, or one folder in it."""

    def __init__(self, mirror: Mirror, commit: Commit, *, ref: str, folder: str, name: str) -> None:
        self.name = name
        self.commit: Commit | None = commit
        self.ref = ref
        self._mirror, self._sha, self._folder = mirror, commit.sha, folder

    @property
    def mirror(self) -> Mirror:
        """The repository."""
        return self._mirror

    @property
    def folder(self) -> str:
        """The folder of the articles in it, "" for all of it."""
        return self._folder

    def entries(self) -> tuple[SourceEntry, ...]:
        """Return the files of the commit; raises GitFault when it cannot be read."""
        return self._listed[0]

    def read(self, paths: Iterable[str]) -> Iterator[SourceFile]:
        """Yield each of these files, all from one process; raises GitFault."""
        by_oid: dict[str, list[str]] = {}
        for path in dict.fromkeys(paths):
            entry = self._by_path.get(path, SourceEntry(path, fault=_NOT_THERE))
            if entry.fault:
                yield SourceFile(path, b"", entry.fault)
            else:
                by_oid.setdefault(entry.oid, []).append(path)
        for oid, data in self._mirror.blobs(by_oid):
            yield from (SourceFile(path, data) for path in by_oid[oid])

    def files(self) -> Iterator[SourceFile]:
        """Yield the file of every entry."""
        return self.read(entry.path for entry in self.entries())

    def file(self, path: str) -> SourceFile:
        """Return one file of the commit."""
        return next(self.read([path]))

    def snippets(self) -> Iterator[SourceFile]:
        """Yield the texts that articles share."""
        return iter(sorted(self.read(entry.path for entry in self._listed[1]), key=lambda file: file.path))

    @cached_property
    def _listed(self) -> tuple[tuple[SourceEntry, ...], tuple[SourceEntry, ...]]:
        return sift(_of_commit(entry) for entry in self._mirror.tree(self._sha, self._folder))

    @cached_property
    def _by_path(self) -> dict[str, SourceEntry]:
        return {entry.path: entry for part in self._listed for entry in part}


def _of_commit(entry: Entry) -> SourceEntry:
    if entry.mode == "120000":
        return SourceEntry(entry.path, fault=_LINK if "." in entry.path.rpartition("/")[2] else _LINKED_FOLDER)
    if entry.mode not in _FILES:
        return SourceEntry(entry.path, fault=_MODULE)
    if entry.size is None:
        return SourceEntry(entry.path, entry.oid, fault=_DAMAGED)
    return SourceEntry(entry.path, entry.oid, entry.size, fault_of_size(entry.path, entry.size))


def _look_around(folder: Path) -> Iterator[SourceEntry]:
    for parent, folders, names in os.walk(folder):
        here = Path(parent)
        inside = here.relative_to(folder).as_posix().removeprefix(".")
        start = f"{inside}/" if inside else ""
        open_folders = [name for name in folders if not wanted.is_private(name) or name == wanted.SNIPPETS]
        folders[:] = [name for name in open_folders if not (here / name).is_symlink()]
        yield from (SourceEntry(start + name, fault=_LINKED_FOLDER) for name in open_folders if name not in folders)
        yield from (
            _looked_at(here / name, start + name)
            for name in names
            if wanted.is_wanted(start + name) or wanted.is_shared(start + name)
        )


def _looked_at(file: Path, path: str) -> SourceEntry:
    try:
        kind = file.lstat()
        if stat.S_ISLNK(kind.st_mode):
            return SourceEntry(path, fault=_LINK)
        if fault := fault_of_size(path, kind.st_size):
            return SourceEntry(path, size=kind.st_size, fault=fault)
        return SourceEntry(path, blob_id(file.read_bytes()), kind.st_size)
    except OSError as problem:
        return SourceEntry(path, fault=f"The file cannot be read: {problem.strerror or problem}.")


def _read(file: Path, path: str) -> SourceFile:
    if file.is_symlink():
        return SourceFile(path, b"", fault=_LINK)
    with file.open("rb") as opened:
        data = opened.read(wanted.most_bytes(path) + 1)
    fault = fault_of_size(path, len(data))
    return SourceFile(path, b"" if fault else data, fault)


def _kept(entry: SourceEntry) -> SourceFile | None:
    return SourceFile(entry.path, b"", entry.fault) if entry.fault else None
