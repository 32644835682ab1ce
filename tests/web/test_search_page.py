"""The search page, hits while typing, and the note that a hit was opened."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kb.app import create_app
from kb.people.models import Person
from kb.search import asking, log
from kb.search.engine import Engine
from kb.search.models import Click, Query
from tests.builders import Cast
from tests.conftest import settings_for
from tests.pages import counted_statements, page
from tests.search.builders import Pile, article, question
from tests.search.conftest import empty_log as empty_log
from tests.search.conftest import piles as piles


@pytest.fixture
def engine(app: Flask) -> Engine:
    return asking.engine_of(app.extensions)


@pytest.fixture
def found(piles: tuple[Pile, Pile], session: Session, engine: Engine) -> tuple[Pile, Pile]:
    articles, questions = piles
    articles.put(
        article(1, "Reset your password", "Open the sign-in page. " * 40 + "Choose <b>Forgot</b> password & wait."),
        article(2, "Members only", "Passwords for members.", audience="members"),
    )
    questions.put(*(question(n, f"Password trouble {n}", tags=("sso",), status="solved") for n in range(1, 26)))
    asking.rebuild(session, engine)
    return piles


def test_results_show_hits_with_the_words_marked(client: FlaskClient, found: object) -> None:
    shown = page(client, "/search?q=reset+password")
    first = shown.select(".hit")[0]
    assert first.find("a", href="/articles/1")
    assert [mark.text for mark in first.select(".hit__title mark")] == ["Reset", "password"]
    assert "Forgot</b>" in first.select_one(".hit__extract").text  # type: ignore[union-attr]


def test_results_without_words_say_how_to_ask(client: FlaskClient, found: object) -> None:
    shown = page(client, "/search")
    assert "is:solved" in shown.text
    assert shown.find("input", attrs={"name": "q"})


def test_results_of_nothing_offer_to_ask_with_the_text(client: FlaskClient, found: object) -> None:
    shown = page(client, "/search?q=zeppelin%20%26%20co")
    assert shown.find("a", href="/questions/ask?title=zeppelin%20%26%20co")


def test_results_come_in_pages(client: FlaskClient, found: object) -> None:
    first, last = page(client, "/search?q=password+trouble"), page(client, "/search?q=password+trouble&page=3")
    assert len(first.select(".hit")) == 10
    assert len(last.select(".hit")) == 5
    assert first.find("a", rel="next")


@pytest.mark.parametrize("number", ["-1", "0", "nonsense", "99", "99999999999999999999"])
def test_results_for_a_page_that_is_not_there_show_one_that_is(client: FlaskClient, found: object, number: str) -> None:
    assert page(client, f"/search?q=password&page={number}").select(".hit")


def test_results_can_be_narrowed_and_widened(client: FlaskClient, found: object) -> None:
    shown = page(client, "/search?q=password&in=articles")
    assert len(shown.select(".hit")) == 1
    tabs = [one.text.split() for one in shown.select(".tabs a")]
    assert tabs == [["Everything", "26"], ["Articles", "1"], ["Questions", "25"]]
    assert shown.find("a", href="/search?q=password")
    tagged = page(client, "/search?q=password&tag=sso&status=solved&sort=new")
    assert len(tagged.select(".hit")) == 10
    assert len(tagged.select(".facets [aria-current]")) == 3


def test_results_name_what_was_not_understood(client: FlaskClient, found: object) -> None:
    assert "is:solvd" in page(client, "/search?q=password+is:solvd").text


@pytest.mark.parametrize("address", ["/search?q=%s", "/search?q=password&tag=%s", "/search?q=password&section=%s"])
def test_results_escape_what_was_typed(client: FlaskClient, found: object, address: str) -> None:
    assert not page(client, address % "%3Cscript%3Ealert(1)%3C/script%3E").find("script", string="alert(1)")


def test_results_for_members_stay_with_members(
    client: FlaskClient, signed_in: Callable[[Person], FlaskClient], cast: Cast, found: object
) -> None:
    assert "Members only" not in page(client, "/search?q=members").text
    assert "Members only" in page(signed_in(cast.alice), "/search?q=members").text
    assert "Members only" not in client.get("/search/suggest?q=members").text


def test_results_for_a_script_are_the_part_that_changes(client: FlaskClient, found: object) -> None:
    text = client.get("/search?q=password", headers={"X-Fragment": "1"}).text
    assert "<html" not in text and "hit__title" in text


def test_results_without_an_index_are_titles_and_say_so(client: FlaskClient, piles: tuple[Pile, Pile]) -> None:
    piles[0].put(article(1, "Reset your password"))
    shown = page(client, "/search?q=password")
    assert "being rebuilt" in shown.text
    assert shown.find("a", href="/articles/1")


def test_results_take_few_statements(client: FlaskClient, found: object) -> None:
    client.get("/search?q=password")
    with counted_statements() as seen:
        client.get("/search?q=password")
    assert len(seen) <= 6


def test_suggestions_are_options_with_links(client: FlaskClient, found: object) -> None:
    text = client.get("/search/suggest?q=reset+passw").text
    assert 'role="option"' in text and 'href="/articles/1"' in text and "<mark>Reset</mark>" in text
    assert client.get("/search/suggest?q=").text.strip() == ""


def test_suggestions_for_a_title_open_beside_it(client: FlaskClient, found: object) -> None:
    assert 'target="_blank"' in client.get("/search/suggest?in=ask&q=reset+passw").text


def test_typing_is_logged_once_after_a_pause(app: Flask, client: FlaskClient, session: Session, found: object) -> None:
    for text in ("pas", "passw", "password"):
        client.get(f"/search/suggest?q={text}")
    answer = client.get("/search/suggest?q=password&final=1").text
    app.extensions["storer"].store()
    logged = session.scalars(select(Query)).all()
    assert [(one.source, one.text, one.hits) for one in logged] == [("live", "password", 26)]
    assert f"/search/opened/{logged[0].id}/1/" in answer


def test_opening_a_hit_is_logged_with_its_search(
    app: Flask, client: FlaskClient, session: Session, found: object
) -> None:
    link = page(client, "/search?q=reset+password").select(".hit__title a")[0]
    assert client.post(str(link["ping"])).status_code == 204
    app.extensions["storer"].store()
    asked, opened = session.scalars(select(Query)).one(), session.scalars(select(Click)).one()
    assert (opened.query_id, opened.kind, opened.ref, opened.position) == (asked.id, "article", 1, 1)
    assert (asked.source, asked.normal, asked.hits) == ("page", "reset password", 1)


def test_opening_a_hit_again_is_logged_once(app: Flask, client: FlaskClient, session: Session, found: object) -> None:
    first, second = (str(link["ping"]) for link in page(client, "/search?q=password").select(".hit__title a")[:2])
    for address in (first, first, second):
        client.post(address)
    app.extensions["storer"].store()
    client.post(first)
    app.extensions["storer"].store()
    assert sorted(session.scalars(select(Click.position))) == [1, 2]


@pytest.mark.parametrize("rest", ["x/1/article/1", f"{'a' * 22}/0/article/1", f"{'a' * 22}/1/person/1"])
def test_opening_what_no_search_showed_is_not_logged(client: FlaskClient, rest: str) -> None:
    assert client.post(f"/search/opened/{rest}").status_code == 204
    assert not log._clicks


def test_a_log_that_cannot_be_stored_is_kept(app: Flask, session: Session) -> None:
    log.asked("q" * 22, source="page", text="a", hits=0, took_ms=1)
    log.asked("q" * 22, source="page", text="b", hits=0, took_ms=1)  # the same id twice
    app.extensions["storer"].store()
    assert len(log._queries) == 2
    assert session.scalar(select(func.count()).select_from(Query)) == 0


def test_searching_too_fast_is_held_back(app: Flask) -> None:
    client = _limited(app).test_client()
    answers = [client.get(f"/search?q=word{number}") for number in range(4)]
    assert [one.status_code for one in answers][:2] == [200, 200]
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["Retry-After"]) > 0


def _limited(app: Flask) -> Flask:
    settings = app.config["SETTINGS"]
    limited = create_app(settings_for(settings.data_dir, settings.database_url, rate_limits=True))
    limited.testing = True
    return limited
