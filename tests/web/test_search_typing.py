"""What is shown while typing, and the note that a hit was opened."""

import pytest
from bs4 import BeautifulSoup
from flask import Flask, render_template
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kb.search import log
from kb.search.documents import Results
from kb.search.models import Click, Query
from tests.pages import counted_statements, page
from tests.search.conftest import piles as piles
from tests.web.searched import engine as engine
from tests.web.searched import found as found


def suggestions(client: FlaskClient, query: str) -> BeautifulSoup:
    answer = client.get(f"/search/suggest?{query}")
    assert answer.status_code == 200
    return BeautifulSoup(answer.text, "html.parser")


def test_suggestions_are_options_in_groups_the_best_kind_first(client: FlaskClient, found: object) -> None:
    shown = suggestions(client, "q=reset+passw")
    assert [group["aria-label"] for group in shown.select("[role=group]")] == ["Articles"]
    option = shown.select("[role=group] [role=option]")[0]
    assert option["href"] == "/articles/1"
    assert [mark.text for mark in option.select("mark")] == ["Reset", "password"]
    groups = suggestions(client, "q=password+troub").select("[role=group]")
    assert groups[0]["aria-label"] == "Questions"


def test_suggestions_lead_on_to_all_results_and_say_how_many(client: FlaskClient, found: object) -> None:
    shown = suggestions(client, "q=passw")
    last = shown.select("[role=option]")[-1]
    assert last["href"] == "/search?q=passw"
    assert "26" in last.text
    assert shown.div is not None
    assert shown.div["data-said"] in ("1 article, 7 questions", "8 questions")


def test_suggestions_for_nothing_are_none(client: FlaskClient, found: object) -> None:
    for query in ("q=", "q=zeppelin", "q=%22"):
        shown = suggestions(client, query)
        assert not shown.select("[role=option]")
        assert shown.div is not None
        assert shown.div["data-said"] == "No suggestions"


def test_suggestions_of_what_others_searched_come_first_and_lead_to_the_search(app: Flask) -> None:
    with app.test_request_context("/search/suggest?q=re"):
        html = render_template(
            "search/_suggestions.html",
            found=Results("", "re", (), 0, 1, 0),
            parts=[],
            completions=("reset & <b>",),
            said="1 search",
        )
    option = BeautifulSoup(html, "html.parser").select("[role=group] [role=option]")[0]
    assert (option["href"], option.text) == ("/search?q=reset%20%26%20%3Cb%3E", "reset & <b>")


def test_suggestions_take_few_statements(client: FlaskClient, found: object) -> None:
    queries = ("passw", "reset+passw")  # eight hits, and one
    counts = []
    for text in (*queries, *queries):  # the first time, an engine may still have to read the words
        with counted_statements() as seen:
            client.get(f"/search/suggest?q={text}")
        counts.append(len(seen))
    assert counts[2] == counts[3] <= 6


def test_typing_is_logged_once_after_a_pause(app: Flask, client: FlaskClient, session: Session, found: object) -> None:
    for text in ("pas", "passw", "password"):
        client.get(f"/search/suggest?q={text}")
    answer = client.get("/search/suggest?q=password&final=1").text
    app.extensions["storer"].store()
    logged = session.scalars(select(Query)).all()
    assert [(one.source, one.text, one.hits) for one in logged] == [("live", "password", 26)]
    assert f"/search/opened/{logged[0].id}/1/" in answer


def test_opening_a_hit_before_the_pause_is_logged_with_the_search(
    app: Flask, client: FlaskClient, session: Session, found: object
) -> None:
    client.get("/search/suggest?q=reset+passw&final=1&opened=1")
    client.get("/search/suggest?q=reset+passw&opened=1")  # not told to be final, so it counts for nothing
    app.extensions["storer"].store()
    asked, opened = session.scalars(select(Query)).one(), session.scalars(select(Click)).one()
    assert (opened.query_id, opened.kind, opened.ref, opened.position) == (asked.id, "article", 1, 1)


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
    log.asked("q" * 22, source="page", text="apples", hits=0, took_ms=1)
    log.asked("r" * 22, source="page", text="pears", hits=None, took_ms=1)  # type: ignore[arg-type]  # refused
    app.extensions["storer"].store()
    assert len(log._queries) == 2
    assert session.scalar(select(func.count()).select_from(Query)) == 0
