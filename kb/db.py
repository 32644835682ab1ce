"""The database: the declarative base, one engine set-up for SQLite and PostgreSQL, and the site's version."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, ClassVar

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Connection, DateTime, Dialect, Engine, MetaData, String, event, insert, select, update
from sqlalchemy.engine.cursor import FullyBufferedCursorFetchStrategy
from sqlalchemy.exc import DBAPIError, InternalError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, SessionTransaction, mapped_column
from sqlalchemy.pool import ConnectionPoolEntry, Pool
from sqlalchemy.types import JSON, TypeDecorator

from kb.turns import POLL, turns_at

NAMING = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

# SQLite builds in which a WAL reset can lose data when two connections write or checkpoint; see journal_mode().
_WAL_FIXED = ((3, 44, 6), (3, 50, 7), (3, 51, 3))

BUSY_MS = 10_000
"""Milliseconds to wait for one of SQLite's locks."""
SOON = 0.001
"""Seconds between two tries to commit."""

_reading: ContextVar[bool] = ContextVar("reading", default=False)


class UtcDateTime(TypeDecorator[datetime]):
    """A moment: aware and in UTC in Python, whatever the database keeps."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A moment needs its time zone.")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """What every model inherits: naming rules, and types by annotation."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: UtcDateTime(),
        dict[str, Any]: JSON(),
        list[str]: JSON(),
        list[dict[str, Any]]: JSON(),
    }
    shown_to_visitors: ClassVar[bool] = False
    """Whether a change to a row can change what a signed-out reader sees."""


class SiteVersion(Base):
    """One row whose value grows with every change a signed-out reader could see; keys the page cache."""

    __tablename__ = "site_version"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    value: Mapped[int] = mapped_column(default=0)


class Fact(Base):
    """A named value the site keeps about itself, such as when its content was last published."""

    __tablename__ = "fact"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    value: Mapped[dict[str, Any]]


db = SQLAlchemy(metadata=Base.metadata, session_options={"expire_on_commit": False})


def current_session() -> Session:
    """Return the session of the running request, command or test; only doors ask, verbs are given theirs."""
    return db.session()


def site_version(session: Session) -> int:
    """Return the version of what signed-out readers see; equal versions mean equal pages."""
    return session.scalar(select(SiteVersion.value).where(SiteVersion.id == 1)) or 0


def touch_site(session: Session) -> None:
    """Make every kept page stale once this transaction commits; verbs that write in bulk call it themselves."""
    session.info["site_touched"] = True


@event.listens_for(Session, "before_flush")
def _touch_when_visible_rows_change(session: Session, *_: object) -> None:
    if not session.info.get("site_touched"):
        changed = (*session.new, *session.dirty, *session.deleted)
        session.info["site_touched"] = any(getattr(row, "shown_to_visitors", False) for row in changed)


@event.listens_for(Session, "before_commit")
def _grow_the_version(session: Session) -> None:
    """Write the touch last, so that its row is locked for a moment and not for the whole transaction."""
    if session.in_nested_transaction():
        return
    session.flush()
    if not session.info.pop("site_touched", False):
        return
    connection = session.connection()
    one_up = update(SiteVersion).where(SiteVersion.id == 1).values(value=SiteVersion.value + 1)
    if connection.execute(one_up).rowcount == 0:
        connection.execute(insert(SiteVersion).values(id=1, value=1))


@event.listens_for(Session, "after_transaction_end")
def _forget_the_touch(session: Session, transaction: Any) -> None:
    if transaction.parent is None:
        session.info.pop("site_touched", None)


@contextmanager
def reading_only() -> Iterator[None]:
    """Open transactions as readers until the block ends: SQLite then takes no write lock when they begin."""
    token = _reading.set(True)
    try:
        yield
    finally:
        _reading.reset(token)


@contextmanager
def glance(session: Session) -> Iterator[None]:
    """Read a few columns before something slow, and hold no transaction while it takes its time.

    On SQLite a writer's transaction keeps every other writer waiting, so none may be open while a mail server
    answers or a password is hashed. A transaction that was open before stays as it is.
    """
    ours = not session.in_transaction()
    with reading_only():
        yield
        if ours:
            session.rollback()


def journal_mode(version: tuple[int, ...] = sqlite3.sqlite_version_info) -> str:
    """Return the journal that is safe on this SQLite: WAL on a build without the WAL-reset bug, else TRUNCATE.

    Affected are 3.7.0 to 3.51.2; fixed in 3.51.3 and in the branches of 3.50.7 and 3.44.6.
    """
    fixed = version >= (3, 51, 3) or any(version[:2] == good[:2] and version >= good for good in _WAL_FIXED)
    return "WAL" if fixed else "TRUNCATE"


@event.listens_for(Engine, "connect")
def _set_up_sqlite(connection: Any, _record: object) -> None:
    if not isinstance(connection, sqlite3.Connection):
        return
    connection.isolation_level = None  # the driver must not begin transactions by itself
    for pragma in (
        f"busy_timeout={BUSY_MS}",
        f"journal_mode={journal_mode()}",
        "foreign_keys=ON",
        "synchronous=FULL",
        "trusted_schema=OFF",
        "mmap_size=0",
        "cache_size=-16000",
        "cache_spill=OFF",  # a transaction larger than the cache would keep readers out from then on, until it commits
    ):
        connection.execute(f"PRAGMA {pragma}").close()


