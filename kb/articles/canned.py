"""Canned replies: the articles of sections that say ``canned: true``, for those who answer."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.articles.models import Article, Section
from kb.articles.reading import listed_in
from kb.people.rules import Reader

MOST = 200


@dataclass(frozen=True, slots=True)
class Reply:
    """One canned reply, with ``{…}`` where something of the question goes."""

    id: int
    title: str
    summary: str
    markdown: str


def replies(session: Session, viewer: Reader) -> tuple[Reply, ...]:
    """Return what ``viewer`` may use, in the order of its sections; what it is written for says who that is."""
    found = session.execute(
        select(Article.id, Article.title, Article.summary, Article.markdown)
        .join(Section, Section.id == Article.section_id)
        .where(Section.canned.is_(True), listed_in("", viewer))
        .order_by(Section.position, Section.title, Article.position, Article.title, Article.id)
        .limit(MOST)
    )
    return tuple(Reply(row.id, row.title, row.summary, row.markdown) for row in found)
