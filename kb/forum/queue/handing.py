"""Handing a question over to somebody who knows, or to a group, and saying why."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from kb import clock
from kb.errors import Conflict, Invalid, Refused
from kb.forum import rules, standing, writing
from kb.forum.models import Question
from kb.forum.queue.models import Group, GroupMember, Handover
from kb.forum.shapes import question_address
from kb.notices import inbox
from kb.people.models import Grant, Person, Role

MOST_REASON = 300
_HELPING = (Role.EXPERT, Role.MODERATOR, Role.ADMIN)


@dataclass(frozen=True, slots=True)
class Target:
    """Whom a question can be handed to; ``ref`` is ``person:7`` or ``group:3``."""

    ref: str
    name: str


def targets(session: Session, question: Question) -> tuple[Target, ...]:
    """Return the groups, then the people who help with ``question``, by name."""
    groups = session.execute(select(Group.id, Group.name).order_by(Group.name, Group.id))
    people = session.execute(
        select(Person.id, Person.name).where(Person.id.in_(_helpers_of(question))).order_by(Person.name, Person.id)
    )
    return (
        *(Target(f"group:{group_id}", name) for group_id, name in groups),
        *(Target(f"person:{person_id}", name) for person_id, name in people),
    )


def hand_over(session: Session, *, question: Question, by: Person, to: str, reason: str) -> Handover:
    """Make it the question of the person or group that the Target's ref ``to`` names; they are told, and why.

    It takes the place of an earlier handover. Raises Refused unless ``by`` helps here; Conflict when the question
    takes no replies; Invalid naming to or reason.
    """
    if not rules.helps(by, question):
        raise Refused("Only those who help here can hand a question over.")
    reason = writing.note_of(reason, most=MOST_REASON, field="reason")
    if not reason:
        raise Invalid("reason", "Say why, in a sentence.")
    standing.hold(session, question)
    if not rules.takes_replies(question):
        raise Conflict("This question takes no more answers.")
    if to not in {target.ref for target in targets(session, question)}:
        raise Invalid("to", "Choose who is to answer.")
    kind, _, number = to.partition(":")
    _end(session, question)
    handover = Handover(
        question_id=question.id,
        to_person_id=int(number) if kind == "person" else None,
        to_group_id=int(number) if kind == "group" else None,
        person_id=by.id,
        reason=reason,
        created_at=clock.now(),
    )
    session.add(handover)
    session.flush()
    standing.happened(session, question, "question.handed_over", by, to=to)
    _tell(session, question, handover, by)
    return handover


def take_back(session: Session, *, question: Question, by: Person) -> None:
    """Make it everybody's question again; raises Refused unless ``by`` helps here."""
    if not rules.helps(by, question):
        raise Refused("Only those who help here can take a handover back.")
    standing.hold(session, question)
    _end(session, question)
    standing.happened(session, question, "question.taken_back", by)


def _end(session: Session, question: Question) -> None:
    standing_ones = select(Handover).where(Handover.question_id == question.id, Handover.ended_at.is_(None))
    for handover in session.scalars(standing_ones):
        handover.ended_at = clock.now()


def _tell(session: Session, question: Question, handover: Handover, by: Person) -> None:
    inbox.tell(
        session,
        person_ids=_told(session, question, handover),
        kind="handover",
        cause=f"handover:{handover.id}",
        subject_kind=standing.THREAD,
        subject_id=question.id,
        actor=by,
        title=question.title,
        extract=handover.reason,
        address=question_address(question.id, question.slug),
    )


def _told(session: Session, question: Question, handover: Handover) -> Sequence[int]:
    """Return who is told: the person, or those in the group who help with the question."""
    if handover.to_person_id is not None:
        return [handover.to_person_id]
    members = select(GroupMember.person_id).where(
        GroupMember.group_id == handover.to_group_id, GroupMember.person_id.in_(_helpers_of(question))
    )
    return list(session.scalars(members))


def _helpers_of(question: Question) -> Select[int]:
    """Return the ids of those for whom ``rules.helps`` holds and who see the question."""
    here = or_(Grant.scope == "", Grant.scope == rules.scope_of(question.category_id))
    helping = select(Grant.person_id).join(Person, Person.id == Grant.person_id).where(Grant.role.in_(_HELPING), here)
    if question.audience != "staff":
        return helping
    return helping.where(or_(Person.staff_since.is_not(None), Grant.role != Role.EXPERT))
