"""The worker: threads run jobs, publish, keep the search index, and work out what changed documents mean."""

import logging
import signal
import threading
from collections.abc import Callable, Iterable
from datetime import timedelta
from functools import partial

from flask import Flask
from sqlalchemy.orm import Session

from kb import jobs
from kb.articles import review_letters, timing, views
from kb.cli import manners
from kb.db import current_session, db, glance
from kb.forum import archiving, merits
from kb.forum.queue import details
from kb.notices import digests
from kb.publishing import adopting, runs
from kb.search import asking, completions, related, rollup
from kb.search.engine import Engine, NoIndex
from kb.search.following import forget_changes
from kb.search.meaning import keeping
from kb.search.meaning.fused import Fused
from kb.search.reconciling import Rounds, lag
from kb.uploads import keeping as pictures

PAUSE = 0.25
BETWEEN, MOST_PAUSES = 0.05, 100
"""Seconds between two looks whether others need the interpreter, and how many looks one document waits for."""
AFTER_A_FAULT = 2.0
"""Seconds to wait when a step failed: a full disk or a database that is away would fill the log."""
UPKEEP = (
    jobs.forget_done,
    forget_changes,
    views.forget_views,
    timing.tick,
    review_letters.write_letters,
    digests.plan,
    archiving.archive_quiet,
    details.chase,
    completions.gather,
    rollup.roll_up,
    merits.weigh,
    pictures.forget_unused,
    adopting.keep_settled,
)
"""Each stores the job of its next time itself; here the first is stored."""
log = logging.getLogger(__name__)


def run(app: Flask) -> None:
    """Work until SIGTERM or SIGINT; the job under way is finished first."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with app.app_context():
        for upkeep in UPKEEP:
            jobs.later(current_session(), upkeep, key=f"{upkeep.__module__}.{upkeep.__name__}")
        runs.keep_polling(current_session(), timedelta(seconds=app.config["SETTINGS"].content_poll))
        current_session().commit()
    manners.look_seldom()
    manners.readers_first()
    threads = start_threads(app, stop)
    while not stop.wait(3600):
        pass
    for thread in threads:
        thread.join()


def start_threads(app: Flask, stop: threading.Event) -> list[threading.Thread]:
    """Start working until ``stop`` is set; returns the threads.

    There are four, because neither a slow mail server nor a long publish must keep a new question out of search.
    """
    steps: dict[str, Callable[[Flask], bool]] = {
        "jobs": _run_job,
        "publishing": partial(_run_job, lane=runs.LANE),
        "index": partial(_keep_index, rounds=Rounds()),
        "meaning": partial(_work_out_meaning, stop=stop),
    }
    bells = {name: threading.Event() for name in steps}
    threads = [
        threading.Thread(target=_loop, args=(app, stop, step, bells[name], bells.values()), name=name)
        for name, step in steps.items()
    ]
    for thread in threads:
        thread.start()
    return threads


def _loop(
    app: Flask,
    stop: threading.Event,
    step: Callable[[Flask], bool],
    bell: threading.Event,
    bells: Iterable[threading.Event],
) -> None:
    """Repeat ``step``, at once while it finds work; a database that is away is waited for.

    Who has done something rings all ``bells``, because that is often work for the others: what was published is
    indexed without waiting for the next round.
    """
    while not stop.is_set():
        bell.clear()
        with app.app_context():
            try:
                pause = 0.0 if step(app) else PAUSE
            except Exception:
                log.exception("the worker's %s thread goes on after", threading.current_thread().name)
                db.session.rollback()
                pause = AFTER_A_FAULT
        if not pause:
            for other in bells:
                other.set()
        elif pause == PAUSE:
            bell.wait(pause)
        else:
            stop.wait(pause)


def _run_job(app: Flask, lane: str = jobs.MAIN) -> bool:
    return jobs.run_next(current_session(), jobs.worker_name(), lane)


def _keep_index(app: Flask, rounds: Rounds) -> bool:
    session, engine = current_session(), app.extensions["search"]
    return bool(asking.follow(session, engine) or rounds.go(session, engine))


def _work_out_meaning(app: Flask, stop: threading.Event) -> bool:
    """Make vectors first, because what is related is found by them.

    All of it waits while articles are published, and until they can be found, also in the middle of its work: the
    worker's threads share one interpreter, and nobody waits for what is alike.
    """
    session, engine = current_session(), app.extensions["search"]
    if _is_behind(session, engine):
        return False
    made = isinstance(engine, Fused) and keeping.keep(session, engine.vectors.makers)
    more = made or related.refresh(session, engine, pause=partial(_let_others_first, session, engine, stop))
    session.commit()
    return more


def _let_others_first(session: Session, engine: Engine, stop: threading.Event) -> None:
    """Wait while the index is behind, for so long at most that a site where somebody always writes gets on."""
    for _ in range(MOST_PAUSES):
        if stop.is_set() or not _is_behind(session, engine):
            return
        stop.wait(BETWEEN)


def _is_behind(session: Session, engine: Engine) -> bool:
    with glance(session):
        try:
            return jobs.is_under_way(session, runs.LANE) or lag(session, engine).changes > 0
        except NoIndex:
            return True
