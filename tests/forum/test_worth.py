"""What deeds are worth: the ledger after each of them, and all of it made anew."""

from datetime import timedelta

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from kb import clock
from kb.esteem.models import Badge, Point
from kb.forum import answers, checking, hiding, leaders, ledger, me_too, merits, ratings, worth
from kb.forum.models import Question
from kb.forum.solving import trials
from kb.forum.solving.models import Adoption
from kb.people.models import Person
from tests.builders import Cast
from tests.builders_forum import answer, question
from tests.forum.deeds import Deeds


def reputations(session: Session, *people: Person) -> list[int]:
    session.commit()
    return [session.scalars(select(Person.reputation).where(Person.id == one.id)).one() for one in people]


def test_each_deed_earns_what_the_rule_says_and_takes_it_back(session: Session, cast: Cast) -> None:
    alice, bob, mia, will = cast.alice, cast.bob, cast.mia, cast.will
    asked = question(session, by=alice)
    given_ = answer(session, question=asked, by=bob)
    ratings.rate(session, answer=given_, by=mia, helpful=True)
    trials.say(session, answer=given_, by=will, worked=True)
    me_too.say(session, question=asked, by=mia, too=True)
    assert reputations(session, alice, bob) == [2, 10 + 5]
    answers.accept(session, answer=given_, by=alice)
    assert reputations(session, alice, bob) == [2 + 2, 15 + 15]
    ratings.rate(session, answer=given_, by=mia, helpful=False)
    assert reputations(session, alice, bob) == [4, -2 + 5 + 15]
    answers.unaccept(session, question=asked, by=alice)
    me_too.say(session, question=asked, by=mia, too=False)
    assert reputations(session, alice, bob) == [0, -2 + 5]
    session.add(
        Adoption(question_id=asked.id, answer_id=given_.id, title="A", made_at=clock.now(), live_at=clock.now())
    )
    worth.settle(session, asked.id)
    assert reputations(session, bob) == [-2 + 5 + 20]
    hiding.hide(session, post=given_, by=mia)
    assert reputations(session, bob) == [0]
    hiding.show(session, post=given_, by=mia)
    assert reputations(session, bob) == [23]
    assert reputations(session, mia, will) == [0, 0]


def test_nobody_earns_by_what_they_say_of_their_own(session: Session, cast: Cast) -> None:
    asked = question(session, by=cast.alice)
    own = answer(session, question=asked, by=cast.alice)
    answers.accept(session, answer=own, by=cast.alice)
    assert reputations(session, cast.alice) == [0]
    answers.accept(session, answer=answer(session, question=asked, by=cast.erin), by=cast.erin)
    assert reputations(session, cast.alice, cast.erin) == [0, 0]


@settings(
    max_examples=3,
    deadline=None,
    phases=(Phase.generate,),
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(seed=st.integers(min_value=1, max_value=10**9))
def test_what_is_stored_is_what_the_rows_say_after_any_deeds(session: Session, cast: Cast, seed: int) -> None:
    assert Deeds(session, cast, seed).do(100) > 40
    assert [*checking.faults(session), *worth.faults(session)] == []
    merits.give(session)
    assert list(merits.faults(session)) == []
    lines = select(Point.person_id, Point.cause, Point.kind, Point.points, Point.counted, Point.at)
    badges, people = select(Badge.person_id, Badge.name), select(Person.id, Person.reputation, Person.trust)
    stored = [set(session.execute(one)) for one in (lines, badges, people)]
    assert all(stored)
    for wipe in (delete(Point), delete(Badge), update(Person).values(reputation=0, trust=0)):
        session.execute(wipe)
    worth.begin(session)
    merits.give(session)
    assert [set(session.execute(one)) for one in (lines, badges, people)] == stored
    session.commit()


def test_faults_and_recount_find_and_mend_the_ledger(session: Session, cast: Cast) -> None:
    asked = question(session, by=cast.alice)
    ratings.rate(session, answer=answer(session, question=asked, by=cast.bob), by=cast.mia, helpful=True)
    session.commit()
    line = {"person_id": cast.bob.id, "kind": "helpful", "points": 10, "counted": 10, "at": clock.now()}
    planted = {**line, "cause": "rating:99", "subject_kind": "answer", "subject_id": 1}
    for wrong in (delete(Point), update(Point).values(points=9), insert(Point).values(planted)):
        session.execute(wrong)
        assert list(worth.faults(session)), str(wrong)
        worth.recount(session)
        assert list(worth.faults(session)) == [], str(wrong)
        session.rollback()


def test_leaders_are_those_others_thanked_in_the_month_and_place(session: Session, cast: Cast) -> None:
    asked = question(session, by=cast.alice)
    for _ in range(5):
        answer(session, question=asked, by=cast.will)  # much, and nobody thanks for it
    solved = answer(session, question=asked, by=cast.bob)
    answers.accept(session, answer=solved, by=cast.alice)
    ratings.rate(session, answer=solved, by=cast.mia, helpful=True)
    session.commit()
    found = leaders.leaders(session, None)
    assert [(row.who.handle, row.solved, row.thanked, row.points) for row in found.people] == [("bob", 1, 1, 25)]
    assert (found.before, found.after) == (None, None)
    assert leaders.leaders(session, None, category="problems").people == found.people
    assert leaders.leaders(session, None, category="ideas").people == ()
    clock.advance(timedelta(days=40))
    later = leaders.leaders(session, None)
    assert later.people == () and later.before == found.month.replace(month=3)
    assert leaders.leaders(session, None, month="2026-03").people == found.people


def test_ledger_shows_only_lines_about_what_the_reader_may_see(session: Session, cast: Cast) -> None:
    asked, staffs = question(session, by=cast.alice), question(session, by=cast.alice)
    for one in (asked, staffs):
        ratings.rate(session, answer=answer(session, question=one, by=cast.bob), by=cast.mia, helpful=True)
    session.execute(update(Question).where(Question.id == staffs.id).values(audience="staff"))
    session.commit()
    session.expire_all()
    shown = ledger.of_person(session, cast.bob, cast.alice)
    assert [(line.kind, line.counted, line.title) for line in shown.lines] == [("helpful", 10, asked.title)]
    assert (shown.total, shown.elsewhere) == (10, 10)
    assert ledger.of_person(session, cast.bob, cast.mia).elsewhere == 0
