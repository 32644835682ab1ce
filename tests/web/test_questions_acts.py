"""Acts on a question: follow, me too, acceptance, closing, asked before."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from kb.forum import answers, duplicates, questions
from kb.forum.models import CloseReason, Closure, Duplicate, MeToo, Question, Status
from kb.people.models import Person
from tests.builders import Cast
from tests.builders_forum import answer, question
from tests.pages import checked, page, post

Browser = Callable[[Person], FlaskClient]


@pytest.fixture
def asked(session: Session, cast: Cast) -> Question:
    """Alice's question, which bob answered."""
    made = question(session, by=cast.alice)
    answer(session, question=made, by=cast.bob)
    session.commit()
    return made


def at(asked: Question) -> str:
    return f"/questions/{asked.id}/{asked.slug}"


def send(browser: FlaskClient, asked: Question, act: str, data: dict[str, str], status: int = 303):  # type: ignore[no-untyped-def]
    answered = post(browser, f"/questions/{asked.id}/{act}", data, form_at=at(asked))
    assert answered.status_code == status, answered.text[:500]
    return answered


def standing(session: Session, asked: Question) -> Status:
    session.rollback()
    session.expire_all()
    return Status(session.get_one(Question, asked.id).status)


def answer_id(session: Session, asked: Question, cast: Cast) -> int:
    made = answer(session, question=asked, by=cast.erin)
    session.commit()
    return made.id


def test_a_thread_is_followed_at_a_level_and_no_longer(
    session: Session, cast: Cast, signed_in: Browser, asked: Question
) -> None:
    browser, address = signed_in(cast.erin), f"/following/question/{asked.id}"
    for level, pressed in (("each", ["each"]), ("digest", ["digest"]), ("none", ["none"]), ("", [])):
        form = {"level": level, "next": at(asked)}
        assert post(browser, address, form, form_at=at(asked)).location == at(asked)
        buttons = page(browser, at(asked)).select(f"button[form=acts][formaction='{address}']")
        assert [one["value"] for one in buttons if one.get("aria-pressed") == "true"] == pressed
        assert [one["value"] for one in buttons] == (["each", "digest", "none", ""] if level else ["each"])


def test_me_too_is_a_switch(session: Session, cast: Cast, signed_in: Browser, asked: Question) -> None:
    browser = signed_in(cast.bob)
    for wish, count in (("yes", 1), ("yes", 1), ("no", 0)):
        send(browser, asked, "me-too", {"too": wish})
        session.rollback()
        assert session.query(MeToo).count() == count


def test_me_too_is_not_for_the_asker(cast: Cast, signed_in: Browser, asked: Question) -> None:
    send(signed_in(cast.alice), asked, "me-too", {"too": "yes"}, status=403)


@pytest.mark.parametrize("who", ["alice", "erin", "mia"])
def test_acceptance_solves_the_question_and_can_be_taken_back(
    session: Session, cast: Cast, signed_in: Browser, asked: Question, who: str
) -> None:
    chosen, browser = answer_id(session, asked, cast), signed_in(getattr(cast, who))
    assert send(browser, asked, "acceptance", {"answer": str(chosen)}).location == f"{at(asked)}#answer-{chosen}"
    assert standing(session, asked) is Status.SOLVED
    send(browser, asked, "acceptance", {"answer": ""})
    assert standing(session, asked) is Status.ANSWERED


def test_acceptance_is_not_for_everyone(session: Session, cast: Cast, signed_in: Browser, asked: Question) -> None:
    chosen, browser = answer_id(session, asked, cast), signed_in(cast.bob)
    assert page(browser, at(asked)).select_one("[formaction$='/acceptance']") is None
    send(browser, asked, "acceptance", {"answer": str(chosen)}, status=403)
    assert standing(session, asked) is Status.ANSWERED


@pytest.mark.parametrize(("chosen", "status"), [("x", 422), ("²", 422), ("99", 404)])
def test_acceptance_of_no_answer_is_refused(
    cast: Cast, signed_in: Browser, asked: Question, chosen: str, status: int
) -> None:
    send(signed_in(cast.alice), asked, "acceptance", {"answer": chosen}, status=status)


def test_acceptance_of_another_questions_answer_is_refused(
    session: Session, cast: Cast, signed_in: Browser, asked: Question
) -> None:
    other = question(session, by=cast.alice, title="What about the other one?")
    session.commit()
    send(signed_in(cast.alice), other, "acceptance", {"answer": str(answer_id(session, asked, cast))}, status=422)


def test_closure_says_why_and_can_be_taken_back(
    session: Session, cast: Cast, signed_in: Browser, asked: Question
) -> None:
    browser = signed_in(cast.mia)
    page(browser, f"/questions/{asked.id}/closure")
    send(browser, asked, "closure", {"reason": "not_supported", "note": "Not on phones."})
    assert standing(session, asked) is Status.CLOSED
    assert "Not on phones." in page(browser, at(asked)).get_text()
    send(browser, asked, "closure", {"reopen": "yes"})
    assert standing(session, asked) is Status.ANSWERED


