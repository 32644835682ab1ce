"""All articles there are, as those who write them look at them."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from kb import clock
from kb.articles import care
from kb.articles.addresses import address_of
from kb.articles.models import Article, ArticleViews, Section
from kb.errors import Invalid, NotFound

PAGE = 50
WINDOW = timedelta(days=30)
STATES = ("published", "draft", "scheduled", "expired", "archived", "members", "staff")
SORTS = ("title", "views", "unhelpful", "review", "changed")

_COLUMNS = (
    Article.slug,
    Article.tree,
    Article.path,
    Article.title,
    Article.status,
    Article.audience,
    Article.lang,
    Article.owner,
    Article.review_due_on,
    Article.changed_at,
    Article.publish_at,
    Article.expires_at,
    Article.helpful_count,
    Article.not_helpful_count,
)


@dataclass(frozen=True, slots=True)
class InventoryRow:
    """One article; ``state`` is where it stands now: published, draft, scheduled, expired or archived."""

    title: str
    address: str
    path: str
    section: str
    state: str
    audience: str
    lang: str
    owner: str
    review_due_on: date | None
    review_is_due: bool
    changed_at: datetime
    publish_at: datetime | None
    expires_at: datetime | None
    views: int
    helpful: int
    answers: int

    @property
    def share(self) -> int | None:
        """How many of a hundred readers who said so found it helpful, None while nobody said."""
        return round(100 * self.helpful / self.answers) if self.answers else None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which articles, and in which order; "" is all."""

    state: str = ""
    owner: str = ""
    section: str = ""
    sort: str = "title"


@dataclass(frozen=True, slots=True)
class Inventory:
    """A page of articles, with what the list can be narrowed to: owners, and sections as (slug, title)."""

    rows: tuple[InventoryRow, ...]
    wanted: Wanted
    owners: tuple[str, ...]
    sections: tuple[tuple[str, str], ...]
    total: int
    page: int
    pages: int
    days: int = WINDOW.days


def listing(session: Session, wanted: Wanted, *, page: int = 1) -> Inventory:
    """Return 50 articles that have a file; views are those of the last 30 days.

    Raises Invalid for a page below 1, and NotFound past the last one and for a state or an order there is not.
    """
    if page < 1:
        raise Invalid("page", "Pages are numbered from 1.")
    if wanted.state not in ("", *STATES) or wanted.sort not in SORTS:
        raise NotFound("There is no such list.")
    conditions = _conditions(wanted)
    counting = select(func.count(Article.id)).join(Section, Section.id == Article.section_id).where(*conditions)
    total = session.scalar(counting) or 0
    pages = max(1, -(-total // PAGE))
    if page > pages:
        raise NotFound("This list has %(pages)s pages.", pages=pages)
    found = session.execute(_rows(wanted).where(*conditions).limit(PAGE).offset((page - 1) * PAGE))
    return Inventory(
        rows=tuple(_row(row) for row in found),
        wanted=wanted,
        owners=_owners(session),
        sections=_sections(session),
        total=total,
        page=page,
        pages=pages,
    )


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    conditions = [Article.status != "retired"]
    if wanted.state:
        conditions.append(_in_state(wanted.state, clock.now()))
    if wanted.owner:
        conditions.append(Article.owner == wanted.owner)
    if wanted.section:
        conditions.append(Section.slug == wanted.section)
    return conditions


def _in_state(state: str, now: datetime) -> ColumnElement[bool]:
    later = and_(Article.publish_at.is_not(None), Article.publish_at > now)
    over = and_(Article.expires_at.is_not(None), Article.expires_at <= now)
    in_time = and_(
        or_(Article.publish_at.is_(None), Article.publish_at <= now),
        or_(Article.expires_at.is_(None), Article.expires_at > now),
    )
    if state in ("members", "staff"):
        return Article.audience == state
    if state == "draft":
        return Article.status == "draft"
    if state == "expired":
        return and_(Article.status != "draft", over)
    if state == "scheduled":
        return and_(Article.status != "draft", later, or_(Article.expires_at.is_(None), Article.expires_at > now))
    return and_(Article.status == state, in_time)


def _rows(wanted: Wanted) -> Select[*tuple[Any, ...]]:
    since = clock.now().date() - WINDOW
    views = (
        select(ArticleViews.article_id, func.sum(ArticleViews.views).label("views"))
        .where(ArticleViews.day > since)
        .group_by(ArticleViews.article_id)
        .subquery("lately")
    )
    seen = func.coalesce(views.c.views, 0)
    said = Article.helpful_count + Article.not_helpful_count
    orders: dict[str, tuple[Any, ...]] = {
        "title": (),
        "views": (seen.desc(),),
        "unhelpful": (Article.not_helpful_count.desc(), said),
        "review": (Article.review_due_on.is_(None), Article.review_due_on),
        "changed": (Article.changed_at.desc(),),
    }
    return (
        select(*_COLUMNS, Section.slug.label("shelf"), Section.title.label("section"), seen.label("views"))
        .join(Section, Section.id == Article.section_id)
        .outerjoin(views, views.c.article_id == Article.id)
        .order_by(*orders[wanted.sort], func.lower(Article.title), Article.id)
    )


def _row(found: Row[*tuple[Any, ...]]) -> InventoryRow:
    now = clock.now()
    return InventoryRow(
        title=found.title,
        address=address_of(found.shelf, found.slug, found.tree),
        path=found.path,
        section=found.section,
        state=_state(found, now),
        audience=found.audience,
        lang=found.lang,
        owner=found.owner,
        review_due_on=found.review_due_on,
        review_is_due=care.is_overdue(found.review_due_on),
        changed_at=found.changed_at,
        publish_at=found.publish_at,
        expires_at=found.expires_at,
        views=int(found.views),
        helpful=found.helpful_count,
        answers=found.helpful_count + found.not_helpful_count,
    )


def _state(article: Row[*tuple[Any, ...]], now: datetime) -> str:
    if article.status == "draft":
        return "draft"
    if article.expires_at is not None and article.expires_at <= now:
        return "expired"
    if article.publish_at is not None and article.publish_at > now:
        return "scheduled"
    return str(article.status)


def _owners(session: Session) -> tuple[str, ...]:
    named = select(Article.owner).where(Article.status != "retired", Article.owner != "").distinct()
    return tuple(session.scalars(named.order_by(Article.owner)))


def _sections(session: Session) -> tuple[tuple[str, str], ...]:
    rows = session.execute(
        select(Section.slug, Section.title)
        .where(Section.id.in_(select(Article.section_id).where(Article.status != "retired")))
        .order_by(Section.position, Section.title)
    )
    return tuple((slug, title) for slug, title in rows)
