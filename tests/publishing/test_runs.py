"""Runs: each publish on record, one at a time, and the site as it was when one fails."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kb import clock, jobs
from kb.articles import checking
from kb.articles.models import Article, PublishRun
from kb.db import Fact, site_version
from kb.errors import Conflict, Refused
from kb.publishing import publishing, redirects, runs
from kb.publishing.redirects import Gone, Moved
from kb.publishing.sources import place
from kb.publishing.sources.place import Place
from tests.builders import Cast
from tests.conftest import settings_for
from tests.git.repositories import Name, Repository

Files = dict[Name, bytes]
Publish = Callable[..., PublishRun]


def text(title: str, body: str = "Text.", **head: object) -> bytes:
    """Return the bytes of an article."""
    lines = "".join(f"{key}: {value}\n" for key, value in {"title": title, "summary": "In short.", **head}.items())
    return f"---\n{lines}---\n\n{body}\n".encode()


@pytest.fixture
def origin(tmp_path: Path) -> Repository:
    """A repository with one article."""
    repository = Repository(tmp_path / "origin.git")
    repository.commit({"a/one.md": text("One")}, subject="Begin")
    return repository


@pytest.fixture
def here(origin: Repository, tmp_path: Path) -> Place:
    """The repository as the place of this site's articles, for jobs too."""
    place.configure(settings_for(tmp_path, None, content=origin.url))
    return place.current()


@pytest.fixture
def publish(session: Session, here: Place) -> Publish:
    """Publish and commit."""

    def run(cause: str = "command", **how: Any) -> PublishRun:
        made = runs.publish(session, here, cause=cause, **how)
        session.commit()
        return made

    return run


def number_of_runs(session: Session) -> int:
    """Return how many runs are on record."""
    return session.scalar(select(func.count(PublishRun.id))) or 0


def work(session: Session) -> int:
    """Run what waits in the lane by now; returns how many jobs that were."""
    count = 0
    while jobs.run_next(session, "test", runs.LANE):
        count += 1
    return count


def titles(session: Session) -> list[str]:
    """Return the titles of all articles with a file."""
    live = select(Article.title).where(Article.status != "retired").order_by(Article.title)
    return list(session.scalars(live))


def test_publish_says_which_commit_it_published(session: Session, origin: Repository, publish: Publish) -> None:
    run = publish()
    assert (run.state, run.cause, run.added, run.pinned) == ("done", "command", 1, False)
    assert (run.sha, run.subject, run.author_name, run.author_email) == (
        origin.tip(), "Begin", "Ada Author", "ada@example.com",
    )  # fmt: skip
    assert run.authored_at is not None
    assert run.authored_at.year == 2023
    assert list(checking.faults(session)) == []


def test_publish_by_itself_writes_no_run_when_there_is_nothing_new(
    session: Session, origin: Repository, publish: Publish
) -> None:
    first = publish()
    version = site_version(session)
    for cause in runs.BY_ITSELF:
        assert publish(cause).id == first.id
    assert (number_of_runs(session), site_version(session)) == (1, version)
    assert publish("click").id != first.id
    origin.commit({"a/one.md": text("One"), "a/two.md": text("Two")})
    assert (publish("poll").added, number_of_runs(session)) == (1, 3)


def test_publish_puts_one_failure_on_record_however_often_it_repeats(
    session: Session, origin: Repository, publish: Publish
) -> None:
    publish()
    moved = origin.folder.rename(origin.folder.with_name("away.git"))
    failed = publish("poll")
    clock.advance(timedelta(minutes=5))
    assert publish("poll").id == failed.id
    assert (failed.state, failed.cause, number_of_runs(session)) == ("failed", "poll", 2)
    assert failed.finished_at - failed.started_at >= timedelta(minutes=5)
    assert failed.problem.startswith("There is no git repository")
    assert titles(session) == ["One"]
    assert runs.latest(session) != failed
    moved.rename(origin.folder)
    again = publish("poll")
    assert (again.state, again.unchanged) == ("done", 1), "that it works again is on record too"


