"""Whether articles help, said by their readers."""

from functools import cache

from sqlalchemy import Select, and_, bindparam, select, update
from sqlalchemy.orm import Session

from kb import clock, history
from kb.articles import feedback_lists
from kb.articles.models import Article, ArticleFeedback
from kb.errors import Invalid, NotFound, Refused
from kb.people import rules
from kb.people.models import Person
from kb.search import changes
from kb.search.documents import ARTICLE
from kb.search.masking import masked

REASONS = ("wrong", "outdated", "unclear", "incomplete", "other")
LONGEST_COMMENT = 1000
LONGEST_SEARCH = 256
listing = feedback_lists.listing


def reader_key(person: Person) -> str:
    """Return what a signed-in reader's feedback is kept under."""
    return f"person:{person.id}"


def give(
    session: Session,
    *,
    article: Article,
    reader: str,
    helpful: bool,
    reason: str = "",
    comment: str = "",
    search: str = "",
) -> ArticleFeedback:
    """Record what ``reader`` says of the present revision, in place of what they said of it before.

    ``reader`` is ``reader_key(person)`` or a mark of the visitor; ``search`` is what they had searched for, kept
    without e-mail addresses, card and phone numbers. Keeps the article's counts; what a writer settled is open again.
    Raises Invalid for a reason nobody offered and for a comment of more than 1,000 characters.
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
        said = ArticleFeedback(
            article_id=article.id, revision=article.revision, reader=reader, created_at=clock.now(), search=""
        )
        session.add(said)
    said.helpful = helpful
    said.reason = "" if helpful else reason
    said.comment = "" if helpful else comment.strip()
    said.search = masked(search)[:LONGEST_SEARCH] or said.search  # the form that asks why does not know it again
    said.settled_at = said.settled_by_id = None
    session.flush()
    if helpful is not before:
        _count(session, article, said_before=before, helpful=helpful)
    return said


def said(session: Session, *, article_id: int, reader: str) -> bool | None:
    """Return whether ``reader`` found the article's present revision helpful, None while they did not say."""
    return session.scalar(_said(), {"article_id": article_id, "reader": reader})


def settle(session: Session, *, article_id: int, revision: int, by: Person, settled: bool = True) -> int:
    """Say that what readers missed in a revision is dealt with, or (not ``settled``) that it is not after all.

    Returns how many answers that changed. Raises Refused unless ``by`` writes, NotFound when nobody missed anything.
    """
    if not rules.is_writer(by):
        raise Refused("Only writers can do that.")
    missed = (
        ArticleFeedback.article_id == article_id,
        ArticleFeedback.revision == revision,
        ArticleFeedback.helpful.is_(False),
    )
    if session.scalar(select(ArticleFeedback.id).where(*missed).limit(1)) is None:
        raise NotFound
    is_open = ArticleFeedback.settled_at.is_(None)
    values = (
        {"settled_at": clock.now(), "settled_by_id": by.id} if settled else {"settled_at": None, "settled_by_id": None}
    )
    done = session.execute(update(ArticleFeedback).where(*missed, is_open if settled else ~is_open).values(**values))
    changed = int(done.rowcount)  # type: ignore[attr-defined]
    if changed:
        what = "article.feedback_settled" if settled else "article.feedback_reopened"
        history.record(session, what, subject_kind=ARTICLE, subject_id=article_id, person_id=by.id, revision=revision)
    return changed


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
