"""Publish runs: asked for by a push, a click, a timer or a command, carried out one after the other, each on record."""

import logging
import re
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from kb import clock, jobs
from kb.articles.models import PublishRun
from kb.db import Fact, glance
from kb.errors import Conflict, Invalid, NotFound, Refused
from kb.git.faults import GitFault
from kb.markup.articles import RENDERER_VERSION
from kb.people import rules
from kb.people.models import Person
from kb.publishing import publishing, run_letters, section_letters
from kb.publishing.drafting import Progress, in_silence
from kb.publishing.planning import ALL
from kb.publishing.sources import place as places
from kb.publishing.sources.place import Place
from kb.publishing.sources.source import Source

LANE = "publishing"
QUIET = timedelta(seconds=4)
"""A hook that is rung again and again starts no more than one run in this time; the first starts at once."""
BY_ITSELF = ("hook", "poll", "start")
"""Causes that do not move a pinned site, and write no run when there is nothing new."""
DONE, WAITING, FAILED = "done", "waiting", "failed"
POLLING = "kb.publishing.runs.poll"
SHOWN = "published"
"""Name of the fact that says what the site shows: the source, its commit, and when it was last looked at."""
_SHA = re.compile(r"[0-9a-f]{7,64}")
log = logging.getLogger(__name__)


def publish(
    session: Session,
    place: Place,
    *,
    cause: str,
    at: str = "",
    by: Person | None = None,
    confirm: bool = False,
    progress: Progress = in_silence,
) -> PublishRun:
    """Make the site say what ``place`` says, and return the run, which is on record also where it failed.

    ``at`` names a commit to roll the whole site to; it stays there until somebody publishes without. ``confirm`` lets
    many articles go whose files are gone: from a page as many as the waiting run held, from a command any number.
    What comes by itself and finds nothing new writes no run; then the last one is returned. Raises Conflict when
    another run came in between; then nothing was written. No transaction is open while it reads and renders.
    """
    started_at = clock.now()
    try:
        progress("fetch", 0, 0)
        source = _open(place, at)
        with glance(session):
            before = latest(session)
            is_new = cause not in BY_ITSELF or before is None or _says_something_new(session, source)
            may_retire = _may_retire(before, cause) if confirm else 0
        if is_new:
            drafted = publishing.draft(session, source, may_retire=may_retire, progress=progress)
    except (GitFault, NotFound, Invalid) as problem:
        return _failed(session, place, str(problem), started_at=started_at, cause=cause, by=by, ref=at or place.ref)
    if before is not None and not is_new:
        _note_look(session, source)
        return before
    progress("store", 0, 0)
    try:
        with session.begin_nested():
            run = publishing.store(session, drafted, cause=cause, by=by, pinned=bool(at))
    except GitFault as problem:
        return _failed(session, place, str(problem), started_at=started_at, cause=cause, by=by, ref=at or place.ref)
    _note_look(session, source)
    run_letters.tell(session, run, before, source)
    section_letters.tell(session, run)
    return run


def request(session: Session, *, cause: str, by: Person | None = None, at: str = "", confirm: bool = False) -> None:
    """Let the worker publish soon; requests that say the same and still wait are one run.

    ``at`` names a commit to roll the site to; ``confirm`` lets go of the articles that the waiting run held. Raises
    Refused unless ``by`` is a writer; nobody is a machine.
    """
    if by is not None and not rules.is_writer(by):
        raise Refused("Only writers can publish.")
    alike = "publish" if cause in BY_ITSELF else f"publish:{by.id if by else 0}:{at}:{confirm}"
    after = _quiet_left(session) if cause == "hook" else timedelta(0)
    jobs.later(session, publish_requested, cause, at, by.id if by else None, confirm, after=after, key=alike[:200])


def latest(session: Session) -> PublishRun | None:
    """Return the run that the site shows, None before the first; failed runs changed nothing and do not count."""
    done = select(PublishRun).where(PublishRun.state != FAILED)
    return session.scalar(done.order_by(PublishRun.id.desc()).limit(1))


def is_pinned(session: Session) -> bool:
    """Whether the site was rolled to a commit, and stays there until somebody publishes."""
    run = latest(session)
    return run is not None and run.pinned


