"""Joining, signing in and out, and a forgotten password, as a browser sees them."""

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from kb import jobs
from kb.app import create_app
from kb.mail import MemoryPost
from kb.people import accounts, passwords, roles, sessions
from kb.people.models import Person, Role
from tests.builders import Cast
from tests.conftest import DATA, settings_for
from tests.pages import checked, page, post

GOOD = "three grey geese fly"
NORA = {"name": "Nora Nowak", "email": "nora@example.com", "password": GOOD}
SignedIn = Callable[[Person], FlaskClient]


@pytest.fixture
def alice(session: Session, cast: Cast) -> Person:
    """Alice, with a password."""
    cast.alice.password_hash = passwords.hashed(GOOD)
    session.commit()
    return cast.alice


def errors_in(soup: BeautifulSoup) -> str:
    return " ".join(tag.get_text(" ", strip=True) for tag in soup.select(".field__error"))


def cookie(client: FlaskClient) -> str:
    found = client.get_cookie("sidekick")
    assert found is not None
    return found.value


def is_signed_in(client: FlaskClient) -> bool:
    return client.get("/settings").status_code == 200


def test_join_signs_in_and_goes_on(client: FlaskClient, session: Session) -> None:
    soup = page(client, "/join?next=/questions/ask")
    assert soup.select_one('input[name="next"]')["value"] == "/questions/ask"  # type: ignore[index]
    assert soup.select_one('a[href="/sign-in?next=/questions/ask"]')
    answer = post(client, "/join", {**NORA, "next": "/questions/ask"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/questions/ask")
    assert is_signed_in(client)


def test_join_keeps_what_the_visitor_had(client: FlaskClient) -> None:
    with client.session_transaction() as kept:
        kept["draft"] = "token of a draft"
    post(client, "/join", NORA)
    with client.session_transaction() as kept:
        assert kept["draft"] == "token of a draft"


def test_join_comes_back_filled_in_with_a_sentence_at_the_field(client: FlaskClient, cast: Cast) -> None:
    answer = post(client, "/join", {**NORA, "email": "alice@example.com", "next": "/tags"})
    assert answer.status_code == 422
    soup = checked(answer)
    assert "has an account already" in errors_in(soup)
    assert soup.select_one("#name")["value"] == "Nora Nowak"  # type: ignore[index]
    assert soup.select_one('input[name="next"]')["value"] == "/tags"  # type: ignore[index]
    assert GOOD not in answer.text


@pytest.mark.parametrize("address", ["/join", "/sign-in", "/password"])
def test_entry_without_a_form_token_is_refused(client: FlaskClient, address: str) -> None:
    assert client.post(address, data=NORA).status_code == 400


def test_sign_in_goes_back_to_the_page(client: FlaskClient, alice: Person) -> None:
    sent = client.get("/settings/sessions")
    assert sent.headers["Location"] == "/sign-in?next=/settings/sessions"
    answer = post(client, "/sign-in", {"login": "alice", "password": GOOD, "next": "/settings/sessions"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/settings/sessions")
    assert client.get("/sign-in?next=/tags").headers["Location"] == "/tags"


def test_sign_in_answers_the_same_bytes_for_known_and_unknown(app: Flask, alice: Person) -> None:
    def answer(login: str) -> tuple[int, str]:
        sent = post(app.test_client(), "/sign-in", {"login": login, "password": "wrong"})
        return sent.status_code, without_tokens(sent.text).replace(login, "")

    known = answer("alice")
    assert known[0] == 422
    assert known == answer("nobody") == answer("alice@example.com") == answer("nobody@example.com") == answer("bob")


def test_asking_for_a_password_answers_the_same_bytes_for_known_and_unknown(app: Flask, alice: Person) -> None:
    def answer(email: str) -> tuple[int, str]:
        sent = post(app.test_client(), "/password", {"email": email})
        return sent.status_code, without_tokens(sent.text)

    assert answer("alice@example.com") == answer("nobody@example.com") == answer("") == answer("x" * 5000)


def without_tokens(text: str) -> str:
    return re.sub(r'(name="csrf_token" value=")[^"]+', r"\1", text)


def test_signing_in_makes_the_form_token_anew(client: FlaskClient, alice: Person) -> None:
    client.get("/sign-in")
    with client.session_transaction() as before:
        token = before["csrf_token"]
    post(client, "/sign-in", {"login": "alice", "password": GOOD})
    client.get("/settings")
    with client.session_transaction() as after:
        assert after["csrf_token"] != token


def test_signing_in_over_another_ends_that_one(client: FlaskClient, session: Session, alice: Person) -> None:
    post(client, "/join", NORA)
    with client.session_transaction() as kept:
        before = kept["_user_id"]
    answer = post(client, "/sign-in", {"login": "alice", "password": GOOD}, form_at="/settings")
    assert answer.status_code == 303
    assert sessions.find(session, before) is None


def end_by_signing_out(session: Session, person: Person, client: FlaskClient) -> None:
    assert post(client, "/sign-out", form_at="/settings").status_code == 303


def end_by_role_loss(session: Session, person: Person, client: FlaskClient) -> None:
    roles.change(session, person=person, remove=frozenset({Role.EXPERT}), by=None)


def end_by_new_password(session: Session, person: Person, client: FlaskClient) -> None:
    accounts.replace_password(session, person=person, password="four brown bears")


def end_by_password_of_another_device(session: Session, person: Person, client: FlaskClient) -> None:
    accounts.change_password(session, person=person, current=GOOD, new="four brown bears", this_session=None)


def end_by_another_device(session: Session, person: Person, client: FlaskClient) -> None:
    sessions.close_all(session, person)


@pytest.mark.parametrize(
    "end",
    [
        end_by_signing_out,
        end_by_role_loss,
        end_by_new_password,
        end_by_password_of_another_device,
        end_by_another_device,
    ],
)
def test_a_copied_cookie_is_refused_after(
    app: Flask,
    client: FlaskClient,
    session: Session,
    alice: Person,
    end: Callable[[Session, Person, FlaskClient], None],
) -> None:
    roles.change(session, person=alice, add=frozenset({Role.EXPERT}), by=None)
    session.commit()
    post(client, "/sign-in", {"login": "alice", "password": GOOD})
    thief = app.test_client()
    thief.set_cookie("sidekick", cookie(client))
    assert is_signed_in(thief)
    end(session, alice, client)
    session.commit()
    for _ in range(3):
        thief.set_cookie("sidekick", cookie(client))
        assert not is_signed_in(thief)


def test_reset_by_letter(
    app: Flask, client: FlaskClient, session: Session, alice: Person, signed_in: SignedIn, letters: MemoryPost
) -> None:
    elsewhere = signed_in(alice)
    page(client, "/password")
    checked(post(client, "/password", {"email": "alice@example.com"}))
    while jobs.run_next(session, "test"):
        pass
    link = re.search(r"http://127\.0\.0\.1:5000(/password/\S+)", letters.sent[0].text)
    assert link
    followed = client.get(link[1])
    assert (followed.status_code, followed.headers["Location"]) == (303, "/password/new")
    assert followed.headers["Referrer-Policy"] == "no-referrer"
    assert link[1].rsplit("/", 1)[1] not in page(client, "/password/new").decode()
    weak = post(client, "/password/new", {"password": "alice"})
    assert weak.status_code == 422
    checked(weak)
    done = post(client, "/password/new", {"password": "four brown bears"})
    assert (done.status_code, done.headers["Location"]) == (303, "/sign-in")
    assert not is_signed_in(elsewhere)
    assert post(client, "/sign-in", {"login": "alice", "password": "four brown bears"}).status_code == 303
    replay = app.test_client()
    replay.get(link[1])
    page(replay, "/password/new", 404)


@pytest.mark.parametrize("token", ["x", "x" * 43, "%00", "é" * 10])
def test_a_made_up_link_is_worth_nothing(client: FlaskClient, session: Session, token: str) -> None:
    client.get(f"/password/{token}")
    page(client, "/password/new", 404)


def test_next_leads_nowhere_else(app: Flask, alice: Person) -> None:
    hostile = redirect_payloads()
    assert len(hostile) > 200
    for address in hostile:
        client = app.test_client()
        shown = client.get(f"/sign-in?next={quote(address)}")
        field = BeautifulSoup(shown.text, "html.parser").select_one('input[name="next"]')
        assert field is not None and stays(str(field["value"])), address


def test_next_in_the_form_leads_nowhere_else(signed_in: SignedIn, client: FlaskClient, alice: Person) -> None:
    browser = signed_in(alice)
    for address in redirect_payloads():
        assert stays(browser.get(f"/sign-in?next={quote(address)}").headers["Location"]), address
    for address in ("//evil.example", "/\\evil.example", "https://evil.example", "javascript:alert(1)", "/\tevil"):
        answer = post(client, "/join", {**NORA, "name": "x", "email": "bad", "next": address})
        assert answer.status_code == 422 and f'value="{address}"' not in answer.text


def test_next_may_hold_any_letter(client: FlaskClient, alice: Person) -> None:
    answer = post(client, "/sign-in", {"login": "alice", "password": GOOD, "next": "/tags/日本?page=2"})
    assert answer.headers["Location"] == "/tags/%E6%97%A5%E6%9C%AC?page=2"


def redirect_payloads() -> list[str]:
    folder = Path(DATA) / "security" / "redirects"
    lines = [line for path in sorted(folder.glob("Open*.txt")) for line in path.read_text("latin-1").splitlines()]
    return [line for line in dict.fromkeys(lines) if line.strip()]


def stays(address: str) -> bool:
    """Whether every browser takes ``address`` for a path of this site."""
    return bool(re.match(r"^/(?![/\\])[^\\\x00-\x1f\x7f]*$", address))


@pytest.mark.parametrize(
    ("address", "data", "allowed"),
    [("/sign-in", {"login": "alice", "password": "wrong"}, 6), ("/password", {"email": "a@example.com"}, 5)],
)
def test_too_many_tries_are_refused_for_a_while(
    database_url: str, tmp_path: Path, address: str, data: dict[str, str], allowed: int
) -> None:
    app = create_app(settings_for(tmp_path, database_url, rate_limits=True))
    app.testing = True
    client = app.test_client()
    statuses = [post(client, address, data).status_code for _ in range(allowed)]
    assert 429 not in statuses
    refused = post(client, address, data)
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 0
    assert client.get(address).status_code == 200


def test_no_password_is_in_the_database(client: FlaskClient, session: Session) -> None:
    post(client, "/join", NORA)
    assert all(GOOD not in (hash_ or "") for hash_ in session.scalars(select(Person.password_hash)))
