"""Mirrors: they are what the other side was at the last whole fetch."""

import fcntl
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kb.git import fetching
from kb.git.faults import GitFault
from kb.git.mirror import Mirror
from tests.git.repositories import FILE, Odd, Repository, git, killing


def text(mirror: Mirror, ref: str = "") -> dict[str, bytes]:
    """Return every file of a ref."""
    entries = mirror.tree(mirror.commit(ref).sha)
    blobs = dict(mirror.blobs(entry.oid for entry in entries))
    return {entry.path: blobs[entry.oid] for entry in entries}


def test_fetch_brings_what_is_there(origin: Repository, mirror: Mirror) -> None:
    assert not mirror.exists()
    mirror.fetch()
    assert mirror.exists()
    assert text(mirror) == {"guides/install.md": b"# Install\n"}
    assert (mirror.folder.stat().st_mode & 0o777) == 0o700


def test_commit_tells_who_when_and_what(origin: Repository, mirror: Mirror) -> None:
    mirror.fetch()
    commit = mirror.commit()
    assert (commit.sha, commit.author_name, commit.author_email) == (origin.tip(), "Ada Author", "ada@example.com")
    assert commit.authored_at == commit.committed_at == datetime.fromtimestamp(1_700_000_060, UTC)
    assert commit.subject == "Begin"


def test_commit_finds_branches_tags_and_shas(origin: Repository, mirror: Mirror) -> None:
    first = origin.tip() or ""
    second = origin.commit({"a.md": b"a"}, branch="feature/x", on=first)
    origin.point("refs/tags/v1", first)
    mirror.fetch()
    for name in ("main", "v1", first, first[:8], "refs/heads/main", "refs/tags/v1"):
        assert mirror.commit(name).sha == first
    assert mirror.commit("feature/x").sha == second


@pytest.mark.parametrize(
    "ref",
    ["nowhere", "--upload-pack=touch", "main~1", "main^{tree}", "a..b", "@{1}", "a b", "a\nmain", ":/x", "x" * 999],
)
def test_commit_refuses_what_names_none(mirror: Mirror, ref: str) -> None:
    mirror.fetch()
    with pytest.raises(GitFault, match=r"name of a branch|no branch, tag or commit"):
        mirror.commit(ref)


def test_commit_follows_the_default_branch(origin: Repository, mirror: Mirror) -> None:
    mirror.fetch()
    moved = origin.commit({"a.md": b"a"}, branch="trunk", on=None)
    origin.head("refs/heads/trunk")
    mirror.fetch()
    assert (mirror.commit().sha, mirror.default_branch) == (moved, "trunk")


def test_commit_takes_main_when_the_other_side_names_no_default(origin: Repository, mirror: Mirror) -> None:
    origin.commit({"a.md": b"a"}, branch="aaa", on=None)
    origin.head("refs/heads/gone")
    mirror.fetch()
    assert mirror.commit().sha == origin.tip("main")


def test_branches_come_with_the_default_first_and_then_the_newest(origin: Repository, mirror: Mirror) -> None:
    origin.commit({"a.md": b"a"}, branch="old", on=None)
    origin.commit({"a.md": b"b"}, branch="new", on=None)
    mirror.fetch()
    assert [(ref.name, ref.is_default) for ref in mirror.branches()] == [("main", True), ("new", False), ("old", False)]


def test_fetch_follows_a_force_push_and_keeps_what_was(origin: Repository, mirror: Mirror) -> None:
    before = origin.tip() or ""
    mirror.fetch()
    origin.commit({"b.md": b"b"}, on=None)
    mirror.fetch()
    assert text(mirror) == {"b.md": b"b"}
    assert mirror.commit(before).sha == before


def test_fetch_replaces_a_branch_by_a_folder_of_branches(origin: Repository, mirror: Mirror) -> None:
    origin.commit({"a.md": b"a"}, branch="a")
    mirror.fetch()
    origin.drop("refs/heads/a")
    origin.commit({"a.md": b"b"}, branch="a/b", on=None)
    mirror.fetch()
    assert text(mirror, "a/b") == {"a.md": b"b"}
    with pytest.raises(GitFault):
        mirror.commit("a")


