"""What readers say of an answer: why it did not help, whether it worked, and the page an asker's letter leads to."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kb import clock
from kb.forum import ratings
from kb.forum.models import Acceptance, Answer, Comment, Question, Rating, RatingReason
from kb.forum.solving import trials
from kb.forum.solving.models import Trial
from kb.people.models import Person
from tests.builders import Cast, person
from tests.builders_forum import answer, question
from tests.pages import checked, counted_statements, page, post

Browser = Callable[[Person], FlaskClient]


@pytest.fixture
def asked(session: Session, cast: Cast) -> Question:
    """Alice's question."""
    made = question(session, by=cast.alice)
    session.commit()
    return made


@pytest.fixture
def given(session: Session, cast: Cast, asked: Question) -> Answer:
    """Bob's answer to it."""
    made = answer(session, question=asked, by=cast.bob)
    session.commit()
    return made


def at(asked: Question) -> str:
    return f"/questions/{asked.id}/{asked.slug}"


def test_not_helpful_asks_why_and_tells_the_author(
    session: Session, cast: Cast, signed_in: Browser, asked: Question, given: Answer
) -> None:
    browser, here = signed_in(cast.will), f"/answers/{given.id}/rating"
    assert post(browser, here, {"helpful": "no"}, form_at=at(asked)).location == here
    assert page(browser, at(asked)).select_one(f'a[href="{here}"]') is not None
    words = {"helpful": "no", "reason": "outdated", "note": "The menu is gone.", "done": "1"}
    assert post(browser, here, words).location == f"{at(asked)}#answer-{given.id}"
    assert page(browser, at(asked)).select_one(f'a[href="{here}"]') is None
    told = page(signed_in(cast.bob), "/inbox").select_one("main")
    assert "The menu is gone." in told.get_text()  # type: ignore[union-attr]
    assert "Will" not in told.get_text()  # type: ignore[union-attr]
    author = signed_in(cast.bob)
    reasons = page(author, str(page(author, at(asked)).select_one("a[href$='/objections']")["href"])).get_text()  # type: ignore[index]
    assert "It is out of date" in reasons
    assert "The menu is gone." in reasons
    for wrong, field in ({"reason": "boring"}, "reason"), ({"note": "a" * 301}, "note"):
        sent = post(browser, here, words | wrong)
        assert sent.status_code == 422
        assert checked(sent).select_one(f"#{field}-error") is not None
    assert session.scalars(select(Rating.reason)).all() == ["outdated"]


def test_worked_for_me_is_one_press_and_taken_back_by_another(
    session: Session, cast: Cast, signed_in: Browser, asked: Question, given: Answer
) -> None:
    browser, here = signed_in(cast.will), f"/answers/{given.id}/trial"
    for wish, pressed, words in (("yes", "true", "Worked for 1 person"), ("", "false", "")):
        sent = post(browser, here, {"worked": wish}, form_at=at(asked))
        assert sent.location == f"{at(asked)}#answer-{given.id}"
        shown = page(browser, at(asked))
        assert shown.select_one(f"[formaction='{here}']")["aria-pressed"] == pressed  # type: ignore[index]
        assert words in shown.get_text()
    post(browser, here, {"worked": "yes", "version": "4.2"}, form_at=f"{here}?worked=yes")
    assert "(4.2)" in page(browser, at(asked)).get_text()
    sent = post(browser, here, {"worked": "yes", "version": "4" * 41}, form_at=f"{here}?worked=yes")
    assert sent.status_code == 422
    assert post(browser, here, {"worked": "maybe"}, form_at=at(asked)).status_code == 422
    assert session.scalars(select(Trial.version)).all() == ["4.2"]


def test_still_happening_takes_words_along(
    session: Session, cast: Cast, signed_in: Browser, asked: Question, given: Answer
) -> None:
    browser, here = signed_in(cast.alice), f"/answers/{given.id}/trial"
    shown = page(browser, at(asked))
    assert shown.select_one(f"[formaction='{here}']") is None, "an asker accepts instead"
    assert shown.select_one(f'a[href="{here}"]') is not None
    post(browser, here, {"worked": "no", "version": "", "body": "The button is not there."})
    assert session.scalars(select(Comment.body_md)).all() == ["The button is not there."]
    shown = page(browser, at(asked))
    assert "Did not work for 1 person" in shown.get_text()
    assert shown.select_one(f"[formaction='{here}']")["aria-pressed"] == "true"  # type: ignore[index]


def test_the_letter_of_a_likely_solution_leads_to_yes_and_no_and_a_get_changes_nothing(
    session: Session, cast: Cast, signed_in: Browser, asked: Question, given: Answer
) -> None:
    for number in range(2):
        trials.say(session, answer=given, by=person(session, f"fan{number}"), worked=True)
    session.commit()
    browser, here = signed_in(cast.alice), f"/answers/{given.id}/solved"
    assert "This probably solves it" in page(browser, at(asked)).get_text()
    shown = page(browser, here)
    assert "It worked for 2 others." in shown.get_text()
    assert session.scalar(select(func.count(Acceptance.id))) == 0
    buttons = [form["action"] for form in shown.select("main form")]
    assert buttons == [f"/questions/{asked.id}/acceptance", f"/answers/{given.id}/trial"]
    post(browser, buttons[0], {"answer": str(given.id)}, form_at=here)
    assert session.scalar(select(func.count(Acceptance.id))) == 1
    assert "it solved the question" in page(browser, here).get_text()
    post(browser, buttons[1], {"worked": "no"}, form_at=here)
    assert session.scalar(select(func.count(Acceptance.id))) == 0
    page(signed_in(cast.will), here, status=403)


def test_an_outdated_answer_says_so_to_everybody(
    session: Session, cast: Cast, client: FlaskClient, signed_in: Browser, asked: Question, given: Answer
) -> None:
    clock.advance(timedelta(days=1))
    for number in range(3):
        reader = person(session, f"reader{number}")
        ratings.rate(session, answer=given, by=reader, helpful=False, reason=RatingReason.OUTDATED)
    session.commit()
    for browser, words in (client, "Its author is told."), (signed_in(cast.bob), "Editing the answer takes this"):
        warning = page(browser, at(asked)).select_one(f"#answer-{given.id} .banner--warning").get_text()  # type: ignore[union-attr]
        assert "This answer is out of date" in warning
        assert words in warning


def test_opinions_take_as_many_statements_for_many(
    session: Session, cast: Cast, signed_in: Browser, asked: Question, given: Answer
) -> None:
    browser, seen = signed_in(cast.mia), []
    for number in range(2):
        for fan in range(1 + 9 * number):
            trials.say(session, answer=given, by=person(session, f"fan{number}-{fan}"), worked=True, version=str(fan))
            answer(session, question=asked, by=cast.erin)
        session.commit()
        with counted_statements() as statements:
            page(browser, at(asked))
        seen.append(len(statements))
    assert seen[0] == seen[1] <= 12
