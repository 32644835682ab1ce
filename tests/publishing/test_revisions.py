"""The history of an article as readers see it: the list, and two revisions side by side."""

import shutil
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from kb import clock
from kb.articles.models import PublishRun
from kb.people.models import Person
from kb.publishing import runs
from kb.publishing.past import diffing
from kb.publishing.past.diffing import ADDED, REMOVED, SAME, Difference
from kb.publishing.sources import place
from tests.builders import Cast
from tests.builders_articles import Content
from tests.conftest import settings_for
from tests.git.repositories import Repository
from tests.pages import counted_statements, page

WORDS = "The quick brown fox jumps over the lazy dog and runs away.\n"


def file(title: str, body: str, **head: str) -> bytes:
    """Return an article's file."""
    lines = "".join(f"{key}: {value}\n" for key, value in {"title": title, **head}.items())
    return f"---\n{lines}---\n{body}".encode()


@pytest.fixture
def origin(app: Flask, tmp_path: Path) -> Repository:
    """A repository that the site publishes from."""
    repository = Repository(tmp_path / "origin.git")
    app.config["SETTINGS"] = settings_for(tmp_path, None, content=repository.url, content_ref="main")
    return repository


@pytest.fixture
def bring(app: Flask, session: Session) -> Callable[[], PublishRun]:
    """Publish what the repository holds."""

    def run() -> PublishRun:
        made = runs.publish(session, place.place_of(app.config["SETTINGS"]), cause="command")
        session.commit()
        assert made.state == "done", made.problem
        return made

    return run


def test_history_lists_revisions_with_author_and_subject(
    client: FlaskClient, origin: Repository, bring: Callable[[], PublishRun]
) -> None:
    origin.commit({"a/one.md": file("One", WORDS)}, subject="Write it")
    origin.commit({"a/one.md": file("One", WORDS.replace("fox", "cat"))}, subject="<b>Cats</b>", author="Bo <b@x.org>")
    bring()
    soup = page(client, "/articles/a/one/history")
    rows = [" ".join(row.get_text(" ").split()) for row in soup.select(".revisions__row")]
    assert len(rows) == 2
    assert "<b>Cats</b>" in rows[0]
    assert "Bo" in rows[0]
    assert "Write it" in rows[1]
    assert "b@x.org" not in str(soup)
    foot = page(client, "/articles/a/one").select_one(".article-source")
    assert foot is not None
    assert "Written by Ada Author and 1 other" in " ".join(foot.get_text(" ").split())
    assert foot.select_one('a[href="/articles/a/one/history"]') is not None


def test_history_compares_any_two_revisions_word_by_word(
    client: FlaskClient, origin: Repository, bring: Callable[[], PublishRun]
) -> None:
    for word in ("fox", "cat", "owl"):
        origin.commit({"a/one.md": file("One", f"{WORDS * 9}The brown {word} sleeps all day long.\n", owner="Secret")})
    bring()
    answer = client.get("/articles/a/one/history?from=3&to=1")
    assert (answer.status_code, answer.location) == (302, "/articles/a/one/history/1..3")
    soup = page(client, "/articles/a/one/history/1..3")
    assert [tag.get_text() for tag in soup.select(".diff del")] == ["[removed: fox]"]
    assert [tag.get_text() for tag in soup.select(".diff ins")] == ["[added: owl]"]
    fold = soup.select_one(".diff details summary")
    assert fold is not None
    assert "unchanged lines" in fold.get_text()
    assert "Secret" not in str(soup)
    assert "first" not in page(client, "/articles/a/one/history/0..1").get_text()


@pytest.mark.parametrize("pair", ["3..1", "1..9", "1..1", "0..0", "1..99999999999999999999"])
def test_history_knows_no_other_pairs(
    client: FlaskClient, origin: Repository, bring: Callable[[], PublishRun], pair: str
) -> None:
    origin.commit({"a/one.md": file("One", WORDS)})
    bring()
    page(client, f"/articles/a/one/history/{pair}", 404)


@pytest.mark.parametrize("hidden", [{"status": "draft"}, {"audience": "members"}, {"audience": "staff"}])
def test_history_shows_what_was_for_fewer_readers_to_writers_only(
    client: FlaskClient,
    cast: Cast,
    signed_in: Callable[[Person], FlaskClient],
    origin: Repository,
    bring: Callable[[], PublishRun],
    hidden: dict[str, str],
) -> None:
    origin.commit({"a/one.md": file("One", "The secret plan.\n", **hidden)}, subject="Secret plan")
    origin.commit({"a/one.md": file("One", WORDS)}, subject="Tell everybody")
    origin.commit({"a/one.md": file("One", WORDS * 2)}, subject="More")
    bring()
    soup = page(client, "/articles/a/one/history")
    assert "Secret plan" not in str(soup)
    assert soup.select_one('a[href$="/history/2..3"]') is not None
    page(client, "/articles/a/one/history/1..2", 404)
    page(client, "/articles/a/one/history/1..3", 404)
    writer = signed_in(cast.will)
    assert "Secret plan" in str(page(writer, "/articles/a/one/history"))
    assert "The secret plan." in page(writer, "/articles/a/one/history/1..2").get_text()
    member = signed_in(cast.bob)
    assert "Secret plan" not in str(page(member, "/articles/a/one/history"))


