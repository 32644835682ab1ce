"""What every test may ask for: a fresh site on a real database, its doors, and the cast."""

import gc
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

import pytest
from flask import Flask, has_app_context
from flask.testing import FlaskClient
from jinja2.bccache import Bucket, BytecodeCache
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource
from sqlalchemy import Engine
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
from tests import databases
from tests.builders import Cast
from tests.databases import ON_POSTGRES as ON_POSTGRES

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
DATA = Path(os.environ.get("KB_TEST_DATA", Path(__file__).parent.parent.parent / "shared" / "data"))


def pytest_configure(config: pytest.Config) -> None:
    """Have a migrated database for all processes of the run."""
    if not hasattr(config, "workerinput") and not config.option.collectonly:
        done = ExitStack()
        done.enter_context(databases.migrated())
        config.add_cleanup(done.close)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On PostgreSQL, run only what uses the database; the rest ran on SQLite."""
    if not ON_POSTGRES:
        return
    using = [
        item
        for item in items
        if "database_url" in getattr(item, "fixturenames", ()) and item.get_closest_marker("sqlite") is None
    ]
    config.hook.pytest_deselected(items=[item for item in items if item not in set(using)])
    items[:] = using


def pytest_collection_finish() -> None:
    """Never look for garbage among what is loaded by now; Python's own way took a quarter of the tests' time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 10, 10)


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
    """A route that takes what an earlier test's site compiled of it, which for all routes would take 30 ms a site."""

    _made: ClassVar[dict[tuple[str, str], Rule]] = {}

    def compile(self) -> None:
        """Find out what matches the route and what builds its addresses."""
        made = self._made.setdefault((self.rule, repr(self.defaults)), self)
        if made is self:
            super().compile()
            return
        self.arguments |= made.arguments
        self._trace, self._converters, self._parts = made._trace, made._converters, made._parts
        self._build, self._build_unknown = made._build, made._build_unknown


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


class Stated(Settings):
    """Settings that are what they are said to be, whatever the environment holds."""

    @classmethod
    def settings_customise_sources(
        cls, settings_cls: type[BaseSettings], init_settings: PydanticBaseSettingsSource, **_: Any
    ) -> tuple[PydanticBaseSettingsSource]:
        """Ask nothing but what is given; looking through the environment takes as long as making a site."""
        return (init_settings,)


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
    return Stated(**values)  # type: ignore[arg-type]


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
    if not ON_POSTGRES:  # the next test has another file
        with site.app_context():
            db.engine.dispose()


@pytest.fixture(scope="session")
def own_database(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Address of the database that the tests of this process use one after the other."""
    return databases.own(tmp_path_factory.mktemp("database"))


@pytest.fixture(autouse=True)
def empty_log() -> Iterator[None]:
    """Nothing that one test searched is stored by another."""
    yield
    for noted in (search_log._queries, search_log._clicks, search_log._outcomes):
        noted.clear()


@pytest.fixture
def database_url(own_database: str) -> str:
    """Address of a migrated, empty database for one test; all of a process have the same address."""
    if databases.refresh(own_database) and own_database in ENGINES:
        ENGINES[own_database].dispose()
    return own_database


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
