"""The queue: at least once, not twice at a time, and not for ever."""

import threading
import time
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from kb import clock, jobs
from kb.db import glance, reading_only
from kb.jobs import Job, job, later, run_next

done: list[object] = []


@job
def note_it(session: Session, what: str) -> None:
    """A job that works."""
    done.append(what)


@job
def fail(session: Session) -> None:
    """A job that never works."""
    raise RuntimeError("the printer is on fire")


@pytest.fixture(autouse=True)
def nothing_done() -> None:
    done.clear()


def test_later_runs_once_after_commit(session: Session) -> None:
    later(session, note_it, "a")
    session.commit()
    assert run_next(session, "w1") is True
    assert run_next(session, "w1") is False
    assert done == ["a"]


def test_later_with_rolled_back_cause_never_runs(session: Session) -> None:
    later(session, note_it, "a")
    session.rollback()
    assert run_next(session, "w1") is False


def test_later_with_a_waiting_key_is_stored_once(session: Session) -> None:
    later(session, note_it, "a", key="k")
    later(session, note_it, "a", key="k")
    session.commit()
    assert jobs.waiting(session) == 1
    run_next(session, "w1")
    later(session, note_it, "a", key="k")
    session.commit()
    assert jobs.waiting(session) == 1


def test_later_refuses_a_verb_that_is_no_job(session: Session) -> None:
    with pytest.raises(LookupError):
        later(session, print)


def test_run_next_leaves_a_leased_job_alone_until_the_lease_runs_out(session: Session) -> None:
    later(session, note_it, "a")
    session.commit()
    jobs._claim(session, "a worker that dies")
    assert run_next(session, "w2") is False
    clock.advance(timedelta(seconds=61))
    assert run_next(session, "w2") is True
    assert done == ["a"]


def test_run_next_tries_a_failing_job_again_and_then_keeps_it_as_dead(session: Session) -> None:
    later(session, fail)
    session.commit()
    for _ in range(jobs.MOST_TRIES):
        assert run_next(session, "w1") is True
        assert run_next(session, "w1") is False, "it must wait before the next try"
        clock.advance(timedelta(minutes=10))
    assert run_next(session, "w1") is False
    row = session.scalars(select(Job)).one()
    assert row.failed_at is not None
    assert "on fire" in (row.error or "")


@job(lane="slow")
def take_long(session: Session, seconds: float) -> None:
    """A job that works for longer than it has its lease for."""
    with glance(session):
        pass
    time.sleep(seconds)
    done.append("long")


def test_run_next_takes_only_jobs_of_its_lane(session: Session) -> None:
    later(session, take_long, 0.0)
    later(session, note_it, "a")
    session.commit()
    assert run_next(session, "w1") is True
    assert run_next(session, "w1") is False
    assert done == ["a"]
    assert run_next(session, "w1", "slow") is True
    assert done == ["a", "long"]


def test_run_next_keeps_its_lease_for_as_long_as_the_job_takes(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "RENEWED_EVERY", 0.05)
    later(session, take_long, 0.6)
    session.commit()
    engine = session.get_bind()
    until = []

    def look() -> None:
        time.sleep(0.2)
        clock.advance(timedelta(seconds=40))
        time.sleep(0.3)
        with Session(engine) as other, reading_only():
            until.append(other.scalar(select(Job.leased_until)))

    looking = threading.Thread(target=look)
    looking.start()
    assert run_next(session, "w1", "slow") is True
    looking.join()
    assert until == [clock.now() + jobs.LEASE]
    assert session.scalars(select(Job.done_at)).one() is not None
