"""What people are told: one notice each, with a letter that carries it, written together with what caused it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from types import MappingProxyType

from sqlalchemy import Select, bindparam, exists, func, literal, select, update
from sqlalchemy.orm import Session, aliased

from kb import clock
from kb.errors import NotFound
from kb.jobs import later
from kb.markup.plain import shorten
from kb.notices import letters
from kb.notices.follows import DIGEST, EACH
from kb.notices.kinds import KINDS
from kb.notices.models import Letter, LetterStop, Notice
from kb.notices.once import add_once
from kb.notices.visibility import is_visible
from kb.notices.visibility import register_visibility as register_visibility
from kb.people.models import Person

PAGE = 30
MOST_COUNTED = 99
NO_LEVELS: Mapping[int, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Row:
    """One line of an inbox."""

    id: int
    kind: str
    actor_handle: str | None
    actor_name: str | None
    title: str
    extract: str
    at: datetime
    read: bool


@dataclass(frozen=True, slots=True)
class Inbox:
    """One page of what a person was told, newest first; ``unread`` counts all pages, up to 99."""

    rows: tuple[Row, ...]
    page: int
    pages: int
    unread: int


def tell(
    session: Session,
    *,
    person_ids: Iterable[int],
    kind: str,
    cause: str,
    subject_kind: str,
    subject_id: int | None,
    actor: Person | None,
    title: str,
    extract: str,
    address: str,
    lines: Sequence[str] = (),
    level_of: Mapping[int, str] = NO_LEVELS,
) -> int:
    """Put a notice into the inbox of each person but the actor, and a letter into the outbox for who wants one.

    ``cause`` names the act, such as ``answer:12``: nobody is told of it twice, however often this runs. Without a
    ``subject_id`` each is told about themselves, a ``person``. ``lines`` take the place of ``extract`` where there is a
    list to show. ``level_of`` says by id who hears of it at which of the
    follows' LEVELS: those of DIGEST by the next daily letter, those of NONE in the inbox alone. Everything is written
    in the running transaction and sent after it commits. Returns how many people were told.
    """
    now = clock.now()
    told = set(person_ids) - ({actor.id} if actor is not None else set())
    wanting = dict.fromkeys(_wanting_letters(session, told, kind))
    rows = [
        {
            "person_id": person_id,
            "kind": kind,
            "cause": cause,
            "subject_kind": subject_kind,
            "subject_id": subject_id if subject_id is not None else person_id,
            "actor_id": actor.id if actor is not None else None,
            "title": title[:300],
            "extract": "\n".join(shorten(line, 300) for line in lines or [extract]),
            "address": address,
            "created_at": now,
            "waits": person_id in wanting and level_of.get(person_id) == DIGEST,
        }
        for person_id in sorted(told)
    ]
    notices = {
        person_id: notice_id for notice_id, person_id in add_once(session, Notice, rows, [Notice.id, Notice.person_id])
    }
    at_once = (notices[one] for one in wanting if one in notices and level_of.get(one, EACH) == EACH)
    outbox = [{"notice_id": notice_id, "created_at": now, "outcome": ""} for notice_id in at_once]
    for (letter_id,) in add_once(session, Letter, outbox, [Letter.id]):
        later(session, letters.deliver, letter_id)
    return len(notices)


def unread(session: Session, person: Person) -> int:
    """Return how many unread notices ``person`` has, counting no further than 99."""
    waiting = session.execute(_any_unread(), {"person_id": person.id}).first() is not None
    return _visible_unread(session, person) if waiting else 0


def listing(session: Session, person: Person, *, page: int = 1) -> Inbox:
    """Return a page of what ``person`` was told about things they may still see; a page past the end is the last."""
    mine = [Notice.person_id == person.id, is_visible(person)]
    total = session.scalar(select(func.count(Notice.id)).where(*mine)) or 0
    pages = max(1, -(-total // PAGE))
    page = min(max(1, page), pages)
    actor = aliased(Person)
    found = session.execute(
        select(
            Notice.id,
            Notice.kind,
            actor.handle,
            actor.name,
            Notice.title,
            Notice.extract,
            Notice.created_at,
            Notice.read_at.is_not(None),
        )
        .outerjoin(actor, actor.id == Notice.actor_id)
        .where(*mine)
        .order_by(Notice.id.desc())
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    )
    rows = tuple(Row(*row) for row in found)
    return Inbox(rows, page, pages, _visible_unread(session, person))


def open_notice(session: Session, *, person: Person, notice_id: int) -> str:
    """Mark a notice of ``person`` as read and return the address it points at.

    Raises NotFound when it is somebody else's, or about something ``person`` may not see any more.
    """
    notice = session.scalar(
        select(Notice).where(Notice.id == notice_id, Notice.person_id == person.id, is_visible(person))
    )
    if notice is None:
        raise NotFound()
    notice.read_at = notice.read_at or clock.now()
    return notice.address


def read_all(session: Session, *, person: Person) -> None:
    """Mark everything ``person`` was told so far as read."""
    waiting = update(Notice).where(Notice.person_id == person.id, Notice.read_at.is_(None))
    session.execute(waiting.values(read_at=clock.now()))


@cache
def _any_unread() -> Select[int]:
    """Look into an index: every page asks, and most inboxes hold nothing unread, visible or not."""
    return select(literal(1)).where(Notice.person_id == bindparam("person_id"), Notice.read_at.is_(None)).limit(1)


def _visible_people(person: Person) -> Select[int]:
    """What somebody is told about themselves stays theirs to see."""
    return select(Person.id).where(Person.id == person.id)


def _visible_unread(session: Session, person: Person) -> int:
    some = select(Notice.id).where(Notice.person_id == person.id, Notice.read_at.is_(None), is_visible(person))
    return session.scalar(select(func.count()).select_from(some.limit(MOST_COUNTED).subquery())) or 0


def _wanting_letters(session: Session, person_ids: Iterable[int], kind: str) -> list[int]:
    """Return those who want letters of ``kind``, have an address, and can sign in to act on one."""
    if not KINDS[kind].has_letters:
        return []
    stopped = exists().where(LetterStop.person_id == Person.id, LetterStop.kind == kind)
    wanting = select(Person.id).where(
        Person.id.in_(list(person_ids)), Person.email.is_not(None), Person.password_hash.is_not(None), ~stopped
    )
    return list(session.scalars(wanting.order_by(Person.id)))


register_visibility("person", _visible_people)
