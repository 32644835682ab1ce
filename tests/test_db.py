"""The database holds what the site promises: no lost update, safe journals, a version for what visitors see."""

import sqlite3
import threading
import time
from datetime import UTC, datetime, timedelta, timezone

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.exc import InternalError, OperationalError
from sqlalchemy.orm import Session

from kb import db as database
from kb.db import Fact, current_session, db, journal_mode, reading_only, site_version
from tests import builders
from tests.builders import Cast
from tests.conftest import ON_POSTGRES


@pytest.mark.parametrize(
    ("version", "mode"),
    [
        ((3, 40, 1), "TRUNCATE"),
        ((3, 44, 5), "TRUNCATE"),
        ((3, 44, 6), "WAL"),
        ((3, 46, 1), "TRUNCATE"),
        ((3, 50, 6), "TRUNCATE"),
        ((3, 50, 7), "WAL"),
        ((3, 51, 2), "TRUNCATE"),
        ((3, 51, 3), "WAL"),
        ((3, 60, 0), "WAL"),
    ],
)
def test_journal_mode_avoids_wal_on_builds_that_can_lose_data(version: tuple[int, ...], mode: str) -> None:
    assert journal_mode(version) == mode


@pytest.mark.skipif(ON_POSTGRES, reason="about SQLite")
def test_sqlite_is_set_up_safely(session: Session) -> None:
    read = {name: session.scalar(text(f"PRAGMA {name}")) for name in ("journal_mode", "foreign_keys", "synchronous")}
    assert read == {"journal_mode": journal_mode().lower(), "foreign_keys": 1, "synchronous": 2}
    assert sqlite3.sqlite_version_info >= (3, 35), "RETURNING needs it"


