"""A bare copy of somebody's repository: fetched whole or not at all, and never checked out."""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from kb.git import address, fetching, objects
from kb.git.faults import GitFault
from kb.git.objects import Commit, Entry, Ref

_REF = re.compile(
    r"(?!.*(?:\.\.|//|@\{|\.lock(?:/|$)|/\.|/$|\.$))"  # what git allows in no name
    r"[^\x00-\x20\x7f~^:?*\[\\.-][^\x00-\x20\x7f~^:?*\[\\]{0,249}"
)
_HEX = re.compile(r"[0-9a-f]{4,64}")


class Mirror:
    """The copy at ``folder`` of the repository at ``url``; making one touches nothing."""

    def __init__(self, folder: Path, url: str) -> None:
        try:
            self.address = address.parse(url)
        except ValueError as problem:
            raise GitFault(str(problem)) from None
        self.folder = folder

    def exists(self) -> bool:
        """Whether it was fetched from this address before and can be read."""
        return fetching.was_fetched(self.folder, self.address)

    def fetch(self) -> None:
        """Bring it up to date: every branch and tag and the default branch are what they are there.

        Raises GitFault, and leaves everything as it was, when that cannot be done. Two fetches follow each other, also
        those of two processes. What one that was killed left behind is cleared away. A damaged copy is made anew.
        """
        fetching.fetch(self.folder, self.address)

    def commit(self, ref: str = "") -> Commit:
        """Return the commit of a branch, a tag or a full or short sha; "" is the default branch.

        Raises GitFault when there is none of that name.
        """
        if ref and not _REF.fullmatch(ref):
            raise GitFault("That is no name of a branch, a tag or a commit.")
        with self._reading():
            found = next(filter(None, objects.read_commits(self.folder, _spellings(ref))), None)
        if found is None:
            raise GitFault(
                f"The repository has no branch, tag or commit called {ref}."
                if ref
                else "The repository names no default branch that has a commit: set KB_CONTENT_REF to a branch."
            )
        return found

    @property
    def default_branch(self) -> str:
        """The name of the branch that "" stands for, "" when there is none."""
        return fetching.default_branch(self.folder).removeprefix("refs/heads/")

    def branches(self) -> list[Ref]:
        """Return all branches, the default one first, then by their last commit, the newest first."""
        with self._reading():
            default = fetching.default_branch(self.folder)
            names = [name for name in fetching.stored_refs(self.folder) if name.startswith("refs/heads/")]
            found = list(objects.read_commits(self.folder, names))
        refs = [
            Ref(name.removeprefix("refs/heads/"), commit, is_default=name == default)
            for name, commit in zip(names, found, strict=True)
            if commit
        ]
        return sorted(refs, key=lambda ref: (not ref.is_default, -ref.commit.committed_at.timestamp(), ref.name))

    def tree(self, sha: str, folder: str = "") -> list[Entry]:
        """Return every file of a commit, or of one folder in it; raises GitFault when there is no such folder."""
        _require_hex(sha)
        try:
            with self._reading():
                entries = objects.read_tree(self.folder, f"{sha}:{folder}" if folder else sha)
        except GitFault as fault:
            if not folder or ("Not a valid object name" not in fault.sentence and "not a tree" not in fault.sentence):
                raise
            raise GitFault(f"The commit {sha[:12]} has no folder {folder}.") from None
        if any(entry.size is None and entry.mode.startswith("100") for entry in entries):
            fetching.distrust(self.folder)  # the other files can still be read
        return entries

    def blobs(self, oids: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        """Yield the bytes of each blob with its id, one at a time and each id once; raises GitFault."""
        wanted = list(oids)
        for oid in wanted:
            _require_hex(oid)
        with self._reading():
            yield from objects.read_blobs(self.folder, wanted)

    def blob(self, oid: str) -> bytes:
        """Return the bytes of one blob; raises GitFault."""
        return next(data for _, data in self.blobs([oid]))

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """Refuse when there is nothing, and have a copy that proves damaged made anew by the next fetch."""
        if not self.exists():
            raise GitFault("The repository was not fetched yet.")
        try:
            yield
        except GitFault as fault:
            if fault.damaged:
                fetching.distrust(self.folder)
            raise


def _spellings(ref: str) -> list[str]:
    """Return what ``ref`` may mean in full, the likeliest first."""
    if not ref:
        return ["HEAD"]
    if ref.startswith("refs/"):
        return [ref]
    full = [f"refs/heads/{ref}", f"refs/tags/{ref}"]
    return [*full, ref] if _HEX.fullmatch(ref) else full


def _require_hex(oid: str) -> None:
    if not _HEX.fullmatch(oid):
        raise GitFault("That is no id of an object.")
