"""When sign-ins were last seen: noted in memory, stored later, kept while the database cannot take them."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from kb import clock
from kb.people import models, sessions
from tests.builders import Cast


@pytest.fixture(autouse=True)
def nothing_noted() -> Iterator[None]:
    sessions._seen.clear()
    yield
    sessions._seen.clear()


def test_times_that_could_not_be_stored_are_stored_the_next_time(session: Session, cast: Cast) -> None:
    tokens = [sessions.open_session(session, person, ip="", agent="") for person in (cast.alice, cast.bob)]
    session.commit()
    clock.advance(timedelta(minutes=11))
    for token in tokens:
        sessions.find(session, token)
    with pytest.raises(ConnectionError), sessions.storing_seen(session) as anything:
        assert anything
        raise ConnectionError
    session.rollback()
    first = clock.now()
    clock.advance(timedelta(minutes=1))
    sessions.find(session, tokens[1])
    with sessions.storing_seen(session) as anything:
        assert anything
        session.commit()
    assert list(session.scalars(select(models.Session.seen_at).order_by(models.Session.id))) == [first, clock.now()]
    with sessions.storing_seen(session) as anything:
        assert not anything


def test_no_more_than_5000_times_wait(session: Session, cast: Cast) -> None:
    token = sessions.open_session(session, cast.alice, ip="", agent="")
    session.commit()
    for number in range(sessions.MOST_WAITING):
        sessions._note_seen(-number, clock.now())
    clock.advance(timedelta(minutes=11))
    sessions.find(session, token)
    assert len(sessions._seen) == sessions.MOST_WAITING
