"""Answers: posting, rating, commenting, editing, and their history."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.forum import questions
from kb.forum.models import Answer, CloseReason, Comment, Question, Rating
from kb.people import sessions
from kb.people.models import Person
from tests.builders import Cast
from tests.builders_forum import answer, question
from tests.pages import changed, checked, page, post

Browser = Callable[[Person], FlaskClient]
TEXT = "Ask for a **new** letter."


@pytest.fixture
def asked(session: Session, cast: Cast) -> Question:
    """Alice's question."""
    made = question(session, by=cast.alice)
    session.commit()
    return made


@pytest.fixture
def answered(session: Session, cast: Cast, asked: Question) -> Answer:
    """Bob's answer to it."""
    made = answer(session, question=asked, by=cast.bob, body="One\nThree")
    session.commit()
    return made


def at(asked: Question) -> str:
    return f"/questions/{asked.id}/{asked.slug}"


def test_post_answers_the_question(session: Session, cast: Cast, signed_in: Browser, asked: Question) -> None:
    browser = signed_in(cast.bob)
    sent = post(browser, f"/questions/{asked.id}/answers", {"body": TEXT}, form_at=at(asked))
    (made,) = session.scalars(select(Answer))
    assert (sent.status_code, sent.location) == (303, f"{at(asked)}#answer-{made.id}")
    assert page(browser, at(asked)).select_one(f"#answer-{made.id} strong") is not None


@pytest.mark.parametrize(
    ("text", "sentence"), [("", "Write something"), (" \n", "Write something"), ("a" * 200_000, "at most 30000")]
)
@pytest.mark.parametrize("who", ["bob", "carl"])
def test_post_refused_comes_back_filled_in(
    session: Session,
    cast: Cast,
    client: FlaskClient,
    signed_in: Browser,
    asked: Question,
    who: str,
    text: str,
    sentence: str,
) -> None:
    browser = client if who == "carl" else signed_in(cast.bob)
    sent = post(browser, f"/questions/{asked.id}/answers", {"body": text})
    assert sent.status_code == 422
    shown = checked(sent)
    assert sentence in shown.select_one("#body-error").get_text()  # type: ignore[union-attr]
    assert shown.select_one("#body").get_text().strip() == text.strip()  # type: ignore[union-attr]
    assert session.scalars(select(Answer)).first() is None


def test_post_preview_keeps_the_text(session: Session, cast: Cast, signed_in: Browser, asked: Question) -> None:
    sent = post(signed_in(cast.bob), f"/questions/{asked.id}/answers", {"body": TEXT, "preview": "1"})
    assert sent.status_code == 200
    shown = checked(sent)
    assert shown.select_one("#preview strong") is not None
    assert shown.select_one("#body").get_text().strip() == TEXT  # type: ignore[union-attr]
    assert session.scalars(select(Answer)).first() is None


def test_answer_of_a_visitor_waits_while_they_join(
    session: Session, cast: Cast, client: FlaskClient, asked: Question
) -> None:
    here = f"/questions/{asked.id}/answers"
    sent = post(client, here, {"body": TEXT})
    assert (sent.status_code, sent.location) == (303, f"/join?next={here}")
    assert session.scalars(select(Answer)).first() is None
    token = sessions.open_session(session, cast.erin, ip="", agent="")
    session.commit()
    with client.session_transaction() as cookie:
        cookie["_user_id"] = token
    assert page(client, here).select_one("#body").get_text().strip() == TEXT  # type: ignore[union-attr]
    assert post(client, here, {"body": TEXT}).status_code == 303
    assert session.scalars(select(Answer.author_id)).all() == [cast.erin.id]


def test_post_on_a_closed_question_is_refused(
    session: Session, cast: Cast, signed_in: Browser, asked: Question
) -> None:
    questions.close(session, question=asked, by=cast.mia, reason=CloseReason.DECLINED)
    session.commit()
    page(signed_in(cast.bob), f"/questions/{asked.id}/answers", status=403)
    sent = post(signed_in(cast.bob), f"/questions/{asked.id}/answers", {"body": TEXT}, form_at="/questions/ask")
    assert sent.status_code == 403


