"""What tests of notices share."""

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy.orm import Session

from kb.notices import follows, inbox
from kb.people.models import Person
from tests.builders import Cast
from tests.notices.subjects import KIND, things

Tell = Callable[..., int]


@pytest.fixture(autouse=True)
def kinds() -> Iterator[None]:
    """The kind of subject these tests are about."""
    with things():
        yield


@pytest.fixture
def readers(session: Session, cast: Cast) -> Cast:
    """The cast, all of whom can sign in and follow thing 1."""
    for person in (cast.alice, cast.bob, cast.erin, cast.will, cast.mia):
        person.password_hash = "not a hash"
        follows.follow(session, person=person, subject_kind=KIND, subject_id=1)
    session.commit()
    return cast


@pytest.fixture
def tell(session: Session, readers: Cast) -> Tell:
    """Tell people something bob did to thing 1: ``tell(alice, cause="answer:2")``."""

    def tell(*people: Person, cause: str = "answer:1", kind: str = "answer", actor: Person | None = readers.bob) -> int:
        return inbox.tell(
            session,
            person_ids=[person.id for person in people],
            kind=kind,
            cause=cause,
            subject_kind=KIND,
            subject_id=1,
            actor=actor,
            title="How do I reset my password?",
            extract="Open the settings and <b>press</b> the button.",
            address="/questions/1/reset#answer-1",
        )

    return tell
