"""Which search engine a site has: chosen by its settings, kept beside its other parts."""

import hashlib
import os
from typing import Any, cast
from weakref import WeakSet

from sqlalchemy import Engine as Database
from sqlalchemy import create_engine

from kb.search.engine import Engine
from kb.search.meaning.fused import Fused
from kb.search.meaning.makers import BY_SETTING
from kb.search.meaning.vectors import Vectors
from kb.search.postgres.committing import put_with_each_commit
from kb.search.postgres.engine import PostgresEngine
from kb.search.whoosh.engine import WhooshEngine
from kb.settings import Settings


def open_engine(extensions: dict[str, Any], settings: Settings) -> None:
    """Keep the engine of a site in ``extensions["search"]``; nothing is opened before the first search."""
    database = _own_connections(settings.database)
    words = _postgres(database) if settings.search_engine == "postgres" else _whoosh(settings)
    makers = BY_SETTING.get(settings.meaning)
    extensions["search"] = Fused(words, Vectors(lambda: database, makers)) if makers else words


def engine_of(extensions: dict[str, Any]) -> Engine:
    """Return the engine that ``open_engine`` kept."""
    return cast(Engine, extensions["search"])


def engine_state(extensions: dict[str, Any]) -> dict[str, object]:
    """Return how the engine is doing, for machines that watch."""
    state = engine_of(extensions).state()
    return {
        "engine": state.name,
        "state": "ready" if state.ready else "missing",
        "documents": state.documents,
        "segments": state.segments,
        "reached": state.reached,
    }


def _whoosh(settings: Settings) -> WhooshEngine:
    site = hashlib.sha256(settings.database.encode()).hexdigest()[:16]
    return WhooshEngine(settings.data / "index", site=site)


def _postgres(database: Database) -> PostgresEngine:
    engine = PostgresEngine(database)
    put_with_each_commit(engine, database)
    return engine


def _own_connections(url: str) -> Database:
    """Return connections of search's own: a request holds one already, and waiting for a second could wait for ever."""
    made = create_engine(url)
    _databases.add(made)
    return made


_databases: "WeakSet[Database]" = WeakSet()


def _after_fork() -> None:
    """Leave the parent's connections to the parent."""
    for database in tuple(_databases):
        database.dispose(close=False)


os.register_at_fork(after_in_child=_after_fork)