@pytest.mark.parametrize("data", [{}, {"reason": "because"}, {"reason": "declined", "note": "n" * 5000}])
def test_closure_refused_comes_back_filled_in(
    session: Session, cast: Cast, signed_in: Browser, asked: Question, data: dict[str, str]
) -> None:
    shown = checked(send(signed_in(cast.mia), asked, "closure", data, status=422))
    assert shown.select_one(".field__error") is not None
    assert shown.select_one("textarea[name=note]").get_text().strip() == data.get("note", "")  # type: ignore[union-attr]
    assert standing(session, asked) is Status.ANSWERED


def test_closure_twice_says_so(session: Session, cast: Cast, signed_in: Browser, asked: Question) -> None:
    questions.close(session, question=asked, by=cast.mia, reason=CloseReason.DECLINED)
    session.commit()
    refused = send(signed_in(cast.erin), asked, "closure", {"reason": "declined"}, status=409)
    assert "closed already" in checked(refused).get_text()
    assert session.query(Closure).count() == 1


def test_closure_is_not_for_everyone(cast: Cast, signed_in: Browser, asked: Question) -> None:
    browser = signed_in(cast.bob)
    page(browser, f"/questions/{asked.id}/closure", status=403)
    send(browser, asked, "closure", {"reason": "declined"}, status=403)


@pytest.mark.parametrize(
    "spelling", ["{id}", "#{id}", "/questions/{id}/x", "https://help.example.com/questions/{id}/x?page=2#a"]
)
def test_duplicate_points_at_the_original_and_back(
    session: Session, cast: Cast, signed_in: Browser, asked: Question, spelling: str
) -> None:
    again = question(session, by=cast.bob, title="How can I reset a password?")
    session.commit()
    browser = signed_in(cast.erin)
    page(browser, f"/questions/{again.id}/duplicate")
    send(browser, again, "duplicate", {"original": spelling.format(id=asked.id)})
    assert standing(session, again) is Status.CLOSED
    assert page(browser, at(again)).select_one(f"a[href='{at(asked)}']") is not None
    assert page(browser, at(asked)).select_one(f"a[href='{at(again)}']") is not None
    send(browser, again, "duplicate", {"unmark": "yes"})
    assert session.query(Duplicate).count() == 0


@pytest.mark.parametrize("named", ["", "that one", "/questions/999/x", "/articles/1", "9" * 30])
def test_duplicate_of_nothing_comes_back_filled_in(
    session: Session, cast: Cast, signed_in: Browser, asked: Question, named: str
) -> None:
    shown = checked(send(signed_in(cast.erin), asked, "duplicate", {"original": named}, status=422))
    assert shown.select_one("#original-error") is not None
    assert shown.select_one("#original")["value"] == named  # type: ignore[index]
    assert session.query(Duplicate).count() == 0


def test_duplicate_in_a_circle_is_refused(session: Session, cast: Cast, signed_in: Browser, asked: Question) -> None:
    again = question(session, by=cast.bob, title="How can I reset a password?")
    duplicates.mark(session, question=again, original=asked, by=cast.erin)
    session.commit()
    send(signed_in(cast.erin), asked, "duplicate", {"original": str(again.id)}, status=422)


def test_duplicate_is_not_for_everyone(cast: Cast, signed_in: Browser, asked: Question) -> None:
    browser = signed_in(cast.alice)
    page(browser, f"/questions/{asked.id}/duplicate", status=403)
    send(browser, asked, "duplicate", {"original": "1"}, status=403)


@pytest.mark.parametrize("act", ["me-too", "acceptance", "closure", "duplicate", "visibility"])
def test_act_of_a_visitor_goes_by_way_of_signing_in(client: FlaskClient, asked: Question, act: str) -> None:
    sent = post(client, f"/questions/{asked.id}/{act}", {"next": at(asked)}, form_at="/questions/ask")
    assert (sent.status_code, sent.location) == (303, f"/sign-in?next={at(asked)}")


@pytest.mark.parametrize(
    "act", ["me-too", "acceptance", "closure", "duplicate", "visibility", "comments", "answers", "edit"]
)
def test_act_on_no_question_is_not_found(cast: Cast, signed_in: Browser, act: str) -> None:
    answered = post(signed_in(cast.mia), f"/questions/999/{act}", form_at="/questions/ask")
    assert answered.status_code == 404


def test_act_without_a_token_is_refused(cast: Cast, signed_in: Browser, asked: Question) -> None:
    assert signed_in(cast.bob).post(f"/questions/{asked.id}/me-too", data={"too": "yes"}).status_code == 400


def test_accepted_answer_is_taken_back_by_its_own_button(
    session: Session, cast: Cast, signed_in: Browser, asked: Question
) -> None:
    answers.accept(session, answer=answer(session, question=asked, by=cast.erin), by=cast.alice)
    session.commit()
    button = page(signed_in(cast.alice), at(asked)).select_one("[formaction$='/acceptance'][value='']")
    assert button is not None
    assert button.get_text() == "Not solved after all"
