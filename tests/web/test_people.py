"""Profiles and settings."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from kb.notices import stops
from kb.people import accounts, passwords, sessions
from kb.people.models import Person
from tests.builders import Cast, person
from tests.pages import checked, counted_statements, page, post

GOOD = "three grey geese fly"
SignedIn = Callable[[Person], FlaskClient]


def test_profile_shows_name_marks_and_about(client: FlaskClient, session: Session, cast: Cast) -> None:
    accounts.edit_profile(session, person=cast.erin, name="Erin <i>E</i>"[:4], about="I fix *printers*.")
    session.commit()
    soup = page(client, "/people/erin")
    assert soup.h1 is not None and soup.h1.get_text() == "Erin"
    assert soup.select_one(".mark--expert") and not soup.select_one(".mark--official")
    assert soup.select_one(".prose em")


def test_profile_never_shows_the_address_or_more(client: FlaskClient, cast: Cast) -> None:
    assert "alice@example.com" not in client.get("/people/alice").text


def test_profile_is_found_whatever_the_case(client: FlaskClient, cast: Cast) -> None:
    page(client, "/people/Alice")


def test_profile_of_nobody_is_the_same_404_as_any(client: FlaskClient, cast: Cast) -> None:
    nobody, nothing = client.get("/people/nemo"), client.get("/nothing/at/all")
    assert (nobody.status_code, nobody.data) == (404, nothing.data)


def test_profile_has_an_edit_button_for_its_owner_alone(signed_in: SignedIn, cast: Cast) -> None:
    assert page(signed_in(cast.alice), "/people/alice").select_one('main a[href="/settings"]')
    assert not page(signed_in(cast.bob), "/people/alice").select_one('main a[href="/settings"]')


@pytest.mark.parametrize("address", ["/settings", "/settings/sessions", "/inbox"])
def test_own_pages_ask_visitors_to_sign_in(client: FlaskClient, session: Session, address: str) -> None:
    assert client.get(address).headers["Location"] == f"/sign-in?next={address}"


def test_settings_save_the_profile(signed_in: SignedIn, session: Session, cast: Cast) -> None:
    browser = signed_in(cast.alice)
    page(browser, "/settings")
    data = {"name": "Alice Ahrens", "about": "Hello *there*"}
    assert post(browser, "/settings/profile", data, form_at="/settings").status_code == 303
    soup = page(browser, "/people/alice")
    assert soup.h1 is not None and soup.h1.get_text() == "Alice Ahrens"
    assert soup.select_one(".prose em")


def test_settings_come_back_with_what_was_refused(signed_in: SignedIn, cast: Cast) -> None:
    answer = post(signed_in(cast.alice), "/settings/profile", {"name": " ", "about": "Kept"}, form_at="/settings")
    assert answer.status_code == 422
    soup = checked(answer)
    assert soup.select_one("#about").get_text().strip() == "Kept"  # type: ignore[union-attr]
    assert soup.select_one("#name-error")


def test_settings_change_the_password_and_keep_this_device(signed_in: SignedIn, session: Session, cast: Cast) -> None:
    cast.alice.password_hash = passwords.hashed(GOOD)
    here, there = signed_in(cast.alice), signed_in(cast.alice)
    wrong = post(here, "/settings/password", {"current": "no", "new": "four brown bears"}, form_at="/settings")
    assert wrong.status_code == 422 and checked(wrong).select_one("#current-error")
    right = post(here, "/settings/password", {"current": GOOD, "new": "four brown bears"}, form_at="/settings")
    assert right.status_code == 303
    assert here.get("/settings").status_code == 200
    assert there.get("/settings").status_code == 303


def test_settings_choose_letters(signed_in: SignedIn, session: Session, cast: Cast) -> None:
    browser = signed_in(cast.alice)
    offered = set(stops.offered(cast.alice))
    ticked = page(browser, "/settings").select("input[type=checkbox][checked]")
    assert {box["name"] for box in ticked} == offered > {"answer", "mention", "digest"}
    for wanted in ({"answer", "mention"}, {"comment"}):
        post(browser, "/settings/letters", dict.fromkeys(wanted, "y"), form_at="/settings")
        assert stops.stopped(session, cast.alice.id) == offered - wanted


def test_devices_are_listed_and_ended_one_by_one(app: Flask, signed_in: SignedIn, session: Session, cast: Cast) -> None:
    here, there = signed_in(cast.alice), signed_in(cast.alice)
    foreign = sessions.open_session(session, cast.bob, ip="", agent="")
    session.commit()
    found = sessions.find(session, foreign)
    assert found is not None
    soup = page(here, "/settings/sessions")
    ends = [str(form["action"]) for form in soup.select("form") if str(form["action"]).endswith("/end")]
    assert len(ends) == 1
    post(here, f"/settings/sessions/{found[1].id}/end", form_at="/settings/sessions")
    assert sessions.find(session, foreign) is not None
    post(here, ends[0], form_at="/settings/sessions")
    assert there.get("/settings").status_code == 303
    assert here.get("/settings").status_code == 200


def test_every_other_device_is_ended_at_once(signed_in: SignedIn, cast: Cast) -> None:
    here, others = signed_in(cast.alice), [signed_in(cast.alice) for _ in range(3)]
    post(here, "/settings/sessions/end-others", form_at="/settings/sessions")
    assert [other.get("/settings").status_code for other in others] == [303] * 3
    assert here.get("/settings").status_code == 200


def test_devices_page_sends_as_many_statements_for_many(signed_in: SignedIn, session: Session, cast: Cast) -> None:
    browser = signed_in(cast.alice)
    with counted_statements() as few:
        page(browser, "/settings/sessions")
    for _ in range(30):
        sessions.open_session(session, cast.alice, ip="192.0.2.1", agent="Mozilla/5.0 (X11; Linux) Firefox/140.0")
    session.commit()
    with counted_statements() as many:
        page(browser, "/settings/sessions")
    assert len(few) == len(many) <= 6


def test_an_imported_person_has_a_profile(client: FlaskClient, session: Session, cast: Cast) -> None:
    imported = person(session, "ines")
    imported.email, imported.origin = None, "stackexchange:beer"
    session.commit()
    assert "brought over from another site" in page(client, "/people/ines").get_text()
