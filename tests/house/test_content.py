"""The help articles that ship: complete, linked, and true to the code where a test can tell."""

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.articles.models import Article, PublishRun
from kb.cli import main
from kb.exchange import demo_script
from kb.forum.limits import FIRST_DAY, RATINGS_A_DAY
from kb.forum.models import Answer, Comment, Question
from kb.people.models import Role
from kb.publishing import publishing
from kb.publishing.sources.source import open_source
from kb.search.query import STATUSES
from kb.settings import PROJECT, Settings

CONTENT = PROJECT / "content"
FILES = sorted(path for path in CONTENT.rglob("*.md") if "_snippets" not in path.parts)
_CODE = re.compile(r"```+[^\n]*\n(.*?)```|`([^`\n]+)`", re.DOTALL)
_COMMAND = re.compile(r"(?:^|[\s/])kb ([a-z]+)(?: ([a-z]+))?")
_ARTICLE = re.compile(r"\((/articles/[^)#\s]+)")


def code_in(text: str) -> Iterator[str]:
    """Yield what stands in code boxes and between backticks."""
    for block, span in _CODE.findall(text):
        yield block or span


@pytest.fixture
def published(session: Session) -> PublishRun:
    return publishing.publish(session, open_source(CONTENT))


def test_publish_finds_nothing_wrong(published: PublishRun) -> None:
    assert [f"{one.path}:{one.line}: {one.message}" for one in published.findings] == []
    assert published.added == len(FILES)


def test_articles_fill_their_front_matter(session: Session, published: PublishRun) -> None:
    articles = session.scalars(select(Article)).all()
    assert len(articles) >= 28
    assert len({article.section_id for article in articles}) >= 6
    for article in articles:
        assert article.summary and article.tags and article.keywords and article.owner, article.path
        assert article.reviewed_on and article.review_every, article.path
        assert article.related, article.path
        assert article.words > 80, article.path


def test_demo_threads_link_only_to_articles_there_are(session: Session, published: PublishRun) -> None:
    there = {f"/articles/{article.section.slug}/{article.slug}" for article in session.scalars(select(Article))}
    for path in demo_script.FOLDER.glob("*.yml"):
        assert set(_ARTICLE.findall(path.read_text(encoding="utf-8"))) <= there, path.name


def test_settings_article_names_every_setting() -> None:
    text = (CONTENT / "running-a-site" / "settings.md").read_text(encoding="utf-8")
    named = set(re.findall(r"^\| `(KB_[A-Z_]+)` \|", text, re.MULTILINE))
    assert named == {f"KB_{name.upper()}" for name in Settings.model_fields}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_articles_name_only_settings_there_are(path: Path) -> None:
    named = set(re.findall(r"\bKB_[A-Z]+(?:_[A-Z]+)*\b", path.read_text(encoding="utf-8")))
    assert named <= {f"KB_{name.upper()}" for name in Settings.model_fields}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_articles_name_only_commands_there_are(path: Path) -> None:
    for code in code_in(path.read_text(encoding="utf-8")):
        for name, second in _COMMAND.findall(code):
            command = main.get_command(click.Context(main), name)
            assert command is not None, f"kb {name}"
            if isinstance(command, click.Group):
                assert not second or second in command.commands, f"kb {name} {second}"


def test_operators_article_names_every_status() -> None:
    text = (CONTENT / "finding-help" / "search-operators.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `is:([a-z]+)` \|", text, re.MULTILINE)) == set(STATUSES)


def test_limits_article_says_what_the_code_says() -> None:
    text = (CONTENT / "running-a-site" / "sessions-and-safety.md").read_text(encoding="utf-8")
    share = f"{FIRST_DAY[Question]} questions, {FIRST_DAY[Answer]} answers, {FIRST_DAY[Comment]} comments"
    assert share in text
    assert f"| ratings | {RATINGS_A_DAY} a day |" in text


def test_roles_article_has_a_column_for_every_role() -> None:
    text = (CONTENT / "answering" / "roles.md").read_text(encoding="utf-8")
    columns = next(line for line in text.splitlines() if line.startswith("| |")).lower()
    assert all(f" {role.value} " in columns for role in Role)
