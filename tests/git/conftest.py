"""A repository somewhere else, and the mirror of it."""

from pathlib import Path

import pytest

from kb.git.mirror import Mirror
from tests.git.repositories import Repository


@pytest.fixture
def origin(tmp_path: Path) -> Repository:
    """A repository with one commit on main."""
    repository = Repository(tmp_path / "origin.git")
    repository.commit({"guides/install.md": b"# Install\n"}, subject="Begin")
    return repository


@pytest.fixture
def mirror(origin: Repository, tmp_path: Path) -> Mirror:
    """A mirror of ``origin`` that was not fetched yet."""
    return Mirror(tmp_path / "data" / "content.git", origin.url)
