"""A commit, or a folder, looked through as a publish would: what would be where, and what differs from live."""

from collections import OrderedDict, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from threading import Lock

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kb.articles.addresses import address_of, folder_of
from kb.articles.models import Article, PublishRun
from kb.articles.remarks import Remark
from kb.articles.shapes import ArticleCard
from kb.publishing import publishing
from kb.publishing.planning import CHANGED, MANY_GONE, SHARE_GONE, Known, Plan, Step
from kb.publishing.sources.files import ArticleFile, unnamed_section
from kb.publishing.sources.links import SiteMap
from kb.publishing.sources.snippets import Library
from kb.publishing.sources.source import Source
from kb.publishing.survey import Survey

FOLDER = "folder"
"""Stands in addresses where the name of a commit would be, when articles come from a folder."""
TOP = "/writing/preview"
MOST_KEPT = 3
"""Looks at commits that are remembered; one of thousands of changed articles holds all their texts."""
KEPT, BROKEN, RETIRED, SAME = "kept", "broken", "retired", "same"


@dataclass(frozen=True, slots=True)
class Entry:
    """One article as it would be. ``file`` is what its file says, None while that was not read because it is live."""

    kind: str
    path: str
    address: str
    title: str
    summary: str
    tree: str
    section: str
    position: int
    status: str
    audience: str
    file: ArticleFile | None
    was: Known | None


@dataclass(frozen=True, slots=True)
class Change:
    """One file that would make the site differ from what it is; ``address`` is "" for what has no page."""

    kind: str
    title: str
    path: str
    address: str
    was_path: str
    was_address: str
    remarks: tuple[Remark, ...]


@dataclass(frozen=True, slots=True)
class Shelf:
    """A section of the preview."""

    title: str
    address: str
    description: str
    articles: tuple[ArticleCard, ...]


@dataclass(frozen=True, slots=True)
class Edit:
    """A shared text that differs from what is live, and the unchanged articles that it would change."""

    path: str
    articles: tuple[ArticleCard, ...]


@dataclass(frozen=True, slots=True)
class PreviewSite:
    """A site that is looked at and not there. Every address in it begins with ``base``."""

    base: str
    source: Source
    plan: Plan
    seen: Survey
    library: Library
    map: SiteMap
    entries: Mapping[str, Entry]
    """By address, without ``base``."""
    shelves: Mapping[str, Shelf]
    """By address, without ``base``."""
    changes: tuple[Change, ...]
    edits: tuple[Edit, ...]
    remarks: Mapping[str, tuple[Remark, ...]] = field(default_factory=dict)
    """What a publish would say of files before their pages are made, by path."""
    contested: Mapping[str, tuple[Remark, ...]] = field(default_factory=dict)
    """What it would say of files that want an address which another one has, by that address."""

    @property
    def same(self) -> int:
        """How many articles would stay as they are."""
        return len(self.plan.unchanged)

    @property
    def waits(self) -> bool:
        """Whether so many articles would be retired that publishing waits for somebody to confirm it."""
        plan = self.plan
        gone, left = len(plan.retired), len(plan.unchanged) + len(plan.kept) + len(plan.steps)
        return gone > MANY_GONE and gone > SHARE_GONE * (gone + left)

    def moved_to(self, address: str) -> str | None:
        """Return where the article of a live ``address`` would be by then, with ``base``; None unless it moves."""
        for step in self.plan.steps:
            if step.was and step.was.live and step.was.address == address != step.address:
                return self.base + step.address
        return None


def look(session: Session, source: Source) -> PreviewSite:
    """Return what publishing ``source`` would make of the site; reads and writes nothing else.

    A commit is looked through once for each state of the site, and then remembered; only files that differ from what
    is live are read. A folder is looked through each time. Raises GitFault and Invalid like publishing.
    """
    if source.commit is None:
        return _look(session, source, f"{TOP}/{FOLDER}")
    newest = session.scalar(select(func.max(PublishRun.id))) or 0
    key = (source.name, source.commit.sha, newest)
    return _remembered.find(key) or _remembered.keep(key, _look(session, source, f"{TOP}/{source.commit.sha}"))


