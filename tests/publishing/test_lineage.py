"""History from git: revisions, dates, authors and former addresses, the same however often it was published."""

import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from kb.articles import checking
from kb.articles.models import Article, ArticleRevision, EndedPage, GitCommit, PublishRun
from kb.articles.trees import Languages
from kb.db import Fact
from kb.publishing import runs
from kb.publishing.past import lineage
from kb.publishing.sources.place import Place, open_place
from kb.publishing.sources.source import GitSource
from tests.git.repositories import Repository

Files = dict[str | bytes, bytes]
Publish = Callable[..., PublishRun]
TEXT = "".join(f"Line {n} of a text that is long enough to be known again.\n" for n in range(12))


def text(title: str, body: str = TEXT, **head: str) -> bytes:
    """Return an article's file."""
    lines = "".join(f"{key}: {value}\n" for key, value in {"title": title, **head}.items())
    return f"---\n{lines}---\n{body}".encode()


@pytest.fixture
def origin(tmp_path: Path) -> Repository:
    """A repository without a commit."""
    return Repository(tmp_path / "origin.git")


@pytest.fixture
def place(origin: Repository, tmp_path: Path) -> Place:
    """Where the articles of ``origin`` are."""
    return Place(origin.url, "main", "docs", tmp_path / "content.git")


@pytest.fixture
def publish(session: Session, place: Place) -> Publish:
    """Publish what ``origin`` holds, or a commit of it, and commit."""

    def run(at: str = "", *, confirm: bool = True) -> PublishRun:
        made = runs.publish(session, place, cause="command", at=at, confirm=confirm)
        session.commit()
        session.expire_all()
        assert made.state == "done", made.problem
        return made

    return run


def article(session: Session, path: str) -> Article:
    """Return the article of a path."""
    return session.scalars(select(Article).where(Article.path == path)).one()


def told(session: Session, path: str) -> list[tuple[str, str]]:
    """Return subject and kind of each revision, the oldest first."""
    rows = session.execute(
        select(GitCommit.subject, ArticleRevision.kind)
        .join(ArticleRevision, ArticleRevision.commit_id == GitCommit.id)
        .join(Article, Article.id == ArticleRevision.article_id)
        .where(Article.path == path)
        .order_by(ArticleRevision.number)
    )
    return [tuple(row) for row in rows]


def former(session: Session) -> dict[str, str]:
    """Return former addresses with the path or the title of what was there."""
    paths = dict(iter(session.execute(select(Article.id, Article.path))))
    return {one.address: paths.get(one.article_id or 0, "") or one.title for one in lineage.former(session)}


def minute(number: int) -> datetime:
    """Return when the commit of that number, from 1, was written."""
    return datetime.fromtimestamp(1_700_000_000 + 60 * number, UTC)


def test_history_follows_a_file_through_edits_and_a_rename(
    session: Session, origin: Repository, publish: Publish
) -> None:
    origin.commit({"docs/a/one.md": text("One")}, subject="Write")
    origin.commit({"docs/a/one.md": text("One", TEXT + "More.\n")}, subject="Extend", author="Bo <bo@example.com>")
    origin.commit({"docs/b/uno.md": text("One", TEXT + "More.\n")}, subject="Rename", author="Bo <bo@example.com>")
    publish()
    found = article(session, "b/uno.md")
    assert told(session, "b/uno.md") == [("Write", "content"), ("Extend", "content"), ("Rename", "moved")]
    assert (found.created_at, found.changed_at) == (minute(1), minute(2))
    assert found.authors == [{"name": "Bo", "commits": 2}, {"name": "Ada Author", "commits": 1}]
    assert found.revision == 2
    assert former(session) == {"/articles/a/one": "b/uno.md"}
    assert list(checking.faults(session)) == []


