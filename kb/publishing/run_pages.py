"""Publish runs as pages show them: what the site says now, the runs before, and what was found in one of them."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Row, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from kb import clock
from kb.articles.addresses import address_of
from kb.articles.models import Article, Finding, PublishRun, Section
from kb.articles.remarks import ERROR, WARNING
from kb.errors import Conflict, Invalid, NotFound
from kb.jobs import Job
from kb.people.models import Person
from kb.publishing.runs import FAILED, LANE, WAITING

PAGE = 30
FINDINGS_PAGE = 200
FAULTS = 10
SHORT = 10
_NUMBERS = ("added", "changed", "moved", "retired", "unchanged", "held", "errors", "warnings")


@dataclass(frozen=True, slots=True)
class RunRow:
    """One run. ``by`` is the handle of who clicked, ``seconds`` how long it took."""

    id: int
    state: str
    cause: str
    pinned: bool
    problem: str
    source: str
    ref: str
    sha: str
    subject: str
    author: str
    authored_at: datetime | None
    by: str
    by_name: str
    started_at: datetime
    finished_at: datetime
    added: int
    changed: int
    moved: int
    retired: int
    unchanged: int
    held: int
    errors: int
    warnings: int

    @property
    def address(self) -> str:
        """Where its page is."""
        return f"/writing/runs/{self.id}"

    @property
    def short(self) -> str:
        """The start of its commit's name, "" for a folder."""
        return self.sha[:SHORT]

    @property
    def seconds(self) -> float:
        """How long it took."""
        return max(0.0, (self.finished_at - self.started_at).total_seconds())

    @property
    def touched(self) -> int:
        """How many articles it did something to."""
        return self.added + self.changed + self.moved + self.retired


@dataclass(frozen=True, slots=True)
class RunList:
    """A page of runs, newest first. ``published`` is what the site shows; ``under_way`` says that a run is to come."""

    published: RunRow | None
    under_way: bool
    rows: tuple[RunRow, ...]
    total: int
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class FindingRow:
    """One sentence about one line."""

    severity: str
    code: str
    path: str
    line: int
    message: str


@dataclass(frozen=True, slots=True)
class FileFindings:
    """What was found in one file; ``address`` is that of its article, "" when there is none."""

    path: str
    title: str
    address: str
    findings: tuple[FindingRow, ...]


@dataclass(frozen=True, slots=True)
class RunPage:
    """A run with a page of its findings. ``is_current`` says that the site shows what it published."""

    run: RunRow
    files: tuple[FileFindings, ...]
    show: str
    errors: int
    warnings: int
    page: int
    pages: int
    is_current: bool
    waits: bool
    """Whether it is the newest run and still waits for somebody to confirm."""


