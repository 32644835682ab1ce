"""Which articles are read most."""

from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kb import clock
from kb.articles.addresses import address_of
from kb.articles.models import Article, ArticleViews, Section
from kb.articles.reading import visible_to
from kb.articles.shapes import ArticleCard
from kb.people import rules

WINDOW = timedelta(days=30)


def most_read(session: Session, viewer: rules.Reader | None, *, limit: int = 5) -> tuple[ArticleCard, ...]:
    """Return what was opened most in the last 30 days of what ``viewer`` may see, the most read first."""
    since = (clock.now() - WINDOW).date()
    opened = func.sum(ArticleViews.views)
    read = (
        select(ArticleViews.article_id, opened.label("views"))
        .where(ArticleViews.day >= since)
        .group_by(ArticleViews.article_id)
        .subquery("read")
    )
    rows = session.execute(
        select(Article.title, Article.slug, Article.summary, Section.slug.label("section"))
        .join(Section, Section.id == Article.section_id)
        .join(read, read.c.article_id == Article.id)
        .where(visible_to(viewer), Article.status == "published", Article.tree == "")
        .order_by(read.c.views.desc(), Article.id)
        .limit(limit)
    )
    return tuple(ArticleCard(row.title, address_of(row.section, row.slug), row.summary) for row in rows)
