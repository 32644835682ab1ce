"""The page cache: quick for visitors, never wrong, never somebody else's page."""

from collections.abc import Callable

import pytest
from flask import Flask, make_response
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from kb.db import touch_site
from kb.people.models import Person
from kb.web import render, visitor
from kb.web.cache import KEEP
from tests.builders import Cast


@pytest.fixture
def made(app: Flask) -> list[str]:
    """A page that counts how often it is made, in a list of who asked."""
    asked: list[str] = []

    def view() -> object:
        who = visitor.viewer()
        asked.append(who.handle if who else "visitor")
        answer = make_response(f"for {asked[-1]}, {len(asked)}")
        if who is None:
            answer.headers[KEEP] = "1"
        return answer

    app.add_url_rule("/counted", view_func=view, methods=["GET", "POST"])
    render.csrf.exempt(view)
    return asked


def test_second_visitor_gets_the_kept_page(client: FlaskClient, made: list[str]) -> None:
    first, second = client.get("/counted"), client.get("/counted")
    assert first.data == second.data
    assert made == ["visitor"]
    assert KEEP not in first.headers


def test_a_change_visitors_can_see_makes_the_page_anew(client: FlaskClient, made: list[str], session: Session) -> None:
    client.get("/counted")
    touch_site(session)
    session.commit()
    client.get("/counted")
    assert made == ["visitor", "visitor"]


def test_signed_in_people_get_their_own_page_and_leave_none_behind(
    client: FlaskClient, made: list[str], cast: Cast, signed_in: Callable[[Person], FlaskClient]
) -> None:
    alice, bob = signed_in(cast.alice), signed_in(cast.bob)
    for browser in (alice, bob, alice, client, bob):
        browser.get("/counted")
    assert made == ["alice", "bob", "alice", "visitor", "bob"]
    client.get("/counted")
    assert made[-1] == "bob", "the visitor's second page came from the cache"


def test_query_and_fragment_make_different_pages(client: FlaskClient, made: list[str]) -> None:
    client.get("/counted")
    client.get("/counted?page=2")
    client.get("/counted", headers={"X-Fragment": "1"})
    assert len(made) == 3


def test_a_foreign_host_is_never_answered_from_the_cache(client: FlaskClient, made: list[str]) -> None:
    client.get("/counted")
    assert client.get("/counted", headers={"Host": "evil.example"}).status_code == 400
    assert len(made) == 1


def test_posts_pass_through(client: FlaskClient, made: list[str]) -> None:
    client.post("/counted")
    client.post("/counted")
    assert len(made) == 2
