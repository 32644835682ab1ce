"""Later work: a queue table, written in the transaction that causes the work, and the one loop that empties it."""

import logging
import os
import socket
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, TypeVar, overload

from sqlalchemy import Connection, Engine, Index, String, Text, delete, func, or_, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from kb import clock
from kb.db import Base, glance

LEASE = timedelta(seconds=60)
RENEWED_EVERY = 15.0
"""Seconds after which a job that is still running says so, so that nobody else takes it over."""
MOST_TRIES = 8
MAIN = "main"
log = logging.getLogger(__name__)

Verb = Callable[..., object]
V = TypeVar("V", bound=Verb)
_verbs: dict[str, Verb] = {}
_lanes: dict[str, str] = {}


class Job(Base):
    """One call to make: of ``name`` with ``args``, not before ``run_at``; a row with ``failed_at`` is a dead letter."""

    __tablename__ = "job"
    __table_args__ = (Index(None, "lane", "done_at", "failed_at", "run_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    lane: Mapped[str] = mapped_column(String(20), default=MAIN)
    """Jobs of one lane run one after the other; lanes do not wait for each other."""
    args: Mapped[dict[str, Any]]
    key: Mapped[str | None] = mapped_column(String(200), unique=True)
    created_at: Mapped[datetime]
    run_at: Mapped[datetime]
    leased_until: Mapped[datetime | None]
    leased_by: Mapped[str | None] = mapped_column(String(120))
    tries: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None] = mapped_column(Text)
    done_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]


def _name(verb: Verb) -> str:
    return f"{verb.__module__}.{verb.__qualname__}"


@overload
def job(verb: V) -> V:
    """``@job``: in the main lane."""


@overload
def job(*, lane: str) -> Callable[[V], V]:
    """``@job(lane="…")``: in a lane of its own."""


def job(verb: V | None = None, *, lane: str = MAIN) -> V | Callable[[V], V]:
    """Allow ``verb(session, *args)`` to be called later. It must be safe to run twice and must not commit.

    Jobs of one lane run one after the other in each worker, and do not wait for those of another lane.
    """

    def allow(verb: V) -> V:
        _verbs[_name(verb)] = verb
        _lanes[_name(verb)] = lane
        return verb

    return allow if verb is None else allow(verb)


def later(session: Session, verb: Verb, *args: Any, after: timedelta = timedelta(0), key: str | None = None) -> None:
    """Store the call ``verb(session, *args)`` in this transaction, to be made once it commits.

    ``args`` must be JSON. While a call with the same ``key`` waits, another is not stored.
    """
    if _verbs.get(_name(verb)) is not verb:
        raise LookupError(f"{_name(verb)} is not marked with @job.")
    now = clock.now()
    name = _name(verb)
    row = Job(name=name, lane=_lanes[name], args={"args": list(args)}, key=key, created_at=now, run_at=now + after)
    if key is None:
        session.add(row)
        return
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        log.debug("job %s is waiting already", key)


def run_next(session: Session, worker: str, lane: str = MAIN) -> bool:
    """Claim one due job of ``lane``, run it and commit; returns whether there was one.

    The claim commits first, so a worker that dies leaves a lease that runs out after 60 s; one that lives renews it
    for as long as the job takes. A job that fails is tried again after 2, 4, 8 … seconds, eight times in all, and is
    then kept as a dead letter.
    """
    claimed = _claim(session, worker, lane)
    if claimed is None:
        return False
    try:
        with _renewing(session, claimed.id, worker):
            _verbs[claimed.name](session, *claimed.args["args"])
        _settle(session, claimed.id, worker, done_at=clock.now(), leased_until=None)
    except Exception as problem:
        session.rollback()
        _put_off(session, claimed, worker, problem)
    session.commit()
    return True


def worker_name() -> str:
    """Return the name this process claims jobs under."""
    return f"{socket.gethostname()}:{os.getpid()}"


def waiting(session: Session) -> int:
    """Return how many jobs are neither done nor dead."""
    return session.scalar(select(func.count(Job.id)).where(Job.done_at.is_(None), Job.failed_at.is_(None))) or 0


def is_under_way(session: Session, lane: str) -> bool:
    """Return whether a worker is running a job of ``lane``."""
    running = select(Job.id).where(
        Job.lane == lane, Job.done_at.is_(None), Job.failed_at.is_(None), Job.leased_until >= clock.now()
    )
    return session.scalar(running.limit(1)) is not None


@job
def forget_done(session: Session) -> None:
    """Delete jobs done over a week ago, and come back tomorrow."""
    session.execute(delete(Job).where(Job.done_at < clock.now() - timedelta(days=7)))
    later(session, forget_done, after=timedelta(days=1), key="kb.jobs.forget_done")


def _claim(session: Session, worker: str, lane: str = MAIN) -> Job | None:
    """Claim one due job; a look comes first, because claiming keeps SQLite's other writers waiting."""
    now = clock.now()
    due = (
        select(Job)
        .where(
            Job.lane == lane,
            Job.done_at.is_(None),
            Job.failed_at.is_(None),
            Job.run_at <= now,
            or_(Job.leased_until.is_(None), Job.leased_until < now),
        )
        .order_by(Job.run_at, Job.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    with glance(session):
        if session.scalar(due.with_only_columns(Job.id)) is None:
            return None
    found = session.scalar(due)
    if found is not None:
        found.leased_by, found.leased_until, found.tries = worker, now + LEASE, found.tries + 1
        found.key = None  # from here on this run may miss what is new, so the same call may be stored again
        if found.tries > MOST_TRIES:  # its worker died each time, so nobody could write down why
            found.failed_at, found.error = now, found.error or "Its worker stopped every time it ran."
            found = None
    session.commit()
    return found


@contextmanager
def _renewing(session: Session, job_id: int, worker: str) -> Iterator[None]:
    """Renew the lease every 15 s, by a thread and a connection of its own, until the block ends."""
    bound, ended = session.get_bind(), threading.Event()
    engine = bound.engine if isinstance(bound, Connection) else bound
    thread = threading.Thread(target=_renew, args=(engine, job_id, worker, ended), name="lease", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()  # and no join: it may be waiting for the database, which this job is still writing to


def _renew(engine: Engine, job_id: int, worker: str, ended: threading.Event) -> None:
    held = update(Job).where(Job.id == job_id, Job.leased_by == worker)
    while not ended.wait(RENEWED_EVERY):
        try:
            with engine.begin() as connection:
                if ended.is_set():
                    return
                connection.execute(held.values(leased_until=clock.now() + LEASE))
        except DBAPIError:  # on SQLite the job itself may be writing, and then nobody else can take it over either
            log.debug("the lease of job %s could not be renewed just now", job_id)


def _put_off(session: Session, claimed: Job, worker: str, problem: Exception) -> None:
    error = "".join(traceback.format_exception(problem))[-4000:]
    wait = timedelta(seconds=2**claimed.tries)
    if claimed.tries >= MOST_TRIES:
        log.error("job %s %s failed for good: %s", claimed.id, claimed.name, problem)
        _settle(session, claimed.id, worker, failed_at=clock.now(), error=error)
    else:
        log.warning("job %s %s failed, trying again in %s: %s", claimed.id, claimed.name, wait, problem)
        _settle(session, claimed.id, worker, run_at=clock.now() + wait, leased_until=None, error=error)


def _settle(session: Session, job_id: int, worker: str, **values: Any) -> None:
    """Write the outcome, unless the lease ran out and another worker took the job over."""
    session.execute(update(Job).where(Job.id == job_id, Job.leased_by == worker).values(**values))
