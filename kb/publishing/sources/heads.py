"""What the heads of articles said in old revisions, which may be broken in every way."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from kb.articles.addresses import address_of
from kb.articles.remarks import Fault
from kb.articles.trees import Languages
from kb.git import log
from kb.git.mirror import Mirror
from kb.publishing.sources import files, front_matter, wanted
from kb.publishing.sources.source import SourceFile

WRITERS = "writers"
_FRONT_MATTER = re.compile(r"---[ \t]*\n.*?^(?:---|\.\.\.)[ \t]*$\n?", re.DOTALL | re.MULTILINE)
_FIRST_LINES = re.compile(r"(?:[ \t]*\n)*[^\n]*\n?[^\n]*\n?")


@dataclass(frozen=True, slots=True)
class Head:
    """What a page was called, where it was and whom it was for; all empty where a revision made no page."""

    title: str = ""
    address: str = ""
    audience: str = WRITERS
    publish_at: datetime | None = None
    text: str = ""
    """Digest of title and text: equal means that a reader saw the same."""
    is_broken: bool = False
    """Whether the file could not be published, so that its article stayed what it was."""


NO_PAGE = Head()


class Heads:
    """Reads the heads of one repository's blobs, many at once and each only once."""

    def __init__(self, mirror: Mirror, folder: str, languages: Languages) -> None:
        self._mirror = mirror
        self._folder = folder
        self._languages = languages
        self._read: dict[tuple[str, str], Head] = {}
        self._by_lines: dict[tuple[str, str], Head] = {}

    def read(self, asked: Iterable[tuple[str, str]]) -> None:
        """Read path and blob of every one of ``asked`` in one pass; raises GitFault."""
        paths: dict[str, list[str]] = {}
        for path, blob in set(asked) - self._read.keys():
            if is_published(self._within(path)):
                paths.setdefault(blob, []).append(path)
        kept = log.readable(self._mirror.folder, list(paths), most=wanted.LARGEST_TEXT) if paths else []
        for blob, data in self._mirror.blobs(kept):
            for path in paths[blob]:
                self._read[path, blob] = self._head(self._within(path), data)

    def of(self, path: str, blob: str) -> Head:
        """Return the head of what was read before."""
        return self._read.get((path, blob), NO_PAGE)

    def _within(self, path: str) -> str:
        """Return ``path`` relative to the folder of articles, "" when it lies outside."""
        return path.removeprefix(f"{self._folder}/") if not self._folder or path.startswith(f"{self._folder}/") else ""

    def _head(self, path: str, data: bytes) -> Head:
        try:
            text = front_matter.decode(data)
        except Fault:
            return Head(is_broken=True)
        front = _FRONT_MATTER.match(text)
        start = front.end() if front else 0
        first = _FIRST_LINES.match(text, start)
        lines = text[: first.end() if first else start]
        if (path, lines) not in self._by_lines:
            self._by_lines[path, lines] = self._parsed(path, lines)
        head = self._by_lines[path, lines]
        digest = hashlib.sha256(f"{head.title}\0{text[start:]}".encode()).hexdigest()
        return Head(head.title, head.address, head.audience, head.publish_at, digest, head.is_broken)

    def _parsed(self, path: str, lines: str) -> Head:
        """Read a head from the lines that matter for it; most edits leave them as they are."""
        file = SourceFile(path, lines.encode())
        try:
            if files.is_index(path) and not files.has_text(file):
                return NO_PAGE
            found = files.read_article(file, self._languages)
        except Fault:
            return Head(is_broken=True)
        if found.redirect_to:
            return NO_PAGE
        audience = WRITERS if found.status == "draft" else found.audience
        return Head(found.title, address_of(found.section, found.slug, found.tree), audience, found.publish_at)


def without_front_matter(text: str) -> str:
    """Return the text of an article, however broken its front matter is; one that is never closed is all there is."""
    front = _FRONT_MATTER.match(text)
    return text[front.end() :] if front else text


def is_published(path: str) -> bool:
    """Whether a file at ``path`` of the folder of articles may be an article."""
    return bool(path) and wanted.is_text(path) and wanted.is_wanted(path) and not wanted.fault_of_path(path)
