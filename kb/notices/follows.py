"""Following a subject: who hears about what happens to it, and how much of it by letter."""

from sqlalchemy import ColumnElement, case, delete, func, select, tuple_, update
from sqlalchemy.orm import Session

from kb import clock
from kb.errors import Invalid
from kb.notices.models import Follow
from kb.notices.once import add_once
from kb.people.models import Person

EACH, DIGEST, NONE = "each", "digest", "none"
LEVELS = (EACH, DIGEST, NONE)
"""A letter for each event, one letter a day, or no letter; the inbox tells of all either way. The strongest first."""
Subject = tuple[str, int]
"""A kind, such as ``question``, and an id."""


def follow(session: Session, *, person: Person, subject_kind: str, subject_id: int) -> None:
    """Let ``person`` hear about the subject from now on; who follows it already does so as before."""
    row = {
        "person_id": person.id,
        "subject_kind": subject_kind,
        "subject_id": subject_id,
        "created_at": clock.now(),
    }
    add_once(session, Follow, [row], [Follow.id])


def set_level(session: Session, *, person: Person, subject_kind: str, subject_id: int, level: str) -> None:
    """Let ``person`` hear about the subject at one of LEVELS; raises Invalid naming level for another."""
    if level not in LEVELS:
        raise Invalid("level", "Choose how you want to hear of it.")
    follow(session, person=person, subject_kind=subject_kind, subject_id=subject_id)
    session.execute(update(Follow).where(_of(person, subject_kind, subject_id)).values(level=level))


def unfollow(session: Session, *, person: Person, subject_kind: str, subject_id: int) -> None:
    """Let ``person`` hear no more about the subject."""
    session.execute(delete(Follow).where(_of(person, subject_kind, subject_id)))


def is_following(session: Session, *, person: Person, subject_kind: str, subject_id: int) -> bool:
    """Whether ``person`` follows the subject."""
    return session.scalar(select(Follow.id).where(_of(person, subject_kind, subject_id))) is not None


def levels(session: Session, *subjects: Subject) -> dict[int, str]:
    """Return by id who follows any of ``subjects``, each at the strongest level among them."""
    if not subjects:
        return {}
    among = tuple_(Follow.subject_kind, Follow.subject_id).in_(subjects)
    found: dict[int, str] = {}
    for person_id, level in session.execute(select(Follow.person_id, Follow.level).where(among).order_by(Follow.id)):
        found[person_id] = min(level, found.get(person_id, level), key=LEVELS.index)
    return found


def seen_by(session: Session, person: Person | None, subject_kind: str, subject_id: int) -> tuple[str, int]:
    """Return at which level ``person`` follows the subject, "" for not at all, and how many people do."""
    own = case((Follow.person_id == (person.id if person is not None else 0), Follow.level))
    level, followers = session.execute(
        select(func.max(own), func.count(Follow.id)).where(
            Follow.subject_kind == subject_kind, Follow.subject_id == subject_id
        )
    ).one()
    return level or "", followers


def pass_on(session: Session, subject_kind: str, gone: int, to: int) -> None:
    """Let who follows the subject ``gone`` follow ``to`` in its place; who follows both goes on as they chose there."""
    of_it = (Follow.subject_kind == subject_kind) & (Follow.subject_id == gone)
    already = select(Follow.person_id).where(Follow.subject_kind == subject_kind, Follow.subject_id == to)
    in_bulk = {"synchronize_session": False}
    session.execute(delete(Follow).where(of_it, Follow.person_id.in_(already)), execution_options=in_bulk)
    session.execute(update(Follow).where(of_it).values(subject_id=to), execution_options=in_bulk)


def _of(person: Person, subject_kind: str, subject_id: int) -> ColumnElement[bool]:
    return (Follow.person_id == person.id) & (Follow.subject_kind == subject_kind) & (Follow.subject_id == subject_id)