def test_publish_leaves_the_site_as_it_was_when_it_stops_half_way(
    session: Session, origin: Repository, publish: Publish, here: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish()
    origin.commit({"a/one.md": text("Uno"), "a/two.md": text("Two")})
    monkeypatch.setattr(publishing.related, "store", lambda _: 1 / 0)
    runs.request(session, cause="hook")
    session.commit()
    assert work(session) == 1
    assert titles(session) == ["One"]
    failed = session.scalars(select(PublishRun).order_by(PublishRun.id.desc())).first()
    assert failed is not None
    assert (failed.state, failed.added) == ("failed", 0)
    assert "as it was" in failed.problem
    monkeypatch.undo()
    assert publish("poll").added == 1


def test_publish_at_a_commit_rolls_back_and_stays_there(
    session: Session, origin: Repository, publish: Publish, here: Place
) -> None:
    first = origin.tip()
    publish()
    origin.commit({"a/uno.md": text("Uno", "Text.")})
    publish()
    assert redirects.find(session, "/articles/a/one", None) == Moved("/articles/a/uno", is_article=True)
    back = publish("click", at=first)
    assert (back.sha, back.pinned, runs.is_pinned(session)) == (first, True, True)
    assert titles(session) == ["One"]
    assert redirects.find(session, "/articles/a/uno", None) == Moved("/articles/a/one", is_article=True)
    origin.commit({"a/three.md": text("Three", "Nothing like the others, in any line of it.", summary="Third.")})
    runs.request(session, cause="hook")
    runs.keep_polling(session, timedelta(minutes=5))
    session.commit()
    assert work(session) == 2
    assert titles(session) == ["One"]
    assert publish().pinned is False
    assert (titles(session), runs.is_pinned(session)) == (["Three"], False)
    assert redirects.find(session, "/articles/a/one", None) == Gone("Uno")
    assert list(checking.faults(session)) == []


def test_publish_at_a_commit_needs_no_git_server(session: Session, origin: Repository, publish: Publish) -> None:
    first = origin.tip()
    publish()
    origin.commit({"a/one.md": text("Uno")})
    publish()
    origin.folder.rename(origin.folder.with_name("away.git"))
    assert publish(at=first).state == "done"
    assert titles(session) == ["One"]
    unknown = publish(at="f" * 40)
    assert (unknown.state, titles(session), runs.is_pinned(session)) == ("failed", ["One"], True)


def test_publish_sends_on_after_a_rename_with_changes(session: Session, origin: Repository, publish: Publish) -> None:
    body = "\n\n".join(f"Step {number}: do what there is to do." for number in range(20))
    origin.commit({"a/one.md": text("One", body)})
    publish()
    before = session.scalars(select(Article.id)).all()
    origin.commit({"b/uno.md": text("Uno", f"{body}\n\nThat is all.")})
    run = publish()
    assert (run.moved, session.scalars(select(Article.id)).all()) == (1, before)
    assert redirects.find(session, "/articles/a/one", None) == Moved("/articles/b/uno", is_article=True)
    assert run.errors == 0


def test_publish_holds_many_gone_articles_until_somebody_says_yes(
    session: Session, origin: Repository, publish: Publish, here: Place, cast: Cast
) -> None:
    files: Files = {f"a/{number}.md": text(f"Title {number}", f"{number}") for number in range(20)}
    origin.commit(files)
    publish()
    origin.commit({"a/0.md": text("Changed"), **{f"a/{number}.md": files[f"a/{number}.md"] for number in range(1, 5)}})
    waiting = publish("hook")
    assert (waiting.state, waiting.held, waiting.retired, waiting.changed) == ("waiting", 15, 0, 1)
    assert publish("poll").id == waiting.id
    origin.commit({"a/0.md": text("Changed")})
    runs.request(session, cause="click", by=cast.will, confirm=True)
    session.commit()
    work(session)
    more = runs.latest(session)
    assert more is not None
    assert (more.state, more.held) == ("waiting", 19), "nobody was shown that so many would go"
    assert publish("click", by=cast.will, confirm=True).retired == 19
    assert titles(session) == ["Changed"]


def test_publish_lets_others_write_while_it_reads_and_renders(
    session: Session, origin: Repository, here: Place
) -> None:
    steps: list[str] = []

    def write(step: str, _done: int, _of: int) -> None:
        steps.append(step)
        if step != "store":
            with Session(session.get_bind()) as other:
                other.add(Fact(name=f"somebody else at {step}", value={}))
                other.commit()

    session.commit()
    runs.publish(session, here, cause="command", progress=write)
    session.commit()
    assert steps == ["fetch", "read", "history", "render", "store"]
    assert session.scalar(select(func.count()).where(Fact.name.startswith("somebody else"))) == 4


def test_publish_refuses_when_another_run_came_in_between(
    session: Session, origin: Repository, publish: Publish, here: Place
) -> None:
    drafted = publishing.draft(session, place.open_place(here))
    publish()
    with pytest.raises(Conflict):
        publishing.store(session, drafted)


def test_request_is_one_run_for_a_burst(session: Session, origin: Repository, publish: Publish) -> None:
    publish()
    for number in range(100):
        origin.commit({"a/one.md": text(f"One {number}")})
        runs.request(session, cause="hook")
    session.commit()
    assert work(session) == 1
    assert (number_of_runs(session), titles(session)) == (2, ["One 99"])
    runs.request(session, cause="hook")
    session.commit()
    assert work(session) == 0, "the next one has to wait a little"
    clock.advance(runs.QUIET)
    assert work(session) == 1
    assert number_of_runs(session) == 2


def test_request_is_for_writers(session: Session, here: Place, cast: Cast) -> None:
    with pytest.raises(Refused):
        runs.request(session, cause="click", by=cast.mia)
    runs.request(session, cause="click", by=cast.will)
    session.commit()
    assert work(session) == 1
    made = runs.latest(session)
    assert made is not None
    assert (made.cause, made.by_id) == ("click", cast.will.id)


def test_poll_comes_back_and_finds_what_is_new(session: Session, origin: Repository, publish: Publish) -> None:
    publish()
    runs.keep_polling(session, timedelta(minutes=5))
    runs.keep_polling(session, timedelta(minutes=10))
    session.commit()
    assert (work(session), number_of_runs(session)) == (1, 1)
    origin.commit({"a/one.md": text("Uno")})
    clock.advance(timedelta(minutes=9))
    assert work(session) == 0
    clock.advance(timedelta(minutes=1))
    assert (work(session), titles(session)) == (1, ["Uno"])
    origin.folder.rename(origin.folder.with_name("away.git"))
    for _ in range(20):
        clock.advance(timedelta(minutes=10))
        assert work(session) == 1, "a server that is away for long is asked for ever"
    assert number_of_runs(session) == 3
    runs.keep_polling(session, timedelta(0))
    session.commit()
    clock.advance(timedelta(minutes=10))
    assert work(session) == 0
