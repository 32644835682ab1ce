"""Addresses of the past: sent on for good, or told that they are gone, and never more than that."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from kb.articles.models import PublishRun
from kb.people.models import Person
from kb.publishing import publishing
from kb.publishing.sources.source import open_source
from kb.search import asking
from tests.builders import Cast
from tests.builders_articles import Content
from tests.pages import checked


@pytest.fixture
def content(tmp_path: Path) -> Content:
    """An empty content folder."""
    return Content(tmp_path / "content")


@pytest.fixture
def publish(app: Flask, session: Session, content: Content) -> Callable[[], PublishRun]:
    """Publish and index."""

    def run() -> PublishRun:
        report = publishing.publish(session, open_source(content.folder))
        session.commit()
        asking.follow(session, asking.engine_of(app.extensions))
        return report

    return run


Publish = Callable[[], PublishRun]


def test_a_moved_article_is_found_by_page_and_markdown_with_its_query(
    client: FlaskClient, content: Content, publish: Publish
) -> None:
    content.write("a/one.md", "Text.\n", title="One")
    publish()
    content.move("a/one.md", "b/two.md")
    publish()
    for old, new in {
        "/articles/a/one": "/articles/b/two",
        "/articles/a/one?q=x%20y&p=2": "/articles/b/two?q=x%20y&p=2",
        "/articles/a/one.md": "/articles/b/two.md",
        "/articles/a/one.md?raw=1": "/articles/b/two.md?raw=1",
    }.items():
        answer = client.get(old)
        assert (answer.status_code, answer.headers["Location"]) == (301, new)
        assert client.get(new).status_code == 200
    assert client.post("/articles/a/one").status_code == 405


def test_a_file_that_redirects_sends_readers_out_and_to_headings(
    client: FlaskClient, content: Content, publish: Publish
) -> None:
    content.write("a/one.md", "## Fees\n")
    content.write("a/fees.md", redirect_to="one.md#fees", redirect_from="/old/fees.html")
    content.write("a/out.md", redirect_to="https://example.com/x?a=1")
    publish()
    for old, new in {
        "/articles/a/fees": "/articles/a/one#fees",
        "/old/fees.html?x=1": "/articles/a/one?x=1#fees",
        "/articles/a/out": "https://example.com/x?a=1",
        "/articles/a/out.md": "https://example.com/x?a=1",
    }.items():
        answer = client.get(old)
        assert (answer.status_code, answer.headers["Location"]) == (301, new)


def test_a_retired_article_is_gone_and_names_what_is_like_it(
    client: FlaskClient, content: Content, publish: Publish, cast: Cast, signed_in: Callable[[Person], FlaskClient]
) -> None:
    content.write("a/pay.md", "Pay an invoice by card.\n", title="Pay an <invoice>")
    content.write("a/card.md", "An invoice is paid by card.\n", title="Invoice and card")
    content.write("a/secret.md", "An invoice for staff.\n", title="Invoice secrets", audience="staff")
    publish()
    content.remove("a/pay.md")
    content.remove("a/secret.md")
    publish()
    answer = client.get("/articles/a/pay")
    shown = checked(answer)
    assert answer.status_code == 410
    assert "Pay an &lt;invoice&gt;" in answer.text
    assert 'href="/articles/a/card"' in answer.text
    assert "secret" not in answer.text
    assert "noindex" in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert shown.h1 is not None
    assert shown.h1.text == "This article is gone"
    assert signed_in(cast.alice).get("/articles/a/pay").data == answer.data
    assert client.get("/articles/a/pay.md").status_code == 410
    missing = client.get("/articles/a/nobody")
    assert client.get("/articles/a/secret").data == missing.data
    assert missing.status_code == 404


def test_a_gone_article_without_an_index_still_says_so(client: FlaskClient, session: Session, content: Content) -> None:
    content.write("a/one.md")
    publishing.publish(session, open_source(content.folder))
    content.remove("a/one.md")
    publishing.publish(session, open_source(content.folder))
    session.commit()
    assert client.get("/articles/a/one").status_code == 410
