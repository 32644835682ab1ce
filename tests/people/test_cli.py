"""``kb person``: what an operator types, and what it says."""

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.cli.people import person
from kb.errors import Invalid, NotFound
from kb.jobs import Job
from kb.people import accounts, sessions
from kb.people.models import Person, Role
from tests.builders import Cast

PASSWORD = "three grey geese fly"


def kb_person(app: Flask, *words: str, typed: str = "") -> Result:
    """Run ``kb person`` with ``typed`` on standard input; what is not an exit of its own is raised."""
    result = app.test_cli_runner().invoke(person, words, input=typed)
    if isinstance(result.exception, Exception):
        raise result.exception
    return result


def named(session: Session, handle: str) -> Person:
    session.expire_all()
    return session.scalars(select(Person).where(Person.handle == handle)).one()


def test_add_makes_a_person_who_can_sign_in(app: Flask, session: Session) -> None:
    words = ("add", "Anna", "--name", "Anna Adler", "--email", "anna@example.com", "--role", "admin", "--staff")
    said = kb_person(app, *words, typed=f"{PASSWORD}\n")
    assert (said.exit_code, said.output) == (0, "Added @anna (admin).\n")
    anna = named(session, "anna")
    assert anna.roles == {Role.ADMIN} and anna.staff_since is not None
    assert accounts.sign_in(session, login="anna", password=PASSWORD, ip="", agent="")[0].id == anna.id


@pytest.mark.parametrize(
    ("handle", "email", "typed", "field"),
    [
        ("alice", "new@example.com", PASSWORD, "handle"),
        ("admin", "new@example.com", PASSWORD, "handle"),
        ("a b", "new@example.com", PASSWORD, "handle"),
        ("anna", "alice@example.com", PASSWORD, "email"),
        ("anna", "new@example.com", "", "password"),
        ("anna", "new@example.com", "short", "password"),
    ],
)
def test_add_refuses(app: Flask, cast: Cast, handle: str, email: str, typed: str, field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        kb_person(app, "add", handle, "--name", "Anna", "--email", email, typed=typed)
    assert refusal.value.field == field


def test_add_takes_no_password_as_an_argument(app: Flask) -> None:
    words = ("add", "anna", "--name", "Anna", "--email", "anna@example.com", "--password", PASSWORD)
    assert kb_person(app, *words).exit_code == 2


def test_role_gives_and_takes(app: Flask, session: Session, cast: Cast) -> None:
    said = kb_person(app, "role", "erin", "+writer", "-expert", "+staff")
    assert (said.exit_code, said.output) == (0, "@erin is now writer, staff.\n")
    assert named(session, "erin").roles == {Role.WRITER}
    assert kb_person(app, "role", "@Erin", "-writer", "-staff").output == "@erin is now member.\n"


@pytest.mark.parametrize("change", ["expert", "+chief", "--expert", "+"])
def test_role_refuses_what_is_no_role(app: Flask, cast: Cast, change: str) -> None:
    said = kb_person(app, "role", "alice", change)
    assert said.exit_code == 2
    assert change in said.output


def test_role_of_nobody(app: Flask, session: Session) -> None:
    with pytest.raises(NotFound, match="nobody with the handle “nemo”"):
        kb_person(app, "role", "nemo", "+expert")


def test_password_replaces_it_and_signs_out(app: Flask, session: Session, cast: Cast) -> None:
    token = sessions.open_session(session, cast.alice, ip="", agent="")
    session.commit()
    assert kb_person(app, "password", "alice", typed=f"{PASSWORD}\n").exit_code == 0
    assert sessions.find(session, token) is None
    assert accounts.sign_in(session, login="alice", password=PASSWORD, ip="", agent="")


def test_claim_queues_a_letter(app: Flask, session: Session, cast: Cast) -> None:
    said = kb_person(app, "claim", "bob", "robert@example.com")
    assert said.exit_code == 0 and "robert@example.com" in said.output
    assert session.scalars(select(Job.name)).all() == ["kb.people.resets.send"]
