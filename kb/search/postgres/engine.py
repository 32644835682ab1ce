"""The engine in the database: every machine finds what was committed, and none needs a folder for it."""

import logging
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

from sqlalchemy import Connection, text
from sqlalchemy import Engine as Database
from sqlalchemy.exc import OperationalError, ProgrammingError, SQLAlchemyError

from kb.search import analysis
from kb.search.documents import Document
from kb.search.engine import Busy, Gaps, Key, Marks, NoIndex, Progress, State
from kb.search.postgres import reading, rebuilding, tables, writing
from kb.search.postgres.reading import Glance, Moved, Shelf
from kb.search.ranking.answering import Answering
from kb.search.ranking.generation import Generation

LONGEST = 20_000
"""Characters of a text whose words are read at once; of longer ones the rest is read word by word."""
MOST_SWAPS = 10
"""Indexes that are swapped away before they are open, until the one before is good enough for another moment."""
log = logging.getLogger(__name__)
T = TypeVar("T")


class PostgresEngine(Answering):
    """One process's view of the index in a database; any number of threads may search and any number put.

    ``database`` is used beside the site's own sessions, because a search must not wait for a request's transaction.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._reading = database.execution_options(isolation_level="AUTOCOMMIT")
        self._seen: Glance | None = None
        self._shelf: Shelf | None = None
        self._number = 0
        super().__init__()

    def put(
        self, documents: Iterable[Document], *, drop: Collection[Key] = (), moving: tuple[Marks, Marks] | None = None
    ) -> None:
        """See Engine."""
        with self._writing() as (connection, marks):
            if moving and marks != moving[0]:
                raise Busy("The index was changed by another process meanwhile.")
            writing.put(connection, marks.index, documents, drop)
            if moving:
                tables.point(connection, moving[1])
        with self._writing() as (connection, marks):
            writing.fold(connection, marks.index)
        rebuilding.sweep(self._database)
        self.look_again()

    def put_within(self, connection: Connection, documents: Iterable[Document], drop: Collection[Key]) -> None:
        """Have ``documents`` in and ``drop`` out once the transaction of ``connection`` commits; raises NoIndex."""
        writing.put(connection, tables.current(connection).index, documents, drop)

    def drop(self, keys: Collection[Key]) -> None:
        """See Engine."""
        self.put((), drop=keys)

    def rebuild(
        self,
        documents: Iterable[Document],
        *,
        settled: int,
        reached: int,
        missing: Gaps = (),
        progress: Progress | None = None,
    ) -> None:
        """See Engine."""
        rebuilding.rebuild(self._database, documents, Marks(tables.new(), settled, reached, missing), progress)
        rebuilding.sweep(self._database)
        self.look_again()

    def warm(self) -> None:
        """See Engine."""
        try:
            self._ask(lambda now: now.warm())
        except (NoIndex, SQLAlchemyError):
            return

    def marks(self) -> Marks:
        """See Engine."""
        with self._reading.connect() as connection:
            return tables.current(connection)

    def held(self) -> Sequence[tuple[Key, int]]:
        """See Engine."""
        with self._reading.connect() as connection:
            table = tables.of(tables.current(connection).index)
            rows = connection.execute(text(f"SELECT kind, ref, version FROM {table}_document"))  # noqa: S608
            return [(Key(kind, ref), version) for kind, ref, version in rows]

    def state(self) -> State:
        """See Engine."""
        try:
            now = self._generation()
        except (NoIndex, SQLAlchemyError):
            return State("postgres", False)
        alive = int(now.alive.sum())
        return State("postgres", True, alive, now.size - alive, len(now.segments), self._reached)

    def needs_rebuild(self) -> bool:
        """See Engine."""
        try:
            self._generation(fresh=True)
        except NoIndex:
            return True
        return False

    def _ask(self, question: Callable[[Generation], T]) -> T:
        for again in range(MOST_SWAPS):
            try:
                return question(self._generation(fresh=again > 0))
            except (Moved, ProgrammingError) as change:  # folded into another segment, or all of it built anew
                if again == MOST_SWAPS - 1:
                    raise NoIndex("The index changes too fast to be read.") from change
            except NoIndex:
                raise
            except SQLAlchemyError as problem:
                raise NoIndex("The database does not answer.") from problem
            except Exception as problem:
                self._condemn(self._shelf.name if self._shelf else "", problem)
                raise NoIndex("The index cannot be read.") from problem
        raise AssertionError("unreachable")

    def _ready(self, now: Generation, text: str) -> Generation:
        shelf = self._shelf
        if shelf is not None:
            words = {word for language in now.languages for _, word in analysis.words(text[:LONGEST], language)}
            terms = {term for word in words for term in (*word.terms, *word.others, *word.parts)}
            shelf.fetch([term for term in terms if not now.has_read(term)])
        return now

    def _look(self) -> None:
        """Open the newest generation unless it is the one that is open."""
        gone = None
        for _ in range(MOST_SWAPS):
            name = ""
            try:
                with self._database.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
                    marks = tables.current(connection)
                    name = marks.index
                    seen = reading.glance(connection, name)
                    if seen != self._seen or self._now is None:
                        self._open(connection, seen)
                    self._reached = marks.reached
                return
            except NoIndex:
                self._close()
                raise
            except ProgrammingError as problem:  # swapped between two statements; else its tables are gone
                if name == gone:
                    self._condemn(name, problem)
                    raise NoIndex("The tables of the index are gone.") from problem
                gone = name
            except SQLAlchemyError:
                raise
            except Exception as problem:
                self._condemn(name, problem)
                raise NoIndex("The index cannot be opened.") from problem
        if self._now is None:
            raise NoIndex("The index changes too fast to be opened.")

    def _open(self, connection: Connection, seen: Glance) -> None:
        if self._shelf is None or self._shelf.name != seen.name:
            self._shelf = Shelf(self._reading, seen.name)
        gone = reading.gone(connection, seen.name)
        segments = self._shelf.segments(connection, seen.segments)
        fresh = reading.fresh(connection, seen)
        self._number += 1
        deleted = [*(gone.get(number, []) for number in seen.segments), []]
        self._now, self._seen = Generation(self._number, [*segments, fresh], deleted), seen

    def _condemn(self, name: str, problem: Exception) -> None:
        """Put an index that cannot be read out of use, for the worker to build another."""
        log.error("the search index cannot be read and will be built anew: %r", problem)
        self._close()
        try:
            with self._database.begin() as connection:
                tables.unpoint(connection, name)
        except SQLAlchemyError:
            log.warning("the search index could not be put out of use", exc_info=True)

    def _close(self) -> None:
        super()._close()
        self._seen, self._shelf = None, None

    @contextmanager
    def _writing(self) -> Iterator[tuple[Connection, Marks]]:
        """Be the only one that moves the index until the block ends, and commit then; raises NoIndex or Busy."""
        try:
            with self._database.begin() as connection:
                tables.wait_at_most(connection, tables.PATIENCE)
                yield connection, tables.current(connection, lock=True)
        except OperationalError as problem:
            raise Busy("Another process is writing to the index.") from problem
