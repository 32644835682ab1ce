"""Publishing: what the files say becomes what readers see, all of it or nothing."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from kb import clock
from kb.articles import applying, files, redirects, related, shelves
from kb.articles.addresses import folder_of
from kb.articles.files import ArticleFile, SectionFile, unnamed_section
from kb.articles.links import SiteMap, still_true
from kb.articles.models import Article, Finding, PublishRun, Section
from kb.articles.planning import ADDED, CHANGED, MOVED, Known, Plan, make_plan
from kb.articles.press import Page, print_pages
from kb.articles.remarks import WARNING, Fault, Remark
from kb.articles.source import Source
from kb.articles.survey import Survey, survey
from kb.errors import Conflict


@dataclass(frozen=True, slots=True)
class Draft:
    """A run that is worked out and not yet written: made without holding up anybody who writes."""

    source: Source
    started_at: datetime
    known: tuple[Known, ...]
    seen: Survey
    plan: Plan
    pages: tuple[Page, ...]


def publish(session: Session, source: Source, *, retire_many: bool = False) -> PublishRun:
    """Make the site say what ``source`` says, and return the report of the run.

    A file with a fault is a finding and keeps its last good version; a file that is gone retires its article, whose
    address answers 404 from then on; a renamed one is redirected. Only what changed is rendered, and what links to
    it. Running it again changes nothing. ``retire_many`` confirms that a large part of the files is gone on purpose.
    """
    return store(session, draft(session, source, retire_many=retire_many))


def draft(session: Session, source: Source, *, retire_many: bool = False) -> Draft:
    """Work out a run and make its pages, which may take minutes; reads the database and writes nothing."""
    started_at = clock.now()
    known = _known(session)
    seen = survey(source, {row.path: row.digest for row in known if row.live})
    plan, pages = _drafted(known, seen, source, retire_many)
    return Draft(source, started_at, known, seen, plan, pages)


def store(session: Session, drafted: Draft) -> PublishRun:
    """Write a run down, all of it in this transaction; raises Conflict when another run came in between."""
    if _known(session) != drafted.known:
        raise Conflict("Somebody else published at the same time. Run it again.")
    plan, seen = drafted.plan, drafted.seen
    run = PublishRun(started_at=drafted.started_at, finished_at=clock.now(), source=drafted.source.name[-400:])
    session.add(run)
    session.flush()
    sections = shelves.store_sections(session, _sections(plan, seen))
    applying.apply(session, plan, drafted.pages, sections=sections, run=run)
    addresses = {link.address for page in drafted.pages for link in page.rendered.links}
    shown = [picture for picture in seen.pictures.values() if picture.address in addresses]
    shelves.store_pictures(session, shown, drafted.source)
    doubts = redirects.store(session, plan)
    if plan.steps or plan.retired:
        related.store(session)
    made = {page.file.path for page in drafted.pages}
    standing = [_remark(row, note) for row in plan.unchanged if row.path not in made for note in row.remarks]
    new = [remark for page in drafted.pages for remark in page.remarks]
    _report(session, run, plan, [*seen.remarks, *plan.remarks, *new, *standing, *doubts])
    return run


def _drafted(
    known: tuple[Known, ...], seen: Survey, source: Source, retire_many: bool
) -> tuple[Plan, tuple[Page, ...]]:
    """Plan and make pages; a text that cannot be made a page is a fault like any other, and the plan is made anew."""
    pages: dict[str, Page] = {}
    given_up: set[str] = set()
    while True:
        plan = make_plan(known, seen.files, retire_many=retire_many)
        site = _site_map(plan, seen)
        wanted = {file.path: file for file in _to_print(plan, site, source) if file.path not in given_up}
        pages = {path: page for path, page in pages.items() if path in wanted and _is_current(page, site)}
        failed = set()
        for file, made in print_pages([file for path, file in wanted.items() if path not in pages], site):
            if isinstance(made, Page):
                pages[file.path] = made
            else:
                failed.add(file.path)
                seen.give_up(made)
        given_up |= failed
        if not failed:
            return plan, tuple(pages[path] for path in sorted(pages))


def _known(session: Session) -> tuple[Known, ...]:
    columns = (
        Article.id,
        Article.path,
        Article.source_hash,
        Section.slug,
        Article.slug,
        Article.status != "retired",
        Article.links,
        Article.remarks,
    )
    rows = session.execute(select(*columns).join(Section, Section.id == Article.section_id).order_by(Article.id))
    return tuple(Known(*row) for row in rows)


def _site_map(plan: Plan, seen: Survey) -> SiteMap:
    """Return where everything is going to be."""
    pages = {row.path: row.address for row in (*plan.unchanged, *plan.kept)}
    pages |= {step.file.path: step.address for step in plan.steps}
    folders = {folder_of(path): address.rpartition("/")[0] for path, address in pages.items()}
    pages |= {f"{folder}/index.md".lstrip("/"): folders[folder] for folder in seen.indexes & folders.keys()}
    return SiteMap(pages={**{folder: to for folder, to in folders.items() if folder}, **pages}, pictures=seen.pictures)


def _sections(plan: Plan, seen: Survey) -> Iterator[SectionFile]:
    """Yield what is known of the folders in use; one whose own file is broken keeps what it was called."""
    folders = {folder_of(step.file.path) for step in plan.steps} | {folder_of(row.path) for row in plan.unchanged}
    for folder in sorted(folders | seen.sections.keys()):
        unnamed = unnamed_section(folder)
        if folder in seen.broken_sections:
            unnamed = files.SectionFile(slug=unnamed.slug, title="")
        yield seen.sections.get(folder, unnamed)


def _to_print(plan: Plan, site: SiteMap, source: Source) -> Iterator[ArticleFile]:
    """Yield the files of all steps, and the unchanged ones that link to something which moved, came or went."""
    for step in plan.steps:
        yield step.file
    for row in plan.unchanged:
        if not still_true(row.links, row.path, site):
            try:
                file = files.read_article(source.file(row.path))
            except Fault:
                continue
            if file.digest == row.digest:  # else it changed a moment ago, which is the next run's work
                yield file


def _is_current(page: Page, site: SiteMap) -> bool:
    return still_true([asdict(link) for link in page.rendered.links], page.file.path, site)


def _remark(row: Known, note: Mapping[str, Any]) -> Remark:
    return Remark(row.path, note["line"], WARNING, note["message"])


def _report(session: Session, run: PublishRun, plan: Plan, remarks: Iterable[Remark]) -> None:
    kinds = [step.kind for step in plan.steps]
    run.added, run.changed, run.moved = (kinds.count(kind) for kind in (ADDED, CHANGED, MOVED))
    run.retired, run.unchanged = len(plan.retired), len(plan.unchanged)
    run.finished_at = clock.now()
    in_order = sorted(remarks, key=lambda remark: (remark.path, remark.line, remark.severity))
    run.findings = [
        Finding(severity=remark.severity, path=remark.path, line=remark.line, message=remark.message)
        for remark in in_order
    ]
    session.flush()