def test_history_of_an_article_that_a_reader_may_not_see_is_not_there(
    client: FlaskClient, origin: Repository, bring: Callable[[], PublishRun]
) -> None:
    origin.commit({"a/one.md": file("One", WORDS, audience="members")})
    bring()
    page(client, "/articles/a/one/history", 404)
    page(client, "/articles/a/one/history/0..1", 404)


def test_history_moves_with_its_article(
    client: FlaskClient, origin: Repository, bring: Callable[[], PublishRun]
) -> None:
    origin.commit({"a/one.md": file("One", WORDS)})
    origin.commit({"b/one.md": file("One", WORDS)})
    bring()
    answer = client.get("/articles/a/one/history")
    assert (answer.status_code, answer.location) == (301, "/articles/b/one/history")


def test_history_says_so_when_the_repository_is_elsewhere(
    app: Flask, client: FlaskClient, origin: Repository, bring: Callable[[], PublishRun]
) -> None:
    origin.commit({"a/one.md": file("One", WORDS)})
    bring()
    shutil.rmtree(place.place_of(app.config["SETTINGS"]).mirror_folder)
    assert "not on this machine" in page(client, "/articles/a/one/history/0..1").get_text()


def test_history_of_a_folder_is_what_was_published(
    session: Session, client: FlaskClient, content: Content, publish: Callable[..., PublishRun]
) -> None:
    content.write("a/one.md", "Old words here.\n", title="One")
    publish()
    clock.advance(timedelta(hours=1))
    content.write("a/one.md", "New words here.\n", title="One")
    publish()
    assert len(page(client, "/articles/a/one/history").select(".revisions__row")) == 2
    soup = page(client, "/articles/a/one/history/1..2")
    assert [tag.get_text() for tag in soup.select(".diff ins")] == ["[added: New]"]


def test_history_takes_the_same_statements_for_many_revisions(
    client: FlaskClient, origin: Repository, bring: Callable[[], PublishRun]
) -> None:
    origin.commit({"a/one.md": file("One", WORDS), "a/two.md": file("Two", "Two.\n")})
    for number in range(60):
        origin.commit({"a/one.md": file("One", f"{WORDS}{number}\n"), "a/two.md": file("Two", "Two.\n")})
    bring()
    with counted_statements() as few:
        client.get("/articles/a/two/history")
    with counted_statements() as many:
        shown = page(client, "/articles/a/one/history")
    assert len(shown.select(".revisions__row")) == 50
    assert len(few) == len(many) <= 12
    assert len(page(client, "/articles/a/one/history?page=2").select(".revisions__row")) == 11


def said(found: Difference, kind: str) -> str:
    """Return the text that a difference makes of both: what is the same, and what is of one ``kind``."""
    lines = ("".join(p.text for p in line if p.kind in (SAME, kind)) for block in found.blocks for line in block.lines)
    return "\n".join(lines)


def test_difference_marks_words_and_keeps_both_texts() -> None:
    found = diffing.difference("one two three\nfour\nfive", "one 2 three\nfour\nfive\nsix")
    assert said(found, REMOVED).strip() == "one two three\nfour\nfive"
    assert said(found, ADDED) == "one 2 three\nfour\nfive\nsix"
    assert not diffing.difference("same\n", "same\n").blocks


def test_difference_folds_what_is_far_from_any_change() -> None:
    lines = [f"Line {number}." for number in range(1000)]
    found = diffing.difference("\n".join(lines), "\n".join([*lines[:500], "New.", *lines[500:]]))
    assert [(block.count, block.folded, len(block.lines)) for block in found.blocks] == [
        (497, True, 0),
        (3, False, 3),
        (1, False, 1),
        (3, False, 3),
        (497, True, 0),
    ]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a b\n" * 250_000, "b a\n" * 250_000),
        (" ".join(map(str, range(150_000))), " ".join(map(str, range(150_000, 0, -1)))),
        ("\n".join(map(str, range(150_000))), "\n".join(map(str, range(150_000, 0, -1)))),
        ("x\n" * 500_000, "x\n" * 250_000 + "y\n" + "x\n" * 249_000),
    ],
    ids=["repeated", "one line", "reversed", "nearly equal"],
)
def test_difference_of_a_megabyte_takes_less_than_two_seconds(before: str, after: str) -> None:
    started = time.process_time()
    assert diffing.difference(before, after).blocks or len(before) > 900_000
    assert time.process_time() - started < 2
