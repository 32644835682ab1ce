"""Working out a publish run: reads the source and the database, makes pages, writes nothing."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kb import clock
from kb.articles.addresses import address_of, folder_of
from kb.articles.models import Article, PublishRun, Section
from kb.articles.remarks import ERROR, WARNING, Fault, Remark
from kb.db import glance
from kb.git import renames
from kb.people import stationery
from kb.publishing import proofing, redirects
from kb.publishing.forwarding import Refusal, Stub
from kb.publishing.past import lineage
from kb.publishing.past.remembering import Reading
from kb.publishing.planning import ALL, Known, Plan, make_plan
from kb.publishing.press import Page, print_pages
from kb.publishing.proofing import Standing
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
    remarks: tuple[Remark, ...]
    """What there is to say without pages."""

    def site_map(self, base: str = "") -> SiteMap:
        """Return where everything is going to be, where addresses start with ``base``."""
        return replace(site_map(self.plan, self.seen), base=base)


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

    @property
    def has_errors(self) -> bool:
        """Whether anything is wrong that keeps a file from being published."""
        return any(remark.severity == ERROR for remark in self.remarks)


def draft(session: Session, source: Source, *, may_retire: int = 0, progress: Progress = in_silence) -> Draft:
    """Work out a run and make its pages, which may take minutes; writes nothing.

    No transaction is open meanwhile unless one was before: SQLite lets nobody write while somebody is reading.
    """
    with glance(session):
        upon, since = last_run(session), _commit_before(session)  # first, so that a run in between is noticed
        articles = known(session)
    drafted = draft_upon(articles, source, since=since, may_retire=may_retire, progress=progress)
    drafted = replace(drafted, upon=upon)
    if not isinstance(source, GitSource):
        return drafted
    progress("history", 0, 0)
    return replace(drafted, reading=lineage.read(session, source, languages=drafted.seen.languages))


def draft_upon(
    articles: tuple[Known, ...],
    source: Source,
    *,
    since: str = "",
    may_retire: int = ALL,
    progress: Progress = in_silence,
) -> Draft:
    """Work out a run on a site that has these articles, without their past: to be looked at, not to be stored.

    ``since`` is the commit that they are of, by which git knows what was renamed.
    """
    started_at = clock.now()
    progress("read", 0, 0)
    seen, library, plan = _planned(articles, source, since, may_retire)
    plan, pages = _printed(_Work(source, articles, seen, library, may_retire), plan, progress)
    said = in_order([*_said(plan, seen, library, source), *_proofed(plan, pages)])
    return Draft(source, started_at, seen, plan, pages, _stubs(seen), tuple(said))


def planned(session: Session, source: Source) -> Planned:
    """Work out what publishing ``source`` would do; makes no page and writes nothing."""
    seen, library, plan = _planned(known(session), source, _commit_before(session), ALL)
    return Planned(plan, seen, library, tuple(in_order(_said(plan, seen, library, source))))


def last_run(session: Session) -> int:
    """Return the id of the last run that changed the site or might have, 0 before the first."""
    return session.scalar(select(func.max(PublishRun.id)).where(PublishRun.state != "failed")) or 0


def known(session: Session) -> tuple[Known, ...]:
    """Return every article as the last run left it."""
    columns = (
        Article.id,
        Article.path,
        Article.source_hash,
        Section.slug,
        Article.tree,
        Article.slug,
        Article.status,
        Article.audience,
        Article.publish_at,
        Article.review_due_on,
        Article.title,
        Article.redirect_from,
        Article.anchors,
        Article.links,
        Article.uses,
        Article.remarks,
    )
    rows = session.execute(select(*columns).join(Section, Section.id == Article.section_id).order_by(Article.id))
    return tuple(Known(*row) for row in rows)


def in_order(remarks: Iterable[Remark]) -> list[Remark]:
    """Return remarks by path and line, each once."""
    key = ("path", "line", "severity", "code", "message")
    return sorted(dict.fromkeys(remarks), key=lambda remark: tuple(getattr(remark, name) for name in key))


def refused(plan: Plan, seen: Survey, source: Source) -> list[Remark]:
    """Return what there is to say of redirects that files ask for and that cannot be made, with their lines."""
    return [_refused(refusal, source) for refusal in redirects.planned(plan, _stubs(seen)).refusals]


def site_map(plan: Plan, seen: Survey) -> SiteMap:
    """Return where everything is going to be."""
    pages = {row.path: row.address for row in (*plan.unchanged, *plan.kept)}
    pages |= {step.file.path: step.address for step in plan.steps}
    folders = {folder_of(path): address.rpartition("/")[0] for path, address in pages.items()}
    pages |= {f"{folder}/index.md".lstrip("/"): folders[folder] for folder in seen.indexes & folders.keys()}
    pages = {**{folder: to for folder, to in folders.items() if folder}, **pages}
    for path, original, tree in list(seen.languages.stand_ins(pages)):
        pages.setdefault(path, f"/{tree}{pages[original]}")
    pictures = dict(seen.pictures)
    for path, original, _ in list(seen.languages.stand_ins(pictures)):
        pictures.setdefault(path, pictures[original])
    gone = (*plan.retired, *plan.past)
    return SiteMap(
        pages=pages,
        pictures=pictures,
        home=stationery.current().base_url,
        gone=frozenset(name for row in gone for name in (row.path, row.address)),
    )


def _commit_before(session: Session) -> str:
    """Return the commit that the site shows, "" when it shows a folder."""
    shown = select(PublishRun.sha).where(PublishRun.state != "failed").order_by(PublishRun.id.desc()).limit(1)
    return session.scalar(shown) or ""


def _planned(articles: tuple[Known, ...], source: Source, since: str, may_retire: int) -> tuple[Survey, Library, Plan]:
    seen = survey(source, {row.path: row.digest for row in articles if row.live})
    if since and isinstance(source, GitSource) and source.commit is not None:
        seen.renamed = renames.between(source.mirror.folder, since, source.commit.sha, within=source.folder)
    return seen, snippets.gather(source.snippets()), make_plan(articles, seen.files, may_retire=may_retire)


def _said(plan: Plan, seen: Survey, library: Library, source: Source) -> Iterator[Remark]:
    """Yield what there is to say of files without their pages, redirects that cannot be made among it."""
    yield from (*seen.remarks, *library.remarks, *plan.remarks)
    for refusal in redirects.planned(plan, _stubs(seen)).refusals:
        yield _refused(refusal, source)


@dataclass(frozen=True, slots=True)
class _Work:
    """What pages are made of, again and again until all are made or given up."""

    source: Source
    articles: tuple[Known, ...]
    seen: Survey
    library: Library
    may_retire: int


def _printed(work: _Work, plan: Plan, progress: Progress) -> tuple[Plan, tuple[Page, ...]]:
    """Make pages; a text that cannot be made a page is a fault like any other, and the plan is made anew."""
    pages: dict[str, Page] = {}
    given_up: set[str] = set()
    while True:
        site = site_map(plan, work.seen)
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
            return plan, tuple(pages[path] for path in sorted(pages))
        given_up |= failed
        plan = make_plan(work.articles, work.seen.files, may_retire=work.may_retire)


def _to_print(plan: Plan, site: SiteMap, work: _Work) -> Iterator[ArticleFile]:
    """Yield the files of all steps, and unchanged ones that link to or are made with something which is different."""
    for step in plan.steps:
        yield step.file
    stale = {
        row.path: row
        for row in plan.unchanged
        if snippets.stale(row.uses, work.library) or not still_true(row.links, row.path, site)
    }
    for file in work.source.read(stale):
        try:
            article = files.read_article(file, work.seen.languages)
        except Fault:
            continue
        if article.digest == stale[file.path].digest:  # else it changed a moment ago, which is the next run's work
            yield article


def _is_current(page: Page, site: SiteMap) -> bool:
    return still_true([asdict(link) for link in page.rendered.links], page.file.path, site)


def _proofed(plan: Plan, pages: Iterable[Page]) -> Iterator[Remark]:
    """Yield what there is to say about every article: of its page now, or when it was made, and of its links."""
    addresses = {row.path: row.address for row in plan.unchanged} | {s.file.path: s.address for s in plan.steps}
    made = {page.file.path: page for page in pages}
    standing = [proofing.standing_of(page.file, page.rendered, addresses[path]) for path, page in made.items()]
    for page in made.values():
        yield from page.remarks
    for row in plan.unchanged:
        if row.path not in made:
            yield from (_remark(row, note) for note in row.remarks)
            standing.append(_standing(row))
    standing += [_standing(row) for row in plan.kept]
    yield from proofing.cross_check(standing, today=clock.now().date())


def _standing(row: Known) -> Standing:
    return Standing(row.path, row.address, row.status, row.anchors, row.links, row.review_due_on)


def _remark(row: Known, note: Mapping[str, Any]) -> Remark:
    return Remark(row.path, note["line"], WARNING, note["message"], note.get("code", ""))


def _stubs(seen: Survey) -> tuple[Stub, ...]:
    return tuple(
        Stub(file.path, address_of(file.section, file.slug, file.tree), file.redirect_to, file.redirect_from)
        for file in seen.stubs.values()
    )


def _refused(refusal: Refusal, source: Source) -> Remark:
    """Say in which line of the file the redirect is asked for."""
    lines = source.file(refusal.path).data.decode("utf-8", "replace").splitlines()
    line = next((number for number, text in enumerate(lines, 1) if refusal.written in text), 0)
    return Remark(refusal.path, line, refusal.severity, refusal.message, refusal.code)
