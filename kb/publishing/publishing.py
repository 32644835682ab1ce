"""Publishing: what the files say becomes what readers see, all of it or nothing."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from kb import clock
from kb.articles import care, languages, related, timing
from kb.articles.addresses import folder_of
from kb.articles.models import Finding, PublishRun
from kb.articles.remarks import ERROR, WARNING, Remark
from kb.errors import Conflict
from kb.forum.solving import outdated
from kb.people.models import Person
from kb.publishing import adopting, applying, redirects, shelves
from kb.publishing.drafting import Draft, draft, planned
from kb.publishing.past import lineage
from kb.publishing.planning import ADDED, CHANGED, MOVED, Plan
from kb.publishing.present import last_run, remember_map
from kb.publishing.sources import synonyms
from kb.publishing.sources.files import SectionFile, unnamed_section
from kb.publishing.sources.source import GitSource, Source
from kb.publishing.survey import Survey

RUNS_WITH_FINDINGS = 30
__all__ = ["describe", "draft", "planned", "publish", "store"]


def publish(session: Session, source: Source, *, may_retire: int = 0) -> PublishRun:
    """Make the site say what ``source`` says, and return the report of the run.

    A file with a fault is a finding and keeps its last good version; a file that is gone retires its article, whose
    address says so from then on; a renamed one is redirected. Only what changed is rendered, and what links to it or
    is made with it. Running it again changes nothing. Many articles are gone only when ``may_retire`` allows as many.
    """
    return store(session, draft(session, source, may_retire=may_retire))


def store(
    session: Session, drafted: Draft, *, cause: str = "command", by: Person | None = None, pinned: bool = False
) -> PublishRun:
    """Write a run down, all of it in this transaction; raises Conflict when another run came in between."""
    if last_run(session) != drafted.upon:
        raise Conflict("Somebody else published at the same time. Run it again.")
    plan, seen, source = drafted.plan, drafted.seen, drafted.source
    run = describe(source, started_at=drafted.started_at, cause=cause, by=by, pinned=pinned)
    session.add(run)
    session.flush()
    shelved = list(_sections(plan, seen))
    sections = shelves.store_sections(session, shelved)
    leaving = redirects.leading_to(session, plan.retired)
    applying.apply(session, plan, drafted.pages, sections=sections, run=run)
    shelves.drop_sections(session, but={section.slug for section in shelved})
    languages.tie(session)
    addresses = {link.address for page in drafted.pages for link in page.outline.links}
    shown = [picture for picture in seen.pictures.values() if picture.address in addresses]
    shelves.store_pictures(session, shown, source)
    _store_past(session, drafted, run)
    remember_map(session, drafted.map_mark)
    outdated.articles_retired(session, redirects.dead_ends(session, leaving))
    if plan.steps or plan.retired:
        related.store(session)
    if drafted.synonyms is not None:
        synonyms.store(session, drafted.synonyms)
    adopting.settle(session)
    care.schedule(session)
    timing.plan(session)
    _report(session, run, plan, drafted.remarks)
    return run


def describe(
    source: Source, *, started_at: datetime, cause: str, by: Person | None = None, pinned: bool = False
) -> PublishRun:
    """Return a run of ``source`` that has not done anything yet."""
    commit = source.commit
    return PublishRun(
        started_at=started_at,
        finished_at=clock.now(),
        source=source.name[-400:],
        cause=cause,
        by_id=by.id if by else None,
        pinned=pinned,
        ref=source.ref[:200],
        sha=commit.sha if commit else "",
        author_name=commit.author_name[:200] if commit else "",
        author_email=commit.author_email[:320] if commit else "",
        subject=commit.subject[:300] if commit else "",
        authored_at=commit.authored_at if commit else None,
    )


def _store_past(session: Session, drafted: Draft, run: PublishRun) -> None:
    """Write down what the articles were before, and where."""
    source, past = drafted.source, None
    if isinstance(source, GitSource):
        past = lineage.store(session, source, languages=drafted.seen.languages, reading=drafted.reading)
    before = session.get(PublishRun, drafted.upon)
    redirects.store(
        session,
        drafted.plan,
        drafted.stubs,
        past=past,
        now=clock.now(),
        remembering=run.pinned,
        after_folder=before is not None and not before.sha,
    )


def _sections(plan: Plan, seen: Survey) -> Iterator[SectionFile]:
    """Yield what is known of the folders in use; one whose own file is broken keeps what it was called."""
    folders = {folder_of(step.file.path) for step in plan.steps} | {folder_of(row.path) for row in plan.unchanged}
    for folder in sorted(folders | seen.sections.keys()):
        unnamed = unnamed_section(folder, seen.languages)
        if folder in seen.broken_sections:
            unnamed = replace(unnamed, title="")
        yield seen.sections.get(folder, unnamed)


def _report(session: Session, run: PublishRun, plan: Plan, remarks: Iterable[Remark]) -> None:
    kinds = [step.kind for step in plan.steps]
    run.added, run.changed, run.moved = (kinds.count(kind) for kind in (ADDED, CHANGED, MOVED))
    run.retired, run.unchanged, run.held = len(plan.retired), len(plan.unchanged), len(plan.held)
    run.state = "waiting" if plan.held else "done"
    run.problem = next((remark.message for remark in plan.remarks if not remark.path), "")
    rows = [
        {
            "run_id": run.id,
            "severity": remark.severity,
            "code": remark.code,
            "path": remark.path[-400:],
            "line": remark.line,
            "message": remark.message,
        }
        for remark in remarks
    ]
    _forget_findings(session)
    if rows:  # as plain rows: a large site has thousands of warnings, and each run says them all again
        session.execute(insert(Finding), rows)
    severities = [row["severity"] for row in rows]
    run.errors, run.warnings = severities.count(ERROR), severities.count(WARNING)
    run.finished_at = clock.now()
    session.flush()


def _forget_findings(session: Session) -> None:
    """Drop the findings of runs long past, whose numbers stay: what still stands is said again by each run."""
    old = select(PublishRun.id).order_by(PublishRun.id.desc()).offset(RUNS_WITH_FINDINGS).limit(1).scalar_subquery()
    session.execute(delete(Finding).where(Finding.run_id <= old))
