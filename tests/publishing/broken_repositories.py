"""A site whose repository goes wrong, and every way in which a whole repository can."""

import os
import zlib
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.articles.models import Article, PublishRun
from kb.git import fetching
from kb.publishing import runs
from kb.publishing.sources.place import Place
from tests.git.repositories import FILE, FOLDER, Name, Odd, Repository, git

Files = dict[Name, bytes | Odd]
FINE = b"---\ntitle: %b\nsummary: Fine.\n---\n\nDo it.\n"
GOOD: Files = {f"guides/step-{number}.md": FINE % (b"Step %d" % number) for number in range(12)}
NEWS: Files = {"guides/news.md": FINE % b"News"}


class Site:
    """A site that published a good commit, and the repository it came from."""

    def __init__(self, session: Session, folder: Path) -> None:
        self.session, self.folder = session, folder
        self.origin = Repository(folder / "origin.git")
        self.origin.commit(GOOD)
        self.place = Place(self.origin.url, mirror_folder=folder / "content.git")
        assert self.publish().added == len(GOOD)
        self.good = self.rows()

    def publish(self, place: Place | None = None) -> PublishRun:
        """Publish and commit."""
        run = runs.publish(self.session, place or self.place, cause="command")
        self.session.commit()
        return run

    def rows(self) -> dict[str, tuple[object, ...]]:
        """Return what readers see of each article, by path."""
        columns = (Article.path, Article.title, Article.slug, Article.status, Article.html, Article.source_hash)
        return {row[0]: tuple(row[1:]) for row in self.session.execute(select(*columns))}


def elsewhere(site: Site, content: str = "", ref: str = "", subdir: str = "") -> Place:
    """Return another place for the site to be published from."""
    return Place(content or site.origin.url, ref, subdir, site.place.mirror_folder)


def moved_away(site: Site) -> Place:
    site.origin.folder.rename(site.folder / "away")
    return site.place


def no_repository(site: Site) -> Place:
    (site.folder / "folder").mkdir()
    return elsewhere(site, f"file://{site.folder / 'folder'}")


def deleted_branch(site: Site) -> Place:
    site.origin.commit(GOOD, branch="other")
    site.origin.drop("refs/heads/main")
    return elsewhere(site, ref="main")


def emptied(site: Site) -> Place:
    site.origin.drop("refs/heads/main")
    return site.place


def tag_of_a_blob(site: Site) -> Place:
    site.origin.point("refs/tags/v1", site.origin.blob(b"# X\n"))
    return elsewhere(site, ref="v1")


def missing_blob(site: Site) -> Place:
    site.origin.commit(GOOD | {"x.md": b"# X\n"})
    site.origin.object(site.origin.blob(b"# X\n")).unlink()
    return site.place


def missing_tree(site: Site) -> Place:
    site.origin.commit({"guides": Odd(FOLDER, "1" * 40)})
    return site.place


def corrupt_pack(site: Site) -> Place:
    site.origin.commit(GOOD | {"x.md": os.urandom(2000)})
    pack = site.origin.pack()
    pack.chmod(0o600)
    with pack.open("r+b") as file:
        file.seek(600)
        file.write(b"\xff" * 900)
    return site.place


def torn_object(site: Site) -> Place:
    tip = site.origin.commit(GOOD | {"x.md": b"# X\n"})
    site.origin.object(tip).write_bytes(b"torn")
    return site.place


def wrong_bytes(site: Site) -> Place:
    site.origin.commit(GOOD | {"x.md": b"# X\n"})
    site.origin.object(site.origin.blob(b"# X\n")).write_bytes(zlib.compress(b"blob 4\0# Y\n"))
    return site.place


def commit_of_nothing(site: Site) -> Place:
    site.origin.point("refs/heads/main", site.origin.store(b"commit", b"nonsense\n"))
    return site.place


