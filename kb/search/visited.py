"""What one reader searched today, told by the signs of their browser."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from kb import clock
from kb.db import Fact
from kb.search import visits
from kb.search.models import Query

PAGES = ("page", "narrowed", "live")
MOST = 10


def searched(session: Session, signs: Sequence[str]) -> list[str]:
    """Return what the reader with ``signs`` searched today, each once and the newest first; titles typed are not it.

    Reads alone: before the first search of a day is stored nobody's is known.
    """
    fact = session.get(Fact, visits.FACT)
    if fact is None or fact.value["day"] != clock.now().date().isoformat():
        return []
    key = bytes.fromhex(fact.value["key"])
    marks = [visits.mark(key, sign) for sign in signs if sign]
    found = select(Query.text).where(Query.visit.in_(marks), Query.source.in_(PAGES)).order_by(Query.at.desc())
    return list(dict.fromkeys(session.scalars(found.limit(3 * MOST))))[:MOST]
