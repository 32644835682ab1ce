"""Sign-ins: rows that a cookie's random token points to, gone when signed out."""

import hashlib
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import Select, bindparam, delete, select, update
from sqlalchemy import orm as orm
from sqlalchemy.orm import joinedload

from kb import clock
from kb.people.models import Person, Session

LIFETIME = timedelta(days=28)
SEEN_EVERY = timedelta(minutes=10)

MOST_WAITING = 5_000
"""Sign-ins whose time is kept while the database cannot take it; more than these are not noted."""

MOST_DEVICES = 100
# The first sign that is found counts: every browser claims to be several others too.
BROWSERS = (("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)

_seen: dict[int, datetime] = {}
_seen_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class Device:
    """One sign-in as its owner sees it; ``browser`` and ``system`` are empty when unknown."""

    id: int
    this: bool
    browser: str
    system: str
    ip: str
    since: datetime
    seen: datetime


def open_session(session: orm.Session, person: Person, *, ip: str, agent: str) -> str:
    """Sign ``person`` in on one device and return the token for its cookie; only the token's hash is kept."""
    token = secrets.token_urlsafe(32)
    now = clock.now()
    session.execute(delete(Session).where(Session.person_id == person.id, Session.seen_at <= now - LIFETIME))
    session.add(
        Session(
            token_hash=hash_of(token), person_id=person.id, created_at=now, seen_at=now, ip=ip[:45], agent=agent[:300]
        )
    )
    return token


def find(session: orm.Session, token: str) -> tuple[Person, Session] | None:
    """Return who ``token`` signs in, or None when it was signed out, is over 28 days unused, or never was."""
    values = {"token_hash": hash_of(token), "since": clock.now() - LIFETIME}
    row = session.execute(_by_token(), values).unique().first()
    if row is None:
        return None
    signed_in, person = row
    if clock.now() - signed_in.seen_at > SEEN_EVERY:
        _note_seen(signed_in.id, clock.now())
    return person, signed_in


@cache  # every page of somebody signed in asks this, and putting it together takes longer than running it
def _by_token() -> Select[Session, Person]:
    return (
        select(Session, Person)
        .join(Person, Person.id == Session.person_id)
        .options(joinedload(Person.grants))
        .where(Session.token_hash == bindparam("token_hash"), Session.seen_at > bindparam("since"))
    )


def close(session: orm.Session, token: str) -> None:
    """Sign out the device that holds ``token``; copies of its cookie are worth nothing from then on."""
    session.execute(delete(Session).where(Session.token_hash == hash_of(token)))


def close_all(session: orm.Session, person: Person, *, but: int | None = None) -> int:
    """Sign ``person`` out everywhere, the session ``but`` aside; returns how many were ended."""
    ended = delete(Session).where(Session.person_id == person.id)
    if but is not None:
        ended = ended.where(Session.id != but)
    return int(session.execute(ended).rowcount)  # type: ignore[attr-defined]


def close_one(session: orm.Session, person: Person, session_id: int) -> None:
    """Sign ``person`` out on the device of ``session_id``; does nothing when that is somebody else's or gone."""
    session.execute(delete(Session).where(Session.id == session_id, Session.person_id == person.id))


def devices(session: orm.Session, person: Person, *, this: int) -> list[Device]:
    """Return where ``person`` is signed in, last seen first; ``this`` is the session of the device that asks."""
    found = session.scalars(
        select(Session)
        .where(Session.person_id == person.id, Session.seen_at > clock.now() - LIFETIME)
        .order_by(Session.seen_at.desc(), Session.id.desc())
        .limit(MOST_DEVICES)
    )
    return [Device(row.id, row.id == this, *_what(row.agent), row.ip, row.created_at, row.seen_at) for row in found]


def _what(agent: str) -> tuple[str, str]:
    """Return browser and system named by a User-Agent, as far as they tell; for people to recognise, not to trust."""
    return (
        next((name for sign, name in BROWSERS if sign in agent), ""),
        next((name for sign, name in SYSTEMS if sign in agent), ""),
    )


@contextmanager
def storing_seen(session: orm.Session) -> Iterator[bool]:
    """Write down when sessions were last seen, if any were since the last time; yields whether any were.

    The block commits. When it fails, or nothing can be written, the times are kept for the next time.
    """
    with _seen_lock:
        seen = dict(_seen)
        _seen.clear()
    try:
        for session_id, at in seen.items():
            session.execute(update(Session).where(Session.id == session_id).values(seen_at=at))
        yield bool(seen)
    except Exception:
        for session_id, at in seen.items():
            _note_seen(session_id, at)
        raise


def _note_seen(session_id: int, at: datetime) -> None:
    with _seen_lock:
        if session_id in _seen or len(_seen) < MOST_WAITING:
            _seen[session_id] = max(at, _seen.get(session_id, at))


def hash_of(token: str) -> bytes:
    """Return the SHA-256 under which a token is kept; 256 random bits need no salt and no slow hash."""
    return hashlib.sha256(token.encode()).digest()
