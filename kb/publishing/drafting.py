"""Working out a publish run: reads the source and the database, makes pages, writes nothing."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from kb import clock
from kb.articles.addresses import address_of
from kb.articles.remarks import ERROR, WARNING, Fault, Remark
from kb.db import glance
from kb.git import renames
from kb.people import stationery
from kb.publishing import mapping, present, press, proofing, redirects
from kb.publishing.forwarding import Left, Refusal, Stub, Table
from kb.publishing.past import lineage
from kb.publishing.past.remembering import Reading
from kb.publishing.planning import ALL, Known, Plan, make_plan
from kb.publishing.present import Present, last_run
from kb.publishing.press import Page, print_pages
from kb.publishing.proofing import standing_as_it_was
from kb.publishing.sources import files, snippets
from kb.publishing.sources.files import ArticleFile
from kb.publishing.sources.links import SiteMap, still_true
from kb.publishing.sources.snippets import Library
from kb.publishing.sources.source import GitSource, Source
from kb.publishing.survey import Survey, survey

Progress = Callable[[str, int, int], None]
"""Told which step is under way, and how many of how many things of it are done; 0 of 0 where nobody can say."""


def in_silence(_step: str, _done: int, _of: int) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True)
class Planned:
    """What publishing a source would do, before any page is made."""

    plan: Plan
    seen: Survey
    library: Library
    map: SiteMap
    """Where everything is going to be."""
    remarks: tuple[Remark, ...]
    """What there is to say without pages."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A run that is worked out and not yet written: made without holding up anybody who writes."""

    source: Source
    started_at: datetime
    seen: Survey
    plan: Plan
    pages: tuple[Page, ...]
    stubs: tuple[Stub, ...]
    remarks: tuple[Remark, ...]
    """Everything that is to be said of the files, by path and line."""
    upon: int = 0
    """The id of the last run before it."""
    reading: Reading | None = None
    """What git knows of their past."""
    synonyms: tuple[str, ...] | None = None
    """What search is to take for the same; None keeps what it takes now."""
    map_mark: str = ""
    """What tells whether links lead elsewhere in the next run; "" when that has to be looked at, link by link."""

    @property
    def has_errors(self) -> bool:
        """Whether anything is wrong that keeps a file from being published."""
        return any(remark.severity == ERROR for remark in self.remarks)


def draft(session: Session, source: Source, *, may_retire: int = 0, progress: Progress = in_silence) -> Draft:
    """Work out a run and make its pages, which may take minutes; writes nothing.

    No transaction is open meanwhile unless one was before: SQLite lets nobody write while somebody is reading.
    """
    press.get_ready()
    with glance(session):
        upon, before = last_run(session), present.read(session)  # in this order, so that a run in between is noticed
    work = _begun(before, source, may_retire, progress)
    reading = None
    if isinstance(source, GitSource):
        progress("history", 0, 0)
        reading = lineage.read(session, source, languages=work.seen.languages)
        work = replace(work, left=tuple(lineage.left_by(reading, source)))
    return replace(_drafted(work, progress), upon=upon, reading=reading)


def draft_anew(source: Source, *, progress: Progress = in_silence) -> Draft:
    """Work out the first run of a site without a database: to be looked at, not to be stored."""
    return _drafted(_begun(Present(), source, ALL, progress), progress)


def planned(session: Session, source: Source) -> Planned:
    """Work out what publishing ``source`` would do; makes no page and writes nothing."""
    work = _begun(present.read(session), source, ALL, in_silence)
    plan = work.plan()
    table = work.table(plan)
    return Planned(plan, work.seen, work.library, work.site_map(plan, table), tuple(in_order(_said(work, plan, table))))


def in_order(remarks: Iterable[Remark]) -> list[Remark]:
    """Return remarks by path and line, each once."""
    key = ("path", "line", "severity", "code", "message")
    return sorted(dict.fromkeys(remarks), key=lambda remark: tuple(getattr(remark, name) for name in key))


@dataclass(frozen=True, slots=True)
class _Work:
    """What a plan and its pages are made of, again and again until all pages are made or given up."""

    source: Source
    started_at: datetime
    before: Present
    seen: Survey
    library: Library
    may_retire: int
    left: tuple[Left, ...] = ()
    """Addresses left in commits that are new to the site."""

    @property
    def stubs(self) -> tuple[Stub, ...]:
        return tuple(
            Stub(file.path, address_of(file.section, file.slug, file.tree), file.redirect_to, file.redirect_from)
            for file in self.seen.stubs.values()
        )

    def plan(self) -> Plan:
        return make_plan(self.before.articles, self.seen.files, may_retire=self.may_retire)

    def table(self, plan: Plan) -> Table:
        return redirects.planned(plan, self.stubs, rows=self.before.former, left=self.left, now=self.started_at)

    def site_map(self, plan: Plan, table: Table) -> SiteMap:
        return mapping.site_map(plan, self.seen, table, self.stubs, home=stationery.current().base_url)


