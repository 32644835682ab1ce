"""Searches as the log holds them, for tests of what is made of them."""

from datetime import timedelta
from itertools import count

from sqlalchemy.orm import Session

from kb import clock
from kb.search.models import Click, Query
from kb.search.query import normal

_numbers = count(1)


def searched(session: Session, text: str, *, times: int = 1, days_ago: float = 0, **more: object) -> list[str]:
    """Add ``times`` searches of as many visits, and return their ids; those that ended READ have a hit opened."""
    ids = []
    for _ in range(times):
        number = next(_numbers)
        values: dict[str, object] = {
            "source": "page", "hits": 1, "took_ms": 1, "visit": f"{number:016}", "id": f"{number:022}", **more,
        }  # fmt: skip
        at = clock.now() - timedelta(days=days_ago)
        session.add(Query(at=at, text=text, normal=normal(text), **values))
        if more.get("ended") in ("read", "helpful"):
            session.add(Click(query_id=values["id"], kind="article", ref=1, position=1, at=at))
        ids.append(str(values["id"]))
    session.flush()
    return ids
