"""Articles that come and go by the clock: when the next moment has come, pages and search are told."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from kb import clock
from kb.articles.models import Article
from kb.db import touch_site
from kb.jobs import job, later
from kb.search import changes
from kb.search.documents import ARTICLE

_MOMENTS = (Article.publish_at, Article.expires_at)


@job
def tick(session: Session, since: str = "") -> None:
    """Make kept pages stale and have search look again at articles whose moment came after ``since``; plan the next.

    Without ``since`` the next moment is only planned. A late tick makes up for every moment it missed.
    """
    if since:
        passed = _moments(datetime.fromisoformat(since), clock.now())
        moved = session.scalars(select(Article.id).where(or_(*passed), Article.status != "retired")).all()
        if moved:
            touch_site(session)
            changes.note_many(session, ARTICLE, moved)
    plan(session)


def plan(session: Session) -> datetime | None:
    """Store a tick for the next moment at which an article appears or disappears, and return that moment.

    Called whenever such moments may have changed. Each moment has one tick, however often this runs; one that was
    planned in vain finds nothing to do.
    """
    now = clock.now()
    coming = [session.scalar(select(func.min(at)).where(at > now, Article.status != "retired")) for at in _MOMENTS]
    moment = min((at for at in coming if at is not None), default=None)
    if moment is not None:
        key = f"{__name__}.tick:{moment.isoformat()}"
        later(session, tick, now.isoformat(), after=moment - now, key=key)
    return moment


def _moments(since: datetime, until: datetime) -> list[ColumnElement[bool]]:
    return [_between(at, since, until) for at in _MOMENTS]


def _between(at: InstrumentedAttribute[datetime | None], since: datetime, until: datetime) -> ColumnElement[bool]:
    return and_(at > since, at <= until)
