"""Following files back through the log of a repository, as ``git log --follow`` does for one. Pure."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from kb.git.log import DELETED, RENAMED, Change, LoggedCommit


@dataclass(frozen=True, slots=True)
class Step:
    """One commit of a file's history and what it did to the file."""

    commit: LoggedCommit
    change: Change


@dataclass(slots=True)
class Trail:
    """A file followed back: from where it is, or from the commit it ended in, through every name it had."""

    path: str
    ended: LoggedCommit | None = None
    steps: list[Step] = field(default_factory=list)
    """The newest first."""
    at: str = ""
    """The name to look for in older commits."""

    def __post_init__(self) -> None:
        self.at = self.at or self.path


def follow(commits: Iterable[LoggedCommit], matters: Callable[[str], bool]) -> list[Trail]:
    """Return the trail of every file that ``commits``, the newest first, touch and whose path ``matters``.

    A rename is followed to the former name, and so is a copy of a file that changed in the same commit, which is how a
    move looks that leaves something in its place. A file that was deleted and comes back is the same file. Where a
    path was given away and given to a new file later, both are followed through it, because ``git log`` does.
    """
    return _Followed(matters).through(commits)


class _Followed:
    """The trails so far, and who is looked for under which name."""

    def __init__(self, matters: Callable[[str], bool]) -> None:
        self._matters = matters
        self._trails: list[Trail] = []
        self._by_name: dict[str, list[Trail]] = {}

    def through(self, commits: Iterable[LoggedCommit]) -> list[Trail]:
        for commit in commits:
            moving: list[tuple[str, str]] = []
            for change in commit.changes:
                self._see(commit, change)
                if change.from_path and change.path in self._by_name:
                    moving.append((change.path, change.from_path))
            self._move(moving)
        return self._trails

    def _see(self, commit: LoggedCommit, change: Change) -> None:
        if change.status == DELETED:
            self._end(commit, change.path, is_elsewhere=False)
            return
        if change.path not in self._by_name and self._matters(change.path):
            self._start(Trail(change.path))
        found = self._by_name.get(change.path, [])
        for trail in found:
            trail.steps.append(Step(commit, change))
        if change.status == RENAMED:
            self._end(commit, change.from_path, is_elsewhere=bool(found))

    def _end(self, commit: LoggedCommit, path: str, *, is_elsewhere: bool) -> None:
        """Note that ``path`` holds nothing from this commit on; ``is_elsewhere`` says that another trail goes on."""
        if path not in self._by_name and self._matters(path) and not is_elsewhere:
            self._start(Trail(path, ended=commit))
        for trail in self._by_name.get(path, ()):
            trail.steps.append(Step(commit, Change(DELETED, path, "")))

    def _start(self, trail: Trail) -> None:
        self._trails.append(trail)
        self._by_name[trail.path] = [trail]

    def _move(self, moving: list[tuple[str, str]]) -> None:
        """Look for those that were renamed under their former names from now on, all at once."""
        taken = [(self._by_name.pop(path), former) for path, former in moving]
        for trails, former in taken:
            for trail in trails:
                trail.at = former
            self._by_name[former] = [*self._by_name.get(former, ()), *trails]