def test_history_reads_only_new_commits_and_says_the_same(
    session: Session, origin: Repository, place: Place, publish: Publish
) -> None:
    shas = [
        origin.commit({"docs/a/one.md": text("One"), "docs/a/two.md": text("Two", "Two.\n" * 9)}),
        origin.commit({"docs/a/one.md": text("One", TEXT + "More.\n"), "docs/a/two.md": text("Two", "Two.\n" * 9)}),
        origin.commit({"docs/a/uno.md": text("One", TEXT + "More.\n")}, subject="Rename one, delete two"),
        origin.commit({"docs/a/uno.md": text("One", TEXT + "More.\n", slug="first")}, subject="Another slug"),
    ]
    for sha in shas:
        publish(sha)
    new = origin.commit({"docs/a/uno.md": text("One", "All new.\n", slug="first")}, subject="Rewrite")
    source = open_place(place)
    assert isinstance(source, GitSource)
    assert lineage.read(session, source, languages=Languages()).window == {new}
    publish()
    one_by_one = _everything(session)
    for row in (*session.scalars(select(Article)), *session.scalars(select(EndedPage))):
        session.delete(row)
    session.commit()
    publish()
    assert _everything(session) == one_by_one
    assert former(session) == {
        "/articles/a/one": "a/uno.md",
        "/articles/a/uno": "a/uno.md",
        "/articles/a/two": "Two",
    }


def _everything(session: Session) -> list[object]:
    """Return all that history says, without ids."""
    paths = dict(iter(session.execute(select(Article.id, Article.path))))
    shas = dict(iter(session.execute(select(GitCommit.id, GitCommit.sha))))
    live = select(Article).where(Article.status != "retired").order_by(Article.path)
    return [
        [(row.path, row.created_at, row.changed_at, row.authors, row.revision) for row in session.scalars(live)],
        sorted(
            (
                paths[row.article_id],
                row.number,
                row.kind,
                row.title,
                row.address,
                row.audience,
                shas[row.commit_id or 0],
            )
            for row in session.scalars(select(ArticleRevision))
        ),
        sorted(session.execute(select(GitCommit.sha, GitCommit.author_name, GitCommit.bulk)).all()),
        sorted(session.execute(select(EndedPage.path, EndedPage.address, EndedPage.title, EndedPage.left_at)).all()),
    ]


def test_history_of_a_merged_branch_is_in_the_order_of_git_log(
    session: Session, origin: Repository, publish: Publish
) -> None:
    one, two = "docs/a/one.md", "docs/a/two.md"
    base = origin.commit({one: text("One"), two: text("Two", "Two.\n")}, subject="Begin")
    origin.point("refs/heads/side", base)
    branch = origin.commit({one: text("One", TEXT + "Side.\n"), two: text("Two", "Two.\n")}, "side", subject="Side")
    origin.commit({one: text("One"), two: text("Two", "Two!\n")}, subject="Main")
    publish()
    origin.commit({one: text("One", TEXT + "Side.\n"), two: text("Two", "Two!\n")}, merged=branch, subject="Merge")
    publish()
    assert told(session, "a/one.md") == [("Begin", "content"), ("Side", "content")]
    assert told(session, "a/two.md") == [("Begin", "content"), ("Main", "content")]
    listed = _git(origin, "log", "--format=%s", "--follow", "main", "--", one).split()
    assert listed == ["Side", "Begin"]


def test_history_is_read_anew_when_the_branch_was_rewritten(
    session: Session, origin: Repository, publish: Publish
) -> None:
    base = origin.commit({"docs/a/one.md": text("One")}, subject="Write")
    origin.commit({"docs/a/one.md": text("One", "A mistake.\n")}, subject="Mistake")
    publish()
    origin.commit({"docs/a/one.md": text("One", TEXT + "Better.\n")}, on=base, subject="Better")
    publish()
    assert told(session, "a/one.md") == [("Write", "content"), ("Better", "content")]
    assert "Mistake" not in session.scalars(select(GitCommit.subject)).all()


