"""Pages of a site that is not there: made for whoever looks, of a commit or a folder, and kept nowhere."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from kb import clock
from kb.articles import care
from kb.articles.addresses import address_of
from kb.articles.languages import language
from kb.articles.models import Article
from kb.articles.reading import DEEPEST_IN_CONTENTS, NEIGHBOURS, WORDS_A_MINUTE
from kb.articles.remarks import Remark
from kb.articles.shapes import ArticlePage
from kb.errors import Invalid, NotFound
from kb.publishing.past.diffing import Difference, difference
from kb.publishing.press import Page
from kb.publishing.preview_findings import page_of, remarks_of
from kb.publishing.preview_site import KEPT, SAME, Change, Entry, PreviewSite, Shelf
from kb.publishing.sources.files import ArticleFile
from kb.publishing.sources.source import SourceFile

PAGE = 100
VALUES = (
    "title",
    "slug",
    "summary",
    "status",
    "audience",
    "owner",
    "lang",
    "tags",
    "keywords",
    "related",
    "redirect_from",
    "position",
    "reviewed_on",
    "review_every",
    "publish_at",
    "expires_at",
)


@dataclass(frozen=True, slots=True)
class PreviewPage:
    """An article as its page would be, with what a publish would say of its file.

    ``is_kept`` says that its file cannot be published: then the page is the one that readers would go on seeing.
    """

    page: ArticlePage
    kind: str
    path: str
    live_address: str
    """Where the article is now, "" when it is new."""
    remarks: tuple[Remark, ...]
    is_kept: bool


@dataclass(frozen=True, slots=True)
class ChangeList:
    """A page of what differs from live."""

    rows: tuple[Change, ...]
    total: int
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """A file beside what is live: how the texts differ, and (name, before, after) of each value that does.

    ``is_whole`` says that one of them is not there at all.
    """

    change: Change
    difference: Difference
    values: tuple[tuple[str, str, str], ...]
    is_whole: bool


def changes(site: PreviewSite, page: int) -> ChangeList:
    """Return 100 changes by path; raises Invalid for a page below 1 and NotFound past the last one."""
    if page < 1:
        raise Invalid("page", "Pages are numbered from 1.")
    pages = max(1, -(-len(site.changes) // PAGE))
    if page > pages:
        raise NotFound("This list has %(pages)s pages.", pages=pages)
    return ChangeList(site.changes[(page - 1) * PAGE : page * PAGE], len(site.changes), page, pages)


def article(session: Session, site: PreviewSite, address: str) -> PreviewPage:
    """Return the page that would be at ``address``; raises NotFound when there would be none."""
    entry = site.entries.get(address)
    if entry is None:
        raise NotFound
    said = (*site.remarks.get(entry.path, ()), *site.contested.get(address, ()))
    made = None if entry.kind == KEPT else page_of(site, entry)
    if isinstance(made, Remark):
        said, made = (*said, made), None
    said = tuple(dict.fromkeys((*said, *remarks_of(site, entry, made))))
    return PreviewPage(
        page=_page(session, site, entry, made),
        kind=entry.kind,
        path=entry.path,
        live_address=entry.was.address if entry.was and entry.was.live else "",
        remarks=tuple(sorted(said, key=lambda remark: (remark.severity, remark.line))),
        is_kept=made is None,
    )


def shelf(site: PreviewSite, address: str) -> Shelf:
    """Return the section that would be at ``address``; raises NotFound when there would be none."""
    found = site.shelves.get(address)
    if found is None:
        raise NotFound
    return found


def picture(site: PreviewSite, sha256: str) -> tuple[str, SourceFile]:
    """Return the kind and the file of a picture by the digest of its bytes; raises NotFound."""
    for one in site.seen.pictures.values():
        if one.sha256 == sha256:
            file = site.source.file(one.path)
            if not file.fault:
                return one.mime, file
    raise NotFound


def comparison(session: Session, site: PreviewSite, path: str) -> Comparison:
    """Return how the article of the file at ``path`` would differ from what is live; raises NotFound unless it would.

    Texts are compared as they are written, without front matter, whose values are compared one by one.
    """
    change = next((one for one in site.changes if one.path == path), None)
    if change is None:
        raise NotFound
    live = session.scalar(select(Article).where(Article.path == change.was_path, Article.status != "retired"))
    file = site.seen.changed.get(path)
    before = {name: _shown(getattr(live, name)) for name in VALUES} if live else {}
    after = {name: _shown(getattr(file, name)) for name in VALUES} if file else {}
    values = [(name, before.get(name, ""), after.get(name, "")) for name in VALUES]
    return Comparison(
        change=change,
        difference=difference(live.markdown if live else "", file.markdown if file else ""),
        values=tuple(value for value in values if value[1] != value[2]),
        is_whole=live is None or file is None,
    )


def _page(session: Session, site: PreviewSite, entry: Entry, made: Page | None) -> ArticlePage:
    """Return the article page of ``entry``; without a page of its own it is the one that readers see now."""
    live = session.get(Article, entry.was.id) if entry.was else None
    file = made.file if made else None
    told: ArticleFile | Article | None = file or live
    if told is None:
        raise NotFound  # its file is new and cannot be made a page
    shelf = site.shelves[address_of(entry.section, tree=entry.tree)]
    at = next(place for place, card in enumerate(shelf.articles) if card.address == site.base + entry.address)
    return ArticlePage(
        id=0,
        title=told.title,
        address=site.base + entry.address,
        summary=told.summary,
        html=made.html if made else live.html if live else "",
        language=language(told.lang, entry.tree),
        headings=tuple(_headings(made, live)),
        minutes=max(1, round(_words(made, live) / WORDS_A_MINUTE)),
        created_at=live.created_at if live else _written_at(site),
        changed_at=live.changed_at if live and entry.kind in (SAME, KEPT) else _written_at(site),
        reviewed_on=told.reviewed_on,
        review_is_due=_is_due(told.reviewed_on, told.review_every, live),
        status=told.status,
        audience=told.audience,
        owner=told.owner,
        tags=tuple(told.tags),
        section=shelf.title,
        section_address=shelf.address,
        neighbours=shelf.articles[max(0, at - NEIGHBOURS) : at + NEIGHBOURS + 1],
        previous=shelf.articles[at - 1] if at else None,
        next=shelf.articles[at + 1] if at + 1 < len(shelf.articles) else None,
        related=(),
        shown_at=site.base + entry.address,
        index_address=site.base,
        authors=tuple(live.authors) if live else (),
        revision=live.revision if live else 0,
    )


def _headings(made: Page | None, live: Article | None) -> Iterator[dict[str, Any]]:
    headings = [asdict(heading) for heading in made.outline.headings] if made else live.headings if live else []
    return (heading for heading in headings if heading["level"] <= DEEPEST_IN_CONTENTS)


def _words(made: Page | None, live: Article | None) -> int:
    return len(made.text.split()) if made else live.words if live else 0


def _written_at(site: PreviewSite) -> datetime:
    commit = site.source.commit
    return commit.authored_at if commit else clock.now()


def _is_due(reviewed_on: date | None, every: int | None, live: Article | None) -> bool:
    """Whether readers would be told so: by the day that was given to the article, else by the one its file names."""
    if live and (live.reviewed_on, live.review_every) == (reviewed_on, every):
        return care.is_overdue(live.review_due_on)
    if reviewed_on is None or every is None:
        return False
    return care.is_overdue(reviewed_on + timedelta(days=min(every, 36_500)))


def _shown(value: object) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(str(one) for one in value)
    return "" if value is None else str(value)
