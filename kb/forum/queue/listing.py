"""The queue: what waits for those who help, in five lists, each with what is being done about it already."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select, true
from sqlalchemy.orm import Session

from kb import clock
from kb.errors import Invalid, NotFound, Refused
from kb.forum import categories, rules
from kb.forum.models import Category, Question, QuestionTag, Status, Tag, TagSynonym
from kb.forum.queue.models import Claim, Group, GroupMember, Handover
from kb.forum.rows import pages_for, question_rows, row_of
from kb.forum.shapes import QuestionRow
from kb.forum.thread_shapes import Claimed
from kb.people.models import Person

PAGE = 30
MOST_COUNTED = 1_000
"""Lists are counted and paged no further than this."""
NEEDS_ANSWER, ASKER_REPLIED, OLDEST, NOBODYS, MINE = "needs-answer", "asker-replied", "oldest", "nobodys", "mine"
TABS = (NEEDS_ANSWER, ASKER_REPLIED, OLDEST, NOBODYS, MINE)
_FINISHED = (Status.SOLVED, Status.CLOSED)
_ORDERS: Mapping[str, tuple[ColumnElement[Any], ...]] = {
    NEEDS_ANSWER: (Question.created_at.desc(), Question.id.desc()),
    ASKER_REPLIED: (Question.asker_replied_at.asc(), Question.id.asc()),
    OLDEST: (Question.created_at.asc(), Question.id.asc()),
    NOBODYS: (Question.created_at.asc(), Question.id.asc()),
    MINE: (Question.active_at.desc(), Question.id.desc()),
}


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One question that waits."""

    question: QuestionRow
    asker_replied_at: datetime | None
    claim: Claimed | None
    handed_to: str
    """Name of the person or group, "" for nobody."""


@dataclass(frozen=True, slots=True)
class Queue:
    """One page of one list, and how long each list is, counted up to MOST_COUNTED."""

    rows: tuple[QueueRow, ...]
    tab: str
    counts: Mapping[str, int]
    page: int
    pages: int
    category: str
    tag: str


def listing(
    session: Session, viewer: Person, *, tab: str = NEEDS_ANSWER, category: str = "", tag: str = "", page: int = 1
) -> Queue:
    """Return 30 questions that ``viewer`` may help with; ``category`` is a slug and ``tag`` a name, "" for all.

    A tag there is not carries nothing: people type it. Raises Refused unless ``viewer`` helps somewhere; NotFound for
    a list or category there is not, and for a page past the end; Invalid naming page below 1.
    """
    if not rules.helps_somewhere(viewer):
        raise Refused("The queue is for experts and moderators.")
    if page < 1:
        raise Invalid("page", "Pages are numbered from 1.")
    if tab not in TABS:
        raise NotFound("There is no such list.")
    place = categories.find(session, category, viewer) if category else None
    here = and_(_here(viewer), _placed(place), _tagged(tag))
    counts = _counts(session, viewer, here)
    pages = pages_for(counts[tab], PAGE)
    if page > pages:
        raise NotFound("This list has %(pages)s pages.", pages=pages)
    return Queue(_rows(session, viewer, here, tab, page), tab, counts, page, pages, category, tag)


def _here(viewer: Person) -> ColumnElement[bool]:
    """Return the condition for open questions that ``viewer`` sees and may help with."""
    there = and_(
        Question.hidden_at.is_(None), Question.archived_at.is_(None), Question.audience.in_(rules.audiences(viewer))
    )
    return and_(there, rules.helped_by(viewer))


def _placed(place: Category | None) -> ColumnElement[bool]:
    return Question.category_id == place.id if place is not None else true()


def _tagged(name: str) -> ColumnElement[bool]:
    """Return the condition for questions that carry a tag, or the one that it is another word for."""
    if not name:
        return true()
    meant = select(TagSynonym.tag_id).where(TagSynonym.name == name)
    named = select(Tag.id).where(or_(Tag.name == name, Tag.id.in_(meant)))
    return exists().where(QuestionTag.question_id == Question.id, QuestionTag.tag_id.in_(named))


def _counts(session: Session, viewer: Person, here: ColumnElement[bool]) -> dict[str, int]:
    counted = [
        select(func.count())
        .select_from(_chosen(viewer, here, tab).limit(MOST_COUNTED).subquery())
        .scalar_subquery()
        .label(tab.replace("-", "_"))
        for tab in TABS
    ]
    return dict(zip(TABS, session.execute(select(*counted)).one(), strict=True))


def _chosen(viewer: Person, here: ColumnElement[bool], tab: str) -> Select[int]:
    """Return the ids of one list, in its order: counting in it as well, a database reads the index of that order."""
    return select(Question.id).where(here, _waits(tab, viewer)).order_by(*_ORDERS[tab])


def _waits(tab: str, viewer: Person) -> ColumnElement[bool]:
    """Return the condition for one list."""
    unanswered = Question.status == Status.NEEDS_ANSWER
    replied = and_(Question.asker_replied_at.is_not(None), Question.status.not_in(_FINISHED))
    if tab == ASKER_REPLIED:
        return replied
    if tab == NOBODYS:
        taken = exists().where(Claim.question_id == Question.id, Claim.until > clock.now())
        handed = exists().where(Handover.question_id == Question.id, Handover.ended_at.is_(None))
        return and_(or_(unanswered, replied), ~taken, ~handed)
    if tab == MINE:
        return and_(Question.status.not_in(_FINISHED), _is_of(viewer))
    return unanswered


def _is_of(viewer: Person) -> ColumnElement[bool]:
    """Return the condition for what ``viewer`` took, or what was handed to them or to a group of theirs."""
    taken = select(Claim.question_id).where(Claim.person_id == viewer.id, Claim.until > clock.now())
    groups = select(GroupMember.group_id).where(GroupMember.person_id == viewer.id)
    handed = select(Handover.question_id).where(
        Handover.ended_at.is_(None),
        or_(Handover.to_person_id == viewer.id, Handover.to_group_id.in_(groups)),
    )
    return Question.id.in_(taken.union(handed))


def _rows(session: Session, viewer: Person, here: ColumnElement[bool], tab: str, page: int) -> tuple[QueueRow, ...]:
    order = _ORDERS[tab]
    chosen = _chosen(viewer, here, tab).limit(PAGE).offset((page - 1) * PAGE).subquery()
    found = session.execute(
        question_rows().add_columns(Question.asker_replied_at).join(chosen, chosen.c.id == Question.id).order_by(*order)
    ).all()
    shown = [row.id for row in found]
    claims, handed = _claims(session, shown), _handed(session, shown)
    return tuple(
        QueueRow(row_of(row), row.asker_replied_at, claims.get(row.id), handed.get(row.id, "")) for row in found
    )


def _claims(session: Session, question_ids: Sequence[int]) -> dict[int, Claimed]:
    found = session.execute(
        select(Claim.question_id, Claim.person_id, Person.name, Claim.until)
        .join(Person, Person.id == Claim.person_id)
        .where(Claim.question_id.in_(question_ids), Claim.until > clock.now())
    )
    return {row.question_id: Claimed(row.person_id, row.name, row.until) for row in found}


def _handed(session: Session, question_ids: Sequence[int]) -> dict[int, str]:
    found = session.execute(
        select(Handover.question_id, func.coalesce(Group.name, Person.name).label("name"))
        .outerjoin(Group, Group.id == Handover.to_group_id)
        .outerjoin(Person, Person.id == Handover.to_person_id)
        .where(Handover.question_id.in_(question_ids), Handover.ended_at.is_(None))
    )
    return {row.question_id: row.name or "" for row in found}