def test_history_goes_back_with_the_site(session: Session, origin: Repository, publish: Publish) -> None:
    first = origin.commit({"docs/a/one.md": text("One")}, subject="Write")
    origin.commit({"docs/a/one.md": text("One", TEXT + "More.\n")}, subject="Extend")
    publish()
    publish(first)
    assert told(session, "a/one.md") == [("Write", "content")]
    assert article(session, "a/one.md").changed_at == minute(1)
    publish()
    assert told(session, "a/one.md") == [("Write", "content"), ("Extend", "content")]


def test_a_commit_to_many_articles_changes_no_date_but_an_addition_counts(
    session: Session, origin: Repository, publish: Publish
) -> None:
    before: Files = {f"docs/a/{n}.md": text(f"Article {n}", f"{n}.\n{TEXT}") for n in range(30)}
    after: Files = {path: data + b"Footer.\n" for path, data in before.items()}
    origin.commit(dict(before), subject="Begin")
    origin.commit({**after, "docs/a/new.md": text("New", "New.\n")}, subject="Footer everywhere")
    publish()
    assert told(session, "a/7.md") == [("Begin", "content"), ("Footer everywhere", "bulk")]
    assert article(session, "a/7.md").changed_at == minute(1)
    assert told(session, "a/new.md") == [("Footer everywhere", "content")]
    assert article(session, "a/new.md").changed_at == minute(2)


def test_a_commit_that_the_repository_ignores_is_bulk_from_then_on(
    session: Session, origin: Repository, publish: Publish
) -> None:
    files: Files = {"docs/a/one.md": text("One")}
    origin.commit(dict(files), subject="Write")
    files["docs/a/one.md"] = text("One", TEXT.replace(" ", "  "))
    sha = origin.commit(dict(files), subject="Reformat")
    publish()
    assert article(session, "a/one.md").changed_at == minute(2)
    files[".git-blame-ignore-revs"] = f"# Only spaces\n{sha}\n".encode()
    origin.commit(dict(files), subject="Ignore")
    publish()
    assert told(session, "a/one.md") == [("Write", "content"), ("Reformat", "bulk")]
    assert article(session, "a/one.md").changed_at == minute(1)


def test_authors_are_who_the_mailmap_says(session: Session, origin: Repository, publish: Publish) -> None:
    files: Files = {"docs/a/one.md": text("One")}
    origin.commit(dict(files), author="bo <bo@old.example>")
    publish()
    files[".mailmap"] = b"Bo Berg <bo@example.com> <bo@old.example>\n"
    origin.commit(dict(files), author="Bo Berg <bo@example.com>")
    publish()
    assert article(session, "a/one.md").authors == [{"name": "Bo Berg", "commits": 1}]
    assert session.scalars(select(GitCommit.author_email)).all() == ["bo@example.com"]


def test_a_file_that_comes_back_keeps_its_history(session: Session, origin: Repository, publish: Publish) -> None:
    other: Files = {"docs/a/other.md": text("Other", "Other.\n")}
    origin.commit({**other, "docs/a/one.md": text("One")}, subject="Write")
    origin.commit(dict(other), subject="Delete")
    publish()
    assert former(session) == {"/articles/a/one": "One"}
    origin.commit({**other, "docs/a/one.md": text("One")}, subject="Restore")
    publish()
    assert told(session, "a/one.md") == [("Write", "content"), ("Delete", "removed"), ("Restore", "content")]
    assert article(session, "a/one.md").created_at == minute(1)
    assert "One" not in former(session).values()


