"""A whole new index beside the one in use, taken into use in one step; and an end to those that no longer are."""

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import OperationalError

from kb.search.documents import Document
from kb.search.engine import Busy, Marks, Progress
from kb.search.postgres import tables, writing

SWEEPING = 100
"""Milliseconds to wait for those that read what is no longer in use."""
_BUILDING = 0x6B625F736561  # an advisory lock of this number is held by whoever builds
log = logging.getLogger(__name__)


def rebuild(database: Engine, documents: Iterable[Document], marks: Marks, progress: Progress | None) -> None:
    """Build an index of ``documents`` and use it from then on, its marks being ``marks``; raises Busy."""
    with database.connect() as connection, _alone(connection):
        with connection.begin():
            tables.make(connection, marks.index)
        try:
            for done in writing.add_segments(connection, marks.index, documents):
                if progress:
                    progress(done)
            with connection.begin():
                connection.execute(text(f"ANALYZE {tables.of(marks.index)}_posting"))
                tables.wait_at_most(connection, tables.PATIENCE)
                tables.point(connection, marks)
        except BaseException as problem:
            connection.rollback()
            for table in tables.each(marks.index):
                tables.drop(connection, table)
            connection.commit()
            if isinstance(problem, OperationalError):
                raise Busy("Another process is writing to the index.") from problem
            raise


def sweep(database: Engine) -> None:
    """Drop the tables of all other indexes, unless one is being built; what is still read is left for later.

    One at a time, and without waiting long: what waits for a table to itself keeps its readers waiting, too.
    """
    with database.connect() as connection:
        if not _unused(connection):
            return
        try:
            with _alone(connection):
                for table in _unused(connection):
                    with connection.begin():
                        tables.wait_at_most(connection, SWEEPING)
                        tables.drop(connection, table)
        except (Busy, OperationalError):
            log.info("an old search index is still in use and stays for now")


def _unused(connection: Connection) -> list[str]:
    """Return the tables of all indexes that are not in use."""
    with connection.begin():
        others = tables.others(connection, tables.current(connection).index)
        return [table for name in others for table in tables.each(name)]


@contextmanager
def _alone(connection: Connection) -> Iterator[None]:
    """Be the only one that builds an index until the block ends, or this process does; raises Busy."""
    with connection.begin():
        if not connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": _BUILDING}):
            raise Busy("Another process is rebuilding the index.")
    try:
        yield
    finally:
        connection.rollback()
        connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _BUILDING})
        connection.commit()
