"""Commits that add files: as mail for ``git am``, and as a branch somewhere else."""

import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kb.git import committing
from kb.git.committing import Addition, Signature
from kb.git.faults import GitFault
from kb.git.mirror import Mirror
from tests.git.repositories import Repository, git

PICTURE = bytes(range(256)) * 3
TEXT = "---\ntitle: Ärger\n---\nFrom here on:\n\n-- \ndiff --git a/x b/x\n".encode()
AT = datetime(2026, 3, 2, 12, tzinfo=UTC)
ADDED = Addition(
    files={"guides/ärger.md": TEXT, "guides/images/a.png": PICTURE},
    message="Add article: Ärger [1]\n\nMade from https://help.example.com/questions/1\n\nCredits: Ann <https://x/ann>\n",
    author=Signature("Örni <the> Expert\n", "erin@example.com"),
    committer=Signature("Sidekick", "help@example.com"),
    at=AT,
)


def test_as_patch_is_taken_by_git_am(origin: Repository, tmp_path: Path) -> None:
    patch = tmp_path / "one.patch"
    patch.write_bytes(committing.as_patch(ADDED))
    work = tmp_path / "work"
    run = ["git", "-c", "user.name=W", "-c", "user.email=w@example.com"]
    subprocess.run([*run, "clone", "-q", origin.url, str(work)], check=True)
    subprocess.run([*run, "am", "-q", str(patch)], cwd=work, check=True)
    assert (work / "guides/ärger.md").read_bytes() == TEXT
    assert (work / "guides/images/a.png").read_bytes() == PICTURE
    said = git(work / ".git", "log", "-1", "--format=%an|%ae|%aI|%B").decode()
    assert said.startswith("Örni the Expert|erin@example.com|2026-03-02T12:00:00+00:00|Add article: Ärger [1]\n")
    assert "Credits: Ann <https://x/ann>" in said


def test_push_makes_a_branch_on_top_and_leaves_the_mirror_as_it_is(origin: Repository, mirror: Mirror) -> None:
    mirror.fetch()
    before = sorted(path.name for path in mirror.folder.rglob("*"))
    parent = mirror.commit().sha
    made = committing.push(
        ADDED, mirror=mirror.folder, parent=parent, address=mirror.address, branch="articles/trouble-1"
    )
    assert sorted(path.name for path in mirror.folder.rglob("*")) == before
    assert (origin.tip("articles/trouble-1"), origin.tip()) == (made, parent)
    names = git(origin.folder, "-c", "core.quotePath=off", "ls-tree", "-r", "--name-only", made).decode().split()
    assert names == ["guides/images/a.png", "guides/install.md", "guides/ärger.md"]
    other = Addition({"b.md": b"b"}, "Other\n", ADDED.author, ADDED.committer, AT)
    with pytest.raises(GitFault, match="such a branch already"):
        committing.push(other, mirror=mirror.folder, parent=parent, address=mirror.address, branch="articles/trouble-1")
    with pytest.raises(GitFault, match="small letters"):
        committing.push(other, mirror=mirror.folder, parent=parent, address=mirror.address, branch="--force")
