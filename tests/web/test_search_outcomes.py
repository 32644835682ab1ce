"""What readers do after a search is kept with it."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.people.models import Person
from kb.search.models import Query
from tests.builders import Cast
from tests.builders_forum import answer as an_answer
from tests.builders_forum import category, question
from tests.builders_writing import article
from tests.pages import page, post


@pytest.fixture
def thread(session: Session, cast: Cast) -> int:
    """A question of alice's that bob answered; returns the answer's id."""
    about = question(session, by=cast.alice, title="How do I reset my password?", place=category(session))
    return an_answer(session, question=about, by=cast.bob).id


def ends(app: Flask, session: Session) -> dict[str, str]:
    """Store what was noted and return what came of each search."""
    app.extensions["storer"].store()
    session.rollback()
    return {row.normal: row.ended for row in session.scalars(select(Query))}


def test_a_hit_that_is_opened_and_helps_is_kept_with_the_search(
    app: Flask,
    client: FlaskClient,
    session: Session,
    signed_in: Callable[[Person], FlaskClient],
    cast: Cast,
    thread: int,
) -> None:
    article(session, "Password")
    erin = signed_in(cast.erin)
    for browser in (client, erin):
        for link in page(browser, "/search?q=password").select(".hit__title a"):
            browser.post(str(link["ping"]))
    page(client, "/search?q=reset")
    assert ends(app, session) == {"password": "read", "reset": ""}
    client.post(
        "/articles/billing/password/feedback", data={"helpful": "yes"}, headers={"Sec-Fetch-Site": "same-origin"}
    )
    ends(app, session)
    assert sorted(session.scalars(select(Query.ended).where(Query.normal == "password"))) == ["helpful", "read"]
    post(erin, f"/answers/{thread}/rating", {"helpful": "yes"}, form_at="/questions/ask")
    ends(app, session)
    assert sorted(session.scalars(select(Query.ended).where(Query.normal == "password"))) == ["helpful", "helpful"]


def test_a_question_that_is_posted_after_signing_in_is_kept_with_the_search(
    app: Flask,
    session: Session,
    signed_in: Callable[[Person], FlaskClient],
    cast: Cast,
    thread: int,
    client: FlaskClient,
) -> None:
    page(client, "/search?q=export+notes")
    words = {"title": "How do I export my notes?", "body": "The button is grey.", "tags": "", "category": "problems"}
    answer = post(signed_in(cast.alice), "/questions", words, form_at="/questions/ask")
    assert answer.status_code == 303
    assert ends(app, session)["export notes"] == "asked"