@event.listens_for(Engine, "begin")
def _begin(connection: Connection) -> None:
    """Have readers hold nothing between two statements, and writers the only lock from their beginning to their end.

    A reader's transaction would keep every writer from committing, and a commit that waits keeps all new readers out:
    one slow page would stop the site. So each statement of a reader sees what is committed by then, as on PostgreSQL.
    A transaction that reads first and writes later loses updates, or fails at once, unless it locks at the start.
    """
    if connection.dialect.name != "sqlite":
        return
    turns = connection.info["turns"] = turns_at(str(connection.engine.url.database))
    reading = _reading.get()
    if connection.info.get("reading", False) is not reading:
        connection.exec_driver_sql(f"PRAGMA query_only={reading:d}")  # without a transaction no mistake is taken back
        connection.exec_driver_sql(f"PRAGMA busy_timeout={0 if reading else BUSY_MS}")
        connection.info["reading"] = reading
    if reading:
        return
    if not turns.take():
        raise OperationalError("BEGIN IMMEDIATE", None, sqlite3.OperationalError("database is locked"))
    connection.info["writing"] = True
    try:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    except DBAPIError:
        _end_turn(connection.info)
        raise


@event.listens_for(Session, "after_begin")
def _begin_to_read(_session: Session, transaction: SessionTransaction, connection: Connection) -> None:
    """Have PostgreSQL take each statement of a reader for itself: to begin and to end would be two more for each page.

    What a statement sees is the same. Only sessions read so: an index is written beside a session that reads.
    """
    reading, info = _reading.get(), connection.info
    if connection.dialect.name == "sqlite" or transaction.nested or info.get("reading", False) is reading:
        return
    info["reading"] = reading
    _set_autocommit(connection.connection.dbapi_connection, reading)


@event.listens_for(Engine, "do_execute")
def _execute(cursor: Any, statement: str, parameters: Any, context: Any) -> bool:
    """Have readers ask again every few milliseconds, and take all rows at once.

    SQLite would soon have them ask ten times a second. Rows that are not taken yet keep a commit waiting, and the
    reader's next statement would wait for that commit.

    SQLite refuses by itself what a reader writes; on PostgreSQL that is done here.
    """
    is_writing = context.isinsert or context.isupdate or context.isdelete
    if context.dialect.name != "sqlite":
        if is_writing and context.root_connection.info.get("reading"):
            raise InternalError(statement, None, ValueError("A reader writes, which could not be taken back."))
        return False
    info = context.root_connection.info
    if not info.get("reading"):
        return False
    until = time.monotonic() + BUSY_MS / 1000
    while True:
        info["turns"].let_commit()
        try:
            cursor.execute(statement, parameters)
        except sqlite3.OperationalError as problem:
            if not _is_busy(problem) or time.monotonic() > until:
                raise
            time.sleep(POLL)
        else:
            if cursor.description:
                context.cursor_fetch_strategy = FullyBufferedCursorFetchStrategy(cursor)
            return True


@event.listens_for(Engine, "commit")
def _commit(connection: Connection) -> None:
    driver = connection.connection.dbapi_connection
    if "writing" in connection.info and driver is not None:
        connection.info["turns"].commit_next()
        _commit_soon(connection, driver)
        _end_turn(connection.info)


def _commit_soon(connection: Connection, driver: Any) -> None:
    """Commit as soon as nobody reads.

    Readers that are under way are done in a moment and others wait for us, all of them: SQLite would look again only
    after up to a tenth of a second.
    """
    until = time.monotonic() + BUSY_MS / 1000
    driver.execute("PRAGMA busy_timeout=0").close()
    try:
        while True:
            try:
                connection.exec_driver_sql("COMMIT")
                return
            except OperationalError as problem:
                if not _is_busy(problem.orig) or time.monotonic() > until:
                    raise
                time.sleep(SOON)
    finally:
        driver.execute(f"PRAGMA busy_timeout={BUSY_MS}").close()


def _is_busy(problem: BaseException | None) -> bool:
    return isinstance(problem, sqlite3.OperationalError) and problem.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY


@event.listens_for(Engine, "rollback")
def _roll_back(connection: Connection) -> None:
    driver = connection.connection.dbapi_connection
    if "writing" in connection.info and driver is not None:
        driver.rollback()
        _end_turn(connection.info)


@event.listens_for(Pool, "checkin")
def _given_back(driver: Any, record: ConnectionPoolEntry) -> None:
    """End the turn of a connection that nobody closed, and have the next one decide how to begin."""
    _end_turn(record.info)
    if driver is not None and not isinstance(driver, sqlite3.Connection) and record.info.pop("reading", False):
        _set_autocommit(driver, False)


def _set_autocommit(driver: Any, on: bool) -> None:
    driver.autocommit = on


def _end_turn(info: dict[Any, Any]) -> None:
    if info.pop("writing", False):
        info["turns"].give_back()
