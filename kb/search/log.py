"""What was searched and what was opened: kept in memory by the page that saw it, stored a moment later.

Nothing says who searched: no person, no address, no session.
"""

import secrets
import threading
from collections import deque
from datetime import datetime

from sqlalchemy import Executable, insert
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from kb import clock
from kb.search.models import Click, Query

MOST_WAITING = 5_000
"""Rows kept while the database cannot take them; the oldest are lost first."""

Row = dict[str, str | int | datetime]

_queries: deque[Row] = deque(maxlen=MOST_WAITING)
_clicks: deque[Row] = deque(maxlen=MOST_WAITING)
_lock = threading.Lock()


def new_id() -> str:
    """Return a random name for a search, so that what is opened from it can be told to belong to it."""
    return secrets.token_urlsafe(16)


def asked(query_id: str, *, source: str, text: str, hits: int, took_ms: int) -> None:
    """Note a finished search (``text`` as Query has it); ``source`` is ``page``, ``live`` or ``ask``."""
    normal = " ".join(text.casefold().split())[:256]
    row: Row = {"id": query_id, "at": clock.now(), "source": source, "text": text, "normal": normal}
    with _lock:
        _queries.append({**row, "hits": hits, "took_ms": took_ms})


def opened(query_id: str, *, kind: str, ref: int, position: int) -> None:
    """Note that the hit at ``position`` (from 1) of a search was opened; it counts once."""
    with _lock:
        _clicks.append({"query_id": query_id, "kind": kind, "ref": ref, "position": position, "at": clock.now()})


def store(session: Session) -> bool:
    """Write down what was searched and opened since the last time; returns whether there was anything.

    What cannot be written is kept for the next time, and the error goes on to the caller.
    """
    with _lock:
        queries, clicks = list(_queries), list(_clicks)
        _queries.clear()
        _clicks.clear()
    if not queries and not clicks:
        return False
    try:
        if queries:
            session.execute(insert(Query), queries)
        if clicks:
            session.execute(_once(session), clicks)
    except Exception:
        with _lock:
            _queries.extendleft(reversed(queries))
            _clicks.extendleft(reversed(clicks))
        raise
    return True


def _once(session: Session) -> Executable:
    """Return the statement that inserts clicks, leaving out what is there already."""
    make = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    return make(Click).on_conflict_do_nothing()
