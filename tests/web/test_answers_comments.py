"""Comments: where one stands, editing it, and its history; hiding any post and bringing it back."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from kb.forum import answers, hiding
from kb.forum.models import Answer, Comment, Question
from kb.people.models import Person
from tests.builders import Cast
from tests.builders_forum import answer, comment, question
from tests.pages import changed, checked, page, post

Browser = Callable[[Person], FlaskClient]


@pytest.fixture
def asked(session: Session, cast: Cast) -> Question:
    """Alice's question."""
    made = question(session, by=cast.alice)
    session.commit()
    return made


@pytest.fixture
def remark(session: Session, cast: Cast, asked: Question) -> Comment:
    """Bob's comment on it."""
    made = comment(session, question=asked, by=cast.bob, body="Which one?")
    session.commit()
    return made


@pytest.fixture
def answered(session: Session, cast: Cast, asked: Question) -> Answer:
    """Erin's answer to it."""
    made = answer(session, question=asked, by=cast.erin)
    session.commit()
    return made


def at(asked: Question) -> str:
    return f"/questions/{asked.id}/{asked.slug}"


def test_comment_address_leads_into_its_thread(client: FlaskClient, asked: Question, remark: Comment) -> None:
    assert client.get(f"/comments/{remark.id}").location == f"{at(asked)}#comment-{remark.id}"


def test_edit_changes_the_comment_and_keeps_what_it_said(
    cast: Cast, client: FlaskClient, signed_in: Browser, asked: Question, remark: Comment
) -> None:
    here = f"/comments/{remark.id}/edit"
    sent = post(signed_in(cast.bob), here, {"body": "Which two?"})
    assert (sent.status_code, sent.location) == (303, f"{at(asked)}#comment-{remark.id}")
    past = page(client, f"/comments/{remark.id}/history")
    assert (changed(past, "del"), changed(past, "ins")) == (["one"], ["two"])


@pytest.mark.parametrize(("text", "status"), [("", 422), ("c" * 2001, 422)])
def test_edit_refused_comes_back_filled_in(
    cast: Cast, signed_in: Browser, remark: Comment, text: str, status: int
) -> None:
    sent = post(signed_in(cast.bob), f"/comments/{remark.id}/edit", {"body": text})
    assert sent.status_code == status
    assert checked(sent).select_one("#body").get_text().strip() == text  # type: ignore[union-attr]


def test_edit_is_not_for_everyone(cast: Cast, signed_in: Browser, asked: Question, remark: Comment) -> None:
    here = f"/comments/{remark.id}/edit"
    page(signed_in(cast.alice), here, status=403)
    assert post(signed_in(cast.alice), here, {"body": "Mine"}, form_at=at(asked)).status_code == 403


@pytest.mark.parametrize("kind", ["questions", "answers", "comments"])
def test_moderator_hides_and_shows_a_post(
    cast: Cast, client: FlaskClient, signed_in: Browser, asked: Question, answered: Answer, remark: Comment, kind: str
) -> None:
    posts = {"questions": asked, "answers": answered, "comments": remark}
    here, mia = f"/{kind}/{posts[kind].id}/visibility", signed_in(cast.mia)
    page(mia, here)
    sent = post(mia, here, {"hidden": "yes", "why": "off topic"})
    assert sent.status_code == 303
    seen = client.get(at(asked))
    assert posts[kind].body_md not in seen.text
    assert "off topic" in page(mia, at(asked)).get_text()
    assert post(mia, here, {"hidden": "no"}, form_at=at(asked)).status_code == 303
    assert posts[kind].body_md in client.get(at(asked)).text


def test_author_hides_their_own_comment(
    cast: Cast, client: FlaskClient, signed_in: Browser, asked: Question, remark: Comment
) -> None:
    sent = post(signed_in(cast.bob), f"/comments/{remark.id}/visibility", {"hidden": "yes"})
    assert (sent.status_code, sent.location) == (303, at(asked))
    assert "Which one?" not in client.get(at(asked)).text


def test_author_who_hides_their_question_is_led_to_the_list(cast: Cast, signed_in: Browser, asked: Question) -> None:
    sent = post(signed_in(cast.alice), f"/questions/{asked.id}/visibility", {"hidden": "yes"})
    assert (sent.status_code, sent.location) == (303, "/questions")


def test_hiding_refused_says_why(cast: Cast, signed_in: Browser, asked: Question, answered: Answer) -> None:
    too_long = post(signed_in(cast.mia), f"/answers/{answered.id}/visibility", {"hidden": "yes", "why": "w" * 61})
    assert too_long.status_code == 422
    assert checked(too_long).select_one("#why")["value"] == "w" * 61  # type: ignore[index]
    page(signed_in(cast.bob), f"/answers/{answered.id}/visibility", status=403)
    not_theirs = post(signed_in(cast.bob), f"/answers/{answered.id}/visibility", {"hidden": "yes"}, form_at=at(asked))
    assert not_theirs.status_code == 403


def test_hiding_ones_own_accepted_answer_is_refused(
    session: Session, cast: Cast, signed_in: Browser, asked: Question, answered: Answer
) -> None:
    answers.accept(session, answer=answered, by=cast.alice)
    session.commit()
    sent = post(signed_in(cast.erin), f"/answers/{answered.id}/visibility", {"hidden": "yes"}, form_at=at(asked))
    assert sent.status_code == 403


def test_hiding_twice_says_so(
    session: Session, cast: Cast, signed_in: Browser, asked: Question, answered: Answer
) -> None:
    hiding.hide(session, post=answered, by=cast.mia)
    session.commit()
    sent = post(signed_in(cast.mia), f"/answers/{answered.id}/visibility", {"hidden": "yes"}, form_at=at(asked))
    assert sent.status_code == 409
    assert "hidden already" in checked(sent).get_text()


def test_hidden_answer_and_comment_are_the_same_bytes_as_none(
    session: Session, cast: Cast, client: FlaskClient, answered: Answer, remark: Comment
) -> None:
    for hidden in (answered, remark):
        hiding.hide(session, post=hidden, by=cast.mia)
    session.commit()
    unknown = client.get("/answers/999").data
    for address in (f"/answers/{answered.id}", f"/answers/{answered.id}/history", f"/comments/{remark.id}"):
        assert client.get(address).data == unknown
