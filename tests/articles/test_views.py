"""Counting how often articles are opened: every reader, no program, no writer, and nothing about anybody."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from kb import clock, jobs
from kb.articles import views
from kb.articles.models import ArticleViews
from kb.db import Base, site_version
from kb.jobs import Job
from kb.people.models import Person, Role
from kb.web import counting
from tests import builders
from tests.articles.rows import article_row
from tests.builders import Cast

FIREFOX = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}
PHONE = "Mozilla/5.0 (Linux; Android 13; CUBOT NOTE 50) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Mobile"
ONE = "/articles/a/one"


@pytest.fixture(autouse=True)
def nothing_counted() -> Iterator[None]:
    views._tally._counts.clear()
    yield
    views._tally._counts.clear()


@pytest.fixture
def stored(session: Session) -> Callable[[], list[tuple[int, int]]]:
    """Store what was counted and return article and views of every day."""

    def rows() -> list[tuple[int, int]]:
        with views.storing(session):
            session.commit()
        order = (ArticleViews.day, ArticleViews.article_id)
        return [
            tuple(row) for row in session.execute(select(ArticleViews.article_id, ArticleViews.views).order_by(*order))
        ]

    return rows


def test_every_reader_counts_also_of_a_kept_page(
    session: Session, client: FlaskClient, cast: Cast, signed_in: Callable[[Person], FlaskClient], stored: object
) -> None:
    one, two = article_row(session, "a/one.md"), article_row(session, "a/two.md")
    session.commit()
    for _ in range(3):
        assert client.get(ONE, headers=FIREFOX).status_code == 200
    client.get("/articles/a/two?q=x", headers=FIREFOX)
    alice = signed_in(cast.alice)
    for _ in range(2):
        alice.get(ONE, headers=FIREFOX)
    assert stored() == [(one.id, 5), (two.id, 1)]  # type: ignore[operator]


def test_programs_writers_and_other_pages_do_not_count(
    session: Session, client: FlaskClient, cast: Cast, signed_in: Callable[[Person], FlaskClient], stored: object
) -> None:
    article_row(session, "a/one.md")
    article_row(session, "a/draft.md", status="draft")
    session.commit()
    admin = builders.person(session, "ada", Role.ADMIN)
    for _ in range(2):
        client.get(
            ONE, headers={"User-Agent": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"}
        )
        client.get(ONE, headers={"User-Agent": ""})
        client.get(ONE, headers={**FIREFOX, "Sec-Purpose": "prefetch"})
        client.head(ONE, headers=FIREFOX)
        for address in ("/", "/articles", "/articles/a", f"{ONE}.md", f"{ONE}/feedback", "/articles/a/none"):
            client.get(address, headers=FIREFOX)
    for person in (cast.will, admin):
        signed_in(person).get(ONE, headers=FIREFOX)
    signed_in(cast.will).get("/articles/a/draft", headers=FIREFOX)
    assert stored() == []  # type: ignore[operator]


def test_days_are_kept_apart_and_added_up(session: Session, stored: Callable[[], list[tuple[int, int]]]) -> None:
    one = article_row(session, "a/one.md")
    views.opened(ONE)
    assert stored() == [(one.id, 1)]
    views.opened(ONE)
    views.opened(ONE)
    assert stored() == [(one.id, 3)]
    clock.advance(timedelta(days=1))
    views.opened(ONE)
    assert stored() == [(one.id, 3), (one.id, 1)]
    with views.storing(session) as anything:
        assert not anything


def test_a_translation_counts_for_itself_a_missing_one_for_the_original(
    session: Session, stored: Callable[[], list[tuple[int, int]]]
) -> None:
    one = article_row(session, "a/one.md")
    german = article_row(session, "a/eins.md", tree="de", slug="one")
    for address in (ONE, f"/de{ONE}", f"/fr{ONE}", "/articles/a/gone", "/articles/nowhere/one"):
        views.opened(address)
    assert stored() == [(one.id, 2), (german.id, 1)]


def test_what_cannot_be_stored_is_kept(session: Session, stored: Callable[[], list[tuple[int, int]]]) -> None:
    one = article_row(session, "a/one.md")
    session.commit()
    views.opened(ONE)

    class Away(Session):
        def execute(self, *_: object, **__: object) -> None:  # type: ignore[override]
            raise OperationalError("", {}, Exception("away"))

    with pytest.raises(OperationalError), views.storing(Away()):
        pass
    views.opened(ONE)
    assert stored() == [(one.id, 2)]


def test_numbers_go_after_400_days_and_the_job_comes_back_tomorrow(
    session: Session, stored: Callable[[], list[tuple[int, int]]]
) -> None:
    one = article_row(session, "a/one.md")
    views.opened(ONE)
    stored()
    clock.advance(timedelta(days=1))
    views.opened(ONE)
    views.opened(ONE)
    stored()
    clock.advance(timedelta(days=400))
    views.forget_views(session)
    session.commit()
    assert stored() == [(one.id, 2)]
    tomorrow = clock.now() + timedelta(days=1)
    assert session.execute(select(Job.name, Job.run_at)).all() == [("kb.articles.views.forget_views", tomorrow)]
    clock.advance(timedelta(days=1))
    assert jobs.run_next(session, "tests")
    assert stored() == []


def test_a_phone_is_no_program() -> None:
    assert counting.is_reader({"HTTP_USER_AGENT": PHONE})


def test_a_view_makes_no_page_stale(session: Session, stored: Callable[[], list[tuple[int, int]]]) -> None:
    article_row(session, "a/one.md")
    session.commit()
    version = site_version(session)
    views.opened(ONE)
    assert stored()
    assert site_version(session) == version


def test_a_crawl_by_an_admin_changes_nothing(
    app: Flask, session: Session, signed_in: Callable[[Person], FlaskClient]
) -> None:
    for name in ("one", "two", "three"):
        article_row(session, f"a/{name}.md", tags=["x"], review_due_on=clock.now().date())
    browser = signed_in(builders.person(session, "ada", Role.ADMIN))
    app.extensions["storer"].store()  # what other tests left behind
    before = everything(session)
    seen, waiting = set(), ["/"]
    while waiting:
        address = waiting.pop()
        if address in seen or address.startswith("/search?"):  # what is searched is counted too, whoever searches
            continue
        seen.add(address)
        answer = browser.get(address, headers=FIREFOX)
        assert answer.status_code < 500, address
        if answer.mimetype == "text/html":
            found = (
                link["href"] for link in BeautifulSoup(answer.text, "html.parser").find_all(["a", "link"], href=True)
            )
            waiting += [
                str(href).partition("#")[0] for href in found if not urlsplit(str(href)).netloc and href[0] == "/"
            ]
    assert {"/articles/a/one", "/inbox", "/settings", "/feeds/articles.atom"} <= seen
    app.extensions["storer"].store()
    assert everything(session) == before


def everything(session: Session) -> dict[str, list[tuple[object, ...]]]:
    """Return every row of every table."""
    session.rollback()
    tables = Base.metadata.sorted_tables
    return {table.name: [tuple(row) for row in session.execute(table.select())] for table in tables}
