"""Links that set a password: asked for blindly, kept hashed, used once."""

import re
import threading
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from kb import clock, jobs
from kb.db import db
from kb.errors import DomainError, Invalid, NotFound
from kb.jobs import Job
from kb.mail import MemoryPost
from kb.people import accounts, passwords, resets, sessions
from kb.people.models import Person, Token
from tests.builders import Cast

NEW = "three grey geese fly"


@pytest.fixture
def alice(session: Session, cast: Cast) -> Person:
    """Alice, who has a password she forgot."""
    cast.alice.password_hash = passwords.hashed("two green frogs")
    session.commit()
    return cast.alice


def asked(session: Session, letters: MemoryPost, email: str = "alice@example.com") -> str:
    """Ask for a new password and return the token in the letter, empty when none came."""
    before = len(letters.sent)
    resets.ask(session, email=email)
    session.commit()
    work(session)
    return token_in(letters) if len(letters.sent) > before else ""


def work(session: Session) -> None:
    while jobs.run_next(session, "test"):
        pass


def token_in(letters: MemoryPost) -> str:
    found = re.search(r"http://127\.0\.0\.1:5000/password/(\S+)", letters.sent[-1].text)
    assert found
    return found[1]


def test_ask_sends_a_link_that_sets_a_password(session: Session, alice: Person, letters: MemoryPost) -> None:
    token = asked(session, letters, " Alice@Example.com ")
    assert letters.sent[0].to == "alice@example.com"
    assert accounts.reset_password(session, token=token, password=NEW).id == alice.id
    session.commit()
    accounts.sign_in(session, login="alice", password=NEW, ip="", agent="")


def test_ask_for_an_unknown_address_does_the_same_and_sends_nothing(
    session: Session, alice: Person, letters: MemoryPost
) -> None:
    assert asked(session, letters, "nobody@example.com") == ""
    assert asked(session, letters, "bob@example.com") == ""  # bob cannot sign in
    assert [job.name for job in session.scalars(select(Job))] == ["kb.people.resets.send"] * 2


def test_neither_token_nor_link_is_kept(session: Session, alice: Person, letters: MemoryPost) -> None:
    token = asked(session, letters)
    row = session.scalars(select(Token)).one()
    assert row.token_hash == sessions.hash_of(token)
    assert all(token not in str(job.args) for job in session.scalars(select(Job)))
    assert len(token) == 43


def test_reset_ends_every_session(session: Session, alice: Person, letters: MemoryPost) -> None:
    signed_in = sessions.open_session(session, alice, ip="", agent="")
    token = asked(session, letters)
    accounts.reset_password(session, token=token, password=NEW)
    session.commit()
    assert sessions.find(session, signed_in) is None


def test_link_works_once(session: Session, alice: Person, letters: MemoryPost) -> None:
    token = asked(session, letters)
    accounts.reset_password(session, token=token, password=NEW)
    session.commit()
    with pytest.raises(NotFound):
        accounts.reset_password(session, token=token, password=NEW)


def test_a_used_link_voids_the_others(session: Session, alice: Person, letters: MemoryPost) -> None:
    first, second = asked(session, letters), asked(session, letters)
    accounts.reset_password(session, token=second, password=NEW)
    session.commit()
    with pytest.raises(NotFound):
        resets.holder(session, first)


def test_a_changed_password_voids_the_link(session: Session, alice: Person, letters: MemoryPost) -> None:
    token = asked(session, letters)
    accounts.change_password(session, person=alice, current="two green frogs", new=NEW, this_session=None)
    session.commit()
    with pytest.raises(NotFound):
        accounts.reset_password(session, token=token, password=NEW)


def test_link_runs_out_after_an_hour(session: Session, alice: Person, letters: MemoryPost) -> None:
    token = asked(session, letters)
    clock.advance(timedelta(minutes=59))
    assert resets.holder(session, token).id == alice.id
    clock.advance(timedelta(minutes=1))
    with pytest.raises(NotFound):
        accounts.reset_password(session, token=token, password=NEW)


def test_a_weak_password_leaves_the_link_usable(session: Session, alice: Person, letters: MemoryPost) -> None:
    token = asked(session, letters)
    with pytest.raises(Invalid):
        accounts.reset_password(session, token=token, password="password")
    session.rollback()
    accounts.reset_password(session, token=token, password=NEW)


def test_twenty_uses_at_once_change_one_password(
    app: Flask, session: Session, alice: Person, letters: MemoryPost
) -> None:
    token = asked(session, letters)
    outcomes: list[str] = []
    start = threading.Barrier(20)

    def use(number: int) -> None:
        with app.app_context():
            start.wait()
            try:
                accounts.reset_password(db.session(), token=token, password=f"{NEW} {number}")
                db.session.commit()
                outcomes.append(f"{NEW} {number}")
            except DomainError as refusal:
                db.session.rollback()
                outcomes.append(type(refusal).__name__)

    threads = [threading.Thread(target=use, args=[number]) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    won = [outcome for outcome in outcomes if outcome.startswith(NEW)]
    assert len(won) == 1 and outcomes.count("NotFound") == 19
    accounts.sign_in(session, login="alice", password=won[0], ip="", agent="")


def test_nobody_gets_more_than_three_letters_an_hour(session: Session, alice: Person, letters: MemoryPost) -> None:
    for _ in range(6):
        asked(session, letters)
    assert len(letters.sent) == 3
    clock.advance(timedelta(hours=1, seconds=1))
    assert asked(session, letters)


def test_sending_again_sends_the_same_link_under_the_same_id(
    session: Session, alice: Person, letters: MemoryPost
) -> None:
    for _ in range(2):  # the first run's outcome was lost, as when its worker is killed after sending
        resets.send(session, resets.RESET, "alice@example.com", "nonce")
        session.rollback()
    first, second = letters.sent
    assert (first.text, first.message_id) == (second.text, second.message_id)
    resets.send(session, resets.RESET, "alice@example.com", "nonce")
    session.commit()
    resets.send(session, resets.RESET, "alice@example.com", "nonce")
    assert len(letters.sent) == 3


def test_claim_lets_the_reader_of_the_address_in(session: Session, cast: Cast, letters: MemoryPost) -> None:
    cast.bob.email = None
    accounts.claim(session, person=cast.bob, email="Robert@example.com")
    session.commit()
    work(session)
    assert letters.sent[0].to == "robert@example.com"
    clock.advance(timedelta(days=6))
    accounts.reset_password(session, token=token_in(letters), password=NEW)
    session.commit()
    assert accounts.sign_in(session, login="robert@example.com", password=NEW, ip="", agent="")[0].id == cast.bob.id


def test_claim_again_voids_the_link_sent_before(session: Session, cast: Cast, letters: MemoryPost) -> None:
    accounts.claim(session, person=cast.bob, email="wrong@example.com")
    session.commit()
    work(session)
    old = token_in(letters)
    accounts.claim(session, person=cast.bob, email="right@example.com")
    session.commit()
    with pytest.raises(NotFound):
        resets.holder(session, old)


def test_claim_refuses_a_taken_address_and_an_account_in_use(session: Session, alice: Person, cast: Cast) -> None:
    with pytest.raises(Invalid):
        accounts.claim(session, person=cast.bob, email="mia@example.com")
    with pytest.raises(Invalid):
        accounts.claim(session, person=alice, email="other@example.com")
