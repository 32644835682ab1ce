"""Repositories as nobody's git would write them: objects and refs are put down byte by byte."""

import hashlib
import os
import signal
import subprocess
import threading
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

FILE, PROGRAM, LINK, MODULE, FOLDER = b"100644", b"100755", b"120000", b"160000", b"40000"
Name = str | bytes


@dataclass(frozen=True)
class Odd:
    """A file of an unusual kind, or one whose bytes are stored already."""

    mode: bytes
    oid: str


class Repository:
    """A bare repository under a test's hands."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.url = f"file://{folder}"
        (folder / "objects").mkdir(parents=True)
        (folder / "refs" / "heads").mkdir(parents=True)
        (folder / "config").write_text("[core]\n\trepositoryformatversion = 0\n\tbare = true\n")
        self.head("refs/heads/main")
        self._times = 1_700_000_000

    def commit(
        self,
        files: Mapping[Name, bytes | Odd],
        branch: str = "main",
        *,
        on: str | None = "",
        merged: str = "",
        subject: str = "Change",
        author: str = "Ada Author <ada@example.com>",
    ) -> str:
        """Commit exactly ``files`` to a branch; ``on`` is the parent: "" the branch as it is, None for none."""
        parent = self.tip(branch) if on == "" else on
        self._times += 60
        person = b"%b %d +0000" % (author.encode(), self._times)
        lines = [b"tree " + self.tree(files).encode()]
        lines += [b"parent " + parent.encode() for parent in (parent, merged) if parent]
        lines += [b"author " + person, b"committer " + person]
        sha = self.store(b"commit", b"\n".join(lines) + b"\n\n" + subject.encode() + b"\n")
        self.point(f"refs/heads/{branch}", sha)
        return sha

    def tree(self, files: Mapping[Name, bytes | Odd]) -> str:
        """Store folders that hold ``files`` and nothing else, whatever their names; returns the top one's id."""
        here: dict[bytes, Odd] = {}
        below: dict[bytes, dict[Name, bytes | Odd]] = {}
        for path, content in files.items():
            first, slash, rest = (path.encode() if isinstance(path, str) else path).partition(b"/")
            if slash:
                below.setdefault(first, {})[rest] = content
            else:
                here[first] = content if isinstance(content, Odd) else Odd(FILE, self.blob(content))
        here |= {name: Odd(FOLDER, self.tree(inside)) for name, inside in below.items()}
        return self.raw_tree([(odd.mode, name, odd.oid) for name, odd in here.items()])

    def raw_tree(self, rows: Sequence[tuple[bytes, bytes, str]]) -> str:
        """Store one folder of (mode, name, id), in git's order."""
        in_order = sorted(rows, key=lambda row: row[1] + (b"/" if row[0] == FOLDER else b""))
        return self.store(b"tree", b"".join(b"%b %b\0%b" % (m, name, bytes.fromhex(oid)) for m, name, oid in in_order))

    def blob(self, data: bytes) -> str:
        """Store the bytes of a file."""
        return self.store(b"blob", data)

    def store(self, kind: bytes, data: bytes) -> str:
        """Store any object; returns its id."""
        head = b"%b %d\0" % (kind, len(data))
        digest = hashlib.sha1(head)
        digest.update(data)
        oid = digest.hexdigest()
        path = self.object(oid)
        if not path.exists():
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(zlib.compress(head + data, 1))
        return oid

    def object(self, oid: str) -> Path:
        """Return the file that holds an object."""
        return self.folder / "objects" / oid[:2] / oid[2:]

    def point(self, ref: str, oid: str) -> None:
        """Let a ref point somewhere."""
        path = self.folder / ref
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(oid + "\n")

    def drop(self, ref: str) -> None:
        """Delete a ref."""
        (self.folder / ref).unlink()

    def head(self, ref: str) -> None:
        """Make a branch the default one."""
        (self.folder / "HEAD").write_text(f"ref: {ref}\n")

    def tip(self, branch: str = "main") -> str | None:
        """Return a branch's last commit, None before the first."""
        path = self.folder / "refs" / "heads" / branch
        return path.read_text().strip() if path.exists() else None

    def pack(self) -> Path:
        """Move all objects into one pack and return it."""
        git(self.folder, "repack", "-a", "-d", "-q")
        return next((self.folder / "objects" / "pack").glob("*.pack"))


def git(folder: Path, *arguments: str, given: bytes = b"") -> bytes:
    """Run git on a bare repository of a test."""
    return subprocess.run(
        ["git", f"--git-dir={folder}", *arguments], input=given, capture_output=True, check=True
    ).stdout


def killing(verb: Callable[[], object], *, after: Callable[[], bool]) -> int:
    """Call ``verb`` and kill the programs it runs from the moment that ``after`` says so; returns how many."""
    killer = threading.Thread(target=_kill_children, args=(after, over := threading.Event(), killed := []))
    killer.start()
    try:
        verb()
    finally:
        over.set()
        killer.join()
    return len(killed)


def _kill_children(after: Callable[[], bool], over: threading.Event, killed: list[int]) -> None:
    before = set(_children())
    while not over.is_set():
        if not after():
            continue
        for pid in set(_children()) - before:
            os.kill(pid, signal.SIGKILL)
            killed.append(pid)
        return


def _children() -> list[int]:
    """Return the programs this process started that still run."""
    listed = [task / "children" for task in Path("/proc/self/task").iterdir()]
    return [int(pid) for path in listed if path.exists() for pid in path.read_text().split()]
