"""Who has which badges, for pages."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kb.errors import Invalid, NotFound
from kb.esteem.badges import BADGES, BY_NAME, BadgeKind
from kb.esteem.models import Badge
from kb.people.models import Person

PAGE = 60


@dataclass(frozen=True, slots=True)
class Held:
    """A badge of one person, since when."""

    kind: BadgeKind
    at: datetime


@dataclass(frozen=True, slots=True)
class Holder:
    """A person who has the badge of a page."""

    handle: str
    name: str
    photo: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Holders:
    """A page of those who have a badge, who got it last first."""

    kind: BadgeKind
    people: tuple[Holder, ...]
    total: int
    page: int
    pages: int


def of_person(session: Session, person_id: int) -> tuple[Held, ...]:
    """Return the badges somebody has, in the order in which all of them are listed."""
    has = select(Badge.name, Badge.at).where(Badge.person_id == person_id)
    since = {row.name: row.at for row in session.execute(has)}
    return tuple(Held(kind, since[kind.name]) for kind in BADGES if kind.name in since)


def numbers(session: Session) -> dict[str, int]:
    """Return how many people have each badge, by its name; 0 where nobody has."""
    rows = session.execute(select(Badge.name, func.count().label("number")).group_by(Badge.name))
    counted = {row.name: row.number for row in rows}
    return {kind.name: counted.get(kind.name, 0) for kind in BADGES}


def holders(session: Session, name: str, *, page: int = 1) -> Holders:
    """Return 60 of those who have a badge.

    Raises NotFound for a badge there is not and a page past the end, Invalid naming page below 1.
    """
    if name not in BY_NAME:
        raise NotFound("There is no such badge.")
    if page < 1:
        raise Invalid("page", "Pages are numbered from 1.")
    total = session.scalar(select(func.count()).select_from(Badge).where(Badge.name == name)) or 0
    pages = max(1, -(-total // PAGE))
    if page > pages:
        raise NotFound("This list has %(pages)s pages.", pages=pages)
    found = session.execute(
        select(Person.handle, Person.name, Person.photo, Badge.at)
        .join(Person, Person.id == Badge.person_id)
        .where(Badge.name == name)
        .order_by(Badge.at.desc(), Person.id)
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    )
    people = tuple(Holder(row.handle, row.name, row.photo, row.at) for row in found)
    return Holders(BY_NAME[name], people, total, page, pages)
