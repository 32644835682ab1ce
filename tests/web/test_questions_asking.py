"""Asking: the form, preview, posting, and a visitor's text that waits while they join."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kb import clock
from kb.forum import categories
from kb.forum.models import Draft, Question
from kb.people import sessions
from kb.people.models import Person
from kb.search import asking
from tests.builders import Cast
from tests.builders_forum import question
from tests.pages import checked, post

Browser = Callable[[Person], FlaskClient]
ASK = "/questions/ask"
WORDS = {
    "title": "How do I export my notes?",
    "body": "The button is **grey** & I tried twice.",
    "tags": "export notes",
    "category": "problems",
}


@pytest.fixture(autouse=True)
def places(session: Session, cast: Cast) -> None:
    """A site with its default categories and the cast."""
    categories.ensure_defaults(session)
    session.commit()


def written(session: Session) -> list[Question]:
    session.rollback()
    return list(session.scalars(select(Question)))


def in_form(answer: FlaskClient | object) -> dict[str, str]:
    """What the fields of the question form hold."""
    soup = checked(answer)  # type: ignore[arg-type]
    chosen = soup.select_one("select[name=category] option[selected]")
    return {
        "title": str(soup.select_one("input[name=title]")["value"]),  # type: ignore[index]
        "body": soup.select_one("textarea[name=body]").get_text().strip("\r\n"),  # type: ignore[union-attr]
        "tags": str(soup.select_one("input[name=tags]")["value"]),  # type: ignore[index]
        "category": str(chosen["value"]) if chosen else "",
    }


def enter(session: Session, browser: FlaskClient, person: Person) -> None:
    """Sign ``person`` in, in a browser that was a visitor's and keeps its cookie."""
    token = sessions.open_session(session, person, ip="127.0.0.1", agent="test")
    session.commit()
    with browser.session_transaction() as cookie:
        cookie["_user_id"] = token
        cookie["_fresh"] = True


def test_ask_posts_the_question(session: Session, cast: Cast, signed_in: Browser) -> None:
    answer = post(signed_in(cast.alice), "/questions", WORDS, form_at=ASK)
    (made,) = written(session)
    assert (answer.status_code, answer.location) == (303, f"/questions/{made.id}/how-do-i-export-my-notes")
    assert (made.author_id, made.title, made.tag_names) == (cast.alice.id, WORDS["title"], ["export", "notes"])
    assert "<strong>grey</strong>" in made.body_html


def test_ask_takes_title_and_details_from_the_address(client: FlaskClient) -> None:
    shown = client.get(f"{ASK}?title=Why+is+it+grey%3F&body=%3Cb%3E")
    assert in_form(shown) | {"tags": "", "category": ""} == {
        "title": "Why is it grey?",
        "body": "<b>",
        "tags": "",
        "category": "",
    }


def test_preview_shows_the_text_and_keeps_it(session: Session, client: FlaskClient) -> None:
    answer = post(client, "/questions", WORDS | {"preview": "1"}, form_at=ASK)
    assert answer.status_code == 200
    assert "<strong>grey</strong>" in answer.text
    assert in_form(answer) == WORDS
    assert written(session) == []


def test_preview_never_shows_what_would_be_unsafe(client: FlaskClient) -> None:
    bad = WORDS | {"preview": "1", "body": "<script>alert(1)</script><img src=x onerror=alert(1)>"}
    answer = post(client, "/questions", bad, form_at=ASK)
    assert "<script>alert" not in answer.text
    assert checked(answer).select_one("#preview [onerror]") is None


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("title", "", "Say in one line"),
        ("title", "   ", "Say in one line"),
        ("title", "Help", "Say a little more"),
        ("title", "x" * 300, "at most 150"),
        ("body", "", "Write something first"),
        ("body", "y" * 200_000, "at most 30000"),
        ("tags", "a b c d e f", "at most 5 tags"),
        ("tags", "<b>", "A tag is made of"),
        ("category", "", "Choose a category"),
        ("category", "nowhere", "Choose a category"),
    ],
)
@pytest.mark.parametrize("who", ["alice", "carl"])
def test_ask_refused_comes_back_filled_in(
    session: Session,
    cast: Cast,
    client: FlaskClient,
    signed_in: Browser,
    who: str,
    field: str,
    value: str,
    sentence: str,
) -> None:
    browser = client if who == "carl" else signed_in(cast.alice)
    words = WORDS | {field: value}
    answer = post(browser, "/questions", words, form_at=ASK)
    assert answer.status_code == 422
    shown = checked(answer)
    problem = shown.select_one(f"#{field}-error")
    assert problem is not None
    assert sentence in problem.get_text()
    expected = words | ({"category": ""} if field == "category" else {})
    assert in_form(answer) == expected
    assert written(session) == []
    assert session.scalar(select(func.count()).select_from(Draft)) == 0


