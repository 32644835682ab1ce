"""What a start publishes, and what it does when there is nothing to publish from."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from kb import jobs
from kb.app import create_app
from kb.articles.models import Article, PublishRun
from kb.cli import preparing
from kb.db import db
from kb.publishing import runs
from kb.settings import BadSetting
from tests.conftest import settings_for
from tests.git.repositories import Repository


@pytest.fixture
def origin(tmp_path: Path) -> Repository:
    """A repository with one article."""
    repository = Repository(tmp_path / "origin.git")
    repository.commit({"a/one.md": b"# One\n\nText.\n"})
    return repository


@pytest.fixture
def site(database_url: str, tmp_path: Path, origin: Repository) -> Iterator[Flask]:
    """A site that publishes from it."""
    app = create_app(settings_for(tmp_path, database_url, content=origin.url))
    yield app
    with app.app_context():
        db.engine.dispose()


def titles(site: Flask) -> list[str]:
    """Return the titles of the articles."""
    with site.app_context():
        return list(db.session.scalars(select(Article.title).order_by(Article.title)))


def test_prepare_publishes_from_git_and_a_later_start_leaves_it_to_the_worker(site: Flask, origin: Repository) -> None:
    preparing.prepare(site)
    assert titles(site) == ["One"]
    origin.commit({"a/one.md": b"# Uno\n\nText.\n"})
    preparing.prepare(site)
    assert titles(site) == ["One"], "the doors open first"
    with site.app_context():
        assert jobs.run_next(db.session(), "test", runs.LANE)
        assert db.session.scalars(select(PublishRun.cause).order_by(PublishRun.id)).all() == ["start", "start"]
    assert titles(site) == ["Uno"]


def test_prepare_opens_with_the_last_site_when_the_server_is_away(site: Flask, origin: Repository) -> None:
    preparing.prepare(site)
    origin.folder.rename(origin.folder.with_name("away.git"))
    preparing.prepare(site)
    assert titles(site) == ["One"]


def test_prepare_refuses_a_new_site_without_a_server(site: Flask, origin: Repository) -> None:
    origin.folder.rename(origin.folder.with_name("away.git"))
    with pytest.raises(BadSetting, match=r"^KB_CONTENT: There is no git repository"):
        preparing.prepare(site)
