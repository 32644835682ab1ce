"""Joining, signing in, and what ends a sign-in."""

import threading

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kb import clock
from kb.db import db
from kb.errors import Invalid
from kb.history import Event
from kb.people import accounts, passwords, roles, sessions
from kb.people.models import Person, Role
from tests.builders import Cast

GOOD = "three grey geese fly"
DEVICE = {"ip": "192.0.2.7", "agent": "test"}


def join(session: Session, name: str = "Nora Nowak", email: str = "nora@example.com") -> tuple[Person, str]:
    return accounts.join(session, name=name, email=email, password=GOOD, **DEVICE)


def sign_in(session: Session, login: str, password: str = GOOD) -> tuple[Person, str]:
    return accounts.sign_in(session, login=login, password=password, **DEVICE)


def test_join_makes_a_member_who_is_signed_in(session: Session) -> None:
    person, token = join(session, email=" Nora@Example.COM ")
    session.commit()
    assert (person.handle, person.email, person.roles) == ("nora-nowak", "nora@example.com", frozenset())
    found = sessions.find(session, token)
    assert found is not None and found[0].id == person.id


def test_join_keeps_no_password_and_no_token(session: Session) -> None:
    person, token = join(session)
    session.commit()
    assert person.password_hash is not None and person.password_hash.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    row = sessions.find(session, token)
    assert row is not None and token.encode() not in row[1].token_hash


@pytest.mark.parametrize(
    ("name", "handle"),
    [("Alice", "alice-2"), ("Zoë Müller!", "zoe-muller"), ("李雷", "member-2"), ("x" * 60, "x" * 30)],
)
def test_join_makes_a_free_handle(session: Session, cast: Cast, name: str, handle: str) -> None:
    assert join(session, name=name)[0].handle == handle


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("name", {"name": "   "}),
        ("name", {"name": "x" * 81}),
        ("name", {"name": "Admin"}),
        ("name", {"name": "Prize at evil.example"}),
        ("name", {"name": "http://evil"}),
        ("email", {"email": "nowhere"}),
        ("email", {"email": "a@b@example.com"}),
        ("email", {"email": "a@example.com\r\nBcc: b@example.com"}),
        ("email", {"email": "ALICE@example.com"}),
        ("password", {"password": "short"}),
        ("password", {"password": "x1" * 101}),
        ("password", {"password": "Password123!"}),
        ("password", {"password": "12345678"}),
        ("password", {"password": "aaaaaaaaaaaa"}),
        ("password", {"password": "nora-nowak-1"}),
        ("password", {"password": "sidekick nora"}),
    ],
)
def test_join_refuses(session: Session, cast: Cast, field: str, values: dict[str, str]) -> None:
    given = {"name": "Nora Nowak", "email": "nora@example.com", "password": GOOD, **values}
    with pytest.raises(Invalid) as refusal:
        accounts.join(session, **given, **DEVICE)
    assert refusal.value.field == field


def test_join_at_once_with_one_address_makes_one_account(app: Flask, session: Session) -> None:
    outcomes = together(app, 10, lambda s: join(s, name="Nora"))
    assert sorted(outcomes) == ["done"] + ["email"] * 9
    assert session.scalar(select(func.count(Person.id))) == 1


def test_join_at_once_with_one_name_makes_many_handles(app: Flask, session: Session) -> None:
    numbers = iter(range(8))
    assert together(app, 8, lambda s: join(s, email=f"n{next(numbers)}@example.com")) == ["done"] * 8
    assert session.scalar(select(func.count(func.distinct(Person.handle)))) == 8


@pytest.mark.parametrize("login", ["nora-nowak", "@Nora-Nowak", " NORA@example.com "])
def test_sign_in_by_handle_or_address(session: Session, login: str) -> None:
    person, _ = join(session)
    session.commit()
    assert sign_in(session, login)[0].id == person.id


@pytest.mark.parametrize(
    ("login", "password"),
    [
        ("nora-nowak", "wrong"),
        ("nobody", GOOD),
        ("nobody@example.com", GOOD),
        ("imported", GOOD),
        ("imported", ""),
        ("", ""),
    ],
)
def test_sign_in_says_the_same_whatever_is_wrong(session: Session, login: str, password: str) -> None:
    join(session)
    session.add(Person(handle="imported", name="Imported", created_at=clock.now()))
    session.commit()
    with pytest.raises(Invalid) as refusal:
        sign_in(session, login, password)
    assert (refusal.value.field, refusal.value.message) == ("password", accounts.WRONG)


