"""What searches led to: a hit that was read, one that helped, or a question."""

from collections.abc import Collection, Sequence
from datetime import timedelta

from sqlalchemy import Update, select, update
from sqlalchemy.orm import Session

from kb.search.models import Click, Query
from kb.search.noted import ASKED, HELPFUL, NARROWED, READ, Outcome

BEFORE_ASKING = timedelta(minutes=30)
"""Searches in vain this long before a question are taken to be about it."""


def read(session: Session, query_ids: Collection[str]) -> None:
    """Say of the searches with ``query_ids``, and of those they narrow, that a hit was opened."""
    for where in (
        Query.id.in_(query_ids),
        Query.id.in_(select(Query.refines).where(Query.id.in_(query_ids), Query.source == NARROWED)),
    ):
        session.execute(_set(READ).where(where, Query.ended == ""))


def settle(session: Session, outcome: Outcome, visits: Sequence[str]) -> None:
    """Say what came of the searches of ``visits``: those with the document opened HELPFUL, those in vain ASKED."""
    mine = Query.visit.in_([visit for visit in visits if visit])
    if outcome.what == ASKED:
        session.execute(_set(ASKED).where(mine, Query.at >= outcome.at - BEFORE_ASKING, Query.ended == ""))
        return
    clicked = select(Click.id).where(Click.query_id == Query.id, Click.kind == outcome.kind, Click.ref == outcome.ref)
    session.execute(_set(HELPFUL).where(mine, Query.ended == READ, clicked.exists()))


def _set(ended: str) -> Update:
    return update(Query).values(ended=ended).execution_options(synchronize_session=False)
