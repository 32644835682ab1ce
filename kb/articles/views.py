"""How often articles are opened: counted in memory where a page leaves, stored by day a moment later.

Nothing says who opened what: no person, no address, no session.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from kb import clock
from kb.articles.models import Article, ArticleViews, Section
from kb.jobs import job, later
from kb.notices.once import INSERT
from kb.tallies import Tally

KEPT = timedelta(days=400)
"""A year and a little, so that a month can be held against the same month a year ago."""
_BATCH = 500


def opened(address: str) -> None:
    """Count that somebody opened the page at ``address``, the path of an article."""
    _tally.count(address)


@job
def forget_views(session: Session) -> None:
    """Delete the numbers of days more than 400 days ago, and come back tomorrow."""
    session.execute(delete(ArticleViews).where(ArticleViews.day < clock.now().date() - KEPT))
    later(session, forget_views, after=timedelta(days=1), key="kb.articles.views.forget_views")


def _add(session: Session, counts: Mapping[str, int]) -> None:
    """Add to today's numbers; addresses of no article are forgotten."""
    today = clock.now().date()  # not the day of the request, which would have to look at the clock
    by_article: dict[int, int] = {}
    for address, article_id in _articles(session, counts):
        by_article[article_id] = by_article.get(article_id, 0) + counts[address]
    if not by_article:
        return
    rows = [{"article_id": number, "day": today, "views": count} for number, count in sorted(by_article.items())]
    insert = INSERT[session.get_bind().dialect.name](ArticleViews)
    more = {"views": ArticleViews.views + insert.excluded.views}
    session.execute(insert.on_conflict_do_update(index_elements=["article_id", "day"], set_=more), rows)


def _articles(session: Session, addresses: Iterable[str]) -> Iterator[tuple[str, int]]:
    """Yield the article of each address that is one's; a missing translation is read in the site's own language."""
    parts = {address: _parts(address) for address in addresses}
    slugs = sorted({slug for _, _, slug in parts.values()})
    ids: dict[tuple[str, str, str], int] = {}
    for start in range(0, len(slugs), _BATCH):
        found = session.execute(
            select(Article.tree, Section.slug, Article.slug, Article.id)
            .join(Section, Section.id == Article.section_id)
            .where(Article.slug.in_(slugs[start : start + _BATCH]))
        )
        ids |= {(tree, section, slug): number for tree, section, slug, number in found}
    for address, (tree, section, slug) in parts.items():
        number = ids.get((tree, section, slug)) or ids.get(("", section, slug))
        if number is not None:
            yield address, number


def _parts(address: str) -> tuple[str, str, str]:
    """Return tree, section and slug of ``/articles/section/slug`` or ``/tree/articles/section/slug``."""
    tree, _, rest = address.strip("/").rpartition("articles/")
    section, _, slug = rest.partition("/")
    return tree.strip("/"), section, slug


_tally = Tally(_add)
storing = _tally.storing
