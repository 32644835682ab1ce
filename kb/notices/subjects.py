"""What can be followed: what each subject is called and where it is, for those who may see it."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kb.errors import NotFound
from kb.notices.models import Follow
from kb.people.models import Person

PAGE = 50


@dataclass(frozen=True, slots=True)
class Subject:
    """Something to follow, as a link."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Followed:
    """One thing a person follows, since when, and at which level."""

    kind: str
    id: int
    name: str
    address: str
    level: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Following:
    """A page of what a person follows, the newest first."""

    rows: tuple[Followed, ...]
    page: int
    pages: int


Described = Callable[[Session, Collection[int], Person], Mapping[int, Subject]]
_registered: dict[str, Described] = {}


def register_subject(kind: str, described: Described) -> None:
    """Let ``described(session, ids, person)`` say what subjects of ``kind`` are called that the person may see."""
    _registered[kind] = described


def find(session: Session, kind: str, subject_id: int, person: Person) -> Subject:
    """Return a subject that ``person`` may follow; raises NotFound when there is none or they may not see it."""
    if kind not in _registered:
        raise NotFound()
    found = _registered[kind](session, [subject_id], person).get(subject_id)
    if found is None:
        raise NotFound()
    return found


def following(session: Session, person: Person, *, page: int = 1) -> Following:
    """Return a page of what ``person`` follows and may still see, in a statement for each kind."""
    total = session.scalar(select(func.count(Follow.id)).where(Follow.person_id == person.id)) or 0
    pages = max(1, -(-total // PAGE))
    page = min(max(1, page), pages)
    newest = select(Follow).where(Follow.person_id == person.id).order_by(Follow.id.desc())
    rows = session.scalars(newest.limit(PAGE).offset((page - 1) * PAGE)).all()
    found: dict[tuple[str, int], Subject] = {}
    for kind, described in _registered.items():
        ids = [row.subject_id for row in rows if row.subject_kind == kind]
        if ids:
            found |= {(kind, number): one for number, one in described(session, ids, person).items()}
    return Following(
        rows=tuple(
            Followed(row.subject_kind, row.subject_id, one.name, one.address, row.level, row.created_at)
            for row in rows
            if (one := found.get((row.subject_kind, row.subject_id)))
        ),
        page=page,
        pages=pages,
    )


def _people(session: Session, ids: Collection[int], viewer: Person) -> Mapping[int, Subject]:
    """Return members by id; nobody follows themselves."""
    found = session.execute(
        select(Person.id, Person.name, Person.handle).where(Person.id.in_(ids), Person.id != viewer.id)
    )
    return {row.id: Subject(row.name, f"/people/{row.handle}") for row in found}


register_subject("person", _people)
