"""The worker: a thread runs jobs, another publishes, a third follows changes into the search index."""

import logging
import signal
import threading
from collections.abc import Callable
from datetime import timedelta
from functools import partial

from flask import Flask

from kb import jobs
from kb.articles import review_letters, timing
from kb.db import current_session, db
from kb.publishing import runs
from kb.search import asking
from kb.search.following import forget_changes

PAUSE = 0.25
log = logging.getLogger(__name__)


def run(app: Flask) -> None:
    """Work until SIGTERM or SIGINT; the job under way is finished first."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with app.app_context():
        for upkeep in (jobs.forget_done, forget_changes, timing.tick, review_letters.write_letters):
            jobs.later(current_session(), upkeep, key=f"{upkeep.__module__}.{upkeep.__name__}")
        runs.keep_polling(current_session(), timedelta(seconds=app.config["SETTINGS"].content_poll))
        current_session().commit()
    threads = start_threads(app, stop)
    while not stop.wait(3600):
        pass
    for thread in threads:
        thread.join()


def start_threads(app: Flask, stop: threading.Event) -> list[threading.Thread]:
    """Start working until ``stop`` is set; returns the threads.

    There are three, because neither a slow mail server nor a long publish must keep a new question out of search.
    """
    steps: dict[str, Callable[[Flask], bool]] = {
        "jobs": _run_job,
        "publishing": partial(_run_job, lane=runs.LANE),
        "index": _follow,
    }
    threads = [threading.Thread(target=_loop, args=(app, stop, step), name=name) for name, step in steps.items()]
    for thread in threads:
        thread.start()
    return threads


def _loop(app: Flask, stop: threading.Event, step: Callable[[Flask], bool]) -> None:
    """Repeat ``step``, at once while it finds work; a database that is away is waited for."""
    while not stop.is_set():
        with app.app_context():
            try:
                busy = step(app)
            except Exception:
                log.exception("the worker's %s thread goes on after", threading.current_thread().name)
                db.session.rollback()
                busy = False
        if not busy:
            stop.wait(PAUSE)


def _run_job(app: Flask, lane: str = jobs.MAIN) -> bool:
    return jobs.run_next(current_session(), jobs.worker_name(), lane)


def _follow(app: Flask) -> bool:
    return bool(asking.follow(current_session(), app.extensions["search"]))
