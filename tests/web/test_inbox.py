"""The inbox and the links that stop letters, as a browser and a mail program see them."""

from collections.abc import Callable, Iterator

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kb.notices import follows, inbox, stops
from kb.notices.models import LetterStop
from kb.people.models import Person
from tests.builders import Cast
from tests.notices.subjects import KIND, things
from tests.pages import counted_statements, page, post

SignedIn = Callable[[Person], FlaskClient]


@pytest.fixture(autouse=True)
def kinds() -> Iterator[None]:
    """The kind of subject these tests are about."""
    with things():
        yield


def tell(session: Session, cast: Cast, count: int, start: int = 0) -> None:
    """Tell alice ``count`` things by bob."""
    follows.follow(session, person=cast.alice, subject_kind=KIND, subject_id=1)
    for number in range(start, start + count):
        inbox.tell(
            session,
            person_ids=[cast.alice.id],
            kind=stops.WITH_LETTERS[number % 4],
            cause=f"answer:{number}",
            subject_kind=KIND,
            subject_id=1,
            actor=cast.bob if number % 5 else None,
            title=f"Thing <{number}>",
            extract="What was said",
            address="/questions/1/thing#answer-1",
        )
    session.commit()


def test_an_empty_inbox_says_what_will_come(signed_in: SignedIn, cast: Cast) -> None:
    assert "Nothing new" in page(signed_in(cast.alice), "/inbox").get_text()


def test_inbox_shows_what_is_unread_and_how_many(signed_in: SignedIn, session: Session, cast: Cast) -> None:
    tell(session, cast, 3)
    soup = page(signed_in(cast.alice), "/inbox")
    assert len(soup.select(".notice--unread")) == 3
    assert soup.select_one(".inbox-link .badge").get_text() == "3"  # type: ignore[union-attr]
    assert "Thing <2>" in soup.select(".notice__title")[0].get_text()


def test_opening_marks_as_read_and_leads_there(signed_in: SignedIn, session: Session, cast: Cast) -> None:
    tell(session, cast, 2)
    browser = signed_in(cast.alice)
    form = page(browser, "/inbox").select_one(".notice form")
    assert form is not None
    answer = post(browser, str(form["action"]), form_at="/inbox")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/questions/1/thing#answer-1")
    assert len(page(browser, "/inbox").select(".notice--unread")) == 1


def test_looking_marks_nothing_as_read(signed_in: SignedIn, session: Session, cast: Cast) -> None:
    tell(session, cast, 2)
    browser = signed_in(cast.alice)
    for _ in range(2):
        assert len(page(browser, "/inbox").select(".notice--unread")) == 2
    action = str(page(browser, "/inbox").select(".notice form")[0]["action"])
    assert browser.get(action).status_code == 405


def test_all_as_read(signed_in: SignedIn, session: Session, cast: Cast) -> None:
    tell(session, cast, 3)
    browser = signed_in(cast.alice)
    assert post(browser, "/inbox/read", form_at="/inbox").status_code == 303
    soup = page(browser, "/inbox")
    assert not soup.select(".notice--unread") and not soup.select(".inbox-link .badge")


def test_somebody_elses_notice_is_not_found(signed_in: SignedIn, session: Session, cast: Cast) -> None:
    tell(session, cast, 1)
    notice_id = inbox.listing(session, cast.alice).rows[0].id
    assert post(signed_in(cast.bob), f"/inbox/{notice_id}", form_at="/settings").status_code == 404
    assert inbox.unread(session, cast.alice) == 1


@pytest.mark.parametrize("asked", ["-1", "x", "1.5"])
def test_a_page_that_is_no_number_is_refused(signed_in: SignedIn, cast: Cast, asked: str) -> None:
    assert signed_in(cast.alice).get(f"/inbox?page={asked}").status_code == 422


def test_inbox_sends_as_many_statements_for_many(signed_in: SignedIn, session: Session, cast: Cast) -> None:
    browser = signed_in(cast.alice)
    tell(session, cast, 1)
    with counted_statements() as few:
        assert len(page(browser, "/inbox").select(".notice")) == 1
    tell(session, cast, 29, start=1)
    with counted_statements() as many:
        assert len(page(browser, "/inbox").select(".notice")) == 30
    assert len(few) == len(many) <= 6


def test_stop_link_alone_changes_nothing(client: FlaskClient, session: Session, cast: Cast) -> None:
    address = f"/letters/stop/{stops.token_for(cast.alice.id, 'answer')}"
    assert "Stop letters about answers?" in page(client, address).get_text()
    assert stops.stopped(session, cast.alice.id) == frozenset()


def test_stop_and_undo_need_no_sign_in(client: FlaskClient, session: Session, cast: Cast) -> None:
    token = stops.token_for(cast.alice.id, "answer")
    assert post(client, f"/letters/stop/{token}").status_code == 303
    assert stops.stopped(session, cast.alice.id) == {"answer"}
    assert "no more letters about answers" in page(client, f"/letters/stop/{token}").get_text()
    assert post(client, f"/letters/resume/{token}", form_at=f"/letters/stop/{token}").status_code == 303
    assert stops.stopped(session, cast.alice.id) == frozenset()


def test_a_mail_program_stops_with_one_click(client: FlaskClient, session: Session, cast: Cast) -> None:
    token = stops.token_for(cast.alice.id, "mention")
    for _ in range(2):
        answer = client.post(f"/letters/stop/{token}", data={"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 204
    assert session.scalar(select(func.count(LetterStop.id))) == 1


@pytest.mark.parametrize("act", ["stop", "resume"])
def test_a_forged_stop_link_is_not_found(client: FlaskClient, session: Session, cast: Cast, act: str) -> None:
    token = stops.token_for(cast.alice.id, "answer")
    head, _, tail = token.partition(".")
    for forged in (head, f"{head}.{tail[::-1]}", stops.token_for(99_999, "answer"), stops.token_for(1, "none"), "x"):
        assert client.post(f"/letters/{act}/{forged}").status_code == 404
    assert stops.stopped(session, cast.alice.id) == frozenset()