def test_history_is_not_read_anew_for_a_file_that_never_was_an_article(
    session: Session, origin: Repository, publish: Publish
) -> None:
    one: Files = {"docs/a/one.md": text("One")}
    stub = b"---\nredirect_to: one.md\n---\n"
    origin.commit({**one, "docs/a/old.md": stub, "docs/a/index.md": b"---\ntitle: A\n---\n"})
    publish()
    origin.commit({**one, "docs/a/old.md": stub + b"\n", "docs/a/new.md": stub})
    publish()
    session.execute(update(GitCommit).values(subject="As it was read"))
    session.commit()
    origin.commit(dict(one), subject="Tidy up")
    origin.commit({"docs/a/one.md": text("One", TEXT + "More.\n")}, subject="Extend")
    publish()
    assert told(session, "a/one.md") == [("As it was read", "content"), ("Extend", "content")]


def test_a_page_that_became_a_redirect_and_went_is_gone_however_it_was_published(
    session: Session, origin: Repository, publish: Publish
) -> None:
    one: Files = {"docs/a/one.md": text("One")}
    for more in ({"docs/a/two.md": text("Two", "Two.\n")}, {"docs/a/two.md": b"---\nredirect_to: one.md\n---\n"}, {}):
        origin.commit({**one, **more})
        publish()
    one_by_one = (_everything(session), former(session))
    for model in (Article, EndedPage, Fact):
        for row in session.scalars(select(model)):
            session.delete(row)
    session.commit()
    publish()
    assert (_everything(session), former(session)) == one_by_one


def test_link_to_an_address_that_only_history_knows_is_followed_from_the_first_run_on(
    session: Session, origin: Repository, publish: Publish
) -> None:
    link = text("Two", "See [one](/articles/a/one).\n")
    origin.commit({"docs/a/one.md": text("One"), "docs/a/two.md": link})
    origin.commit({"docs/b/uno.md": text("One"), "docs/a/two.md": link})
    for _ in range(2):
        [finding] = [one for one in publish().findings if one.code == "moved-link"]
        assert (finding.path, finding.line, "/articles/b/uno" in finding.message) == ("a/two.md", 4, True)
        assert 'href="/articles/b/uno"' in article(session, "a/two.md").html


def test_a_move_that_leaves_a_redirect_is_followed(session: Session, origin: Repository, publish: Publish) -> None:
    origin.commit({"docs/a/one.md": text("One")}, subject="Write")
    origin.commit({"docs/b/one.md": text("One"), "docs/a/one.md": b"---\nredirect_to: /articles/b/one\n---\n"})
    publish()
    assert article(session, "b/one.md").created_at == minute(1)
    assert told(session, "b/one.md") == [("Write", "content"), ("Change", "moved")]


def test_a_broken_revision_does_not_count_as_a_move(session: Session, origin: Repository, publish: Publish) -> None:
    origin.commit({"docs/a/one.md": text("One", slug="start")})
    origin.commit({"docs/a/one.md": b"---\ntitle: [\n---\n" + TEXT.encode()})
    origin.commit({"docs/a/one.md": text("One", slug="begin")})
    publish()
    rows = select(ArticleRevision.address, ArticleRevision.audience).order_by(ArticleRevision.number)
    assert [tuple(row) for row in session.execute(rows)] == [
        ("/articles/a/start", "public"),
        ("/articles/a/start", "writers"),
        ("/articles/a/begin", "public"),
    ]
    assert former(session) == {"/articles/a/start": "a/one.md"}


@pytest.mark.parametrize("hiding", [{"status": "draft"}, {"audience": "staff"}])
def test_what_was_not_public_is_not_named_when_it_is_gone(
    session: Session, origin: Repository, publish: Publish, hiding: dict[str, str]
) -> None:
    other: Files = {"docs/a/other.md": text("Other", "Other.\n")}
    origin.commit({**other, "docs/a/one.md": text("Secret", **hiding)})
    origin.commit(dict(other))
    publish()
    assert former(session) == {}


def _git(origin: Repository, *arguments: str) -> str:
    return subprocess.run(
        ["git", f"--git-dir={origin.folder}", *arguments], capture_output=True, check=True, text=True
    ).stdout
