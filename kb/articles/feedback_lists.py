"""What readers said of articles, as writers read it: by article and revision, what is open first."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, case, false, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from kb.articles.addresses import address_of
from kb.articles.models import LAST_SECTION, Article, ArticleFeedback, Section
from kb.errors import Invalid, NotFound

GroupKey = tuple[int, int]
PAGE = 20
MOST_SAID = 30
"""Comments of one group that are shown, the newest, and searches, the most frequent."""


@dataclass(frozen=True, slots=True)
class Said:
    """What one reader wrote, or had searched for before they said no."""

    reason: str
    comment: str
    search: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Group:
    """What readers said of one revision of an article. ``reasons`` are (reason, count), most first, "" for none."""

    article_id: int
    title: str
    address: str
    owner: str
    revision: int
    is_present: bool
    """Whether readers still see this revision."""
    is_retired: bool
    helpful: int
    not_helpful: int
    open: int
    """How many of ``not_helpful`` nobody has settled."""
    reasons: tuple[tuple[str, int], ...]
    said: tuple[Said, ...]
    searches: tuple[tuple[str, int], ...]
    """What had been searched for, most often first."""
    last_at: datetime


@dataclass(frozen=True, slots=True)
class FeedbackList:
    """A page of groups, the latest first; ``total`` counts groups."""

    groups: tuple[Group, ...]
    total: int
    page: int
    pages: int


def listing(session: Session, *, article_id: int | None = None, open_only: bool = True, page: int = 1) -> FeedbackList:
    """Return 20 groups of feedback in which somebody was not helped, the latest first.

    ``open_only`` leaves out those that are settled. Raises Invalid for a page below 1, NotFound past the last one.
    """
    if page < 1:
        raise Invalid("page", "Pages are numbered from 1.")
    grouped = _grouped(article_id, open_only).subquery()
    total = session.scalar(select(func.count()).select_from(grouped)) or 0
    pages = max(1, -(-total // PAGE))
    if page > pages:
        raise NotFound("This list has %(pages)s pages.", pages=pages)
    rows = session.execute(
        select(
            grouped,
            Article.title,
            Article.slug,
            Article.tree,
            Article.owner,
            Article.status,
            Article.revision.label("present"),
            LAST_SECTION.label("section_slug"),
        )
        .join(Article, Article.id == grouped.c.article_id)
        .outerjoin(Section, Section.id == Article.section_id)
        .order_by(grouped.c.last_at.desc(), grouped.c.article_id, grouped.c.revision)
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    ).all()
    keys = [(row.article_id, row.revision) for row in rows]
    said = _said(session, keys)
    reasons = _counted(session, keys, ArticleFeedback.reason)
    searches = _counted(session, keys, ArticleFeedback.search)
    groups = (_group(row, said[key], reasons[key], searches[key]) for key, row in zip(keys, rows, strict=True))
    return FeedbackList(tuple(groups), total, page, pages)


def _grouped(article_id: int | None, open_only: bool) -> Any:
    missed = ArticleFeedback.helpful.is_(False)
    is_open = and_(missed, ArticleFeedback.settled_at.is_(None))
    open_count = func.sum(case((is_open, 1), else_=0))
    grouped = (
        select(
            ArticleFeedback.article_id,
            ArticleFeedback.revision,
            func.sum(case((missed, 0), else_=1)).label("helpful"),
            func.sum(case((missed, 1), else_=0)).label("not_helpful"),
            open_count.label("open"),
            func.max(case((missed, ArticleFeedback.created_at))).label("last_at"),
        )
        .group_by(ArticleFeedback.article_id, ArticleFeedback.revision)
        .having(open_count > 0 if open_only else func.sum(case((missed, 1), else_=0)) > 0)
    )
    return grouped.where(ArticleFeedback.article_id == article_id) if article_id is not None else grouped


def _these(groups: Sequence[GroupKey]) -> ColumnElement[bool]:
    """Return the condition for what readers who were not helped said in ``groups``."""
    any_of = [
        and_(ArticleFeedback.article_id == article, ArticleFeedback.revision == revision)
        for article, revision in groups
    ]
    return and_(ArticleFeedback.helpful.is_(False), or_(false(), *any_of))


def _counted(
    session: Session, groups: Sequence[GroupKey], column: InstrumentedAttribute[str]
) -> dict[GroupKey, list[tuple[str, int]]]:
    """Return the values of ``column`` in each group with how often each was said, most often first."""
    counted: dict[GroupKey, list[tuple[str, int]]] = defaultdict(list)
    times = func.count()
    rows = session.execute(
        select(ArticleFeedback.article_id, ArticleFeedback.revision, column, times)
        .where(_these(groups))
        .group_by(ArticleFeedback.article_id, ArticleFeedback.revision, column)
        .order_by(times.desc(), column)
    )
    for article, revision, value, count in rows:
        counted[article, revision].append((value, count))
    return counted


def _said(session: Session, groups: Sequence[GroupKey]) -> dict[GroupKey, list[Said]]:
    """Return the newest comments of each group."""
    told: dict[GroupKey, list[Said]] = defaultdict(list)
    place = func.row_number().over(
        partition_by=(ArticleFeedback.article_id, ArticleFeedback.revision), order_by=ArticleFeedback.id.desc()
    )
    newest = (
        select(
            ArticleFeedback.id,
            ArticleFeedback.article_id,
            ArticleFeedback.revision,
            ArticleFeedback.reason,
            ArticleFeedback.comment,
            ArticleFeedback.search,
            ArticleFeedback.created_at,
            place.label("place"),
        )
        .where(_these(groups), ArticleFeedback.comment != "")
        .subquery()
    )
    for row in session.execute(select(newest).where(newest.c.place <= MOST_SAID).order_by(newest.c.id.desc())):
        told[row.article_id, row.revision].append(Said(row.reason, row.comment, row.search, row.created_at))
    return told


def _group(
    row: Row[*tuple[Any, ...]],
    said: Sequence[Said],
    reasons: Sequence[tuple[str, int]],
    searches: Sequence[tuple[str, int]],
) -> Group:
    return Group(
        article_id=row.article_id,
        title=row.title,
        address=address_of(row.section_slug, row.slug, row.tree),
        owner=row.owner,
        revision=row.revision,
        is_present=row.revision == row.present,
        is_retired=row.status == "retired",
        helpful=int(row.helpful),
        not_helpful=int(row.not_helpful),
        open=int(row.open),
        reasons=tuple(reasons),
        said=tuple(said),
        searches=tuple((search, count) for search, count in searches if search)[:MOST_SAID],
        last_at=row.last_at,
    )
