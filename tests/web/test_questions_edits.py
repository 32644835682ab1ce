"""Editing a question, its history, and comments on it."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.forum import questions
from kb.forum.models import CloseReason, Comment, Question
from kb.people import sessions
from kb.people.models import Person
from tests.builders import Cast
from tests.builders_forum import category, question
from tests.pages import changed, checked, page, post

Browser = Callable[[Person], FlaskClient]
WORDS = {"title": "How do I reset it all?", "body": "One\nTwo", "tags": "reset", "category": "ideas"}


@pytest.fixture
def asked(session: Session, cast: Cast) -> Question:
    """Alice's question."""
    made = question(session, by=cast.alice, title="How do I reset it?", body="One\nThree", place=category(session))
    session.commit()
    return made


def test_edit_changes_the_question_and_keeps_what_it_said(
    session: Session, cast: Cast, signed_in: Browser, client: FlaskClient, asked: Question
) -> None:
    form = page(signed_in(cast.alice), f"/questions/{asked.id}/edit")
    assert form.select_one("#title")["value"] == "How do I reset it?"  # type: ignore[index]
    answer = post(signed_in(cast.alice), f"/questions/{asked.id}/edit", WORDS)
    assert (answer.status_code, answer.location) == (303, f"/questions/{asked.id}/how-do-i-reset-it-all")
    shown = page(client, answer.location)
    assert "edited" in shown.get_text()
    past = page(client, f"/questions/{asked.id}/history")
    assert changed(past, "del") == ["password", "Something", "is", "not working", "Three"]
    assert {" all", "reset", "Two"} <= set(changed(past, "ins"))


def test_edit_refused_comes_back_filled_in(cast: Cast, signed_in: Browser, asked: Question) -> None:
    answer = post(signed_in(cast.alice), f"/questions/{asked.id}/edit", WORDS | {"title": " "})
    assert answer.status_code == 422
    shown = checked(answer)
    assert shown.select_one("#title-error") is not None
    assert shown.select_one("textarea[name=body]").get_text().strip("\r\n") == "One\nTwo"  # type: ignore[union-attr]


def test_edit_preview_changes_nothing(session: Session, cast: Cast, signed_in: Browser, asked: Question) -> None:
    words = WORDS | {"body": "It is **so**.", "preview": "1"}
    answer = post(signed_in(cast.alice), f"/questions/{asked.id}/edit", words)
    assert "<strong>so</strong>" in answer.text
    session.rollback()
    assert session.get_one(Question, asked.id).body_md == "One\nThree"


def test_edit_is_not_for_everyone(cast: Cast, signed_in: Browser, asked: Question) -> None:
    browser = signed_in(cast.bob)
    page(browser, f"/questions/{asked.id}/edit", status=403)
    answer = post(browser, f"/questions/{asked.id}/edit", WORDS, form_at="/questions/ask")
    assert answer.status_code == 403
    assert checked(answer).select_one("#title")["value"] == WORDS["title"]  # type: ignore[index]


def test_edit_sent_after_the_sign_in_ended_is_kept(
    session: Session, cast: Cast, client: FlaskClient, asked: Question
) -> None:
    sent = post(client, f"/questions/{asked.id}/edit", WORDS, form_at="/questions/ask")
    assert (sent.status_code, sent.location) == (303, f"/join?next=/questions/{asked.id}/edit")
    token = sessions.open_session(session, cast.alice, ip="", agent="")
    session.commit()
    with client.session_transaction() as cookie:
        cookie["_user_id"] = token
    assert page(client, f"/questions/{asked.id}/edit").select_one("#title")["value"] == WORDS["title"]  # type: ignore[index]


def test_edit_page_asks_visitors_to_sign_in(client: FlaskClient, asked: Question) -> None:
    assert client.get(f"/questions/{asked.id}/edit").location == f"/sign-in?next=/questions/{asked.id}/edit"


def test_comment_shows_in_the_thread(session: Session, cast: Cast, signed_in: Browser, asked: Question) -> None:
    browser = signed_in(cast.bob)
    thread = f"/questions/{asked.id}/{asked.slug}"
    answer = post(browser, f"/questions/{asked.id}/comments", {"body": "Which `version`?"}, form_at=thread)
    (made,) = session.scalars(select(Comment))
    assert (answer.status_code, answer.location) == (303, f"{thread}#comment-{made.id}")
    assert page(browser, thread).select_one(f"#comment-{made.id} code") is not None


@pytest.mark.parametrize("text", ["", "  ", "c" * 2001, "c" * 200_000])
def test_comment_refused_comes_back_filled_in(
    session: Session, cast: Cast, signed_in: Browser, asked: Question, text: str
) -> None:
    answer = post(signed_in(cast.bob), f"/questions/{asked.id}/comments", {"body": text})
    assert answer.status_code == 422
    shown = checked(answer)
    assert shown.select_one("#body-error") is not None
    assert shown.select_one("#body").get_text().strip() == text.strip()  # type: ignore[union-attr]
    assert session.scalars(select(Comment)).first() is None


def test_comment_of_a_visitor_waits_while_they_join(client: FlaskClient, asked: Question) -> None:
    here = f"/questions/{asked.id}/comments"
    sent = post(client, here, {"body": "Same here since May."})
    assert (sent.status_code, sent.location) == (303, f"/join?next={here}")
    assert "Same here since May." in page(client, here).get_text()


def test_comment_on_a_closed_question_is_refused(
    session: Session, cast: Cast, signed_in: Browser, asked: Question
) -> None:
    questions.close(session, question=asked, by=cast.mia, reason=CloseReason.DECLINED)
    session.commit()
    page(signed_in(cast.bob), f"/questions/{asked.id}/comments", status=403)
    answer = post(
        signed_in(cast.bob), f"/questions/{asked.id}/comments", {"body": "But why?"}, form_at="/questions/ask"
    )
    assert answer.status_code == 403
