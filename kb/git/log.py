"""The history of a repository, read in one pass: every commit with the files it changed, the newest first."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from kb.git import command
from kb.git.faults import GitFault

SECONDS = 600.0
MOST_RENAMES = 2000
"""Renamed files of one commit are told apart by their texts up to so many; beyond, only equal ones are recognised."""
MOST_RULES = 1024 * 1024
ADDED, DELETED, MODIFIED, RENAMED, COPIED = "A", "D", "M", "R", "C"
_HEAD = "%x00".join(("%H", "%aN", "%aE", "%at", "%ct", "%s"))
_HEAD_FIELDS = 6
_FILE_MODES = ("100644", "100755")
_LAST_SECOND = 253_402_300_799  # of the year 9999, the last a date can be in
_CHUNK = 256 * 1024


@dataclass(frozen=True, slots=True)
class Change:
    """What a commit did to one file. ``status`` is one of the letters above; ``blob`` is "" where no file is left."""

    status: str
    path: str
    blob: str
    from_path: str = ""
    """Where it was, when it was renamed or copied."""
    from_blob: str = ""


@dataclass(frozen=True, slots=True)
class LoggedCommit:
    """A commit and its changes against its parent; a merge is told without changes, as ``git log`` tells it."""

    sha: str
    author_name: str
    author_email: str
    authored_at: datetime
    committed_at: datetime
    subject: str
    changes: tuple[Change, ...]


@contextmanager
def opened(folder: Path, tip: str, *, mailmap: str = "") -> Iterator[Iterator[LoggedCommit]]:
    """Yield the commits that lead to ``tip`` in the order of ``git log``; leaving before the end stops git.

    Authors are named as the blob ``mailmap`` of the repository says. Raises GitFault.
    """
    names = {"mailmap.blob": mailmap, "mailmap.file": "", "log.mailmap": "true" if mailmap else "false"}
    arguments = [
        "log",
        "-z",
        "--raw",
        "--no-abbrev",
        "--find-renames",
        "--find-copies",
        f"-l{MOST_RENAMES}",
        "--diff-merges=off",
        "--no-show-signature",
        "--no-notes",
        "--encoding=UTF-8",
        f"--format=tformat:{_HEAD}",
        tip,
        "--",
    ]
    with command.opened(folder, arguments, config=names, seconds=SECONDS) as printed:
        yield _commits(_pieces(printed))


def new_commits(folder: Path, *, old: str, tip: str) -> frozenset[str] | None:
    """Return the commits that lead to ``tip`` and not to ``old``; None when ``old`` does not lead to ``tip``."""
    try:
        if command.run(folder, ["rev-list", "--max-count=1", old, f"^{tip}", "--"]):
            return None
        listed = command.run(folder, ["rev-list", tip, f"^{old}", "--"])
    except GitFault:  # a branch was rewritten and what it was before is gone
        return None
    return frozenset(listed.decode("ascii").split())


def touches_any(folder: Path, tip: str, paths: Collection[str]) -> bool:
    """Whether any commit that leads to ``tip`` changed one of the files ``paths``; raises GitFault."""
    if not paths:
        return False
    arguments = ["rev-list", "--full-history", "--max-count=1", tip, "--", *sorted(paths)]
    return bool(command.run(folder, arguments, variables={"GIT_LITERAL_PATHSPECS": "1"}))


def top_files(folder: Path, tip: str, names: Collection[str]) -> dict[str, str]:
    """Return the blobs of those of ``names`` that are files of a sane size at the top of ``tip``; raises GitFault."""
    listed = command.run(folder, ["ls-tree", "-z", "-l", tip, "--", *sorted(names)]).decode("utf-8", "replace")
    found = {}
    for row in filter(None, listed.split("\0")):
        head, _, name = row.partition("\t")
        mode, _, blob, size = head.split()
        if mode in _FILE_MODES and int(size) <= MOST_RULES:
            found[name] = blob
    return found


def readable(folder: Path, blobs: Collection[str], *, most: int) -> list[str]:
    """Return those of ``blobs`` that are there and hold at most ``most`` bytes; raises GitFault."""
    asked = (f"{blob}\n".encode() for blob in blobs)
    with command.opened(folder, ["cat-file", "--batch-check", "--buffer"], given=asked) as printed:
        rows = [line.decode("ascii", "replace").split() for line in printed]
    return [row[0] for row in rows if len(row) == 3 and row[1] == "blob" and int(row[2]) <= most]


def _pieces(printed: IO[bytes]) -> Iterator[bytes]:
    """Yield what stands between null bytes."""
    rest = b""
    while chunk := printed.read(_CHUNK):
        *whole, rest = (rest + chunk).split(b"\0")
        yield from whole
    if rest:
        yield rest


def _commits(pieces: Iterator[bytes]) -> Iterator[LoggedCommit]:
    head: list[str] = []
    changes: list[Change] = []
    for piece in pieces:
        if len(head) < _HEAD_FIELDS:
            head.append(_text(piece))
        elif piece.startswith((b":", b"\n:")):
            changes.append(_change(piece.decode("ascii").strip(), pieces))
        else:
            yield _commit(head, changes)
            head, changes = [_text(piece)], []
    if len(head) == _HEAD_FIELDS:
        yield _commit(head, changes)


def _change(raw: str, pieces: Iterator[bytes]) -> Change:
    """Read ``:old mode, new mode, old blob, new blob, status`` and the one or two paths behind it."""
    _, mode, old, new, status = raw.split(" ")
    path = _text(next(pieces))
    is_file = mode in _FILE_MODES
    if status[0] in (RENAMED, COPIED):
        to_path = _text(next(pieces))
        return Change(status[0] if is_file else MODIFIED, to_path, new if is_file else "", path, old)
    if status[0] == DELETED or not is_file:  # a link or a submodule in place of a file is no file either
        return Change(DELETED, path, "")
    return Change(ADDED if status[0] == ADDED else MODIFIED, path, new, "", old)


def _commit(head: list[str], changes: list[Change]) -> LoggedCommit:
    sha, name, email, authored, committed, subject = head
    return LoggedCommit(sha, name, email, _moment(authored), _moment(committed), subject, tuple(changes))


def _moment(seconds: str) -> datetime:
    """Return a date of the log; one that nobody can have meant becomes the nearest that can be kept."""
    number = int(seconds) if seconds.lstrip("-").isdigit() else 0
    return datetime.fromtimestamp(min(max(number, 0), _LAST_SECOND), UTC)


def _text(piece: bytes) -> str:
    return piece.decode("utf-8", "replace")
