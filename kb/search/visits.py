"""Which searches of one day belong together, without saying whose they are."""

import hashlib
import hmac
import secrets
from datetime import date

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from kb import clock
from kb.db import Fact
from kb.notices.once import INSERT

FACT = "search_visit_key"
"""The fact that holds the key of one day; with it gone nobody can tell which reader a visit was, nor join two days."""
LENGTH = 16


def sign(*known: str) -> str:
    """Return a sign of a reader, made of what is ``known`` of their browser; kept in memory until it is stored."""
    return hashlib.sha256("\n".join(known).encode("utf-8", "replace")).hexdigest()


def key_of_today(session: Session) -> bytes:
    """Return the key that visits of today are made with, the same for every process; makes it for the first search.

    Writes, so it is for those who store. The key of another day is overwritten.
    """
    today = clock.now().date()
    known = session.get(Fact, FACT, populate_existing=True)
    if known is not None and known.value["day"] == today.isoformat():
        return bytes.fromhex(known.value["key"])  # nearly always, and without keeping others waiting for the row
    fresh = {"day": today.isoformat(), "key": secrets.token_hex(32)}
    insert = INSERT[session.get_bind().dialect.name](Fact)
    session.execute(insert.values(name=FACT, value=fresh).on_conflict_do_nothing())
    held = select(Fact).where(Fact.name == FACT).with_for_update().execution_options(populate_existing=True)
    fact = session.scalars(held).one()
    if fact.value["day"] != today.isoformat():
        fact.value = fresh
        session.flush()
    return bytes.fromhex(fact.value["key"])


def mark(key: bytes, signed: str) -> str:
    """Return what a reader's visit is stored as, "" for a reader of whom nothing is known."""
    return hmac.new(key, signed.encode(), hashlib.sha256).hexdigest()[:LENGTH] if signed else ""


def forget_key(session: Session, today: date) -> None:
    """Delete the key unless it is the one of ``today``."""
    fact = session.get(Fact, FACT, populate_existing=True, with_for_update=True)
    if fact is not None and fact.value["day"] != today.isoformat():
        session.execute(delete(Fact).where(Fact.name == FACT))
