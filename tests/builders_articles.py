"""A content folder to write in, and publishing it."""

import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.articles.models import Article, PublishRun
from kb.publishing import publishing
from kb.publishing.sources.source import open_source


class Content:
    """A folder of articles under a test's hands."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()

    def write(self, path: str, text: str | bytes = "Text.\n", **head: object) -> None:
        """Write a file; ``head`` becomes its front matter, with a title made of its name unless given."""
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(text, bytes):
            file.write_bytes(text)
        elif path.endswith(".md"):
            head = {"title": file.stem.capitalize(), "summary": "What it is about.", **head}
            lines = "".join(f"{key}: {value}\n" for key, value in head.items())
            file.write_text(f"---\n{lines}---\n{text}", "utf-8")
        else:
            file.write_text(text, "utf-8")

    def move(self, path: str, to: str) -> None:
        """Rename a file."""
        (self.folder / to).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / path).rename(self.folder / to)

    def remove(self, path: str) -> None:
        """Delete a file."""
        (self.folder / path).unlink()


@pytest.fixture
def content(tmp_path: Path) -> Content:
    """An empty content folder."""
    return Content(tmp_path / "content")


@pytest.fixture
def publish(session: Session, content: Content) -> Callable[..., PublishRun]:
    """Publish ``content`` and commit; returns the report."""

    def run(**how: int) -> PublishRun:
        report = publishing.publish(session, open_source(content.folder), **how)
        session.commit()
        return report

    return run


@pytest.fixture
def article(session: Session) -> Callable[[str], Article]:
    """Return the article of a path, as the database has it."""

    def found(path: str) -> Article:
        session.expire_all()
        return session.scalars(select(Article).where(Article.path == path)).one()

    return found


def findings(run: PublishRun) -> list[tuple[str, int, str, str]]:
    """Return what a run found, in order."""
    return [(found.path, found.line, found.severity, found.message) for found in run.findings]


def counts(run: PublishRun) -> tuple[int, int, int, int, int]:
    """Return added, changed, moved, retired, unchanged."""
    return run.added, run.changed, run.moved, run.retired, run.unchanged


def png(width: int, height: int) -> bytes:
    """Return the bytes of a picture."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = zlib.compress(b"\0" * (height * (1 + width * 3)))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
