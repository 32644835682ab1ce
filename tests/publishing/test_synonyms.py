"""``_synonyms.txt``: published with the articles, looked at line by line."""

from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.articles.models import Finding, PublishRun
from kb.db import site_version
from kb.publishing.sources.wanted import SYNONYMS, is_shared
from kb.search.query import parse
from kb.search.synonyms import expanded, stored
from tests.builders_articles import Content

Publish = Callable[..., PublishRun]


def others(session: Session, text: str) -> list[str]:
    """Return the other ways to say a query of one word."""
    groups = expanded(parse(text), stored(session)).groups
    return [" ".join(other) for group in groups for other in group.others]


def test_publish_takes_the_lines_that_can_be_used(session: Session, content: Content, publish: Publish) -> None:
    content.write("a/one.md")
    content.write(SYNONYMS, "# Ours\nlogin, sign in\nalone\n\nbill, invoice\n")
    run = publish()
    said = session.execute(select(Finding.path, Finding.line, Finding.severity, Finding.code)).all()
    assert [tuple(row) for row in said] == [(SYNONYMS, 3, "warning", "synonyms")]
    assert (run.errors, run.warnings) == (0, 1)
    assert others(session, "login") == ["sign in"]
    assert others(session, "bill") == ["invoice"]


def test_publish_follows_the_file_alone(session: Session, content: Content, publish: Publish) -> None:
    content.write("a/one.md")
    content.write(SYNONYMS, "bill, invoice\n")
    publish()
    session.commit()
    before = site_version(session)
    publish()
    session.commit()
    assert site_version(session) == before
    content.write(SYNONYMS, "bill, receipt\n")
    publish()
    session.commit()
    assert site_version(session) > before
    assert others(session, "bill") == ["receipt"]
    content.write(SYNONYMS, b"bill, \xff\n")
    publish()
    assert others(session, "bill") == ["receipt"]
    content.remove(SYNONYMS)
    publish()
    assert others(session, "bill") == []


def test_only_the_file_at_the_top_is_meant() -> None:
    assert is_shared(SYNONYMS)
    assert not is_shared(f"a/{SYNONYMS}")