def branch_of_a_blob(site: Site) -> Place:
    site.origin.point("refs/heads/main", site.origin.blob(b"# X\n"))
    return site.place


def many_files(site: Site) -> Place:
    blob = site.origin.blob(b"# X\n")
    rows = [(FILE, b"%06d.md" % number, blob) for number in range(100_000)]
    site.origin.commit({"many": Odd(FOLDER, site.origin.raw_tree(rows))})
    return site.place


def tree_bomb(site: Site) -> Place:
    """Ten folders in each of ten: ten thousand million files in ten objects."""
    rows = [(FILE, b"%d.md" % number, site.origin.blob(b"# X\n")) for number in range(10)]
    for _ in range(9):
        rows = [(FOLDER, b"%d" % number, site.origin.raw_tree(rows)) for number in range(10)]
    site.origin.commit({"bomb": Odd(FOLDER, site.origin.raw_tree(rows))})
    return site.place


def many_refs(site: Site) -> Place:
    tip = site.origin.tip()
    lines = "".join(f"{tip} refs/tags/v{number}\n" for number in range(fetching.MOST_REFS + 1))
    (site.origin.folder / "packed-refs").write_text(f"# pack-refs with: peeled fully-peeled \n{lines}")
    return site.place


def sha256(site: Site) -> Place:
    other = site.folder / "sha256.git"
    git(other, "init", "-q", "--bare", "--object-format=sha256")
    tree = git(other, "hash-object", "-t", "tree", "-w", "--stdin").decode().strip()
    commit = git(other, "-c", "user.name=A", "-c", "user.email=a@example.com", "commit-tree", "-m", "One", tree)
    git(other, "update-ref", "refs/heads/main", commit.decode().strip())
    return elsewhere(site, f"file://{other}")


BROKEN: dict[str, tuple[Callable[[Site], Place], str]] = {
    "unreachable": (lambda site: elsewhere(site, "https://127.0.0.1:9/help.git"), "cannot be reached"),
    "moved away": (moved_away, "There is no git repository at this address"),
    "no repository": (no_repository, "There is no git repository at this address"),
    "address of a program": (lambda site: elsewhere(site, "ext::sh%20-c%20touch"), "starts with https://"),
    "address without safety": (lambda site: elsewhere(site, "http://127.0.0.1/help.git"), "starts with https://"),
    "host that is an option": (lambda site: elsewhere(site, "ssh://-oProxyCommand=touch/x"), "names no host"),
    "unknown ref": (lambda site: elsewhere(site, ref="nowhere"), "no branch, tag or commit called nowhere"),
    "ref that is an option": (lambda site: elsewhere(site, ref="--upload-pack=touch"), "no name of a branch"),
    "ref that is a search": (lambda site: elsewhere(site, ref=":/fix"), "no name of a branch"),
    "deleted branch": (deleted_branch, "no branch, tag or commit called main"),
    "no branch left": (emptied, "The repository is empty"),
    "tag of a blob": (tag_of_a_blob, "no branch, tag or commit called v1"),
    "branch of a blob": (branch_of_a_blob, "non-commit object"),
    "subdir that is missing": (lambda site: elsewhere(site, subdir="docs"), "has no folder docs"),
    "subdir that is a file": (
        lambda site: elsewhere(site, subdir="guides/step-1.md"),
        "has no folder guides/step-1.md",
    ),
    "missing blob": (missing_blob, "is damaged"),
    "missing tree": (missing_tree, "is damaged"),
    "corrupt pack": (corrupt_pack, "is damaged"),
    "torn object": (torn_object, "is damaged"),
    "wrong bytes": (wrong_bytes, "is damaged"),
    "commit of nothing": (commit_of_nothing, "is damaged"),
    "100,000 files": (many_files, "There are 100000 articles and pictures"),
    "tree bomb": (tree_bomb, "more than 200000 files"),
    "many refs": (many_refs, "50002 branches and tags"),
    "SHA-256": (sha256, "by SHA-256"),
}
