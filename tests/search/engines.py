"""The engines that have to pass the tests of what every engine does."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from kb.db import Base
from kb.search.engine import Engine
from kb.search.meaning.fused import Fused
from kb.search.meaning.makers import PLAIN
from kb.search.meaning.vectors import Vectors
from kb.search.models import Vector
from kb.search.postgres.engine import PostgresEngine
from kb.search.whoosh.engine import WhooshEngine
from tests.conftest import ON_POSTGRES


def whoosh(request: pytest.FixtureRequest) -> Engine:
    """Return the embedded engine, with a folder of its own."""
    path: Path = request.getfixturevalue("tmp_path")
    return WhooshEngine(path / "index", site="test")


def postgres(request: pytest.FixtureRequest) -> Engine:
    """Return the engine in the database of the test."""
    database = create_engine(request.getfixturevalue("database_url"))
    request.addfinalizer(database.dispose)
    return PostgresEngine(database)


def whoosh_and_meaning(request: pytest.FixtureRequest) -> Engine:
    """Return the embedded engine below one that knows meaning, but no vectors yet."""
    path: Path = request.getfixturevalue("tmp_path")
    database = create_engine(f"sqlite:///{path / 'vectors.db'}")
    request.addfinalizer(database.dispose)
    Base.metadata.create_all(database, [Base.metadata.tables[Vector.__tablename__]])
    return Fused(whoosh(request), Vectors(lambda: database, PLAIN))


def postgres_and_meaning(request: pytest.FixtureRequest) -> Engine:
    """Return the same above the engine in the database of the test."""
    database = create_engine(request.getfixturevalue("database_url"))
    request.addfinalizer(database.dispose)
    return Fused(PostgresEngine(database), Vectors(lambda: database, PLAIN))


MAKERS: dict[str, Callable[[pytest.FixtureRequest], Engine]] = {
    "whoosh": whoosh,
    "whoosh and meaning": whoosh_and_meaning,
    "postgres": postgres,
    "postgres and meaning": postgres_and_meaning,
}
ON_SERVER: tuple[str, ...] = ("postgres", "postgres and meaning")
"""Those that need PostgreSQL."""

EVERY_ENGINE = [
    pytest.mark.parametrize("engine", [name for name in MAKERS if (name in ON_SERVER) == ON_POSTGRES], indirect=True),
    *([pytest.mark.usefixtures("database_url")] if ON_POSTGRES else []),
]
"""The mark of a test, or of all of a module, that is run once for each engine."""
