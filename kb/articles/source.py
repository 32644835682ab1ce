"""Where articles come from: a folder of files, read one at a time."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from kb.errors import NotFound

LARGEST_TEXT = 1024 * 1024
LARGEST_PICTURE = 8 * 1024 * 1024
TEXTS = frozenset({".md", ".markdown"})
PICTURES = frozenset({".png", ".jpg", ".jpeg", ".gif", ".webp"})
SECTION_FILES = frozenset({"_section.yml", "_section.yaml"})


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file: its path within the source, with ``/`` between folders, and its bytes, or why there are none."""

    path: str
    data: bytes
    fault: str = ""


class Source(Protocol):
    """Anything articles can be published from."""

    name: str

    def files(self) -> Iterator[SourceFile]:
        """Yield every text, section file and picture, in the order of their paths."""

    def file(self, path: str) -> SourceFile:
        """Return one of them again."""


class FolderSource:
    """A folder on this machine."""

    def __init__(self, folder: Path) -> None:
        self.name = str(folder)
        self._folder = folder

    def files(self) -> Iterator[SourceFile]:
        """Yield its files; names that start with ``.`` or ``_`` are private and links lead outside: neither is read."""
        for path in _sorted_paths(self._folder):
            yield self.file(path.relative_to(self._folder).as_posix())

    def file(self, path: str) -> SourceFile:
        """Return one of its files; what keeps it from being read is its fault."""
        try:
            return _read(self._folder / path, path)
        except OSError as problem:
            return SourceFile(path, b"", fault=f"The file cannot be read: {problem.strerror or problem}.")


def open_source(folder: Path) -> FolderSource:
    """Return ``folder`` as a source; raises NotFound when it is no folder."""
    if not folder.is_dir():
        raise NotFound("There is no folder of articles at %(path)s.", path=str(folder))
    return FolderSource(folder)


def is_text(path: str) -> bool:
    """Whether ``path`` names an article."""
    return Path(path).suffix.lower() in TEXTS


def is_picture(path: str) -> bool:
    """Whether ``path`` names a picture that can be shown."""
    return Path(path).suffix.lower() in PICTURES


def is_section_file(path: str) -> bool:
    """Whether ``path`` says what its folder is called."""
    return path.rpartition("/")[2] in SECTION_FILES


def _sorted_paths(folder: Path) -> list[Path]:
    found = []
    for parent, folders, names in os.walk(folder):
        here = Path(parent)
        folders[:] = [name for name in folders if _is_open(name) and not (here / name).is_symlink()]
        at_top = here == folder
        for name in names:
            wanted = is_section_file(name) or (_is_open(name) and (is_text(name) or is_picture(name)))
            # At the top a README is for those who work on the folder, as git hosts show it there.
            if wanted and not (at_top and Path(name).stem.upper() == "README") and not (here / name).is_symlink():
                found.append(here / name)
    return sorted(found)


def _is_open(name: str) -> bool:
    return not name.startswith((".", "_"))


def _read(path: Path, name: str) -> SourceFile:
    most = LARGEST_PICTURE if is_picture(name) else LARGEST_TEXT
    with path.open("rb") as file:
        data = file.read(most + 1)
    if len(data) > most:
        return SourceFile(name, b"", fault=f"The file is larger than {most // 1024} KiB.")
    return SourceFile(name, data)