def test_read_then_write_in_parallel_loses_nothing(app: Flask, session: Session) -> None:
    session.add(Fact(name="counter", value={"n": 0}))
    session.commit()

    def add_one() -> None:
        for _ in range(10):
            with app.app_context():
                here = current_session()
                row = here.get(Fact, "counter", with_for_update=True)
                assert row is not None
                row.value = {"n": row.value["n"] + 1}
                here.commit()

    threads = [threading.Thread(target=add_one) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    session.expire_all()
    counter = session.get(Fact, "counter")
    assert counter is not None
    assert counter.value == {"n": 60}


def test_reading_only_keeps_nobody_from_writing(app: Flask, session: Session) -> None:
    written = text("SELECT count(*) FROM fact WHERE name = 'written'")
    with db.engine.connect() as reader, db.engine.connect() as writer:
        with reading_only():
            assert reader.scalar(written) == 0
        writer.execute(text("INSERT INTO fact (name, value) VALUES ('written', '{}')"))
        assert reader.scalar(written) == 0
        writer.commit()
        assert reader.scalar(written) == 1, "each statement sees what is committed by then"


def test_reading_only_keeps_nobody_waiting_for_rows_that_are_not_taken(app: Flask, session: Session) -> None:
    session.add_all(Fact(name=f"fact {number}", value={}) for number in range(500))
    session.commit()
    with db.engine.connect() as reader:
        with reading_only():
            rows = iter(reader.execute(select(Fact.name)))
        next(rows)
        began = time.monotonic()
        session.add(Fact(name="written", value={}))
        session.commit()
        assert time.monotonic() - began < 5
        assert len(list(rows)) == 499


def test_a_large_transaction_keeps_nobody_from_reading(app: Flask, session: Session) -> None:
    session.add_all(Fact(name=f"large {number}", value={"": "-" * 1_000_000}) for number in range(20))
    session.flush()
    with reading_only(), db.engine.connect() as reader:
        if reader.dialect.name == "sqlite":
            reader.exec_driver_sql("PRAGMA busy_timeout=200")
        assert reader.scalar(select(func.count()).select_from(Fact)) == 0


@pytest.mark.sqlite
@pytest.mark.skipif(journal_mode() == "WAL", reason="readers delay no commit there")
def test_a_commit_waits_for_a_foreign_reader_and_no_longer(app: Flask, session: Session) -> None:
    session.add(Fact(name="written", value={}))
    session.flush()
    reader = _foreign_reader()
    done = threading.Timer(0.3, reader.close)
    done.start()
    began = time.monotonic()
    session.commit()
    assert 0.2 < time.monotonic() - began < 5
    assert session.scalar(text("PRAGMA busy_timeout")) == database.BUSY_MS, "other locks are waited for as before"
    done.join()


@pytest.mark.sqlite
@pytest.mark.skipif(journal_mode() == "WAL", reason="readers delay no commit there")
def test_a_commit_that_a_foreign_reader_keeps_waiting_too_long_is_taken_back(
    app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY_MS", 50)
    session.add(Fact(name="late", value={}))
    session.flush()
    reader = _foreign_reader()
    with pytest.raises(OperationalError, match="locked"):
        session.commit()
    reader.close()
    session.rollback()
    with db.engine.begin() as other:  # the turn was given back
        other.execute(text("INSERT INTO fact (name, value) VALUES ('written', '{}')"))
    assert session.scalars(select(Fact.name)).all() == ["written"]


def _foreign_reader() -> sqlite3.Connection:
    """Return another program's connection that is in the middle of reading."""
    reader = sqlite3.connect(str(db.engine.url.database), check_same_thread=False, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM fact").fetchall()
    return reader


def test_reading_only_cannot_write_by_mistake(app: Flask, session: Session) -> None:
    with reading_only(), pytest.raises((OperationalError, InternalError), match=r"readonly|reader writes"):
        session.add(Fact(name="written", value={}))
        session.flush()
    session.rollback()
    session.add(Fact(name="written", value={}))
    session.commit()


@pytest.mark.skipif(not ON_POSTGRES, reason="about PostgreSQL")
def test_reading_only_begins_no_transaction_and_the_next_one_can_be_taken_back(app: Flask, session: Session) -> None:
    moment = text("SELECT now()")  # when the transaction began
    with reading_only():
        assert session.scalar(moment) != session.scalar(moment)
    session.rollback()
    assert session.scalar(moment) == session.scalar(moment)
    session.add(Fact(name="taken back", value={}))
    session.flush()
    session.rollback()
    with reading_only(), db.engine.begin() as beside:
        assert beside.scalar(moment) == beside.scalar(moment), "an index is written beside a session that reads"
    assert session.scalar(select(func.count()).select_from(Fact)) == 0


def test_site_version_grows_when_visitors_could_see_a_change(session: Session, cast: Cast) -> None:
    before = site_version(session)
    cast.alice.name = "Alice B."
    session.commit()
    assert site_version(session) > before


def test_site_version_stays_when_only_private_rows_change(session: Session, cast: Cast) -> None:
    before = site_version(session)
    session.add(Fact(name="private", value={}))
    session.commit()
    assert site_version(session) == before


def test_site_version_stays_when_the_change_is_rolled_back(session: Session, cast: Cast) -> None:
    before = site_version(session)
    builders.person(session, "zoe")
    session.rollback()
    assert site_version(session) == before


def test_moments_come_back_aware_and_in_utc(session: Session, cast: Cast) -> None:
    cast.alice.created_at = datetime(2026, 3, 1, 12, tzinfo=timezone(timedelta(hours=2)))
    session.commit()
    session.expire_all()
    assert cast.alice.created_at == datetime(2026, 3, 1, 10, tzinfo=UTC)
    assert cast.alice.created_at.utcoffset() == timedelta(0)


def test_a_moment_without_zone_is_refused(session: Session, cast: Cast) -> None:
    cast.alice.created_at = datetime(2026, 3, 1, 12)  # noqa: DTZ001
    with pytest.raises(Exception, match="time zone"):
        session.flush()
    session.rollback()
