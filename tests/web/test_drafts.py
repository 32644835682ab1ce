"""A member's drafts: saved while they write, there on another device, gone once posted or thrown away."""

from collections.abc import Callable

from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kb.forum import drafts
from kb.forum.models import Draft
from kb.people.models import Person
from tests.builders import Cast
from tests.builders_forum import category, question
from tests.pages import checked, counted_statements, page, post

Browser = Callable[[Person], FlaskClient]
ASK = "/questions/ask"
WORDS = {"title": "How do I export my notes?", "body": "The button is grey.", "tags": "", "category": "problems"}


def count(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Draft)) or 0


def test_draft_is_there_on_another_device_until_posted(session: Session, cast: Cast, signed_in: Browser) -> None:
    category(session)
    phone, desk = signed_in(cast.alice), signed_in(cast.alice)
    saved = post(phone, "/drafts", {"subject": ASK, "number": "0", **WORDS}, form_at=ASK)
    assert saved.json == {"number": 1}
    shown = page(desk, ASK)
    assert str(shown.select_one("input[name=title]")["value"]) == WORDS["title"]  # type: ignore[index]
    assert shown.select_one("kept-draft[data-number='1']") is not None
    late = post(desk, "/drafts", {"subject": ASK, "number": "0", "body": "Other"}, form_at=ASK)
    assert (late.status_code, late.json["number"], late.json["body"]["body"]) == (409, 1, WORDS["body"])  # type: ignore[index]
    assert post(desk, "/questions", WORDS, form_at=ASK).status_code == 303
    assert count(session) == 0


def test_answer_draft_fills_its_sheet_and_is_listed(session: Session, cast: Cast, signed_in: Browser) -> None:
    about = question(session, by=cast.alice, title="Where is my invoice?")
    session.commit()
    browser, sheet = signed_in(cast.bob), f"/questions/{about.id}/answers"
    assert page(browser, about_address(about.id)).select_one(f"kept-draft[data-subject='{sheet}']") is not None
    post(browser, "/drafts", {"subject": sheet, "number": "0", "body": "In the <b>menu</b>"}, form_at=sheet)
    assert "In the <b>menu</b>" in page(browser, sheet).select_one("textarea").get_text()  # type: ignore[union-attr]
    found = browser.get(f"/drafts/saved?subject={sheet}").json
    assert found == {"number": 1, "body": {"body": "In the <b>menu</b>"}}
    shown = page(browser, "/drafts")
    assert shown.select_one(f"a[href='{sheet}']") is not None
    assert "Where is my invoice?" in shown.get_text()
    assert "Where is my invoice?" not in page(signed_in(cast.will), "/drafts").get_text()
    assert post(browser, "/drafts/thrown-away", {"subject": sheet}, form_at="/drafts").status_code == 303
    assert count(session) == 0


def test_drafts_page_asks_as_often_for_thirty_as_for_one(session: Session, cast: Cast, signed_in: Browser) -> None:
    browser = signed_in(cast.bob)
    seen = []
    for many in (1, 30):
        for number in range(many):
            subject = f"/questions/{many * 100 + number}/answers"
            drafts.save(session, by=cast.bob, subject=subject, body={"body": "x"}, number=0)
        session.commit()
        with counted_statements() as statements:
            checked(browser.get("/drafts"))
        seen.append(len(statements))
    assert seen[0] == seen[1] <= 12


def about_address(question_id: int) -> str:
    return f"/questions/{question_id}/where-is-my-invoice"
