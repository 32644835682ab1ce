"""The cast and what they make, with as few words as a test needs."""

from dataclasses import dataclass
from typing import Self

from sqlalchemy.orm import Session

from kb import clock
from kb.people.models import Grant, Person, Role


def person(session: Session, name: str, *roles: Role, staff: bool = False) -> Person:
    """Add someone called ``name`` (capitalised), whose handle is the name and who has no password."""
    now = clock.now()
    someone = Person(
        handle=name,
        name=name.capitalize(),
        email=f"{name}@example.com",
        created_at=now,
        staff_since=now if staff else None,
        grants=[Grant(role=role, granted_at=now) for role in roles],
    )
    session.add(someone)
    session.flush()
    return someone


@dataclass(frozen=True, slots=True)
class Cast:
    """The people of most tests. Carl is nobody: he is signed out."""

    alice: Person
    """Asks."""
    bob: Person
    """Answers; a member like alice."""
    erin: Person
    """An expert."""
    will: Person
    """A writer."""
    mia: Person
    """A moderator."""

    @classmethod
    def make(cls, session: Session) -> Self:
        """Add them all."""
        return cls(
            person(session, "alice"),
            person(session, "bob"),
            person(session, "erin", Role.EXPERT),
            person(session, "will", Role.WRITER),
            person(session, "mia", Role.MODERATOR),
        )