def _begun(before: Present, source: Source, may_retire: int, progress: Progress) -> _Work:
    """Read what a plan is made of."""
    started_at = clock.now()
    progress("read", 0, 0)
    digests = {row.path: row.digest for row in before.articles if row.live}
    seen = survey(source, digests, pictures=before.pictures)
    if before.commit and isinstance(source, GitSource) and source.commit is not None:
        seen.renamed = renames.between(source.mirror.folder, before.commit, source.commit.sha, within=source.folder)
    return _Work(source, started_at, before, seen, snippets.gather(source.snippets()), may_retire)


def _drafted(work: _Work, progress: Progress) -> Draft:
    plan, table, pages, mark = _printed(work, progress)
    said = in_order([*_said(work, plan, table), *_proofed(plan, pages)])
    return Draft(
        work.source,
        work.started_at,
        work.seen,
        plan,
        pages,
        work.stubs,
        tuple(said),
        synonyms=work.library.synonyms,
        map_mark=mark,
    )


def _said(work: _Work, plan: Plan, table: Table) -> Iterator[Remark]:
    """Yield what there is to say of files without their pages, redirects that cannot be made among it."""
    yield from (*work.seen.remarks, *work.library.remarks, *plan.remarks, *mapping.untied(plan))
    for refusal in table.refusals:
        yield _refused(refusal, work.source)


def _printed(work: _Work, progress: Progress) -> tuple[Plan, Table, tuple[Page, ...], str]:
    """Make pages, and the mark of the map they are made by.

    A text that cannot be made a page is a fault like any other, and the plan is made anew. Its page may be an old one
    whose links lead elsewhere by now, so then there is no mark.
    """
    pages: dict[str, Page] = {}
    given_up: set[str] = set()
    while True:
        plan = work.plan()
        table = work.table(plan)
        site = work.site_map(plan, table)
        wanted = {file.path: file for file in _to_print(plan, site, work) if file.path not in given_up}
        pages = {path: page for path, page in pages.items() if path in wanted and _is_current(page, site)}
        missing = [file for path, file in wanted.items() if path not in pages]
        failed = set()
        for done, (file, made) in enumerate(print_pages(missing, site, work.library)):
            progress("render", done, len(missing))
            if isinstance(made, Page):
                pages[file.path] = made
            else:
                failed.add(file.path)
                work.seen.give_up(made)
        if not failed:
            return plan, table, tuple(pages[path] for path in sorted(pages)), "" if given_up else site.mark()
        given_up |= failed


def _to_print(plan: Plan, site: SiteMap, work: _Work) -> Iterator[ArticleFile]:
    """Yield the files of all steps, and unchanged ones that link to or are made with something which is different."""
    for step in plan.steps:
        yield step.file
    is_same = site.mark() == work.before.map_mark
    stale = {
        row.path: row
        for row in plan.unchanged
        if snippets.stale(row.uses, work.library) or not (is_same or still_true(row.links, row.path, site))
    }
    for file in work.source.read(stale):
        try:
            article = files.read_article(file, work.seen.languages)
        except Fault:
            continue
        if article.digest == stale[file.path].digest:  # else it changed a moment ago, which is the next run's work
            yield article


def _is_current(page: Page, site: SiteMap) -> bool:
    return still_true([asdict(link) for link in page.outline.links], page.file.path, site)


def _proofed(plan: Plan, pages: Iterable[Page]) -> Iterator[Remark]:
    """Yield what there is to say about every article: of its page now, or when it was made, and of its links."""
    addresses = {row.path: row.address for row in plan.unchanged} | {s.file.path: s.address for s in plan.steps}
    made = {page.file.path: page for page in pages}
    standing = [proofing.standing_of(page.file, page.outline, addresses[path]) for path, page in made.items()]
    for page in made.values():
        yield from page.remarks
    for row in plan.unchanged:
        if row.path not in made:
            yield from (_remark(row, note) for note in row.remarks)
            standing.append(standing_as_it_was(row))
    standing += [standing_as_it_was(row) for row in plan.kept]
    yield from proofing.cross_check(standing, today=clock.now().date())


def _remark(row: Known, note: Mapping[str, Any]) -> Remark:
    return Remark(row.path, note["line"], WARNING, note["message"], note.get("code", ""))


def _refused(refusal: Refusal, source: Source) -> Remark:
    """Say in which line of the file the redirect is asked for."""
    lines = source.file(refusal.path).data.decode("utf-8", "replace").splitlines()
    line = next((number for number, text in enumerate(lines, 1) if refusal.written in text), 0)
    return Remark(refusal.path, line, refusal.severity, refusal.message, refusal.code)
