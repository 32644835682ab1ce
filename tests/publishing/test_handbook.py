"""A real handbook with its whole history: what is published of it, where its addresses lead, and what git says."""

import random
import subprocess
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from flask.testing import FlaskClient
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from kb.articles import checking
from kb.articles.models import (
    Article,
    ArticleRevision,
    EndedPage,
    Finding,
    GitCommit,
    Image,
    PublishRun,
    Redirect,
    Section,
)
from kb.db import Base
from kb.publishing import runs
from kb.publishing.sources.place import Place
from tests.conftest import DATA

BUNDLE = DATA / "18f-handbook.bundle"
NUMBERS = {"id", "article_id", "section_id", "run_id", "commit_id", "related_ids"}
"""Columns that name rows of this database, compared by what they name."""

pytestmark = pytest.mark.skipif(not BUNDLE.exists(), reason=f"{BUNDLE} is not here; KB_TEST_DATA says where it is")


@pytest.fixture(scope="session")
def handbook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone of the handbook's repository."""
    folder = tmp_path_factory.mktemp("handbook") / "handbook.git"
    subprocess.run(["git", "clone", "-q", "--bare", "-b", "main", str(BUNDLE), str(folder)], check=True)
    return folder


def git(folder: Path, *arguments: str) -> str:
    """Return what git prints about the clone."""
    return subprocess.run(["git", f"--git-dir={folder}", *arguments], capture_output=True, check=True, text=True).stdout


def publish(session: Session, place: Place, at: str = "") -> PublishRun:
    """Publish and commit."""
    run = runs.publish(session, place, cause="command", at=at, confirm=True)
    session.commit()
    session.expire_all()
    assert run.state == "done", run.problem
    return run


@pytest.mark.slow
def test_handbook_is_published_and_none_of_its_addresses_is_lost(
    session: Session, client: FlaskClient, handbook: Path, tmp_path: Path
) -> None:
    run = publish(session, Place(f"file://{handbook}", "main", "pages", tmp_path / "content.git"))
    heads = dict(_heads(handbook))
    articles = {path for path, head in heads.items() if "redirect_to" not in head}
    assert len(articles) >= 235
    published = set(session.scalars(select(Article.path).where(Article.status == "published")))
    assert published == articles
    assert list(checking.faults(session)) == []
    _assert_addresses_live(session, client, run, heads)
    sample = random.Random(18).sample(sorted(articles), 20)
    for path in sample:
        _assert_told_as_git_does(session, handbook, path)


def _heads(handbook: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield path and front matter of every file."""
    for path in git(handbook, "ls-tree", "-r", "--name-only", "main:pages").splitlines():
        if path.endswith(".md"):
            text = git(handbook, "show", f"main:pages/{path}")
            yield path, yaml.safe_load(text.split("---")[1]) or {}


def _assert_addresses_live(
    session: Session, client: FlaskClient, run: PublishRun, heads: dict[str, dict[str, Any]]
) -> None:
    """Every ``redirect_from`` leads to a page at once, or a finding names it."""
    named = [(path, address) for path, head in heads.items() for address in _listed(head.get("redirect_from"))]
    assert len(named) == 183
    findings = session.execute(select(Finding.path, Finding.message).where(Finding.run_id == run.id)).all()
    for path, address in named:
        answer = client.get(f"/{address.strip('/')}")
        if answer.status_code == 301 and str(answer.location).startswith("https://"):
            assert str(answer.location) == str(heads[path]["redirect_to"]).rstrip("#")
        elif answer.status_code == 301:
            assert client.get(str(answer.location)).status_code == 200, address
        else:
            assert any(found.path == path and address.strip("/") in found.message for found in findings), address


def _listed(value: object) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else [str(value)] if value else []


def _assert_told_as_git_does(session: Session, handbook: Path, path: str) -> None:
    """Dates, authors and the order of commits are those of ``git log --follow``; bulk commits change no date."""
    printed = git(handbook, "log", "--follow", "--format=%H%x09%aI%x09%aN", "main", "--", f"pages/{path}")
    commits = [line.split("\t") for line in printed.splitlines()]
    article = session.scalars(select(Article).where(Article.path == path)).one()
    kept = session.execute(
        select(GitCommit.sha, ArticleRevision.kind)
        .join(ArticleRevision, ArticleRevision.commit_id == GitCommit.id)
        .where(ArticleRevision.article_id == article.id)
        .order_by(ArticleRevision.number.desc())
    ).all()
    assert [row.sha for row in kept] == [sha for sha, _, _ in commits], path
    dates = [datetime.fromisoformat(at) for _, at, _ in commits]
    written = next(at for at, row in zip(dates, kept, strict=True) if row.kind == "content")
    assert article.created_at == dates[-1], path
    assert article.changed_at == written, path
    assert {one["name"]: one["commits"] for one in article.authors} == Counter(name for _, _, name in commits), path


@pytest.mark.slow
def test_handbook_is_the_same_published_commit_by_commit_or_at_once(
    session: Session, handbook: Path, tmp_path: Path
) -> None:
    place = Place(f"file://{handbook}", "main", "pages/training-and-development", tmp_path / "content.git")
    shas = git(handbook, "rev-list", "--first-parent", "--max-count=51", "main").split()
    for sha in reversed(shas):
        publish(session, place, at=sha)
    one_by_one = _rows(session)
    for table in reversed(Base.metadata.sorted_tables):
        session.execute(delete(table))
    session.commit()
    session.expunge_all()
    publish(session, place, at=shas[0])
    gone = one_by_one.pop("retired")
    assert _rows(session) == one_by_one | {"retired": []}, "what never was on a site leaves nothing on it"
    assert gone == ["conferences-events-training/tts-inclusive-event-pillars.md"], "and its section went with it"
    assert {name: len(rows) for name, rows in one_by_one.items() if not rows} == {"image": 0}


def _rows(session: Session) -> dict[str, list[str]]:
    """Return every row by what it says, and the paths of retired articles, which keep what readers said of them."""
    session.expire_all()
    articles = {row.id: row for row in session.scalars(select(Article))}
    sections = {row.id: row.slug for row in session.scalars(select(Section))}
    commits = dict(iter(session.execute(select(GitCommit.id, GitCommit.sha))))
    live = {number for number, row in articles.items() if row.status != "retired"}
    said: dict[str, list[str]] = {"retired": [row.path for row in articles.values() if row.status == "retired"]}
    for model in (Section, Article, ArticleRevision, GitCommit, Redirect, EndedPage, Image):
        rows = said.setdefault(model.__tablename__, [])
        for row in session.scalars(select(model)):
            if isinstance(row, Article) and row.id not in live:
                continue
            values: dict[str, Any] = {
                column.name: getattr(row, column.name)
                for column in model.__table__.columns
                if column.name not in NUMBERS
            }
            if isinstance(row, Article):
                values["section"] = sections[row.section_id or 0]
                values["related"] = [articles[number].path for number in row.related_ids]
            if isinstance(row, ArticleRevision | Redirect):
                values["article"] = articles[row.article_id].path if row.article_id else ""
            if isinstance(row, ArticleRevision):
                values["commit"] = commits[row.commit_id or 0]
            rows.append(repr(sorted(values.items())))
        rows.sort()
    return said
