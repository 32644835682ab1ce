"""A site that is edited and searched while its worker dies and its index breaks, for a test and for bench."""

import multiprocessing
import random
import resource
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from pathlib import Path

from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import select

from kb import clock
from kb.app import create_app
from kb.articles.models import Article
from kb.cli import manners, worker
from kb.db import current_session, db, reading_only
from kb.search import asking, changes, checking
from kb.search.documents import ARTICLE
from kb.search.engine import Engine
from kb.settings import Settings
from tests.articles.rows import article_row

FILLING = "the printer in the hall prints a page of the invoice and stops until somebody opens the tray again"
_ways = multiprocessing.get_context("forkserver")
_ways.set_forkserver_preload(["kb.cli.worker", "kb.app"])


@dataclass(slots=True)
class Seen:
    """What readers met while things went wrong."""

    seconds: list[float] = field(default_factory=list)
    """What each search took, waiting for its turn included."""
    degraded: int = 0
    """Searches that the database answered, by titles."""
    wrong: list[str] = field(default_factory=list)
    """Errors, and results that were not whole."""


class Site:
    """A site in ``folder`` whose documents all say "constant", however often they are edited."""

    def __init__(self, folder: Path, url: str = "", *, documents: int = 200) -> None:
        self.folder, self.url, self.documents = folder, url, documents
        self.app = _app(folder, url)
        self._random = random.Random(4)
        self._edits = 0
        with self.app.app_context():
            upgrade()
            session = current_session()
            for number in range(documents):
                article_row(session, f"printing/number-{number}.md", title=f"Constant {number}", text=FILLING)
            session.commit()

    @property
    def engine(self) -> Engine:
        """The index as a web process has it."""
        return asking.engine_of(self.app.extensions)

    @property
    def index(self) -> Path:
        """The folder of the index in use."""
        shelf = self.folder / "index"
        return shelf / (shelf / "current").read_text().strip()

    def build(self) -> None:
        """Build the index, as ``kb reindex`` does, and have at hand what a process of the web server has."""
        with self.app.app_context():
            asking.rebuild(current_session(), self.engine)
            db.session.remove()
            self.engine.warm()

    def build_beside(self) -> BaseProcess:
        """Start to do that in a process of its own."""
        process = _ways.Process(target=_build, args=(self.folder, self.url), daemon=True)
        process.start()
        return process

    def reopen(self) -> None:
        """Be a web process that has nothing open."""
        self.app = _app(self.folder, self.url)

    def edit(self, count: int = 5) -> None:
        """Change some documents, in one transaction."""
        with self.app.app_context():
            session = current_session()
            refs = self._random.sample(range(1, self.documents + 1), count)
            for row in session.scalars(select(Article).where(Article.id.in_(refs))):
                self._edits += 1
                row.title, row.changed_at = f"Constant edit{self._edits}", clock.now()
                row.text = f"{FILLING} " * self._random.randint(1, 40)
                changes.note(session, ARTICLE, row.id)
            session.commit()
            db.session.remove()

    def start(self, *, most_bytes: int = 0) -> BaseProcess:
        """Start a worker, one that cannot write files larger than ``most_bytes`` if that is given."""
        process = _ways.Process(target=_work, args=(self.folder, self.url, most_bytes), daemon=True)
        process.start()
        return process

    @contextmanager
    def worked(self, *, most_bytes: int = 0) -> Iterator[None]:
        """Have a worker until the block ends."""
        process = self.start(most_bytes=most_bytes)
        try:
            yield
        finally:
            process.kill()
            process.join()

    def faults(self) -> list[str]:
        """Return what ``kb check`` would say of the index."""
        with self.app.app_context(), reading_only():
            found = list(checking.faults(current_session(), self.engine))
            db.session.remove()
            return found

    def clean_within(self, seconds: float) -> float:
        """Wait until the index holds what the database does; returns how long it took, raises when it took longer."""
        began = time.monotonic()
        while found := self.faults():
            if time.monotonic() - began > seconds:
                raise AssertionError(found[:5])
            time.sleep(0.1)
        return time.monotonic() - began

    @contextmanager
    def read(self, readers: int, *, pause: float) -> Iterator[Seen]:
        """Search in that many threads until the block ends, each resting a while between two searches."""
        seen, stop = Seen(), threading.Event()
        threads = [threading.Thread(target=self._reader, args=(seen, stop, pause)) for _ in range(readers)]
        for thread in threads:
            thread.start()
        try:
            yield seen
        finally:
            stop.set()
            for thread in threads:
                thread.join()

    def _reader(self, seen: Seen, stop: threading.Event, pause: float) -> None:
        while not stop.wait(random.uniform(0, 2 * pause)):
            began = time.perf_counter()
            try:
                with self.app.app_context(), reading_only():  # as pages do that only show something
                    found = asking.ask(current_session(), "constant", None, engine=self.engine)
                    db.session.remove()
            except Exception as problem:
                seen.wrong.append(repr(problem))
                continue
            seen.seconds.append(time.perf_counter() - began)
            if found.degraded:
                seen.degraded += 1
            elif found.total != self.documents or len(found.hits) != 10:
                seen.wrong.append(f"{found.total} found, {len(found.hits)} shown")


def _app(folder: Path, url: str) -> Flask:
    return create_app(
        Settings(data_dir=folder, database_url=url or None, mail_url="memory:", rate_limits=False, content_poll=0)
    )


def _build(folder: Path, url: str) -> None:
    manners.readers_first()
    app = _app(folder, url)
    with app.app_context():
        asking.rebuild(current_session(), asking.engine_of(app.extensions))


def _work(folder: Path, url: str, most_bytes: int) -> None:
    if most_bytes:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, most_bytes))
    worker.run(_app(folder, url))
