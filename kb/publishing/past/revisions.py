"""What an article said before, for readers who may see it: the list of its revisions, and any two side by side."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, func, literal, select
from sqlalchemy.orm import Session

from kb.articles.addresses import address_of
from kb.articles.models import Article, ArticleRevision, GitCommit, Section
from kb.articles.reading import visible_to
from kb.articles.remarks import Fault
from kb.errors import NotFound
from kb.git import log
from kb.git.faults import GitFault
from kb.people import rules
from kb.publishing.past import diffing
from kb.publishing.past.diffing import Difference
from kb.publishing.past.remembering import REMOVED
from kb.publishing.sources import front_matter, heads
from kb.publishing.sources.place import Place
from kb.publishing.sources.wanted import LARGEST_TEXT

PAGE_SIZE = 50
MOST_REVISIONS = 1_000_000
_AUDIENCES = ("public", "members", "staff")
_REVISION = (
    ArticleRevision.number,
    ArticleRevision.created_at,
    ArticleRevision.kind,
    ArticleRevision.title,
    GitCommit.author_name,
    GitCommit.subject,
)
_TOO_LARGE = "One of the two texts is too large to be compared."
_NOT_HERE = "The repository is not on this machine, so what the revision said cannot be shown here."


@dataclass(frozen=True, slots=True)
class Revision:
    """One revision in the list. ``before`` is the number of the one it can be compared with, 0 for none."""

    number: int
    at: datetime
    kind: str
    author: str
    subject: str
    title: str
    before: int


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """An article's revisions, the newest first, one page of them."""

    title: str
    address: str
    revisions: tuple[Revision, ...]
    authors: tuple[dict[str, Any], ...]
    total: int
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two revisions of an article; ``problem`` says why there is no ``difference`` to show."""

    title: str
    address: str
    older: Revision | None
    """None for the time before the first."""
    newer: Revision
    difference: Difference | None
    problem: str = ""


def history(
    session: Session, section: str, slug: str, viewer: rules.Reader | None, *, tree: str = "", page: int = 1
) -> HistoryPage:
    """Return one page of an article's history; raises NotFound unless ``viewer`` may see the article.

    What it said while it was a draft, or for fewer readers than now, only writers see.
    """
    page = max(1, page)
    article = _article(session, section, slug, viewer, tree)
    before = func.lead(ArticleRevision.number, 1, 0).over(order_by=ArticleRevision.number.desc())
    rows = session.execute(
        select(*_REVISION, before.label("before"), func.count().over().label("total"))
        .outerjoin(GitCommit, GitCommit.id == ArticleRevision.commit_id)
        .where(ArticleRevision.article_id == article.id, _shown(article, viewer))
        .order_by(ArticleRevision.number.desc())
        .limit(PAGE_SIZE)
        .offset((page - 1) * PAGE_SIZE)
    ).all()
    if not rows and page > 1:
        raise NotFound
    total = rows[0].total if rows else 0
    return HistoryPage(
        title=article.title,
        address=address_of(section, slug, tree),
        revisions=tuple(_revision(row, row.before) for row in rows),
        authors=tuple(article.authors),
        total=total,
        page=page,
        pages=-(-total // PAGE_SIZE),
    )


def compare(
    session: Session,
    section: str,
    slug: str,
    viewer: rules.Reader | None,
    *,
    older: int,
    newer: int,
    place: Place,
    tree: str = "",
) -> Comparison:
    """Return what changed from revision ``older`` to ``newer``, 0 being the time before the first.

    Texts that git keeps are read from its copy at ``place``. Raises NotFound unless ``viewer`` may see the article and
    both revisions.
    """
    article = _article(session, section, slug, viewer, tree)
    if not 0 <= older < newer <= MOST_REVISIONS:
        raise NotFound
    columns = (ArticleRevision.markdown, ArticleRevision.blob, literal(0).label("before"))
    rows: Iterable[Row[Any]] = session.execute(
        select(*_REVISION, *columns)
        .outerjoin(GitCommit, GitCommit.id == ArticleRevision.commit_id)
        .where(
            ArticleRevision.article_id == article.id,
            ArticleRevision.number.in_({older, newer}),
            _shown(article, viewer),
        )
    )
    found = {row.number: row for row in rows}
    if newer not in found or (older and older not in found):
        raise NotFound
    whole = viewer is not None and rules.is_writer(viewer)
    old, new = found.get(older), found[newer]
    difference, problem = _difference(place, old, new, whole)
    return Comparison(
        title=article.title,
        address=address_of(section, slug, tree),
        older=_revision(old, 0) if old is not None else None,
        newer=_revision(new, older),
        difference=difference,
        problem=problem,
    )


def _article(session: Session, section: str, slug: str, viewer: rules.Reader | None, tree: str) -> Row[Any]:
    row = session.execute(
        select(Article.id, Article.title, Article.audience, Article.authors)
        .join(Section, Section.id == Article.section_id)
        .where(Section.slug == section, Article.slug == slug, Article.tree == tree, visible_to(viewer))
    ).first()
    if row is None:
        raise NotFound
    return row


def _shown(article: Row[Any], viewer: rules.Reader | None) -> ColumnElement[bool]:
    """Return the condition for revisions that those may see who may see the article as it is now."""
    if viewer is not None and rules.is_writer(viewer):
        return literal(True)
    return ArticleRevision.audience.in_(_AUDIENCES[: _AUDIENCES.index(article.audience) + 1])


def _revision(row: Row[Any], before: int) -> Revision:
    return Revision(
        number=row.number,
        at=row.created_at,
        kind=row.kind,
        author=row.author_name or "",
        subject=row.subject or "",
        title=row.title,
        before=before,
    )


def _difference(place: Place, old: Row[Any] | None, new: Row[Any], whole: bool) -> tuple[Difference | None, str]:
    rows = [row for row in (old, new) if row is not None]
    try:
        blobs = _blobs(place, [row.blob for row in rows if row.blob])
    except (GitFault, NotFound):
        return None, _NOT_HERE
    if any(row.blob and row.blob not in blobs for row in rows):
        return None, _TOO_LARGE
    texts = [_text(row, blobs, whole) if row is not None else "" for row in (old, new)]
    return diffing.difference(texts[0], texts[1]), ""


def _blobs(place: Place, wanted: list[str]) -> dict[str, bytes]:
    if not wanted:
        return {}
    mirror = place.mirror
    if not mirror.exists():
        raise GitFault(_NOT_HERE)
    return dict(mirror.blobs(log.readable(mirror.folder, wanted, most=LARGEST_TEXT)))


def _text(row: Row[Any], blobs: dict[str, bytes], whole: bool) -> str:
    """Return what a revision said; its front matter is for those who write."""
    if row.kind == REMOVED:
        return ""
    if not row.blob:
        return f"{row.title}\n\n{row.markdown}"
    try:
        text = front_matter.decode(blobs[row.blob])
    except Fault:
        text = blobs[row.blob].decode("utf-8", "replace").replace("\0", "\ufffd")
    return text if whole else f"{row.title}\n\n{heads.without_front_matter(text).lstrip()}"
