"""Making one commit that adds files: as mail that ``git am`` takes, or pushed to a branch of its own."""

import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from kb.git import command
from kb.git.address import Address
from kb.git.faults import GitFault
from kb.git.fetching import login

PUSH_SECONDS = 120.0
_BRANCH = re.compile(r"[a-z0-9][a-z0-9-]*(?:/[a-z0-9][a-z0-9-]*)*")
_NOT_IN_NAMES = re.compile(r"[\x00-\x1f\x7f<>]+")


@dataclass(frozen=True, slots=True)
class Signature:
    """A person as git names them."""

    name: str
    email: str


@dataclass(frozen=True, slots=True)
class Addition:
    """Files by their paths in the repository, why they come, from whom, and who writes that down."""

    files: Mapping[str, bytes]
    message: str
    author: Signature
    committer: Signature
    at: datetime


def as_patch(addition: Addition) -> bytes:
    """Return ``addition`` as one mail for ``git am``; raises GitFault. It applies wherever none of its files exists."""
    with _workshop() as folder:
        commit = _commit(folder, addition, parent="")
        return command.run(
            folder,
            [
                "format-patch",
                "--stdout",
                "--root",
                "--binary",
                "--no-signature",
                "--encode-email-headers",
                "-1",
                commit,
            ],
        )


def push(addition: Addition, *, mirror: Path, parent: str, address: Address, branch: str) -> str:
    """Put ``addition`` on top of the commit ``parent`` as a new ``branch`` of ``address``; returns the commit's id.

    ``mirror`` is a repository that holds ``parent``, and stays as it is. Raises GitFault where the other side takes
    no pushes, or has such a branch with something else in it.
    """
    if not _BRANCH.fullmatch(branch):
        raise GitFault("A branch is named in small letters, digits, hyphens and slashes.")
    with _workshop(mirror) as folder, login(address) as (config, variables):
        commit = _commit(folder, addition, parent=parent)
        command.run(
            folder,
            ["push", "--quiet", "origin", f"{commit}:refs/heads/{branch}"],
            config=config,
            variables=variables,
            seconds=PUSH_SECONDS,
        )
    return commit


@contextmanager
def _workshop(mirror: Path | None = None) -> Iterator[Path]:
    """Yield a repository for a moment, which sees the objects of ``mirror`` and keeps its own apart."""
    with tempfile.TemporaryDirectory(prefix="sidekick-commit-") as room:
        folder = Path(room, "work.git")
        command.run(folder, ["init", "--quiet", "--bare", "--template=", "--initial-branch=work"])
        if mirror is not None:
            (folder / "objects" / "info").mkdir(exist_ok=True)
            (folder / "objects" / "info" / "alternates").write_text(f"{mirror.absolute() / 'objects'}\n")
        yield folder


def _commit(folder: Path, addition: Addition, *, parent: str) -> str:
    if parent:
        command.run(folder, ["read-tree", parent])
    rows = []
    for path, data in sorted(addition.files.items()):
        oid = _line(command.run(folder, ["hash-object", "-w", "--stdin", "--no-filters"], given=[data]))
        rows.append(f"100644 {oid}\t{path}\0".encode())
    command.run(folder, ["update-index", "-z", "--add", "--index-info"], given=rows)
    tree = _line(command.run(folder, ["write-tree"]))
    arguments = ["commit-tree", tree, *(["-p", parent] if parent else [])]
    return _line(command.run(folder, arguments, given=[addition.message.encode()], variables=_signed(addition)))


def _signed(addition: Addition) -> dict[str, str]:
    at = addition.at.strftime("%Y-%m-%dT%H:%M:%S+00:00")
    author, committer = addition.author, addition.committer
    return {
        "GIT_AUTHOR_NAME": _named(author),
        "GIT_AUTHOR_EMAIL": author.email,
        "GIT_AUTHOR_DATE": at,
        "GIT_COMMITTER_NAME": _named(committer),
        "GIT_COMMITTER_EMAIL": committer.email,
        "GIT_COMMITTER_DATE": at,
    }


def _named(signature: Signature) -> str:
    """Return a name that git takes: it refuses one of which nothing is left without what ends its own lines."""
    name = " ".join(_NOT_IN_NAMES.sub(" ", signature.name).split())
    return name if any(character.isalnum() for character in name) else signature.email.partition("@")[0]


def _line(printed: bytes) -> str:
    return printed.decode().strip()
