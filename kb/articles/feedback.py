"""Whether articles help, said by their readers."""

from functools import cache

from sqlalchemy import Select, and_, bindparam, select, update
from sqlalchemy.orm import Session

from kb import clock
from kb.articles.models import Article, ArticleFeedback
from kb.errors import Invalid
from kb.people.models import Person
from kb.search import changes
from kb.search.documents import ARTICLE

REASONS = ("wrong", "outdated", "unclear", "incomplete", "other")
LONGEST_COMMENT = 1000


def reader_key(person: Person) -> str:
    """Return what a signed-in reader's feedback is kept under."""
    return f"person:{person.id}"


def give(
    session: Session, *, article: Article, reader: str, helpful: bool, reason: str = "", comment: str = ""
) -> ArticleFeedback:
    """Record what ``reader`` says of the present revision, in place of what they said of it before.

    ``reader`` is ``reader_key(person)`` or a mark of the visitor. Keeps the article's counts. Raises Invalid for a
    reason nobody offered and for a comment of more than 1,000 characters.
    """
    if reason and reason not in REASONS:
        raise Invalid("reason", "Choose one of the reasons.")
    if len(comment) > LONGEST_COMMENT:
        raise Invalid("comment", "Please keep your comment under %(most)s characters.", most=LONGEST_COMMENT)
    # Two answers of one reader at once must not both count, so the second waits here for the first.
    session.execute(select(Article.id).where(Article.id == article.id).with_for_update())
    said = session.scalar(
        select(ArticleFeedback).where(
            ArticleFeedback.article_id == article.id,
            ArticleFeedback.revision == article.revision,
            ArticleFeedback.reader == reader,
        )
    )
    before = said.helpful if said else None
    if said is None:
        said = ArticleFeedback(article_id=article.id, revision=article.revision, reader=reader, created_at=clock.now())
        session.add(said)
    said.helpful = helpful
    said.reason = "" if helpful else reason
    said.comment = "" if helpful else comment.strip()
    session.flush()
    if helpful is not before:
        _count(session, article, said_before=before, helpful=helpful)
    return said


def said(session: Session, *, article_id: int, reader: str) -> bool | None:
    """Return whether ``reader`` found the article's present revision helpful, None while they did not say."""
    return session.scalar(_said(), {"article_id": article_id, "reader": reader})


@cache
def _said() -> Select[bool]:
    present = and_(Article.id == ArticleFeedback.article_id, Article.revision == ArticleFeedback.revision)
    return (
        select(ArticleFeedback.helpful)
        .join(Article, present)
        .where(Article.id == bindparam("article_id"), ArticleFeedback.reader == bindparam("reader"))
    )


def _count(session: Session, article: Article, *, said_before: bool | None, helpful: bool) -> None:
    """Bring the counts up to date, in bulk: nobody sees them on a page, so no kept page must go stale."""
    yes = int(helpful) - int(said_before is True)
    no = int(not helpful) - int(said_before is False)
    session.execute(
        update(Article)
        .where(Article.id == article.id)
        .values(
            helpful_count=Article.helpful_count + yes,
            not_helpful_count=Article.not_helpful_count + no,
        )
    )
    changes.note(session, ARTICLE, article.id)
