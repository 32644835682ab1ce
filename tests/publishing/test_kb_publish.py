"""``kb publish`` on the command line."""

import json
from collections.abc import Callable, Iterator
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
from tests.builders_articles import Content
from tests.conftest import settings_for
from tests.git.repositories import Repository

GOOD = b"---\ntitle: %b\nsummary: In short.\n---\n\nText.\n"
MakeSite = Callable[..., Flask]


@pytest.fixture
def make_site(database_url: str, tmp_path: Path) -> Iterator[MakeSite]:
    """Make a site of some content."""
    made = []

    def make(content: object, **settings: object) -> Flask:
        app = create_app(
            settings_for(tmp_path, str(settings.pop("database", database_url)), content=str(content), **settings)
        )
        made.append(app)
        return app

    yield make
    for app in made:
        with app.app_context():
            db.engine.dispose()


@pytest.fixture
def site(make_site: MakeSite, content: Content) -> Flask:
    """A site whose content folder is the test's."""
    return make_site(content.folder)


def run(site: Flask, *arguments: str) -> Result:
    """Run ``kb publish``."""
    return site.test_cli_runner().invoke(publish, arguments)


def published(site: Flask) -> list[str]:
    """Return the paths of the articles on the site."""
    with site.app_context():
        return list(db.session.scalars(select(Article.path).where(Article.status != "retired").order_by(Article.path)))


def number_of_runs(site: Flask) -> int:
    """Return how many runs are on record."""
    with site.app_context():
        return db.session.scalar(select(func.count(PublishRun.id))) or 0


def test_publish_prints_findings_and_what_it_did(site: Flask, content: Content) -> None:
    content.write("a/one.md", "See [x](x.md).\n")
    content.write("a/two.md", b"---\ntitle: {\n---\n")
    answer = run(site)
    assert answer.exit_code == 0
    assert answer.stdout.splitlines() == [
        "a/one.md:5: warning: The link leads nowhere: x.md [broken-link]",
        "a/two.md:3: error: The YAML is broken: expected the node content, but found '<stream end>'. [yaml]",
        "1 added, 0 changed, 0 moved, 0 retired, 0 unchanged; 1 error, 1 warning",
    ]
    assert answer.stderr.splitlines() == ["Fetching …", "Reading …", "Making pages (1) …", "Storing …"]
    assert published(site) == ["a/one.md"]


def test_publish_check_changes_nothing_and_fails_on_errors(site: Flask, content: Content) -> None:
    content.write("a/one.md", "See [x](x.md).\n", redirect_from="/articles/a/one")
    answer = run(site, "--check")
    assert answer.exit_code == 0
    assert answer.stdout.splitlines()[-2:] == [
        "1 added, 0 changed, 0 moved, 0 retired, 0 unchanged; 0 errors, 2 warnings",
        "Nothing was changed.",
    ]
    content.write("a/two.md", b"\xff")
    answer = run(site, "--check")
    assert isinstance(answer.exception, Conflict)
    assert "a/two.md:1: error" in answer.output
    assert (published(site), number_of_runs(site)) == ([], 0)


def test_publish_check_needs_no_tables(make_site: MakeSite, content: Content, tmp_path: Path) -> None:
    content.write("a/one.md")
    site = make_site(content.folder, database=f"sqlite:///{tmp_path / 'nothing.db'}")
    assert run(site, "--check").stdout.startswith("1 added")


def test_publish_check_writes_for_programs_and_pull_requests(
    site: Flask, content: Content, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(content.folder.parent)
    content.write("a/one.md", "See [100%](x.md).\n")
    told = json.loads(run(site, "--check", "--format", "json").stdout)
    assert (told["commit"], told["counts"]["added"]) == ("", 1)
    assert told["findings"] == [
        {
            "path": "a/one.md",
            "file": "content/a/one.md",
            "line": 5,
            "severity": "warning",
            "code": "broken-link",
            "message": "The link leads nowhere: x.md",
        }
    ]
    content.write("a/two, too.md", b"---\ntitle: Two\nreviewed: 100%\n---\n")
    lines = run(site, "--check", "--format", "github").stdout.splitlines()
    assert lines[0] == ("::warning file=content/a/one.md,line=5,title=broken-link::The link leads nowhere: x.md")
    assert lines[1].startswith("::error file=content/a/two%2C too.md,line=3,title=front-matter::reviewed must be")


def test_publish_fails_when_there_is_nothing_to_read(site: Flask, content: Content) -> None:
    assert isinstance(run(site).exception, NotFound)
    assert number_of_runs(site) == 0
    content.folder.rmdir()
    for arguments in ([], ["--check"]):
        answer = run(site, *arguments)
        assert isinstance(answer.exception, NotFound)
        assert str(content.folder) in str(answer.exception)


def test_publish_waits_for_yes_when_many_files_are_gone(site: Flask, content: Content) -> None:
    for number in range(15):
        content.write(f"a/{number}.md", f"{number}\n")
    run(site)
    for number in range(12):
        content.remove(f"a/{number}.md")
    answer = run(site)
    assert answer.exit_code == 0
    assert "12 articles without a file stay until kb publish --yes" in answer.stdout
    assert len(published(site)) == 15
    assert "12 retired" in run(site, "--yes").stdout
    assert len(published(site)) == 3


def test_publish_at_a_commit_rolls_a_git_site_back(make_site: MakeSite, tmp_path: Path) -> None:
    origin = Repository(tmp_path / "origin.git")
    first = origin.commit({"help/a/one.md": GOOD % b"One"})
    origin.commit({"help/a/two.md": GOOD % b"Two"})
    site = make_site(origin.url, content_subdir="help")
    assert run(site).exit_code == 0
    assert published(site) == ["a/two.md"]
    answer = run(site, "--at", first[:10])
    assert f"The site stays at {first[:12]}" in answer.stdout
    assert published(site) == ["a/one.md"]
    told = json.loads(run(site, "--check", "--format", "json").stdout)
    assert (told["commit"], told["counts"]["moved"]) == (origin.tip(), 1)
    answer = run(site, "--at", "no-such-branch")
    assert isinstance(answer.exception, NotFound)
    assert str(answer.exception) == "The repository has no branch, tag or commit called no-such-branch."
    assert published(site) == ["a/one.md"]
    assert "1 moved" in run(site).stdout
    assert published(site) == ["a/two.md"]


def test_publish_at_a_commit_is_not_for_folders(site: Flask, content: Content) -> None:
    content.write("a/one.md")
    answer = run(site, "--at", "main")
    assert isinstance(answer.exception, NotFound)
    assert "which has no commits" in str(answer.exception)
