"""Finding people by the beginning of what they are called, while somebody types it."""

import re
from dataclasses import dataclass

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from kb.people.models import Person

MOST = 6
_WORDS = re.compile(r"[\w' -]{1,40}")


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody a text may mean."""

    handle: str
    name: str
    photo: str


def starting_with(session: Session, text: str) -> list[Named]:
    """Return up to ``MOST`` people whose handle or name begins with ``text``, who helped most first."""
    if not _WORDS.fullmatch(text):
        return []
    start = text.lower()
    found = session.execute(
        select(Person.handle, Person.name, Person.photo)
        .where(
            or_(
                Person.handle.startswith(start, autoescape=True),
                func.lower(Person.name).startswith(start, autoescape=True),
            )
        )
        .order_by(Person.reputation.desc(), Person.handle)
        .limit(MOST)
    )
    return [Named(*row) for row in found]
