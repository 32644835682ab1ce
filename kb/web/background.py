"""Small writes that a page must not wait for: kept in memory and stored together every few seconds."""

import atexit
import logging
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from kb.articles import views
from kb.db import current_session, db
from kb.forum import readers
from kb.people import sessions
from kb.search import log as search_log

PAUSE = 3.0  # each commit makes SQLite's readers wait for a moment
STORING: tuple[Callable[[Session], AbstractContextManager[bool]], ...] = (
    search_log.storing,
    views.storing,
    readers.storing,
    sessions.storing_seen,
)
"""Each writes what it kept and says whether there was anything; when the block fails, it keeps it again."""
log = logging.getLogger(__name__)


class Storer:
    """A thread, one a process, started by the first request so that a fork never copies it."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()
        self._stop = threading.Event()

    def start(self) -> None:
        """Start the thread unless it runs."""
        if self._thread is None:
            with self._starting:
                if self._thread is None:
                    self._thread = threading.Thread(target=self._run, name="storer", daemon=True)
                    self._thread.start()
                    atexit.register(self.stop)

    def stop(self) -> None:
        """Store what is left and end."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(timeout=5)

    def store(self) -> None:
        """Store now, in one transaction."""
        with self._app.app_context():
            try:
                with ExitStack() as stack:
                    wrote = [stack.enter_context(storing(current_session())) for storing in STORING]
                    if any(wrote):
                        db.session.commit()
            except SQLAlchemyError:
                db.session.rollback()
                log.warning("search log, views and sign-in times could not be stored; trying again", exc_info=True)

    def _run(self) -> None:
        while not self._stop.wait(PAUSE):
            self.store()
        self.store()


def init_app(app: Flask) -> None:
    """Store in the background while ``app`` answers requests; tests store by hand."""
    storer = app.extensions["storer"] = Storer(app)

    @app.before_request
    def start() -> None:
        if not app.testing:
            storer.start()
