"""What a publish run is going to do, worked out from what is there and what was there. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from kb.articles.addresses import address_of
from kb.articles.remarks import ERROR, Remark
from kb.publishing.sources.files import ArticleFile

RETIRED = "retired"
MANY_GONE, SHARE_GONE = 10, 0.2
ALL = 1_000_000
ADDED, CHANGED, MOVED = "added", "changed", "moved"


@dataclass(frozen=True, slots=True)
class Known:
    """An article as the last run left it."""

    id: int
    path: str
    digest: str
    section: str
    tree: str
    slug: str
    status: str = "published"
    audience: str = "public"
    publish_at: datetime | None = None
    review_due_on: date | None = None
    title: str = ""
    redirect_from: Sequence[str] = ()
    anchors: Sequence[str] = ()
    links: Sequence[Mapping[str, str]] = ()
    uses: Sequence[Mapping[str, str]] = ()
    remarks: Sequence[Mapping[str, Any]] = ()
    page_key: str = ""
    original: str = ""

    @property
    def live(self) -> bool:
        """Whether it has a file."""
        return self.status != RETIRED

    @property
    def address(self) -> str:
        """Where its page is."""
        return address_of(self.section, self.slug, self.tree)

    def was_shown(self, now: datetime) -> bool:
        """Whether everybody could read it, so that it is no secret that it was there."""
        is_out = self.publish_at is None or self.publish_at <= now
        return self.status in ("published", "archived") and self.audience == "public" and is_out


@dataclass(frozen=True, slots=True)
class Step:
    """One file that becomes one article: a new row, or the row that it was before."""

    kind: str
    file: ArticleFile
    was: Known | None = None

    @property
    def address(self) -> str:
        """Where its page is going to be."""
        return address_of(self.file.section, self.file.slug, self.file.tree)


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything one run does to articles. ``kept`` stay as they are although their file has a fault."""

    steps: tuple[Step, ...]
    retired: tuple[Known, ...]
    unchanged: tuple[Known, ...]
    kept: tuple[Known, ...]
    past: tuple[Known, ...] = ()
    """Articles retired by earlier runs and not coming back."""
    held: tuple[Known, ...] = ()
    """Those of ``kept`` that have no file any more and stay until somebody confirms."""
    remarks: tuple[Remark, ...] = ()


@dataclass(frozen=True, slots=True)
class Files:
    """What was found in the source. ``same``, ``broken`` and ``stubs`` name paths; stubs only redirect."""

    changed: Mapping[str, ArticleFile] = field(default_factory=dict)
    same: frozenset[str] = frozenset()
    broken: frozenset[str] = frozenset()
    stubs: frozenset[str] = frozenset()
    renamed: Mapping[str, str] = field(default_factory=dict)
    """Path of a file → what git says it was called in the commit before."""


_WAYS: tuple[tuple[Callable[[Known], object], Callable[[ArticleFile], object]], ...] = (
    (lambda row: (row.digest, row.live), lambda file: (file.digest, True)),
    (lambda row: row.path, lambda file: file.path),
    (lambda row: row.address, lambda file: address_of(file.section, file.slug, file.tree)),
)
"""How an article is found again when no live one has the file's path."""


def make_plan(known: Iterable[Known], files: Files, *, may_retire: int = 0) -> Plan:
    """Decide what becomes of every file and of every article.

    A file is the article of its path; else the one whose file is gone and had the same bytes, or was renamed by git,
    so that a rename keeps readers, ratings and redirects; else the one that had its address. Of two files that want
    one address the one that is there already keeps it, else the first by path gets it; the other is an error and stays
    as it was.
    When more than 10 articles and a fifth of all would be gone, they are held unless ``may_retire`` allows as many:
    such a folder is more often half copied than half deleted. An article whose file redirects by now is not counted.
    """
    rows = list(known)
    live = {row.path: row for row in rows if row.live}
    present = files.same | files.broken | files.changed.keys()
    gone = [row for path, row in live.items() if path not in present]
    past = [row for row in rows if not row.live]
    steps = _matched(files, live, gone, past)
    found = {step.was.id for step in steps if step.was}
    retired = [row for row in gone if row.id not in found]
    held = _held([row for row in retired if row.path not in files.stubs], len(live), may_retire)
    held_ids = {row.id for row in held}
    retired = [row for row in retired if row.id not in held_ids]
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
        held=tuple(held),
        remarks=(*_too_many_gone(held, len(live)), *(remark for _, remark in refused)),
    )


def _held(gone: list[Known], total: int, may_retire: int) -> list[Known]:
    is_much = len(gone) > MANY_GONE and len(gone) > SHARE_GONE * total
    return gone if is_much and len(gone) > may_retire else []


def _matched(files: Files, live: Mapping[str, Known], gone: list[Known], past: list[Known]) -> list[Step]:
    """Find the row of every file, the surest ways first; each row is found once."""
    changed = files.changed
    free = {row.id: row for row in (*gone, *past)}
    found: dict[str, Known] = {path: live[path] for path in changed if path in live}
    by_git = (lambda row: (row.path, row.live), lambda file: (files.renamed.get(file.path), True))
    for of_row, of_file in (_WAYS[0], by_git, *_WAYS[1:]):
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
    return Remark(step.file.path, 1, ERROR, message, "address-taken")


def _too_many_gone(held: Sequence[Known], total: int) -> Iterable[Remark]:
    if held:
        message = (
            f"{len(held)} of {total} articles have no file any more, {held[0].path} for one. "
            "They stay on the site until somebody confirms it."
        )
        yield Remark("", 0, ERROR, message, "many-gone")
