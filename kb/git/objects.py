"""Commits, folders and files of a repository as plain records, read from git's own formats."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from kb.git import command
from kb.git.faults import GitFault

MOST_FILES = 200_000
MOST_BLOB = 16 * 1024 * 1024
_HEAD_LENGTH = 4096
_CHUNK = 1024 * 1024
_PERSON = re.compile(r"(?P<name>[^<\n]*)<(?P<email>[^>\n]*)>\s*(?P<seconds>-?\d+)?")
_EPOCH = datetime.fromtimestamp(0, UTC)


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit; dates in UTC."""

    sha: str
    author_name: str
    author_email: str
    authored_at: datetime
    committed_at: datetime
    subject: str


@dataclass(frozen=True, slots=True)
class Ref:
    """One branch and its last commit."""

    name: str
    commit: Commit
    is_default: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of a commit; ``size`` is None for what has none, such as a link or a submodule.

    ``path`` is relative to the folder that was asked for. Bytes that are not UTF-8 are kept as lone surrogates.
    """

    path: str
    mode: str
    oid: str
    size: int | None


def read_tree(folder: Path, treeish: str) -> list[Entry]:
    """Return every file below ``treeish`` in the order of their paths; raises GitFault."""
    rows: list[bytes] = []
    rest = b""
    # Counted while git prints: ten folders within each of ten folders, ten times, make ten thousand million files.
    with command.opened(folder, ["ls-tree", "-r", "-z", "--full-tree", treeish]) as printed:
        while piece := printed.read(_CHUNK):
            *whole, rest = (rest + piece).split(b"\0")
            rows += whole
            if len(rows) > MOST_FILES or len(rest) > _CHUNK:
                raise GitFault(f"The commit holds more than {MOST_FILES} files, or a path without end.")
    listed = [_listed(row) for row in rows]
    sizes = _sizes(folder, {oid for _, mode, oid in listed if mode.startswith("100")})
    return [Entry(path, mode, oid, sizes.get(oid)) for path, mode, oid in listed]


def read_blobs(folder: Path, oids: Iterable[str], *, most: int = MOST_BLOB) -> Iterator[tuple[str, bytes]]:
    """Yield the bytes of each blob, once and in the order asked for, from one process.

    Raises GitFault for one that is missing, is no blob or is larger than ``most``, before it is read.
    """
    wanted = list(dict.fromkeys(oids))
    if not wanted:
        return
    asked = (f"{oid}\n".encode() for oid in wanted)
    with command.opened(folder, ["cat-file", "--batch", "--buffer"], given=asked, seconds=300) as printed:
        for oid in wanted:
            found = _next_object(printed, most)
            if found is None:
                break
            kind, data = found
            if kind != "blob":
                raise GitFault(f"The repository is damaged: the object {oid[:12]} is {kind}.", damaged=True)
            yield oid, data
        else:
            return
    raise GitFault("The repository is damaged: git stopped in the middle of a file.", damaged=True)


def read_commits(folder: Path, names: Iterable[str]) -> Iterator[Commit | None]:
    """Yield the commit that each name leads to, None for one that leads to none; names hold no line ends."""
    wanted = list(names)
    asked = (f"{name}^{{commit}}\n".encode() for name in wanted)
    with command.opened(folder, ["cat-file", "--batch", "--buffer"], given=asked) as printed:
        for _ in wanted:
            head = printed.readline(_HEAD_LENGTH).split()
            if len(head) != 3 or head[1] != b"commit" or int(head[2]) > MOST_BLOB:
                if not head or head[-1] not in (b"missing", b"ambiguous"):
                    break
                yield None
                continue
            yield commit_of(head[0].decode(), printed.read(int(head[2]) + 1))


def commit_of(sha: str, raw: bytes) -> Commit:
    """Return the commit that ``raw``, a commit object, describes; what it leaves out is empty."""
    head, _, message = raw.partition(b"\n\n")
    fields = dict(line.partition(b" ")[::2] for line in reversed(head.split(b"\n")))
    encoding = fields.get(b"encoding", b"utf-8").decode("ascii", "replace")
    name, email, authored_at = _person(_text(fields.get(b"author", b""), encoding))
    return Commit(
        sha=sha,
        author_name=name,
        author_email=email,
        authored_at=authored_at,
        committed_at=_person(_text(fields.get(b"committer", b""), encoding))[2],
        subject=_subject(_text(message, encoding)),
    )


def _listed(row: bytes) -> tuple[str, str, str]:
    head, _, path = row.partition(b"\t")
    mode, _, oid = head.decode("ascii").split()
    return path.decode("utf-8", "surrogateescape"), mode, oid


def _sizes(folder: Path, oids: set[str]) -> dict[str, int]:
    """Return the sizes of those that are there."""
    if not oids:
        return {}
    asked = (f"{oid}\n".encode() for oid in oids)
    printed = command.run(folder, ["cat-file", "--batch-check=%(objectname) %(objectsize)", "--buffer"], given=asked)
    rows = (line.split() for line in printed.decode("ascii").splitlines())
    return {oid: int(size) for oid, size in rows if size.isdigit()}


def _next_object(printed: IO[bytes], most: int) -> tuple[str, bytes] | None:
    """Return kind and bytes of the next object printed, None at a premature end."""
    head = printed.readline(_HEAD_LENGTH).split()
    if len(head) < 2:
        return None
    if len(head) == 2:
        return head[1].decode(), b""
    size = int(head[2])
    if size > most:
        raise GitFault(f"The object {head[0].decode()[:12]} is larger than {most // (1024 * 1024)} MiB.")
    data = printed.read(size + 1)
    return (head[1].decode(), data[:-1]) if len(data) == size + 1 else None


def _person(line: str) -> tuple[str, str, datetime]:
    found = _PERSON.match(line)
    if found is None:
        return "", "", _EPOCH
    return found["name"].strip()[:200], found["email"].strip()[:320], _moment(found["seconds"])


def _moment(seconds: str | None) -> datetime:
    """Return the time; one that no calendar knows is the beginning of 1970."""
    try:
        return datetime.fromtimestamp(int(seconds or 0), UTC)
    except (ValueError, OverflowError, OSError):
        return _EPOCH


def _subject(message: str) -> str:
    """Return the first paragraph in one line, as git shows it."""
    lines = message.strip().split("\n\n", 1)[0].splitlines()
    return " ".join(line.strip() for line in lines)[:300]


def _text(data: bytes, encoding: str) -> str:
    try:
        text = data.decode(encoding, "replace")
    except LookupError:
        text = data.decode("utf-8", "replace")
    return text.replace("\0", "�")