def test_fetch_that_fails_leaves_everything(origin: Repository, mirror: Mirror) -> None:
    mirror.fetch()
    origin.folder.rename(origin.folder.with_name("away"))
    with pytest.raises(GitFault, match="There is no git repository at this address"):
        mirror.fetch()
    assert text(mirror) == {"guides/install.md": b"# Install\n"}


def test_fetch_of_another_address_does_not_trust_the_old_copy(mirror: Mirror, tmp_path: Path) -> None:
    mirror.fetch()
    other = Repository(tmp_path / "other.git")
    moved = Mirror(mirror.folder, other.url)
    assert not moved.exists()
    with pytest.raises(GitFault, match="is empty"):
        moved.fetch()
    with pytest.raises(GitFault, match="not fetched yet"):
        moved.commit()
    other.commit({"a.md": b"other"})
    moved.fetch()
    assert text(moved) == {"a.md": b"other"}


def test_fetch_killed_in_the_middle_leaves_the_last_good_state(origin: Repository, mirror: Mirror) -> None:
    mirror.fetch()
    problems: list[str] = []

    def fetch() -> None:
        try:
            mirror.fetch()
        except GitFault as fault:
            problems.append(str(fault))

    for attempt in range(20):  # on a busy machine git may be done before anybody kills it
        good = text(mirror)
        noise = {f"n{number}.md": os.urandom(400_000) for number in range(12)}
        new = origin.commit({"guides/install.md": b"# Install %d\n" % attempt, **noise})
        killing(fetch, after=lambda: any(mirror.folder.rglob("tmp_*")))
        if problems:
            break
    assert "signal 9" in problems[0]
    assert text(mirror) == good
    mirror.fetch()
    assert mirror.commit().sha == new
    assert not [path for path in mirror.folder.rglob("*") if path.name.startswith("tmp_")]


def test_fetch_clears_locks_away_that_a_killed_one_left(origin: Repository, mirror: Mirror) -> None:
    mirror.fetch()
    locks = ("HEAD.lock", "packed-refs.lock", "config.lock", "refs/heads/main.lock", "refs/incoming/heads/main.lock")
    for name in locks:
        (mirror.folder / name).parent.mkdir(parents=True, exist_ok=True)
        (mirror.folder / name).touch()
    second = origin.commit({"a.md": b"a"})
    mirror.fetch()
    assert mirror.commit().sha == second
    assert not list(mirror.folder.rglob("*.lock"))