def test_ask_twice_is_refused_with_the_text_kept(cast: Cast, signed_in: Browser) -> None:
    browser = signed_in(cast.alice)
    post(browser, "/questions", WORDS, form_at=ASK)
    answer = post(browser, "/questions", WORDS, form_at=ASK)
    assert answer.status_code == 409
    assert "a moment ago" in checked(answer).get_text()
    assert in_form(answer) == WORDS


def test_question_of_a_visitor_waits_while_they_join(session: Session, cast: Cast, client: FlaskClient) -> None:
    sent = post(client, "/questions", WORDS, form_at=ASK)
    assert (sent.status_code, sent.location) == (303, "/join?next=/questions/ask")
    assert written(session) == []
    enter(session, client, cast.bob)
    back = client.get(ASK)
    assert in_form(back) == WORDS
    assert "Here is your question" in back.text
    posted = post(client, "/questions", in_form(back), form_at=ASK)
    assert posted.status_code == 303
    assert [made.author_id for made in written(session)] == [cast.bob.id]
    assert in_form(client.get(ASK))["title"] == ""


def test_draft_of_a_visitor_is_theirs_alone(
    session: Session, cast: Cast, client: FlaskClient, signed_in: Browser
) -> None:
    post(client, "/questions", WORDS, form_at=ASK)
    assert in_form(signed_in(cast.alice).get(ASK))["title"] == ""
    assert in_form(client.get(ASK)) == WORDS


def test_draft_written_again_replaces_the_first(session: Session, client: FlaskClient) -> None:
    post(client, "/questions", WORDS, form_at=ASK)
    post(client, "/questions", WORDS | {"title": "How do I import my notes?"}, form_at=ASK)
    assert in_form(client.get(ASK))["title"] == "How do I import my notes?"
    assert session.scalar(select(func.count()).select_from(Draft)) == 1


def test_draft_is_gone_after_a_week(session: Session, client: FlaskClient) -> None:
    post(client, "/questions", WORDS, form_at=ASK)
    with clock.held_at(clock.now() + timedelta(days=7)):
        assert in_form(client.get(ASK))["title"] == ""
        post(client.application.test_client(), "/questions", WORDS, form_at=ASK)
    assert session.scalar(select(func.count()).select_from(Draft)) == 1


@pytest.mark.parametrize("indexed", [True, False])
def test_check_shows_what_may_answer_it_and_keeps_the_text(
    app: Flask, session: Session, cast: Cast, client: FlaskClient, indexed: bool
) -> None:
    known = question(session, by=cast.alice, title="How do I export all of my notes?")
    session.commit()
    if indexed:
        asking.rebuild(session, asking.engine_of(app.extensions))
        session.commit()
    answer = post(client, f"{ASK}/similar", WORDS, form_at=ASK)
    assert answer.status_code == 200
    assert in_form(answer) == WORDS
    links = checked(answer).select(".similar a")
    assert [link["href"] for link in links] == [f"/questions/{known.id}/{known.slug}"]


def test_check_for_a_script_is_the_list_alone(app: Flask, session: Session, cast: Cast, client: FlaskClient) -> None:
    question(session, by=cast.alice, title="How do I export all of my notes?")
    session.commit()
    token = checked(client.get(ASK)).select_one("input[name=csrf_token]")
    assert token is not None
    words = WORDS | {"csrf_token": str(token["value"])}
    answer = client.post(f"{ASK}/similar", data=words, headers={"X-Fragment": "1"})
    assert "<html" not in answer.text
    assert "How do I export all of my notes?" in answer.text


def test_check_that_finds_nothing_says_so(client: FlaskClient) -> None:
    answer = post(client, f"{ASK}/similar", WORDS, form_at=ASK)
    assert "Nothing like it" in checked(answer).get_text()


def test_preview_fragment_is_the_text_alone(client: FlaskClient) -> None:
    answer = post_preview(client, "Some **bold** words")
    assert answer.text.strip().startswith("<p>")
    assert "<strong>bold</strong>" in answer.text
    assert "<html" not in answer.text


def test_preview_fragment_of_too_much_says_so(client: FlaskClient) -> None:
    answer = post_preview(client, "z" * 200_000)
    assert answer.status_code == 422
    assert "at most 30000" in answer.text


def test_preview_without_scripts_is_a_page(client: FlaskClient) -> None:
    answer = post(client, "/preview", {"body": "Some **bold** words"}, form_at=ASK)
    assert checked(answer).select_one("strong") is not None


def post_preview(client: FlaskClient, body: str):  # type: ignore[no-untyped-def]
    token = checked(client.get(ASK)).select_one("input[name=csrf_token]")
    assert token is not None
    return client.post("/preview", data={"csrf_token": token["value"], "body": body}, headers={"X-Fragment": "1"})
