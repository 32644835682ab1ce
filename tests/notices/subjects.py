"""A kind of subject for tests of notices alone: a person may see the subjects below a number they are given."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Select, select

from kb.notices import visibility
from kb.notices.models import Follow
from kb.people.models import Person

KIND = "thing"


@contextmanager
def things() -> Iterator[None]:
    """Register the kind: a thing is visible to a person while they follow it."""

    def followed(person: Person) -> Select[int]:
        return select(Follow.subject_id).where(Follow.subject_kind == KIND, Follow.person_id == person.id)

    visibility.register_visibility(KIND, followed)
    yield
    visibility._registered.pop(KIND)
