"""Groups of experts that questions are handed to; admins keep them."""

from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from kb import clock
from kb.errors import Conflict, Invalid, NotFound, Refused
from kb.forum import rules, writing
from kb.forum.queue.models import Group, GroupMember, Handover
from kb.forum.rows import WHO, who_of
from kb.forum.shapes import Who
from kb.people import accounts
from kb.people import rules as people_rules
from kb.people.models import Person
from kb.people.rules import Reader

MOST_NAME = 80


@dataclass(frozen=True, slots=True)
class GroupView:
    """A group with who is in it, by name."""

    id: int
    name: str
    members: tuple[Who, ...]


def listing(session: Session) -> tuple[GroupView, ...]:
    """Return all groups by name."""
    members: dict[int, list[Who]] = {}
    for row in session.execute(
        select(GroupMember.group_id, *WHO)
        .join(Person, Person.id == GroupMember.person_id)
        .order_by(Person.name, Person.id)
    ):
        members.setdefault(row.group_id, []).append(who_of(row))
    groups = session.execute(select(Group.id, Group.name).order_by(Group.name, Group.id))
    return tuple(GroupView(row.id, row.name, tuple(members.get(row.id, ()))) for row in groups)


def find(session: Session, group_id: int) -> Group:
    """Return a group; raises NotFound when there is none."""
    group = session.get(Group, group_id)
    if group is None:
        raise NotFound("There is no such group.")
    return group


def create(session: Session, *, by: Person, name: str) -> Group:
    """Add a group.

    Raises Refused unless ``by`` is an admin; Invalid when there is no name; Conflict when a group has it already.
    """
    _check(by)
    name = writing.note_of(name, most=MOST_NAME, field="name")
    if not name:
        raise Invalid("name", "Give the group a name.")
    slug = writing.slug_of(name)
    if session.scalar(select(Group.id).where(Group.slug == slug)) is not None:
        raise Conflict("There is a group with this name already.")
    group = Group(slug=slug, name=name, created_at=clock.now())
    session.add(group)
    session.flush()
    return group


def remove(session: Session, *, group: Group, by: Person) -> None:
    """Take a group away; what was handed to it is everybody's again. Raises Refused unless ``by`` is an admin."""
    _check(by)
    session.execute(delete(Handover).where(Handover.to_group_id == group.id))
    session.execute(delete(GroupMember).where(GroupMember.group_id == group.id))
    session.delete(group)
    session.flush()


def join(session: Session, *, group: Group, by: Person, handle: str) -> None:
    """Put an expert into a group; twice changes nothing.

    Raises Refused unless ``by`` is an admin; Invalid naming handle when nobody has it, or they are no expert.
    """
    _check(by)
    try:
        person = accounts.named(session, handle.strip().removeprefix("@").lower())
    except NotFound as error:
        raise Invalid("handle", "Nobody has this handle.") from error
    if not rules.helps_somewhere(person):
        raise Invalid("handle", "%(name)s is not an expert.", name=person.name)
    if session.get(GroupMember, (group.id, person.id)) is None:
        session.add(GroupMember(group_id=group.id, person_id=person.id))
        session.flush()


def leave(session: Session, *, group: Group, by: Person, person_id: int) -> None:
    """Take somebody out of a group; raises Refused unless ``by`` is an admin."""
    _check(by)
    session.execute(delete(GroupMember).where(GroupMember.group_id == group.id, GroupMember.person_id == person_id))


def may_keep(viewer: Reader | None) -> bool:
    """Whether ``viewer`` makes groups and says who is in them."""
    return viewer is not None and people_rules.is_admin(viewer)


def _check(by: Person) -> None:
    if not may_keep(by):
        raise Refused("Only admins keep groups.")
