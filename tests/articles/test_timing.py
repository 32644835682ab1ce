"""Articles that come and go by the clock, on pages that are kept and in search."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from kb import clock, jobs
from kb.articles import timing
from kb.articles.models import PublishRun
from kb.db import site_version
from kb.jobs import Job
from kb.people.models import Person
from kb.search import asking
from kb.search.models import Change
from tests.articles.rows import article_row
from tests.builders import Cast
from tests.builders_articles import Content

HOUR = timedelta(hours=1)


def work(session: Session) -> None:
    """Run what is due."""
    while jobs.run_next(session, "test"):
        pass


def planned(session: Session) -> list[datetime]:
    waiting = select(Job.run_at).where(Job.name.endswith("timing.tick"), Job.done_at.is_(None)).order_by(Job.run_at)
    return list(session.scalars(waiting))


@pytest.fixture
def find(session: Session, app: Flask) -> Callable[[FlaskClient], int]:
    """Count the hits of a word, as search has them after following all changes."""

    def count(client: FlaskClient) -> int:
        engine = asking.engine_of(app.extensions)
        asking.follow(session, engine)
        session.commit()
        return client.get("/search?q=zebra").text.count('class="hit hit--')

    return count


def test_article_appears_and_disappears_on_kept_pages_and_in_search(
    session: Session, app: Flask, client: FlaskClient, find: Callable[[FlaskClient], int]
) -> None:
    now = clock.now()
    article_row(session, "a/here.md")
    article_row(session, "a/zebra.md", text="zebra", publish_at=now + HOUR, expires_at=now + 2 * HOUR)
    timing.plan(session)
    session.commit()
    asking.rebuild(session, asking.engine_of(app.extensions))
    session.commit()
    for shown in (0, 1, 0):
        work(session)
        assert client.get("/articles/a").text.count("Zebra") == shown
        assert client.get("/articles/a/zebra").status_code == (200 if shown else 404)
        assert find(client) == shown
        clock.advance(HOUR)


def test_plan_stores_one_tick_a_moment(session: Session) -> None:
    now = clock.now()
    article_row(session, "a/one.md", publish_at=now + 3 * HOUR, expires_at=now - HOUR)
    assert timing.plan(session) == now + 3 * HOUR
    timing.plan(session)
    assert planned(session) == [now + 3 * HOUR]
    article_row(session, "a/two.md", expires_at=now + HOUR)
    timing.plan(session)
    assert planned(session) == [now + HOUR, now + 3 * HOUR]


def test_plan_has_nothing_to_do_without_moments(session: Session) -> None:
    article_row(session, "a/one.md")
    article_row(session, "a/gone.md", status="retired", publish_at=clock.now() + HOUR)
    assert timing.plan(session) is None
    assert planned(session) == []


def test_tick_makes_up_for_all_it_missed_and_plans_the_next(session: Session) -> None:
    now = clock.now()
    ids = [article_row(session, f"a/{hours}.md", publish_at=now + hours * HOUR).id for hours in (1, 2, 5)]
    timing.plan(session)
    session.commit()
    version = site_version(session)
    clock.advance(3 * HOUR)
    work(session)
    assert site_version(session) == version + 1
    assert session.scalars(select(Change.ref).order_by(Change.ref)).all() == ids[:2]
    assert planned(session) == [now + 5 * HOUR]


def test_tick_in_vain_leaves_kept_pages_alone(session: Session) -> None:
    one = article_row(session, "a/one.md", publish_at=clock.now() + HOUR)
    timing.plan(session)
    one.publish_at = None
    session.commit()
    version = site_version(session)
    clock.advance(HOUR)
    work(session)
    assert site_version(session) == version
    assert planned(session) == []


def test_publish_plans_the_next_moment(session: Session, content: Content, publish: Callable[..., PublishRun]) -> None:
    content.write("a/one.md", publish_at="2026-03-02T13:00:00Z")
    publish()
    assert planned(session) == [clock.now() + HOUR]


def test_writers_find_what_is_not_in_its_time(
    session: Session,
    app: Flask,
    cast: Cast,
    signed_in: Callable[[Person], FlaskClient],
    find: Callable[[FlaskClient], int],
) -> None:
    article_row(session, "a/soon.md", text="zebra", publish_at=clock.now() + HOUR)
    article_row(session, "a/over.md", text="zebra", expires_at=clock.now(), audience="staff")
    article_row(session, "a/draft.md", text="zebra", status="draft")
    session.commit()
    asking.rebuild(session, asking.engine_of(app.extensions))
    session.commit()
    assert find(signed_in(cast.will)) == 2
    assert find(signed_in(cast.alice)) == 0
