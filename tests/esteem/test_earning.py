"""The ledger: lines, what of them counts on a day, and the sums."""

from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from kb import clock
from kb.esteem import earning
from kb.esteem.models import Point
from kb.people.models import Person
from tests.builders import Cast


def earn(session: Session, person: Person, number: int, kind: str = "helpful", hours: int = 0) -> None:
    earning.earn(
        session,
        person_id=person.id,
        cause=f"rating:{number}",
        kind=kind,
        subject_kind="answer",
        subject_id=1,
        at=clock.now() + timedelta(hours=hours),
    )


def test_counted_stops_at_200_a_day_and_what_is_taken_away_makes_no_room() -> None:
    assert earning.counted([10] * 21) == [10] * 20 + [0]
    assert earning.counted([150, -2, 100, 10]) == [150, -2, 50, 0]
    assert earning.counted([]) == []


def test_earn_and_take_back_leave_the_sum_true(session: Session, cast: Cast) -> None:
    earn(session, cast.bob, 1)
    earn(session, cast.bob, 1)  # the same cause earns once
    earn(session, cast.bob, 2, "not_helpful")
    earn(session, cast.alice, 1, "accepting")
    session.commit()
    assert (cast.bob.reputation, cast.alice.reputation) == (8, 2)
    earn(session, cast.bob, 1, "accepted")  # in place of what it was worth before
    earning.take_back(session, cause="rating:2")
    earning.take_back(session, cause="rating:1", person_id=cast.alice.id)
    session.commit()
    assert (cast.bob.reputation, cast.alice.reputation) == (15, 0)
    assert list(earning.faults(session)) == []


def test_a_day_is_counted_in_the_order_of_its_causes_whenever_they_are_written(session: Session, cast: Cast) -> None:
    for number in reversed(range(25)):
        earn(session, cast.bob, number, hours=number % 5)
    earn(session, cast.bob, 99, hours=12)  # noon is held, so this is the next day
    session.commit()
    assert cast.bob.reputation == 200 + 10
    last = select(Point.cause).where(Point.counted == 0)
    assert set(session.scalars(last)) == {f"rating:{number}" for number in (4, 9, 14, 19, 24)}
    earning.take_back(session, cause="rating:0")
    session.commit()
    assert cast.bob.reputation == 200 + 10  # the first of those that found no room counts now
    assert session.scalar(select(Point.counted).where(Point.cause == "rating:14")) == 10


def test_what_is_rolled_back_is_forgotten(session: Session, cast: Cast) -> None:
    earn(session, cast.bob, 1)
    session.rollback()
    session.commit()
    assert session.get_one(Person, cast.bob.id).reputation == 0


def test_faults_names_each_number_that_does_not_follow(session: Session, cast: Cast) -> None:
    earn(session, cast.bob, 1)
    session.commit()
    session.execute(update(Point).values(counted=3))
    assert [fault.split(":")[0] for fault in earning.faults(session)] == ["point 1", f"person {cast.bob.id}"]
