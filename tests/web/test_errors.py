"""Every error page helps, says no more than it should, and is there when nothing else is."""

from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup
from flask import Flask, abort
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from kb.db import db
from kb.errors import Conflict, Invalid, NotFound, Refused, TooMany
from kb.people.models import Person
from tests.builders import Cast
from tests.pages import checked, page

REFUSALS = {
    403: Refused("Only %(name)s may do this.", name="<b>erin</b>"),
    409: Conflict("Somebody was faster."),
    422: Invalid("title", "Write at least %(n)s characters.", n=15),
    429: TooMany("That was your tenth question today.", retry_after=90),
}
SignedIn = Callable[[Person], FlaskClient]


@pytest.fixture
def failing(app: Flask) -> FlaskClient:
    """A browser on a site with addresses that fail in every way there is."""

    @app.get("/fail/<int:status>")
    def fail(status: int) -> str:
        if status in REFUSALS:
            raise REFUSALS[status]
        if status == 503:
            raise OperationalError("SELECT secret", {}, Exception("disk I/O error"))
        if status == 500:
            raise RuntimeError("secret of the house")
        abort(status)

    app.config["PROPAGATE_EXCEPTIONS"] = False
    return app.test_client()


@pytest.mark.parametrize("status", [400, 403, 404, 405, 409, 413, 422, 429, 500, 503])
def test_error_page_helps(failing: FlaskClient, status: int) -> None:
    shown = page(failing, f"/fail/{status}", status)
    assert shown.find("form", role="search")
    assert {"/", "/articles", "/questions", "/questions/ask"} <= _ways(shown)
    assert "secret" not in shown.text
    assert shown.find("meta", attrs={"name": "robots", "content": "noindex"})


@pytest.mark.parametrize("status", REFUSALS)
def test_error_page_says_what_the_verb_said(failing: FlaskClient, status: int) -> None:
    assert str(REFUSALS[status]) in page(failing, f"/fail/{status}", status).text


def test_not_found_is_the_same_bytes_whatever_was_asked_for(
    app: Flask, client: FlaskClient, signed_in: SignedIn, cast: Cast
) -> None:
    @app.get("/hidden")
    def hidden() -> str:
        raise NotFound("Question 7 is hidden.")

    first = client.get("/nowhere?a=1")
    for browser in (client, signed_in(cast.mia)):
        for address in ("/hidden", "/articles/no/such", "/questions/999999"):
            answer = browser.get(address)
            assert (answer.status_code, answer.data) == (404, first.data)


def test_too_many_says_when_to_try_again(failing: FlaskClient) -> None:
    answer = failing.get("/fail/429")
    assert answer.headers["Retry-After"] == "90"
    assert "Try again in 2 minutes." in answer.text


def test_wrong_method_says_which_are_allowed(client: FlaskClient) -> None:
    answer = client.delete("/")
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]


@pytest.mark.parametrize("status", [500, 503])
def test_broken_page_can_be_tried_again(failing: FlaskClient, status: int) -> None:
    shown = page(failing, f"/fail/{status}?q=%22%3E%3Cb%3E", status)
    again = shown.find("a", string="Try again")
    assert again
    assert str(again["href"]).startswith(f"/fail/{status}?q=")


def test_error_page_needs_no_database(app: Flask, signed_in: SignedIn, session: Session, cast: Cast) -> None:
    browser = signed_in(cast.alice)
    session.execute(text("ALTER TABLE session RENAME TO session_gone"))
    session.commit()
    app.config["PROPAGATE_EXCEPTIONS"] = False
    try:
        answer = browser.get("/")
        assert answer.status_code in (500, 503)
        assert checked(answer).find("form", role="search")
        assert answer.headers["Cache-Control"] == "no-store"
    finally:
        db.session.rollback()
        session.execute(text("ALTER TABLE session_gone RENAME TO session"))
        session.commit()


def test_stale_form_says_what_to_do(client: FlaskClient) -> None:
    answer = client.post("/sign-out", data={"csrf_token": "old"})
    assert answer.status_code == 400
    assert "open for too long" in checked(answer).text


def _ways(shown: BeautifulSoup) -> set[str]:
    return {str(link["href"]) for link in shown.select("main a")}
