"""The daily letter: what happened in what a person follows once a day, in one list of links."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlalchemy import Row, select, update
from sqlalchemy.orm import Session, aliased

from kb import clock
from kb.db import glance
from kb.jobs import job, later
from kb.notices import letters, stops
from kb.notices.kinds import KINDS
from kb.notices.models import Notice
from kb.notices.visibility import is_visible
from kb.people import stationery
from kb.people.models import Person

KIND = "digest"
SENT_AT = time(7)  # UTC
MOST_LISTED = 40


@dataclass(frozen=True, slots=True)
class _Waiting:
    """The notices a digest settles, up to which id, and the letter about those that are still news, if any is."""

    up_to: int
    draft: letters.Draft


@job
def plan(session: Session) -> None:
    """Have digests written at the next 7:00 UTC, which is done once however often this is planned."""
    later(session, write, after=_next_morning(clock.now()) - clock.now(), key=f"{__name__}.write")


@job
def write(session: Session) -> None:
    """Have a letter sent to everybody for whom something waits, and come back tomorrow."""
    for person_id in session.scalars(select(Notice.person_id).where(Notice.waits).distinct()).all():
        later(session, send, person_id, key=f"{__name__}.send:{person_id}")
    plan(session)


@job
def send(session: Session, person_id: int) -> None:
    """Send one letter about what waits for a person, and let it wait no more.

    What they read by then, or may not see any more, is left out, and without anything left there is no letter. Raises
    what the post raises when it may succeed later; the letter then has the same Message-ID.
    """
    with glance(session):
        waiting = _waiting(session, person_id)
    if waiting is None:
        return
    if waiting.draft.mail is not None:
        letters.send(waiting.draft.mail)
    settled = update(Notice).where(Notice.person_id == person_id, Notice.waits, Notice.id <= waiting.up_to)
    session.execute(settled.values(waits=False, digested_at=clock.now()))


def _waiting(session: Session, person_id: int) -> _Waiting | None:
    reader = session.get(Person, person_id)
    last = session.scalar(
        select(Notice.id).where(Notice.person_id == person_id, Notice.waits).order_by(Notice.id.desc()).limit(1)
    )
    if reader is None or last is None:
        return None
    return _Waiting(last, _draft(session, reader, last))


def _draft(session: Session, reader: Person, last: int) -> letters.Draft:
    if reader.email is None or reader.password_hash is None:
        return letters.Draft(None, "no address")
    if KIND in stops.stopped(session, reader.id):
        return letters.Draft(None, "not wanted")
    actor = aliased(Person)
    news = session.execute(
        select(Notice.kind, Notice.title, Notice.address, actor.name)
        .outerjoin(actor, actor.id == Notice.actor_id)
        .where(Notice.person_id == reader.id, Notice.waits, Notice.id <= last, Notice.read_at.is_(None))
        .where(is_visible(reader))
        .order_by(Notice.id)
    ).all()
    if not news:
        return letters.Draft(None, "nothing left")
    rest = len(news) - MOST_LISTED
    mail = letters.on_paper(
        KINDS[KIND],
        letter=f"digest-{reader.id}-{last}",
        person_id=reader.id,
        name=reader.name,
        email=reader.email,
        about={"title": _title(len(news))},
        links=[_link(row) for row in news[:MOST_LISTED]],
        quote=f"and {rest} more" if rest > 0 else "",
        address="/inbox",
    )
    return letters.Draft(mail)


def _link(row: Row[str, str, str, str]) -> stationery.Link:
    words = KINDS[row.kind].subject % letters.said_of(row.title, row.name)
    return stationery.Link(words, stationery.current().link(row.address))


def _title(count: int) -> str:
    return "1 thing happened in what you follow" if count == 1 else f"{count} things happened in what you follow"


def _next_morning(now: datetime) -> datetime:
    today = datetime.combine(now.date(), SENT_AT, now.tzinfo)
    return today if today > now else today + timedelta(days=1)
