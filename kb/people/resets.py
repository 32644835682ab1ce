"""Links in letters that set a password: for who forgot theirs, and for who claims an imported account."""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from kb import clock
from kb.db import glance
from kb.errors import NotFound
from kb.jobs import job, later
from kb.mail import Mail
from kb.people import stationery
from kb.people.models import Person, Token
from kb.people.sessions import hash_of

RESET, CLAIM = "reset", "claim"
LASTS = {RESET: timedelta(minutes=60), CLAIM: timedelta(days=7)}
MOST_AN_HOUR = 3


@dataclass(frozen=True, slots=True)
class _Ready:
    """A letter that may leave, and the token its link holds."""

    person_id: int
    token: str
    mail: Mail


def ask(session: Session, *, email: str) -> None:
    """Have a letter with a link sent to ``email`` if somebody who can sign in has that address.

    Only stores a job, whoever asks for whatever address, so that neither the answer nor its time tells which are known.
    """
    later(session, send, RESET, email.strip().lower()[:254], secrets.token_urlsafe(32))


def offer_claim(session: Session, person: Person) -> None:
    """Have a letter sent to the address of ``person``, whose reader may set the first password of the account."""
    later(session, send, CLAIM, person.email, secrets.token_urlsafe(32))


@job
def send(session: Session, purpose: str, email: str, nonce: str) -> None:
    """Send the letter that was asked for under ``nonce``, and let its link be used.

    The token follows from the nonce and the site's key: neither the job nor the token's row is enough to make the
    link, and when this runs again the same link is sent. Nobody gets more than three letters an hour.
    """
    with glance(session):
        ready = _ready(session, purpose, email, nonce)
    if ready is None:
        return
    stationery.current().post.send(ready.mail)
    now = clock.now()
    session.execute(delete(Token).where(Token.expires_at < now - timedelta(days=1)))
    session.add(
        Token(
            token_hash=hash_of(ready.token),
            purpose=purpose,
            person_id=ready.person_id,
            created_at=now,
            expires_at=now + LASTS[purpose],
        )
    )


def holder(session: Session, token: str) -> Person:
    """Return whose password ``token`` may set; raises NotFound when it was used, has run out or never was."""
    person = session.scalar(
        select(Person)
        .join(Token, Token.person_id == Person.id)
        .where(Token.token_hash == hash_of(token), Token.used_at.is_(None), Token.expires_at > clock.now())
    )
    if person is None:
        raise NotFound()
    return person


def use(session: Session, token: str) -> None:
    """Use ``token`` up; raises NotFound when it was used, has run out or never was. The database lets one win."""
    now = clock.now()
    spent = (
        update(Token)
        .where(Token.token_hash == hash_of(token), Token.used_at.is_(None), Token.expires_at > now)
        .values(used_at=now)
        .returning(Token.id)
    )
    if session.scalar(spent) is None:
        raise NotFound()


def void(session: Session, person: Person) -> None:
    """Make every unused link of ``person`` worthless."""
    session.execute(
        update(Token).where(Token.person_id == person.id, Token.used_at.is_(None)).values(used_at=clock.now())
    )


def _ready(session: Session, purpose: str, email: str, nonce: str) -> _Ready | None:
    """Return the letter to send; None when nobody is to get one, or it was sent by an earlier run."""
    person = session.scalar(select(Person).where(Person.email == email))
    if person is None or (person.password_hash is None) != (purpose == CLAIM):
        return None
    token = _token(purpose, nonce)
    since = clock.now() - timedelta(hours=1)
    recent = select(func.count(Token.id)).where(Token.person_id == person.id, Token.created_at > since)
    if (session.scalar(recent) or 0) >= MOST_AN_HOUR:
        return None
    if session.scalar(select(Token.id).where(Token.token_hash == hash_of(token))) is not None:
        return None
    return _Ready(person.id, token, _compose(purpose, person.name, email, token, nonce))


def _token(purpose: str, nonce: str) -> str:
    """Return the 256 bits that go with ``nonce`` on this site."""
    key = stationery.current().secret.encode()
    return urlsafe_b64encode(hmac.digest(key, f"{purpose}:{nonce}".encode(), hashlib.sha256)).rstrip(b"=").decode()


def _compose(purpose: str, name: str, email: str, token: str, nonce: str) -> Mail:
    paper = stationery.current()
    lead, action, note, subject = (
        (
            f"Somebody, most likely you, asked for a new password on {paper.site_name}.",
            "Choose a new password",
            "The link works once, for 60 minutes. If you did not ask for it, nothing has changed; delete this letter.",
            f"A new password for {paper.site_name}",
        )
        if purpose == RESET
        else (
            f"What you once wrote has moved to {paper.site_name}. This link makes the account yours.",
            "Choose a password and sign in",
            "The link works once, for 7 days. If this is not you, delete this letter.",
            f"Your account on {paper.site_name}",
        )
    )
    body = stationery.Body(
        greeting=f"Hello {stationery.plain_name(name)},",
        lead=lead,
        action=action,
        address=paper.link(f"/password/{token}"),
        note=note,
        footer=f"{paper.site_name}, {paper.base_url}.",
    )
    name_of_letter = f"{purpose}-{hashlib.sha256(nonce.encode()).hexdigest()[:20]}"
    return Mail(email, subject, stationery.as_text(body), stationery.as_html(body), paper.message_id(name_of_letter))