def test_rating_is_changed_and_withdrawn(
    session: Session, cast: Cast, signed_in: Browser, asked: Question, answered: Answer
) -> None:
    browser = signed_in(cast.alice)
    for wish, kept, words in (
        ("yes", [True], "1 of 1 found this helpful"),
        ("no", [False], "0 of 1 found this helpful"),
        ("", [], ""),
    ):
        sent = post(browser, f"/answers/{answered.id}/rating", {"helpful": wish}, form_at=at(asked))
        leads = f"/answers/{answered.id}/rating" if wish == "no" else f"{at(asked)}#answer-{answered.id}"
        assert (sent.status_code, sent.location) == (303, leads)
        session.rollback()
        assert session.scalars(select(Rating.helpful)).all() == kept
        shown = page(browser, at(asked))
        assert words in shown.get_text()
        pressed = [button["aria-pressed"] for button in shown.select("[formaction$='/rating']")]
        assert pressed == [str(wish == "yes").lower(), str(wish == "no").lower()]


def test_rating_that_says_neither_is_refused(
    session: Session, cast: Cast, signed_in: Browser, asked: Question, answered: Answer
) -> None:
    sent = post(signed_in(cast.alice), f"/answers/{answered.id}/rating", {"helpful": "maybe"}, form_at=at(asked))
    assert sent.status_code == 422


def test_rating_of_ones_own_answer_is_refused(
    cast: Cast, signed_in: Browser, asked: Question, answered: Answer
) -> None:
    browser = signed_in(cast.bob)
    assert page(browser, at(asked)).select_one("[formaction$='/rating']") is None
    sent = post(browser, f"/answers/{answered.id}/rating", {"helpful": "yes"}, form_at=at(asked))
    assert sent.status_code == 403


def test_edit_changes_the_answer_and_keeps_what_it_said(
    cast: Cast, client: FlaskClient, signed_in: Browser, asked: Question, answered: Answer
) -> None:
    here = f"/answers/{answered.id}/edit"
    assert page(signed_in(cast.bob), here).select_one("#body").get_text().strip() == "One\nThree"  # type: ignore[union-attr]
    sent = post(signed_in(cast.bob), here, {"body": "One\nTwo"})
    assert (sent.status_code, sent.location) == (303, f"{at(asked)}#answer-{answered.id}")
    past = page(client, f"/answers/{answered.id}/history")
    assert changed(past, "del") == ["Three"]
    assert changed(past, "ins") == ["Two"]


def test_edit_is_not_for_everyone(cast: Cast, signed_in: Browser, asked: Question, answered: Answer) -> None:
    here = f"/answers/{answered.id}/edit"
    page(signed_in(cast.alice), here, status=403)
    sent = post(signed_in(cast.alice), here, {"body": "Mine now"}, form_at=at(asked))
    assert sent.status_code == 403
    assert "Mine now" in checked(sent).get_text()


def test_comment_stands_below_its_answer(
    session: Session, cast: Cast, signed_in: Browser, asked: Question, answered: Answer
) -> None:
    browser = signed_in(cast.alice)
    sent = post(browser, f"/answers/{answered.id}/comments", {"body": "That did it."}, form_at=at(asked))
    (made,) = session.scalars(select(Comment))
    assert (sent.status_code, sent.location) == (303, f"{at(asked)}#comment-{made.id}")
    assert page(browser, at(asked)).select_one(f"#answer-{answered.id} #comment-{made.id}") is not None


@pytest.mark.parametrize("act", ["rating", "visibility"])
def test_act_of_a_visitor_goes_by_way_of_signing_in(
    client: FlaskClient, asked: Question, answered: Answer, act: str
) -> None:
    sent = post(client, f"/answers/{answered.id}/{act}", {"next": at(asked)}, form_at="/questions/ask")
    assert (sent.status_code, sent.location) == (303, f"/sign-in?next={at(asked)}")


@pytest.mark.parametrize("act", ["rating", "comments", "edit", "visibility"])
def test_act_on_no_answer_is_not_found(cast: Cast, signed_in: Browser, act: str) -> None:
    assert post(signed_in(cast.mia), f"/answers/999/{act}", form_at="/questions/ask").status_code == 404


@pytest.mark.parametrize(
    "address",
    ["/answers/999", "/answers/999/history", "/answers/999/comments", "/comments/999", "/comments/999/history"],
)
def test_what_there_is_not_is_not_found(client: FlaskClient, address: str) -> None:
    page(client, address, status=404)