def test_fetch_waits_for_another_one(mirror: Mirror, monkeypatch: pytest.MonkeyPatch) -> None:
    mirror.fetch()
    monkeypatch.setattr(fetching, "WAIT_SECONDS", 0.1)
    with mirror.folder.with_name("content.git.lock").open("wb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(GitFault, match="Another fetch"):
            mirror.fetch()
    mirror.fetch()


def test_damaged_mirror_is_made_anew_by_the_next_fetch(origin: Repository, mirror: Mirror) -> None:
    mirror.fetch()
    oid = mirror.tree(mirror.commit().sha)[0].oid
    broken = [path for path in (mirror.folder / "objects").rglob("*") if path.is_file()]
    for path in broken:
        path.chmod(0o600)
        path.write_bytes(b"\0" * 40)
    with pytest.raises(GitFault) as refused:
        mirror.blob(oid)
    assert refused.value.damaged
    mirror.fetch()
    assert text(mirror) == {"guides/install.md": b"# Install\n"}
    assert [path.name for path in mirror.folder.parent.iterdir() if path.is_dir()] == ["content.git"]


def test_damage_that_only_a_fetch_meets_is_mended_by_it(origin: Repository, mirror: Mirror) -> None:
    mirror.fetch()
    tip = origin.tip() or ""
    (mirror.folder / "objects" / tip[:2] / tip[2:]).unlink()
    second = origin.commit({"guides/install.md": b"# Install\n", "a.md": b"a"})
    mirror.fetch()
    assert mirror.commit().sha == second
    assert mirror.commit(tip).sha == tip


def test_branch_names_may_hold_what_looks_like_a_line_end(origin: Repository, mirror: Mirror) -> None:
    tip = origin.commit({"a.md": b"a"}, branch="odd\u2028name", on=None)
    mirror.fetch()
    assert mirror.commit("odd\u2028name").sha == tip
    assert "odd\u2028name" in [ref.name for ref in mirror.branches()]


def test_hooks_and_filters_in_the_mirror_do_not_run(origin: Repository, mirror: Mirror, tmp_path: Path) -> None:
    mirror.fetch()
    ran = tmp_path / "ran"
    hooks = mirror.folder / "hooks"
    hooks.mkdir()
    for name in ("reference-transaction", "post-update", "post-checkout", "pre-auto-gc"):
        (hooks / name).write_text(f"#!/bin/sh\ntouch {ran}\n")
        (hooks / name).chmod(0o755)
    origin.commit({".gitattributes": b"* filter=evil\n", "a.md": b"a"})
    mirror.fetch()
    assert text(mirror)["a.md"] == b"a"
    assert not ran.exists()


def test_repository_commands_of_the_environment_have_no_say(
    origin: Repository, mirror: Mirror, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran = tmp_path / "ran"
    (tmp_path / ".gitconfig").write_text(f'[core]\n\tfsmonitor = touch {ran}\n[url "ext::"]\n\tinsteadOf = file://\n')
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("GIT_DIR", "/nowhere")
    monkeypatch.setenv("GIT_CONFIG_PARAMETERS", "'protocol.ext.allow'='always'")
    mirror.fetch()
    monkeypatch.delenv("HOME")
    origin.commit({"a.md": b"a"})
    mirror.fetch()
    assert text(mirror) == {"a.md": b"a"}
    assert not ran.exists()


def test_many_fetches_are_packed_without_dropping_anything(
    origin: Repository, mirror: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    mirror.fetch()
    monkeypatch.setattr(fetching, "MOST_LOOSE", 3)
    first = origin.tip() or ""
    for letter in (b"x", b"y"):
        origin.commit({"b.md": letter, "c.md": b"c" + letter, "d.md": b"d" + letter}, on=None)
        mirror.fetch()
    assert mirror.commit(first).sha == first
    assert git(mirror.folder, "count-objects").startswith(b"0 objects")


def test_fetch_takes_a_repository_whose_history_was_cut_off(origin: Repository, mirror: Mirror) -> None:
    tip = origin.commit({"a.md": b"a"})
    (origin.folder / "shallow").write_text(f"{tip}\n")
    mirror.fetch()
    assert mirror.commit().sha == tip


def test_tree_names_a_folder_that_is_not_there(origin: Repository, mirror: Mirror) -> None:
    mirror.fetch()
    sha = mirror.commit().sha
    assert [entry.path for entry in mirror.tree(sha, "guides")] == ["install.md"]
    for folder in ("nowhere", "guides/install.md"):
        with pytest.raises(GitFault, match=f"has no folder {folder}"):
            mirror.tree(sha, folder)


def test_blob_refuses_what_is_no_file_and_what_is_too_large(origin: Repository, mirror: Mirror) -> None:
    large = origin.blob(b"\0" * (20 * 1024 * 1024))
    commit = origin.commit({"large.md": Odd(FILE, large)})
    mirror.fetch()
    for oid, why in ((large, "larger than 16 MiB"), (commit, "is commit"), ("0" * 40, "is missing")):
        with pytest.raises(GitFault, match=why):
            mirror.blob(oid)


def test_mirror_refuses_an_address_that_runs_a_program(tmp_path: Path) -> None:
    with pytest.raises(GitFault, match="starts with https"):
        Mirror(tmp_path / "m.git", "ext::sh -c touch".replace(" ", "%20"))
