"""Putting what a transaction changed into the index of the same database, in the same transaction."""

import logging
from typing import Any
from weakref import WeakValueDictionary

from sqlalchemy import Engine as Database
from sqlalchemy import event, text
from sqlalchemy.orm import Session

from kb.search import changes
from kb.search.engine import Key, NoIndex
from kb.search.models import Change
from kb.search.postgres.engine import PostgresEngine

MOST_AT_ONCE = 50
"""Of a transaction that changes more documents, such as an import, the worker puts them in afterwards."""
_PATIENCE = "200ms"
_NOTED, _PUT = "search_noted", "search_put"
_engines: "WeakValueDictionary[str, PostgresEngine]" = WeakValueDictionary()
log = logging.getLogger(__name__)


def put_with_each_commit(engine: PostgresEngine, database: Database) -> None:
    """From now on have every transaction in ``database`` put into ``engine`` what it noted as changed.

    The worker follows the same changes afterwards, so that a document that could not be put is late, never lost.
    """
    _engines[_address(database)] = engine


@event.listens_for(Session, "before_flush")
def _note(session: Session, *_: object) -> None:
    if _engines:
        noted = {Key(row.kind, row.ref) for row in session.new if isinstance(row, Change)}
        if noted:
            session.info.setdefault(_NOTED, set()).update(noted)


@event.listens_for(Session, "before_commit", insert=True)
def _put(session: Session) -> None:
    """Put first of all that is done before a commit, so that what is locked for a moment is locked afterwards."""
    if not _engines or session.in_nested_transaction():
        return
    session.flush()
    noted: set[Key] = session.info.pop(_NOTED, set())
    if not noted or len(noted) > MOST_AT_ONCE:
        return
    connection = session.connection()
    engine = _engines.get(_address(connection.engine))
    if engine is None:
        return
    try:
        with connection.begin_nested():
            connection.execute(text(f"SET LOCAL lock_timeout = '{_PATIENCE}'"))
            documents = list(changes.documents(session, noted))
            engine.put_within(connection, documents, noted - {Key(one.kind, one.ref) for one in documents})
            connection.execute(text("SET LOCAL lock_timeout TO DEFAULT"))
    except NoIndex:
        return
    except Exception:
        log.warning("a change was not put into the search index at once; the worker will", exc_info=True)
        return
    session.info[_PUT] = engine


@event.listens_for(Session, "after_commit")
def _look_again(session: Session) -> None:
    engine: PostgresEngine | None = session.info.pop(_PUT, None)
    if engine is not None:
        engine.look_again()


@event.listens_for(Session, "after_transaction_end")
def _forget(session: Session, transaction: Any) -> None:
    if transaction.parent is None:
        session.info.pop(_NOTED, None)


def _address(database: Database) -> str:
    return database.url.render_as_string(hide_password=False)