def keep_polling(session: Session, every: timedelta) -> None:
    """Look after the source from now on, in place of what was agreed before; an interval of nothing means never."""
    session.execute(delete(jobs.Job).where(jobs.Job.key == POLLING))
    if every and places.current().is_git:
        jobs.later(session, poll, every.total_seconds(), key=POLLING)


@jobs.job(lane=LANE)
def poll(session: Session, every: float) -> None:
    """Publish if there is anything new, and come back after ``every`` seconds."""
    _publish_now(session, "poll")
    jobs.later(session, poll, every, after=timedelta(seconds=every), key=POLLING)


@jobs.job(lane=LANE)
def publish_requested(session: Session, cause: str, at: str, by_id: int | None, confirm: bool) -> None:
    """Carry out a request, unless it came by itself and the site is pinned by now."""
    _publish_now(session, cause, at=at, by_id=by_id, confirm=confirm)


def _publish_now(
    session: Session, cause: str, *, at: str = "", by_id: int | None = None, confirm: bool = False
) -> None:
    """Publish; what goes wrong for no fault of the files is on record too, so that writers need not read a log."""
    with glance(session):
        if cause in BY_ITSELF and is_pinned(session):
            return
        by = session.get(Person, by_id) if by_id is not None else None
    started_at, place = clock.now(), places.current()
    try:
        publish(session, place, cause=cause, at=at, by=by, confirm=confirm)
    except (DBAPIError, Conflict):  # the queue tries again
        raise
    except Exception:
        log.exception("publishing stopped")
        session.rollback()
        problem = "Sidekick itself failed while it published; its log says more. The site is as it was."
        _failed(session, place, problem, started_at=started_at, cause=cause, by=by, ref=at or place.ref)


def _open(place: Place, at: str) -> Source:
    """Open ``place``; a commit that is known is found without the git server, which may be away just now."""
    if _SHA.fullmatch(at):
        try:
            return places.open_place(place, fetch=False, at=at)
        except GitFault:
            log.debug("%s was not fetched yet", at)
    return places.open_place(place, at=at)


def _says_something_new(session: Session, source: Source) -> bool:
    """Whether ``source`` may say anything that the site does not, or the last try failed and this one will not."""
    shown = session.get(Fact, SHOWN)
    last = session.scalar(select(PublishRun.state).order_by(PublishRun.id.desc()).limit(1))
    return source.commit is None or shown is None or shown.value["what"] != _what(source) or last == FAILED


def _what(source: Source) -> dict[str, object]:
    """Return what makes the articles of two commits equal."""
    sha = source.commit.sha if source.commit else ""
    return {"source": source.name, "ref": source.ref, "sha": sha, "renderer": RENDERER_VERSION}


def _note_look(session: Session, source: Source) -> None:
    value = {"what": _what(source), "looked_at": clock.now().isoformat()}
    shown = session.get(Fact, SHOWN)
    if shown is None:
        session.add(Fact(name=SHOWN, value=value))
    else:
        shown.value = value
    session.flush()


def _may_retire(before: PublishRun | None, cause: str) -> int:
    """Return how many articles may go: who clicked saw a number, and more than that may be gone by now."""
    if cause != "click":
        return ALL
    return before.held if before is not None else 0


def _failed(
    session: Session,
    place: Place,
    problem: str,
    *,
    started_at: datetime,
    cause: str,
    by: Person | None,
    ref: str,
) -> PublishRun:
    """Put a failure on record; one that repeats itself is one run that lasts."""
    last = session.scalar(select(PublishRun).order_by(PublishRun.id.desc()).limit(1))
    if last is not None and (last.state, last.problem, last.ref) == (FAILED, problem, ref):
        last.finished_at = clock.now()
        session.flush()
        return last
    run = PublishRun(
        started_at=started_at,
        finished_at=clock.now(),
        source=place.name[-400:],
        cause=cause,
        state=FAILED,
        problem=problem,
        by_id=by.id if by else None,
        ref=ref,
    )
    session.add(run)
    session.flush()
    return run


def _quiet_left(session: Session) -> timedelta:
    """Return how long to wait so that runs which machines ask for keep their distance."""
    name = f"{publish_requested.__module__}.{publish_requested.__qualname__}"
    last = session.scalar(select(func.max(jobs.Job.run_at)).where(jobs.Job.lane == LANE, jobs.Job.name == name))
    return max(timedelta(0), last + QUIET - clock.now()) if last is not None else timedelta(0)
