"""What is counted of searches, in lists and when they are summed up by day."""

from sqlalchemy import ColumnElement, Integer, and_, cast, func

from kb.search.models import Query
from kb.search.noted import ASKED, HELPFUL, READ

CLICKED = Query.ended.in_((READ, HELPFUL))
HELPED = Query.ended == HELPFUL
LED_TO_QUESTION = Query.ended == ASKED
WITHOUT_HITS = Query.hits == 0
WITHOUT_CLICKS = and_(Query.hits > 0, ~CLICKED)


def how_many(condition: ColumnElement[bool]) -> ColumnElement[int]:
    """Return the number of rows for which ``condition`` holds, 0 where there are no rows."""
    return func.coalesce(func.sum(cast(condition, Integer)), 0)
