"""Archiving what has been quiet: it stays readable, and a reply opens a new question that goes on from it."""

from datetime import timedelta

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session

from kb import clock, jobs
from kb.db import touch_site
from kb.forum.models import Question, Status
from kb.forum.standing import THREAD
from kb.history import Event

QUIET = timedelta(days=180)
AT_ONCE = 1_000
"""Questions that one run archives; when there are more, the next comes at once."""
EVERY = timedelta(days=1)


@jobs.job
def archive_quiet(session: Session) -> None:
    """Archive open questions in which nobody did anything for 180 days, and come back tomorrow."""
    found = _quiet(session)
    if found:
        touch_site(session)
        session.execute(
            update(Question).where(Question.id.in_(found)).values(archived_at=clock.now()),
            execution_options={"synchronize_session": False},
        )
    after = timedelta(0) if len(found) == AT_ONCE else EVERY
    jobs.later(session, archive_quiet, after=after, key="kb.forum.archiving.archive_quiet")


def _quiet(session: Session) -> list[int]:
    """Return the next questions that nobody wrote in, rated, accepted or opened again for long; the oldest first."""
    since = clock.now() - QUIET
    happened = exists().where(Event.subject_kind == THREAD, Event.subject_id == Question.id, Event.at > since)
    return list(
        session.scalars(
            select(Question.id)
            .where(
                Question.hidden_at.is_(None),
                Question.active_at < since,
                Question.archived_at.is_(None),
                Question.status != Status.CLOSED,
                ~happened,
            )
            .order_by(Question.active_at, Question.id)
            .limit(AT_ONCE)
        )
    )
