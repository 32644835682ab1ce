"""What was searched, opened and came of it: kept in memory by the page that saw it, stored a moment later.

Nothing says who searched: no person, no address, no session. What could say so in a text is taken out at once.
"""

import secrets
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace

from sqlalchemy import insert
from sqlalchemy.orm import Session

from kb import clock
from kb.notices.once import INSERT
from kb.search import outcomes, refining, visits
from kb.search.masking import masked
from kb.search.models import Click, Query
from kb.search.noted import ASKED, HELPFUL, Opened, Outcome, Search
from kb.search.query import LONGEST, normal

MOST_WAITING = 5_000
"""Notes of each sort kept while the database cannot take them; the oldest are lost first."""

_queries: deque[Search] = deque(maxlen=MOST_WAITING)
_clicks: deque[Opened] = deque(maxlen=MOST_WAITING)
_outcomes: deque[Outcome] = deque(maxlen=MOST_WAITING)
_lock = threading.Lock()


def new_id() -> str:
    """Return a random name for a search, so that what is opened from it can be told to belong to it."""
    return secrets.token_urlsafe(16)


def asked(
    query_id: str,
    *,
    source: str,
    text: str,
    hits: int,
    took_ms: int,
    visit: str = "",
    corrected: str = "",
    audience: str = "public",
) -> None:
    """Note a finished search of the reader whose sign ``visit`` is (see kb.search.visits).

    The rest is as in kb.search.models.Query, before personal data is taken out of the texts.
    """
    said = masked(text)
    found = Search(
        id=query_id,
        at=clock.now(),
        source=source,
        text=said,
        normal=normal(said),
        hits=hits,
        took_ms=took_ms,
        visit=visit,
        corrected=masked(corrected)[:LONGEST],
        audience=audience,
    )
    with _lock:
        _queries.append(found)


def opened(query_id: str, *, kind: str, ref: int, position: int) -> None:
    """Note that the hit at ``position`` (from 1) of a search was opened; it counts once."""
    with _lock:
        _clicks.append(Opened(query_id, kind, ref, position, clock.now()))


def helped(signs: Sequence[str], *, kind: str, ref: int) -> None:
    """Note that a document helped the reader with ``signs``, who may have found it by a search."""
    with _lock:
        _outcomes.append(Outcome(tuple(signs), HELPFUL, clock.now(), kind, ref))


def led_to_question(signs: Sequence[str]) -> None:
    """Note that the reader with ``signs`` posted a question, and so may have searched in vain."""
    with _lock:
        _outcomes.append(Outcome(tuple(signs), ASKED, clock.now()))


@contextmanager
def storing(session: Session) -> Iterator[bool]:
    """Write down what was noted since the last time; yields whether there was anything.

    The block commits. When it fails, or nothing can be written, all of it is kept for the next time.
    """
    with _lock:
        queries, clicks, ends = list(_queries), list(_clicks), list(_outcomes)
        for notes in (_queries, _clicks, _outcomes):
            notes.clear()
    try:
        if queries or clicks or ends:
            _store(session, queries, clicks, ends)
        yield bool(queries or clicks or ends)
    except Exception:
        with _lock:
            _queries.extendleft(reversed(queries))
            _clicks.extendleft(reversed(clicks))
            _outcomes.extendleft(reversed(ends))
        raise


def _store(session: Session, queries: list[Search], clicks: list[Opened], ends: list[Outcome]) -> None:
    key = visits.key_of_today(session)
    marked = [replace(one, visit=visits.mark(key, one.visit)) for one in queries]
    rows = refining.following(session, marked, opened={click.query_id for click in clicks})
    if rows:
        session.execute(insert(Query), [asdict(row) for row in rows])
    if clicks:
        once = INSERT[session.get_bind().dialect.name](Click).on_conflict_do_nothing()
        session.execute(once, [asdict(click) for click in clicks])
        outcomes.read(session, {click.query_id for click in clicks})
    for end in ends:
        outcomes.settle(session, end, [visits.mark(key, sign) for sign in end.signs])
