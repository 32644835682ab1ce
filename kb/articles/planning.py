"""What a publish run is going to do, worked out from what is there and what was there. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from kb.articles.addresses import address_of
from kb.articles.files import ArticleFile
from kb.articles.remarks import ERROR, Remark

MANY_GONE, SHARE_GONE = 10, 0.2
ADDED, CHANGED, MOVED = "added", "changed", "moved"


@dataclass(frozen=True, slots=True)
class Known:
    """An article as the last run left it."""

    id: int
    path: str
    digest: str
    section: str
    slug: str
    live: bool
    links: Sequence[Mapping[str, str]] = ()
    remarks: Sequence[Mapping[str, Any]] = ()

    @property
    def address(self) -> str:
        """Where its page is."""
        return address_of(self.section, self.slug)


@dataclass(frozen=True, slots=True)
class Step:
    """One file that becomes one article: a new row, or the row that it was before."""

    kind: str
    file: ArticleFile
    was: Known | None = None

    @property
    def address(self) -> str:
        """Where its page is going to be."""
        return address_of(self.file.section, self.file.slug)


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything one run does to articles. ``kept`` stay as they are although their file has a fault."""

    steps: tuple[Step, ...]
    retired: tuple[Known, ...]
    unchanged: tuple[Known, ...]
    kept: tuple[Known, ...]
    past: tuple[Known, ...] = ()
    """Articles retired by earlier runs and not coming back."""
    remarks: tuple[Remark, ...] = ()


@dataclass(frozen=True, slots=True)
class Files:
    """What was found in the source. ``same`` and ``broken`` name paths."""

    changed: Mapping[str, ArticleFile] = field(default_factory=dict)
    same: frozenset[str] = frozenset()
    broken: frozenset[str] = frozenset()


_WAYS: tuple[tuple[Callable[[Known], object], Callable[[ArticleFile], object]], ...] = (
    (lambda row: (row.digest, row.live), lambda file: (file.digest, True)),
    (lambda row: row.path, lambda file: file.path),
    (lambda row: row.address, lambda file: address_of(file.section, file.slug)),
)
"""How an article is found again when no live one has the file's path."""


def make_plan(known: Iterable[Known], files: Files, *, retire_many: bool = False) -> Plan:
    """Decide what becomes of every file and of every article.

    A file is the article of its path; else the one whose file is gone and had the same bytes, so that a rename
    keeps readers, ratings and redirects; else the one that had its address. Of two files that want one address the
    one that is there already keeps it, else the first by path gets it; the other is an error and stays as it was.
    When more than 10 articles and a fifth of all would be gone, nothing is retired unless ``retire_many``: such a
    folder is more often half copied than half deleted.
    """
    rows = list(known)
    live = {row.path: row for row in rows if row.live}
    present = files.same | files.broken | files.changed.keys()
    gone = [row for path, row in live.items() if path not in present]
    past = [row for row in rows if not row.live]
    steps = _matched(files.changed, live, gone, past)
    found = {step.was.id for step in steps if step.was}
    retired = [row for row in gone if row.id not in found]
    remarks: list[Remark] = []
    if len(retired) > MANY_GONE and len(retired) > SHARE_GONE * len(live) and not retire_many:
        remarks.append(_too_many_gone(retired, live))
        retired = []
    settled = {row.id for row in live.values()} - found - {row.id for row in retired}
    steps, refused = _without_clashes(steps, [row for row in live.values() if row.id in settled])
    kept_ids = {step.was.id for step, _ in refused if step.was}
    return Plan(
        steps=tuple(steps),
        retired=tuple(retired),
        unchanged=tuple(live[path] for path in sorted(files.same)),
        kept=tuple(
            row for row in live.values() if row.id in kept_ids or (row.id in settled and row.path not in files.same)
        ),
        past=tuple(row for row in past if row.id not in {step.was.id for step in steps if step.was}),
        remarks=(*remarks, *(remark for _, remark in refused)),
    )


def _matched(
    changed: Mapping[str, ArticleFile], live: Mapping[str, Known], gone: list[Known], past: list[Known]
) -> list[Step]:
    """Find the row of every file, the surest ways first; each row is found once."""
    free = {row.id: row for row in (*gone, *past)}
    found: dict[str, Known] = {path: live[path] for path in changed if path in live}
    for of_row, of_file in _WAYS:
        by_key = {of_row(row): row for row in sorted(free.values(), key=lambda row: row.live)}
        for path in sorted(changed.keys() - found.keys()):
            row = by_key.pop(of_file(changed[path]), None)
            if row is not None:
                found[path] = free.pop(row.id)
    return [Step(_kind(path, found.get(path)), changed[path], found.get(path)) for path in sorted(changed)]


def _kind(path: str, was: Known | None) -> str:
    if was is None or not was.live:
        return ADDED
    return CHANGED if was.path == path else MOVED


def _without_clashes(steps: list[Step], settled: list[Known]) -> tuple[list[Step], list[tuple[Step, Remark]]]:
    """Return the steps whose address is theirs to take, and those that must not happen, with the reason.

    A step that is refused leaves its article where it was, which may refuse another: so until all agree.
    """
    refused: list[tuple[Step, Remark]] = []
    while True:
        holders = {row.address: row.path for row in settled}
        loser = None
        for step in sorted(
            steps, key=lambda step: not (step.was and step.was.live and step.was.address == step.address)
        ):
            holder = holders.setdefault(step.address, step.file.path)
            if holder != step.file.path:
                loser = (step, _clash(step, holder))
                break
        if loser is None:
            return steps, refused
        refused.append(loser)
        steps = [step for step in steps if step is not loser[0]]
        if loser[0].was and loser[0].was.live:
            settled = [*settled, loser[0].was]


def _clash(step: Step, holder: str) -> Remark:
    message = f"The address {step.address} of {step.file.path} is taken by {holder}: give one of them another slug."
    return Remark(step.file.path, 1, ERROR, message)


def _too_many_gone(retired: Sequence[Known], live: Mapping[str, Known]) -> Remark:
    message = (
        f"{len(retired)} of {len(live)} articles have no file any more, {retired[0].path} for one. "
        "They stay on the site until kb publish --retire confirms it."
    )
    return Remark("", 0, ERROR, message)
