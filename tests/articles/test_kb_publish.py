"""``kb publish`` on the command line."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import func, select

from kb.app import create_app
from kb.articles.models import Article, PublishRun
from kb.cli.publishing import publish
from kb.db import db
from kb.errors import Conflict, NotFound
from tests.articles.conftest import Content
from tests.conftest import settings_for


@pytest.fixture
def site(database_url: str, tmp_path: Path, content: Content) -> Iterator[Flask]:
    """A site whose content folder is the test's."""
    app = create_app(settings_for(tmp_path, database_url, content=content.folder))
    yield app
    with app.app_context():
        db.engine.dispose()


def run(site: Flask, *arguments: str) -> Result:
    """Run ``kb publish``."""
    return site.test_cli_runner().invoke(publish, arguments)


def published(site: Flask) -> int:
    """Return how many articles are on the site."""
    with site.app_context():
        return db.session.scalar(select(func.count(Article.id))) or 0


def test_publish_prints_findings_and_what_it_did(site: Flask, content: Content) -> None:
    content.write("a/one.md", "See [x](x.md).\n")
    content.write("a/two.md", b"---\ntitle: {\n---\n")
    answer = run(site)
    assert answer.exit_code == 0
    assert answer.output.splitlines() == [
        "a/one.md:4: warning: The link leads nowhere: x.md",
        "a/two.md:3: error: The YAML is broken: expected the node content, but found '<stream end>'.",
        "1 added, 0 changed, 0 moved, 0 retired, 0 unchanged; 1 error, 1 warning",
    ]
    assert published(site) == 1


def test_publish_check_changes_nothing_and_fails_on_errors(site: Flask, content: Content) -> None:
    content.write("a/one.md", "See [x](x.md).\n")
    assert run(site, "--check").exit_code == 0
    content.write("a/two.md", b"\xff")
    answer = run(site, "--check")
    assert isinstance(answer.exception, Conflict)
    assert "a/two.md:1: error" in answer.output
    assert published(site) == 0
    with site.app_context():
        assert db.session.scalar(select(func.count(PublishRun.id))) == 0


def test_publish_fails_when_there_is_nothing_to_read(site: Flask, content: Content) -> None:
    assert isinstance(run(site).exception, NotFound)
    content.folder.rmdir()
    answer = run(site)
    assert isinstance(answer.exception, NotFound)
    assert str(content.folder) in str(answer.exception)
