"""What a writer finds on their desk: where the site stands, what is wrong, what is due, what readers said."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from kb.articles import care
from kb.articles.addresses import address_of
from kb.articles.care import Review
from kb.articles.models import LAST_SECTION, Article, ArticleFeedback, Section
from kb.db import Fact
from kb.people.models import Person
from kb.publishing import run_pages
from kb.publishing.run_pages import FileFindings, RunRow
from kb.publishing.runs import SHOWN, WAITING

MOST = 5
_OPEN = (ArticleFeedback.helpful.is_(False), ArticleFeedback.settled_at.is_(None))


@dataclass(frozen=True, slots=True)
class SaidRow:
    """What one reader missed in an article."""

    title: str
    address: str
    reason: str
    comment: str
    search: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Desk:
    """``published`` is the run that the site shows; ``last`` may be one after it that failed."""

    published: RunRow | None
    last: RunRow | None
    under_way: bool
    looked_at: datetime | None
    """When the source was last looked at, also where there was nothing new."""
    articles: int
    faults: tuple[FileFindings, ...]
    mine: tuple[Review, ...]
    """The articles the reader owns that are due for review within a week or overdue, the most useful first."""
    others: tuple[Review, ...]
    due: int
    said: tuple[SaidRow, ...]
    unsettled: int

    @property
    def waits(self) -> RunRow | None:
        """The run that waits for somebody to confirm that articles are gone."""
        return self.published if self.published and self.published.state == WAITING else None


def of(session: Session, person: Person) -> Desk:
    """Return the desk of ``person``."""
    published, last = run_pages.latest(session)
    reviews = care.due(session)
    due = (*reviews.overdue, *reviews.soon)
    articles, unsettled = session.execute(_numbers()).one()
    fact = session.get(Fact, SHOWN)
    return Desk(
        published=published,
        last=last,
        under_way=run_pages.under_way(session),
        looked_at=datetime.fromisoformat(fact.value["looked_at"]) if fact else None,
        articles=articles,
        faults=run_pages.faults(session, published.id) if published else (),
        mine=tuple(review for review in due if review.owner_handle == person.handle)[:MOST],
        others=tuple(review for review in due if review.owner_handle != person.handle)[:MOST],
        due=len(due),
        said=_said(session),
        unsettled=unsettled,
    )


def _numbers() -> Select[*tuple[Any, ...]]:
    articles = select(func.count(Article.id)).where(Article.status != "retired")
    unsettled = select(func.count(ArticleFeedback.id)).where(*_OPEN)
    return select(articles.scalar_subquery(), unsettled.scalar_subquery())


def _said(session: Session) -> tuple[SaidRow, ...]:
    """Return what readers said last and nobody settled; a bare no says nothing to act on."""
    rows = session.execute(
        select(ArticleFeedback, Article.title, LAST_SECTION, Article.slug, Article.tree)
        .join(Article, Article.id == ArticleFeedback.article_id)
        .outerjoin(Section, Section.id == Article.section_id)
        .where(*_OPEN, (ArticleFeedback.comment != "") | (ArticleFeedback.reason != ""))
        .order_by(ArticleFeedback.id.desc())
        .limit(MOST)
    )
    return tuple(
        SaidRow(title, address_of(section, slug, tree), told.reason, told.comment, told.search, told.created_at)
        for told, title, section, slug, tree in rows
    )