class _Memory:
    """The looks that were taken last."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._sites: OrderedDict[tuple[str, str, int], PreviewSite] = OrderedDict()

    def find(self, key: tuple[str, str, int]) -> PreviewSite | None:
        """Return what is remembered under ``key``."""
        with self._lock:
            if key in self._sites:
                self._sites.move_to_end(key)
            return self._sites.get(key)

    def keep(self, key: tuple[str, str, int], site: PreviewSite) -> PreviewSite:
        """Remember ``site`` and return it; what was not looked at longest is forgotten."""
        with self._lock:
            self._sites[key] = site
            while len(self._sites) > MOST_KEPT:
                self._sites.popitem(last=False)
        return site


_remembered = _Memory()


def _look(session: Session, source: Source, base: str) -> PreviewSite:
    planned = publishing.planned(session, source)
    plan, seen = planned.plan, planned.seen
    said: dict[str, tuple[Remark, ...]] = {}
    for remark in planned.remarks:
        said[remark.path] = (*said.get(remark.path, ()), remark)
    entries = {entry.address: entry for entry in _entries(session, plan)}
    return PreviewSite(
        base=base,
        source=source,
        plan=plan,
        seen=seen,
        library=planned.library,
        map=replace(planned.map, base=base),
        entries=entries,
        shelves=_shelves(entries.values(), seen, base),
        changes=tuple(_changes(plan, seen, said, base)),
        edits=tuple(_edits(plan, planned.library, base)),
        remarks=said,
        contested=_contested(plan, seen),
    )


def _contested(plan: Plan, seen: Survey) -> dict[str, tuple[Remark, ...]]:
    found: dict[str, tuple[Remark, ...]] = {}
    for remark in plan.remarks:
        file = seen.changed.get(remark.path)
        if file is not None and remark.code == "address-taken":
            address = address_of(file.section, file.slug, file.tree)
            found[address] = (*found.get(address, ()), remark)
    return found


def _entries(session: Session, plan: Plan) -> Iterator[Entry]:
    for step in plan.steps:
        yield _entry_of_step(step)
    rows = session.execute(select(Article.id, Article.position, Article.summary))
    more = {number: (position, summary) for number, position, summary in rows}
    same = {row.id for row in plan.unchanged}
    for row in (*plan.unchanged, *plan.kept):
        position, summary = more[row.id]
        yield Entry(
            kind=SAME if row.id in same else KEPT,
            path=row.path,
            address=row.address,
            title=row.title,
            summary=summary,
            tree=row.tree,
            section=row.section,
            position=position,
            status=row.status,
            audience=row.audience,
            file=None,
            was=row,
        )


def _entry_of_step(step: Step) -> Entry:
    file = step.file
    return Entry(
        kind=step.kind,
        path=file.path,
        address=step.address,
        title=file.title,
        summary=file.summary,
        tree=file.tree,
        section=file.section,
        position=file.position,
        status=file.status,
        audience=file.audience,
        file=file,
        was=step.was,
    )


def _shelves(entries: Iterable[Entry], seen: Survey, base: str) -> dict[str, Shelf]:
    by_address: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        by_address[address_of(entry.section, tree=entry.tree)].append(entry)
    shelves = {}
    for address in sorted(by_address):
        on_it = sorted(by_address[address], key=lambda entry: (entry.position, entry.title))
        folder = folder_of(on_it[0].path)
        told = seen.sections.get(folder) or unnamed_section(folder, seen.languages)
        cards = tuple(_card(entry, base) for entry in on_it)
        shelves[address] = Shelf(told.title, base + address, told.description, cards)
    return shelves


def _card(entry: Entry, base: str) -> ArticleCard:
    return ArticleCard(entry.title, base + entry.address, entry.summary, entry.status, entry.audience)


def _changes(plan: Plan, seen: Survey, said: Mapping[str, tuple[Remark, ...]], base: str) -> Iterator[Change]:
    """Yield what differs from live by path, files that cannot be published too."""
    live = {row.path: row for row in plan.kept}
    found: list[tuple[str, str, str, str, Known | None]] = [
        (step.kind, step.file.title, step.file.path, base + step.address, step.was)
        for step in plan.steps
        if step.kind != CHANGED or _says_something_else(step)
    ]
    for path in seen.broken:
        row = live.get(path)
        found.append((BROKEN, row.title if row else path, path, base + row.address if row else "", row))
    found += [(RETIRED, row.title, row.path, "", row) for row in plan.retired]
    for kind, title, path, address, was in sorted(found, key=lambda one: (one[2], one[0])):
        before = was if was and was.live else None
        yield Change(
            kind=kind,
            title=title,
            path=path,
            address=address,
            was_path=before.path if before else "",
            was_address=before.address if before else "",
            remarks=said.get(path, ()),
        )


def _says_something_else(step: Step) -> bool:
    """Whether the bytes differ, and not only the version of what renders them."""
    assert step.was is not None
    return step.was.address != step.address or step.was.digest.partition("-")[2] != step.file.digest.partition("-")[2]


def _edits(plan: Plan, library: Library, base: str) -> Iterator[Edit]:
    users: dict[str, list[Known]] = defaultdict(list)
    for row in plan.unchanged:
        for path in sorted({use["path"] for use in row.uses if _differs(use, library)}):
            users[path].append(row)
    for path in sorted(users):
        yield Edit(path, tuple(ArticleCard(row.title, base + row.address) for row in users[path]))


def _differs(use: Mapping[str, str], library: Library) -> bool:
    return library.digest(use["path"], use.get("name", "")) != use["digest"]
