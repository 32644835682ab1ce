"""What readers say of articles."""

from collections.abc import Callable
from math import prod

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kb.articles import checking, feedback
from kb.articles.indexing import reasons
from kb.articles.models import Article, ArticleFeedback, PublishRun
from kb.db import site_version
from kb.errors import Invalid
from tests.builders import Cast
from tests.builders_articles import Content

Publish = Callable[..., PublishRun]
Find = Callable[[str], Article]


@pytest.fixture
def said(content: Content, publish: Publish, article: Find) -> Callable[[], tuple[int, int]]:
    """Publish one article; returns how to read its counts."""
    content.write("a/one.md")
    publish()
    return lambda: (article("a/one.md").helpful_count, article("a/one.md").not_helpful_count)


def test_give_counts_each_reader_once(session: Session, article: Find, said: Callable[[], tuple[int, int]]) -> None:
    one = article("a/one.md")
    version = site_version(session)
    feedback.give(session, article=one, reader="x", helpful=True)
    feedback.give(session, article=one, reader="x", helpful=True)
    feedback.give(session, article=one, reader="y", helpful=False, reason="wrong", comment="  Step 3.  ")
    session.commit()
    assert said() == (1, 1)
    assert session.scalar(select(func.count(ArticleFeedback.id))) == 2
    kept = session.scalars(select(ArticleFeedback).where(ArticleFeedback.reader == "y")).one()
    assert (kept.reason, kept.comment) == ("wrong", "Step 3.")
    assert site_version(session) == version
    assert list(checking.faults(session)) == []


def test_give_replaces_what_the_reader_said_before(
    session: Session, article: Find, said: Callable[[], tuple[int, int]]
) -> None:
    one = article("a/one.md")
    feedback.give(session, article=one, reader="x", helpful=False, reason="unclear", comment="?")
    feedback.give(session, article=one, reader="x", helpful=True, reason="unclear")
    assert said() == (1, 0)
    [kept] = session.scalars(select(ArticleFeedback))
    assert (kept.helpful, kept.reason, kept.comment) == (True, "", "")
    feedback.give(session, article=article("a/one.md"), reader="x", helpful=False)
    assert said() == (0, 1)


def test_give_starts_anew_with_a_new_revision(
    session: Session,
    cast: Cast,
    content: Content,
    publish: Publish,
    article: Find,
    said: Callable[[], tuple[int, int]],
) -> None:
    reader = feedback.reader_key(cast.alice)
    feedback.give(session, article=article("a/one.md"), reader=reader, helpful=False)
    assert feedback.said(session, article_id=article("a/one.md").id, reader=reader) is False
    assert feedback.said(session, article_id=article("a/one.md").id, reader=feedback.reader_key(cast.bob)) is None
    content.write("a/one.md", "Better.\n")
    publish()
    assert said() == (0, 0)
    assert feedback.said(session, article_id=article("a/one.md").id, reader=reader) is None
    feedback.give(session, article=article("a/one.md"), reader=reader, helpful=True)
    assert said() == (1, 0)
    assert list(checking.faults(session)) == []


def test_give_refuses_other_reasons_and_long_comments(
    session: Session, article: Find, said: Callable[[], tuple[int, int]]
) -> None:
    one = article("a/one.md")
    with pytest.raises(Invalid) as reason:
        feedback.give(session, article=one, reader="x", helpful=False, reason="boring")
    with pytest.raises(Invalid) as comment:
        feedback.give(session, article=one, reader="x", helpful=False, comment="x" * 1001)
    assert (reason.value.field, comment.value.field, said()) == ("reason", "comment", (0, 0))


def test_ratings_weigh_gently_in_search_and_wait_for_numbers() -> None:
    def boost(helpful: int, not_helpful: int) -> float:
        return prod(factor for _, factor in reasons(helpful, not_helpful, status="published", due_on=None))

    assert boost(0, 0) == 1.0
    assert 1.0 < boost(1, 0) < boost(20, 1) < 1.15
    assert 0.85 < boost(1, 20) < boost(0, 1) < 1.0


def test_faults_names_a_wrong_count_and_a_lost_revision(
    session: Session, article: Find, said: Callable[[], tuple[int, int]]
) -> None:
    one = article("a/one.md")
    one.helpful_count, one.revision = 7, 2
    session.flush()
    told = list(checking.faults(session))
    assert any("7 helpful" in fault for fault in told)
    assert any("revision 2" in fault for fault in told)
