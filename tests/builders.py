"""The cast and what they make, with as few words as a test needs."""

from dataclasses import dataclass
from typing import Self

from sqlalchemy.orm import Session

from kb import clock
from kb.people.models import Grant, Person, Role


def person(session: Session, name: str, *roles: Role, staff: bool = False) -> Person:
    """Add someone called ``name`` (capitalised), whose handle is the name and who has no password."""
    someone = _someone(name, *roles, staff=staff)
    session.add(someone)
    session.flush()
    return someone


def _someone(name: str, *roles: Role, staff: bool = False) -> Person:
    now = clock.now()
    return Person(
        handle=name,
        name=name.capitalize(),
        email=f"{name}@example.com",
        created_at=now,
        staff_since=now if staff else None,
        grants=[Grant(role=role, granted_at=now) for role in roles],
    )


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
        people = (
            _someone("alice"),
            _someone("bob"),
            _someone("erin", Role.EXPERT),
            _someone("will", Role.WRITER),
            _someone("mia", Role.MODERATOR),
        )
        session.add_all(people)
        session.flush()
        return cls(*people)