def listing(session: Session, *, page: int = 1) -> RunList:
    """Return 30 runs, newest first; raises Invalid for a page below 1 and NotFound past the last one."""
    if page < 1:
        raise Invalid("page", "Pages are numbered from 1.")
    total = session.scalar(select(func.count(PublishRun.id))) or 0
    pages = max(1, -(-total // PAGE))
    if page > pages:
        raise NotFound("This list has %(pages)s pages.", pages=pages)
    rows = session.execute(_rows().order_by(PublishRun.id.desc()).limit(PAGE).offset((page - 1) * PAGE))
    return RunList(
        published=latest(session)[0],
        under_way=under_way(session),
        rows=tuple(_row(row) for row in rows),
        total=total,
        page=page,
        pages=pages,
    )


def latest(session: Session) -> tuple[RunRow | None, RunRow | None]:
    """Return the run that the site shows, and the last one, which differs where that failed."""
    newest = select(func.max(PublishRun.id))
    ids = or_(
        PublishRun.id == newest.scalar_subquery(),
        PublishRun.id == newest.where(PublishRun.state != FAILED).scalar_subquery(),
    )
    found = [_row(row) for row in session.execute(_rows().where(ids).order_by(PublishRun.id))]
    published = found[0] if found and found[0].state != FAILED else None
    return published, found[-1] if found else None


def under_way(session: Session) -> bool:
    """Whether a publish runs or is about to."""
    asked = select(Job.id).where(Job.lane == LANE, Job.done_at.is_(None), Job.failed_at.is_(None))
    return session.scalar(asked.where(Job.run_at <= clock.now()).limit(1)) is not None


def faults(session: Session, run_id: int) -> tuple[FileFindings, ...]:
    """Return the first files that a run could not publish, which show their last good version."""
    return _files(session, run_id, ERROR, FAULTS, 0)


def run(session: Session, run_id: int, *, show: str = "", page: int = 1) -> RunPage:
    """Return a run with 200 of its findings by file, only errors or warnings when ``show`` says so.

    Raises NotFound for a run, a kind or a page there is not.
    """
    found = session.execute(_rows().where(PublishRun.id == run_id)).first()
    if found is None or show not in ("", ERROR, WARNING):
        raise NotFound
    row = _row(found)
    counts = _counts(session, run_id)
    total = counts.get(show, 0) if show else sum(counts.values())
    pages = max(1, -(-total // FINDINGS_PAGE))
    if not 1 <= page <= pages:
        raise NotFound
    published, _ = latest(session)
    is_current = published is not None and published.id == row.id
    return RunPage(
        run=row,
        files=_files(session, run_id, show, FINDINGS_PAGE, (page - 1) * FINDINGS_PAGE),
        show=show,
        errors=counts.get(ERROR, 0),
        warnings=counts.get(WARNING, 0),
        page=page,
        pages=pages,
        is_current=is_current,
        waits=is_current and row.state == WAITING and row.held > 0,
    )


def waiting(session: Session, run_id: int) -> None:
    """Make sure that the run is the one whose retiring of articles can be confirmed; raises NotFound, Conflict."""
    shown = run(session, run_id)
    if not shown.waits:
        raise Conflict("This run does not wait for anything: the site has moved on since. Look at the newest run.")


def commit_of(session: Session, run_id: int) -> str:
    """Return the commit that the site can be rolled back to; raises NotFound, and Conflict where there is none."""
    found = session.execute(select(PublishRun.sha, PublishRun.state).where(PublishRun.id == run_id)).first()
    if found is None:
        raise NotFound
    if not found.sha or found.state == FAILED:
        raise Conflict("There is nothing of this run to go back to: it was no commit, or it failed.")
    return str(found.sha)


def _counts(session: Session, run_id: int) -> dict[str, int]:
    kinds = select(Finding.severity, func.count()).where(Finding.run_id == run_id).group_by(Finding.severity)
    return dict(iter(session.execute(kinds)))


def _files(session: Session, run_id: int, show: str, most: int, skipped: int) -> tuple[FileFindings, ...]:
    """Return findings by file, those that kept a file from being published first."""
    order = (Finding.severity, Finding.path, Finding.line, Finding.id)  # "error" sorts before "warning"
    made_of = and_(Article.path == Finding.path, Article.status != "retired")
    wanted = (
        select(Finding, Article.title, Article.slug, Article.tree, Section.slug.label("section"))
        .outerjoin(Article, made_of)
        .outerjoin(Section, Section.id == Article.section_id)
        .where(Finding.run_id == run_id)
        .order_by(*order)
    )
    if show:
        wanted = wanted.where(Finding.severity == show)
    by_path: dict[str, FileFindings] = {}
    for found, title, slug, tree, section in session.execute(wanted.limit(most).offset(skipped)):
        address = address_of(section, slug, tree) if slug else ""
        file = by_path.get(found.path) or FileFindings(found.path, title or "", address, ())
        by_path[found.path] = replace(file, findings=(*file.findings, _finding(found)))
    return tuple(by_path.values())


def _rows() -> Select[PublishRun, str, str]:
    return select(PublishRun, Person.handle, Person.name).outerjoin(Person, Person.id == PublishRun.by_id)


def _row(found: Row[PublishRun, str, str]) -> RunRow:
    told, handle, name = found
    return RunRow(
        id=told.id,
        state=told.state,
        cause=told.cause,
        pinned=told.pinned,
        problem=told.problem,
        source=told.source,
        ref=told.ref,
        sha=told.sha,
        subject=told.subject,
        author=told.author_name,
        authored_at=told.authored_at,
        by=handle or "",
        by_name=name or "",
        started_at=told.started_at,
        finished_at=told.finished_at,
        **{name: getattr(told, name) for name in _NUMBERS},
    )


def _finding(row: Finding) -> FindingRow:
    return FindingRow(row.severity, row.code, row.path, row.line, row.message)
