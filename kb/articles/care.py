"""Keeping articles true: when each is to be read again, by whom, and which of them first."""

from dataclasses import dataclass
from datetime import date, timedelta
from math import sqrt
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, bindparam, func, or_, select, update
from sqlalchemy.orm import Session

from kb import clock
from kb.articles.addresses import address_of
from kb.articles.models import Article, ArticleViews, Section
from kb.articles.review_days import Wanted, owner_key, spread
from kb.db import touch_site
from kb.people.models import Grant, Person, Role

AHEAD = timedelta(days=7)
WINDOW = timedelta(days=30)
"""Views of these days count."""
_Z = 1.96  # of a normal distribution, 95 % lie within this many deviations


@dataclass(frozen=True, slots=True)
class Review:
    """An article to be read again. ``owner`` is as its file says, ``owner_handle`` "" unless that is a writer here."""

    article_id: int
    title: str
    address: str
    path: str
    section: str
    owner: str
    owner_handle: str
    reviewed_on: date | None
    due_on: date
    is_overdue: bool
    views: int
    helpful: int
    not_helpful: int
    weight: float

    @property
    def share(self) -> int | None:
        """How many of a hundred readers who said so found it unhelpful, None while nobody said."""
        answers = self.helpful + self.not_helpful
        return round(100 * self.not_helpful / answers) if answers else None


@dataclass(frozen=True, slots=True)
class Reviews:
    """What is to be read again, the most useful to read first."""

    overdue: tuple[Review, ...]
    soon: tuple[Review, ...]

    @property
    def total(self) -> int:
        """How many there are."""
        return len(self.overdue) + len(self.soon)


def schedule(session: Session) -> int:
    """Give every published article with ``review_every`` its day, and take it from others; returns how many changed.

    The days count from ``reviewed``; without one, from the day the file was first written. What the file says stays
    as it is: only ``review_due_on`` is spread (see review_days).
    """
    today = clock.now().date()
    rows = session.execute(
        select(
            Article.id,
            Article.path,
            Article.owner,
            Article.reviewed_on,
            Article.review_every,
            Article.created_at,
            Article.review_named_on,
            Article.review_due_on,
            Article.status,
        ).where(or_(Article.review_every.is_not(None), Article.review_due_on.is_not(None)))
    ).all()
    wanted = {row.id: _wanted(row) for row in rows if row.review_every and row.status == "published"}
    due = spread(wanted.values(), today)
    changed = []
    for row in rows:
        named = wanted[row.id].named_on if row.id in wanted else None
        if (named, due.get(row.id)) != (row.review_named_on, row.review_due_on):
            changed.append({"number": row.id, "named": named, "due": due.get(row.id)})
    if changed:
        values: dict[str, Any] = {"review_named_on": bindparam("named"), "review_due_on": bindparam("due")}
        table = Article.metadata.tables[Article.__tablename__]
        session.connection().execute(update(table).where(table.c.id == bindparam("number")).values(**values), changed)
        session.expire_all()
        touch_site(session)
    return len(changed)


def due(session: Session, *, person: Person | None = None) -> Reviews:
    """Return what is overdue or due within seven days: all of it, or what ``person`` owns.

    Each list begins with the article that it is most use to read: by views of the last 30 days × the share of
    readers who found it unhelpful. That share is the lower end of Wilson's 95 % interval, so that one angry reader
    does not outweigh a hundred:

        (p + z²/2n − z·√(p(1−p)/n + z²/4n²)) / (1 + z²/n), with p = unhelpful / n, n = answers, z = 1.96

    and 0 while nobody said. Equals are put in order by views, then by the day they fall due.
    """
    today = clock.now().date()
    owners = owners_of(session)
    found = [_review(row, owners, today) for row in session.execute(_due_by(today + AHEAD))]
    if person is not None:
        found = [review for review in found if review.owner_handle == person.handle]
    found.sort(key=lambda one: (-one.weight, -one.views, one.due_on, one.path))
    return Reviews(
        overdue=tuple(review for review in found if review.is_overdue),
        soon=tuple(review for review in found if not review.is_overdue),
    )


def owners_of(session: Session) -> dict[str, str]:
    """Return the handles of writers by all they may be called as an owner: handle, e-mail address, or a name of one.

    A name that two of them have is nobody's.
    """
    writes = Person.grants.any(Grant.role.in_((Role.WRITER, Role.ADMIN)))
    rows = session.execute(select(Person.handle, Person.email, Person.name).where(writes).order_by(Person.id)).all()
    names = [owner_key(row.name) for row in rows]
    called = {name: row.handle for name, row in zip(names, rows, strict=True) if names.count(name) == 1}
    called |= {owner_key(row.email): row.handle for row in rows if row.email}
    return called | {owner_key(row.handle): row.handle for row in rows}


def unhelpful_share(helpful: int, not_helpful: int) -> float:
    """Return the share of readers who found an article unhelpful that is sure by 95 %; 0 while nobody said."""
    answers = helpful + not_helpful
    if not answers:
        return 0.0
    share, z2 = not_helpful / answers, _Z * _Z / answers
    middle = share + z2 / 2
    spread_by = _Z * sqrt((share * (1 - share) + z2 / 4) / answers)
    return max(0.0, (middle - spread_by) / (1 + z2))


def is_overdue(due_on: date | None) -> bool:
    """Return whether readers are told that an article is due for another look: from the day after on."""
    return due_on is not None and clock.now().date() > due_on


def _wanted(row: Row[*tuple[Any, ...]]) -> Wanted:
    since = row.reviewed_on or row.created_at.date()
    try:
        named = since + timedelta(days=row.review_every)
    except OverflowError:
        named = date.max
    return Wanted(row.id, row.path, row.owner, named, row.review_named_on, row.review_due_on)


def _due_by(day: date) -> Any:
    views = (
        select(ArticleViews.article_id, func.sum(ArticleViews.views).label("views"))
        .where(ArticleViews.day > clock.now().date() - WINDOW)
        .group_by(ArticleViews.article_id)
        .subquery("lately")
    )
    return (
        select(
            Article.id,
            Article.title,
            Article.slug,
            Article.tree,
            Article.path,
            Article.owner,
            Article.reviewed_on,
            Article.review_due_on,
            Article.helpful_count,
            Article.not_helpful_count,
            Section.slug.label("section_slug"),
            Section.title.label("section"),
            func.coalesce(views.c.views, 0).label("views"),
        )
        .join(Section, Section.id == Article.section_id)
        .outerjoin(views, views.c.article_id == Article.id)
        .where(Article.review_due_on <= day, _in_use())
    )


def _in_use() -> ColumnElement[bool]:
    return and_(Article.status == "published", or_(Article.expires_at.is_(None), Article.expires_at > clock.now()))


def _review(row: Row[*tuple[Any, ...]], owners: dict[str, str], today: date) -> Review:
    return Review(
        article_id=row.id,
        title=row.title,
        address=address_of(row.section_slug, row.slug, row.tree),
        path=row.path,
        section=row.section,
        owner=row.owner,
        owner_handle=owners.get(owner_key(row.owner), "") if row.owner else "",
        reviewed_on=row.reviewed_on,
        due_on=row.review_due_on,
        is_overdue=row.review_due_on < today,
        views=int(row.views),
        helpful=row.helpful_count,
        not_helpful=row.not_helpful_count,
        weight=int(row.views) * unhelpful_share(row.helpful_count, row.not_helpful_count),
    )
