"""Finding before asking: what was shown stays with the question, reading beside keeps the draft, deflection."""

from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.forum.asking import noting
from kb.forum.asking.models import Asking
from kb.forum.models import Question
from kb.people.models import Person
from kb.search import asking
from tests.builders import Cast
from tests.builders_forum import answer, category, question
from tests.pages import checked, page, post

Browser = Callable[[Person], FlaskClient]
ASK = "/questions/ask"
WORDS = {
    "title": "How do I export my notes?",
    "body": "The button is grey.\n\n- twice",
    "tags": "notes",
    "category": "problems",
}


@pytest.fixture
def known(app: Flask, session: Session, cast: Cast) -> Question:
    """A question like WORDS, with an answer, that search finds."""
    made = question(session, by=cast.alice, title="How do I export all of my notes?", tags=("export", "notes"))
    answer(session, question=made, by=cast.bob, body="Press **Export** twice.")
    session.commit()
    asking.rebuild(session, asking.engine_of(app.extensions))
    session.commit()
    return made


def fields(soup: BeautifulSoup) -> dict[str, str]:
    """What the form called ask would send."""
    form = soup.select_one("form#ask")
    assert form is not None
    held = {str(one["name"]): str(one.get("value", "")) for one in form.select("input[name]:not([type=checkbox])")}
    area, chosen = form.select_one("textarea[name=body]"), form.select_one("option[selected]")
    held["body"] = area.get_text().removeprefix("\r").removeprefix("\n") if area else ""
    return held | ({"category": str(chosen["value"])} if chosen else {})


def test_similar_then_beside_then_back_keeps_every_word(client: FlaskClient, known: Question) -> None:
    listed = checked(post(client, f"{ASK}/similar", WORDS, form_at=ASK))
    sent = fields(listed)
    assert len(sent["asking"]) == 22
    button = listed.select_one(f"button[formaction='{ASK}/beside/question/{known.id}']:not([form])")
    assert button is not None
    beside = checked(client.post(str(button["formaction"]), data=sent))
    assert beside.select_one("strong") is not None
    assert "The best answer so far" in beside.get_text()
    back = checked(client.post(f"{ASK}/similar", data=fields(beside)))
    again = fields(back)
    assert {name: again[name].replace("\r\n", "\n") for name in WORDS} == WORDS
    assert again["asking"] == sent["asking"]
    ticked = checked(client.post(f"{ASK}/similar", data=sent | {"tag": "export"}))
    assert fields(ticked)["tags"] == "notes export"


def test_answered_ends_the_ask(session: Session, cast: Cast, signed_in: Browser, known: Question) -> None:
    browser = signed_in(cast.will)
    sent = fields(checked(post(browser, f"{ASK}/similar", WORDS, form_at=ASK)))
    ended = browser.post(f"{ASK}/answered/question/{known.id}", data=sent)
    assert (ended.status_code, ended.location) == (303, f"{ASK}/answered/question/{known.id}")
    row = session.scalars(select(Asking)).one()
    assert (row.outcome, row.answer_kind, row.answer_ref) == ("answered", "question", known.id)
    assert row.person_id == cast.will.id
    thanks = page(browser, ended.location)
    assert thanks.select_one("form[action$='/rating'] button[value=yes]") is not None
    assert browser.post(f"{ASK}/answered/question/{known.id}", data=sent).status_code == 404


def test_posting_anyway_keeps_what_was_shown(session: Session, cast: Cast, signed_in: Browser, known: Question) -> None:
    browser = signed_in(cast.will)
    sent = fields(checked(post(browser, f"{ASK}/similar", WORDS, form_at=ASK)))
    browser.post(f"{ASK}/beside/question/{known.id}", data=sent)
    shown = checked(browser.post("/questions", data=sent | {"preview": "1"}))
    assert browser.post("/questions", data=fields(shown)).status_code == 303
    made = session.scalars(select(Question).where(Question.author_id == cast.will.id)).one()
    before = noting.before(session, made.id, cast.erin)
    assert before is not None
    assert [row.ref for row in before.opened] == [known.id]


def test_ask_starts_with_the_outline_of_the_category(
    session: Session, cast: Cast, client: FlaskClient, signed_in: Browser
) -> None:
    category(session).template_md = "## What </template> happened\n\n## Version"
    session.commit()
    shown = page(client, f"{ASK}?category=problems")
    assert fields(shown)["body"].split() == ["##", "What", "</template>", "happened", "##", "Version"]
    kept = checked(post(client, "/questions", WORDS | {"title": ""}, form_at=ASK))
    assert fields(kept)["body"].replace("\r\n", "\n") == WORDS["body"]
    unfilled = WORDS | {"body": "## What </template> happened\r\n\r\n## Version"}
    refused = post(signed_in(cast.alice), "/questions", unfilled, form_at=ASK)
    assert refused.status_code == 422
    assert checked(refused).select_one("#body-error") is not None


def test_beside_shows_nothing_hidden(session: Session, cast: Cast, client: FlaskClient, known: Question) -> None:
    known.hidden_at = known.created_at
    session.commit()
    assert post(client, f"{ASK}/beside/question/{known.id}", WORDS, form_at=ASK).status_code == 404
    assert client.get(f"{ASK}/answered/question/{known.id}").status_code == 404
