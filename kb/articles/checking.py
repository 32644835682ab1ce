"""Whether the rows about articles agree with each other."""

from collections.abc import Iterator

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kb.articles.addresses import address_of
from kb.articles.models import Article, ArticleFeedback, ArticleRevision, Image, Redirect, Section


def faults(session: Session) -> Iterator[str]:
    """Yield one sentence for everything that disagrees."""
    yield from _counts(session)
    yield from _revisions(session)
    yield from _redirects(session)
    yield from _pictures(session)


def _counts(session: Session) -> Iterator[str]:
    helpful = func.sum(ArticleFeedback.helpful.cast(Article.helpful_count.type))
    said = (
        select(Article.path, Article.helpful_count, Article.not_helpful_count, func.count(ArticleFeedback.id), helpful)
        .outerjoin(
            ArticleFeedback,
            (ArticleFeedback.article_id == Article.id) & (ArticleFeedback.revision == Article.revision),
        )
        .group_by(Article.id, Article.path, Article.helpful_count, Article.not_helpful_count)
        .order_by(Article.path)
    )
    for path, yes, no, answers, found_helpful in session.execute(said):
        counted = (int(found_helpful or 0), answers - int(found_helpful or 0))
        if (yes, no) != counted:
            yield f"{path} says {yes} helpful and {no} not, its readers said {counted[0]} and {counted[1]}"


def _revisions(session: Session) -> Iterator[str]:
    kept = (
        select(Article.path, Article.revision, func.count(ArticleRevision.id), func.max(ArticleRevision.number))
        .outerjoin(ArticleRevision, ArticleRevision.article_id == Article.id)
        .group_by(Article.id, Article.path, Article.revision)
        .order_by(Article.path)
    )
    for path, revision, count, last in session.execute(kept):
        if count != (last or 0) or revision > count:
            yield f"{path} is at revision {revision}, and {count} are kept, the last of them {last}"
    latest = (
        select(Article.path)
        .join(
            ArticleRevision,
            (ArticleRevision.article_id == Article.id) & (ArticleRevision.number == Article.revision),
        )
        .where(
            ArticleRevision.blob == "",  # else the text is in the repository
            (ArticleRevision.markdown != Article.markdown) | (ArticleRevision.title != Article.title),
        )
        .order_by(Article.path)
    )
    for path in session.scalars(latest):
        yield f"{path} is not what its last revision says"


def _redirects(session: Session) -> Iterator[str]:
    rows = session.execute(
        select(Section.slug, Article.slug, Article.tree)
        .join(Article, Article.section_id == Section.id)
        .where(Article.status != "retired")
    )
    live = {address_of(section, slug, tree) for section, slug, tree in rows}
    for path in session.scalars(select(Redirect.from_path).order_by(Redirect.from_path)):
        if path in live:
            yield f"a redirect from {path} stands in the way of the article there"


def _pictures(session: Session) -> Iterator[str]:
    there = set(session.scalars(select(Image.sha256)))
    rows = session.execute(select(Article.path, Article.links).where(Article.status != "retired"))
    for path, links in rows:
        for link in links:
            parts = link["address"].split("/")
            if parts[:3] == ["", "articles", "images"] and parts[3] not in there:
                yield f"{path} shows {link['target']}, which is not kept"
