"""Following a subject: who hears about what happens to it."""

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from kb import clock
from kb.notices.models import Follow
from kb.notices.once import add_once
from kb.people.models import Person


def follow(session: Session, *, person: Person, subject_kind: str, subject_id: int) -> None:
    """Let ``person`` hear about the subject from now on; following twice changes nothing."""
    row = {
        "person_id": person.id,
        "subject_kind": subject_kind,
        "subject_id": subject_id,
        "created_at": clock.now(),
    }
    add_once(session, Follow, [row], [Follow.id])


def unfollow(session: Session, *, person: Person, subject_kind: str, subject_id: int) -> None:
    """Let ``person`` hear no more about the subject."""
    session.execute(
        delete(Follow).where(
            Follow.person_id == person.id, Follow.subject_kind == subject_kind, Follow.subject_id == subject_id
        )
    )


def is_following(session: Session, *, person: Person, subject_kind: str, subject_id: int) -> bool:
    """Whether ``person`` follows the subject."""
    found = select(Follow.id).where(
        Follow.person_id == person.id, Follow.subject_kind == subject_kind, Follow.subject_id == subject_id
    )
    return session.scalar(found) is not None


def followers(session: Session, subject_kind: str, subject_id: int) -> list[int]:
    """Return the ids of the people who follow the subject, longest first."""
    found = select(Follow.person_id).where(Follow.subject_kind == subject_kind, Follow.subject_id == subject_id)
    return list(session.scalars(found.order_by(Follow.id)))