def test_sign_in_renews_an_old_hash(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    person, _ = join(session)
    session.commit()
    old = person.password_hash
    monkeypatch.setattr(
        passwords, "_hasher", passwords.PasswordHasher(time_cost=3, memory_cost=19 * 1024, parallelism=1)
    )
    sign_in(session, "nora-nowak")
    assert person.password_hash is not None and person.password_hash != old
    assert "t=3" in person.password_hash


def test_sign_in_holds_no_transaction_while_it_compares(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    join(session)
    session.commit()
    during: list[bool] = []
    compare = passwords.matches

    def watched(kept: str | None, password: str) -> bool:
        during.append(session.in_transaction())
        return compare(kept, password)

    monkeypatch.setattr(passwords, "matches", watched)
    sign_in(session, "nora-nowak")
    assert during == [False]


def test_sign_out_ends_the_session_wherever_its_token_went(session: Session) -> None:
    _, token = join(session)
    session.commit()
    accounts.sign_out(session, token)
    session.commit()
    assert sessions.find(session, token) is None


def test_change_password_ends_every_other_session(session: Session) -> None:
    person, here = join(session)
    session.commit()
    _, there = sign_in(session, "nora-nowak")
    session.commit()
    this = sessions.find(session, here)
    assert this is not None
    accounts.change_password(session, person=person, current=GOOD, new="four brown bears", this_session=this[1].id)
    session.commit()
    assert sessions.find(session, here) is not None
    assert sessions.find(session, there) is None
    assert sign_in(session, "nora-nowak", "four brown bears")


@pytest.mark.parametrize(("current", "new", "field"), [("wrong", "four brown bears", "current"), (GOOD, "nora", "new")])
def test_change_password_refuses(session: Session, current: str, new: str, field: str) -> None:
    person, _ = join(session)
    session.commit()
    with pytest.raises(Invalid) as refusal:
        accounts.change_password(session, person=person, current=current, new=new, this_session=None)
    assert refusal.value.field == field


def test_losing_a_role_ends_every_session(session: Session, cast: Cast) -> None:
    token = sessions.open_session(session, cast.erin, **DEVICE)
    session.commit()
    assert roles.change(session, person=cast.erin, add=frozenset({Role.WRITER}), by=None) == {Role.EXPERT, Role.WRITER}
    session.commit()
    assert sessions.find(session, token) is not None
    assert roles.change(session, person=cast.erin, remove=frozenset({Role.EXPERT}), by=cast.mia) == {Role.WRITER}
    session.commit()
    assert sessions.find(session, token) is None


def test_losing_the_staff_mark_ends_every_session(session: Session, cast: Cast) -> None:
    roles.mark_staff(session, person=cast.erin, staff=True, by=None)
    token = sessions.open_session(session, cast.erin, **DEVICE)
    roles.mark_staff(session, person=cast.erin, staff=False, by=None)
    session.commit()
    assert sessions.find(session, token) is None


def test_edit_profile_renders_what_is_about(session: Session, cast: Cast) -> None:
    accounts.edit_profile(session, person=cast.alice, name=" Alice  A. ", about="I <b>like</b> *tea*.")
    assert cast.alice.name == "Alice A."
    assert "<em>tea</em>" in cast.alice.about_html and "<b>" not in cast.alice.about_html


def test_edit_profile_refuses_too_much(session: Session, cast: Cast) -> None:
    with pytest.raises(Invalid) as refusal:
        accounts.edit_profile(session, person=cast.alice, name="Alice", about="x" * 2001)
    assert refusal.value.field == "about"


def test_every_change_is_on_record(session: Session) -> None:
    person, _ = join(session)
    accounts.change_password(session, person=person, current=GOOD, new="four brown bears", this_session=None)
    accounts.edit_profile(session, person=person, name="Nora", about="")
    roles.change(session, person=person, add=frozenset({Role.WRITER}), by=None)
    session.flush()
    assert list(session.scalars(select(Event.what).where(Event.subject_id == person.id).order_by(Event.id))) == [
        "person.joined",
        "person.password_changed",
        "person.profile_edited",
        "role.given",
    ]


def together(app: Flask, count: int, act: object) -> list[str]:
    """Run ``act(session)`` in ``count`` threads at once and commit each; returns ``done`` or the field refused."""
    outcomes: list[str] = []
    start = threading.Barrier(count)

    def run() -> None:
        with app.app_context():
            start.wait()
            try:
                act(db.session())  # type: ignore[operator]
                db.session.commit()
                outcomes.append("done")
            except Invalid as refusal:
                db.session.rollback()
                outcomes.append(refusal.field)
            except BaseException as problem:
                outcomes.append(repr(problem))

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes
