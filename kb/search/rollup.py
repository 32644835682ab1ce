"""What becomes of the log in time: sums by day in place of searches, and no key that visits could be traced by."""

from datetime import UTC, datetime, time, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from kb import clock
from kb.jobs import job, later
from kb.notices.once import INSERT
from kb.search import visits
from kb.search.models import Click, Query, QueryDay
from kb.search.noted import NARROWED
from kb.search.sums import CLICKED, HELPED, LED_TO_QUESTION, WITHOUT_HITS, how_many

KEPT = timedelta(days=400)
"""A year and a little, so that a month can be held against the same month a year ago."""
PAST_MIDNIGHT = timedelta(minutes=5)
_COUNTED = ("searches", "without_hits", "clicked", "helped", "asked")


@job
def roll_up(session: Session) -> None:
    """Sum up and delete the searches of days more than 400 days ago, forget yesterday's key, and come back tomorrow."""
    now = clock.now()
    visits.forget_key(session, now.date())
    end = _midnight(now - KEPT)
    oldest = session.scalar(select(func.min(Query.at)).where(Query.at < end))
    while oldest is not None:
        day = _midnight(oldest)
        _sum_up(session, day)
        oldest = session.scalar(select(func.min(Query.at)).where(Query.at < end))
    session.execute(delete(Click).where(Click.at < end))
    tomorrow = _midnight(now) + timedelta(days=1) + PAST_MIDNIGHT
    later(session, roll_up, after=tomorrow - now, key="kb.search.rollup.roll_up")


def _sum_up(session: Session, day: datetime) -> None:
    """Add the searches of ``day`` to its sums, and delete them. What only narrows another one is none of its own."""
    theirs = (Query.at >= day, Query.at < day + timedelta(days=1))
    rows = session.execute(
        select(
            Query.normal,
            Query.source,
            func.count().label("searches"),
            how_many(WITHOUT_HITS).label("without_hits"),
            how_many(CLICKED).label("clicked"),
            how_many(HELPED).label("helped"),
            how_many(LED_TO_QUESTION).label("asked"),
        )
        .where(*theirs, Query.source != NARROWED)
        .group_by(Query.normal, Query.source)
        .order_by(Query.normal, Query.source)
    )
    sums = [{"day": day.date(), **row} for row in rows.mappings()]
    if sums:
        added = INSERT[session.get_bind().dialect.name](QueryDay)
        more = {name: getattr(QueryDay, name) + added.excluded[name] for name in _COUNTED}
        key = ["day", "normal", "source"]
        session.execute(added.on_conflict_do_update(index_elements=key, set_=more), sums)
    session.execute(delete(Query).where(*theirs).execution_options(synchronize_session=False))


def _midnight(moment: datetime) -> datetime:
    return datetime.combine(moment.date(), time(), UTC)
