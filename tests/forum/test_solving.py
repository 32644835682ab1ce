"""Whether answers work: trials, what is likely solved, the one letter about it, and solutions that fail."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kb import clock
from kb.errors import Conflict, Invalid, Refused, TooMany
from kb.forum import answers, checking, counters, hiding, questions, ratings, threads, worth
from kb.forum.models import Acceptance, Answer, CloseReason, Comment, Question, RatingReason, Status
from kb.forum.solving import trials
from kb.forum.solving.models import LikelySolution, SolvedLetter, Trial
from kb.history import Event
from kb.notices.models import Notice
from kb.people.models import Person
from tests.builders import Cast, person
from tests.builders_forum import answer, answers_of, question


@pytest.fixture
def given(session: Session, cast: Cast) -> Answer:
    """Bob's answer to alice's question, committed."""
    made = answer(session, question=question(session, by=cast.alice), by=cast.bob)
    session.commit()
    return made


@pytest.fixture
def others(session: Session, cast: Cast) -> list[Person]:
    """Four members who did not ask."""
    return [person(session, f"fan{number}") for number in range(4)]


def say(session: Session, given: Answer, by: Person, worked: bool | None, **more: str) -> None:
    """Let ``by`` say it, a minute after what was said before."""
    clock.advance(timedelta(minutes=1))
    trials.say(session, answer=given, by=by, worked=worked, **more)
    session.commit()
    assert [*checking.faults(session), *worth.faults(session)] == []


def told(session: Session, kind: str) -> list[tuple[int, str]]:
    """Return who was told by notices of ``kind``, and where they lead."""
    found = select(Notice.person_id, Notice.address).where(Notice.kind == kind).order_by(Notice.id)
    return [tuple(row) for row in session.execute(found)]


def test_say_can_be_changed_and_withdrawn(session: Session, cast: Cast, given: Answer) -> None:
    seen = []
    for worked in (True, True, False, None, None, False):
        say(session, given, cast.will, worked, version="4.2")
        rows = session.scalar(select(func.count(Trial.id)))
        seen.append((given.worked_count, given.failed_count, rows))
    assert seen == [(1, 0, 1), (1, 0, 1), (0, 1, 1), (0, 0, 0), (0, 0, 0), (0, 1, 1)]
    with pytest.raises(Invalid):
        trials.say(session, answer=given, by=cast.will, worked=True, version="4" * 41)
    with pytest.raises(Refused):
        trials.say(session, answer=given, by=cast.bob, worked=True)


def test_say_shows_versions_and_what_the_reader_said(session: Session, cast: Cast, given: Answer) -> None:
    say(session, given, cast.will, True, version="4.2")
    say(session, given, cast.erin, True, version=" 4.2 ")
    say(session, given, cast.mia, False, version="5")
    (shown,) = threads.thread(session, given.question_id, cast.erin).answers
    assert (shown.worked_count, shown.failed_count, shown.worked_with) == (2, 1, ("4.2",))
    assert (shown.my_trial, shown.my_version) == (True, "4.2")


def test_say_fifty_times_in_a_day_is_the_most(session: Session, cast: Cast) -> None:
    given = answers_of(session, question(session, by=cast.alice), cast.erin, 51)
    now = clock.now()
    session.add_all(Trial(answer_id=one.id, person_id=cast.bob.id, worked=True, created_at=now) for one in given[1:50])
    trials.say(session, answer=given[0], by=cast.bob, worked=True)
    with pytest.raises(TooMany):
        trials.say(session, answer=given[50], by=cast.bob, worked=True)
    hiding.hide(session, post=given[0], by=cast.mia)
    with pytest.raises(Conflict):
        trials.say(session, answer=given[0], by=cast.will, worked=True)


@pytest.mark.parametrize(("browsers", "counted"), [(5, 5), (1, 0)])
def test_a_burst_of_trials_is_kept_and_does_not_count(
    session: Session, cast: Cast, browsers: int, counted: int
) -> None:
    given = [answer(session, question=question(session, by=cast.erin), by=cast.bob) for _ in range(5)]
    for number, one in enumerate(given):
        say(session, one, person(session, f"fan{number}"), True, sign=f"browser {number % browsers}")
    assert sum(one.worked_count for one in given) == counted
    assert session.scalar(select(func.count(Trial.id)).where(Trial.discounted == "burst")) == 5 - counted
    in_bursts = session.scalar(select(func.count(Event.id)).where(Event.what == "answer.tried_in_burst"))
    assert bool(in_bursts) == (counted == 0)


def test_two_from_one_browser_in_a_burst_make_nothing_likely(session: Session, cast: Cast, given: Answer) -> None:
    others = [answer(session, question=question(session, by=cast.erin), by=cast.bob) for _ in range(3)]
    fans = [person(session, f"fan{number}") for number in range(2)]
    for fan in fans:
        say(session, given, fan, True, sign="one")
    assert given.question.status == Status.LIKELY_SOLVED
    for one in others:
        say(session, one, fans[0], True, sign="one")
    assert given.question.status == Status.ANSWERED, "it was one person with many names"


def test_two_who_it_worked_for_make_it_likely_and_one_who_it_failed_for_does_not(
    session: Session, cast: Cast, given: Answer, others: list[Person]
) -> None:
    asked = given.question
    say(session, given, others[0], True)
    assert asked.status == Status.ANSWERED
    say(session, given, others[1], True)
    assert asked.status == Status.LIKELY_SOLVED
    assert threads.thread(session, asked.id, None).likely_id == given.id
    say(session, given, others[2], False)
    assert asked.status == Status.ANSWERED
    say(session, given, others[2], None)
    assert asked.status == Status.LIKELY_SOLVED
    hiding.hide(session, post=given, by=cast.mia)
    session.commit()
    assert asked.status == Status.NEEDS_ANSWER
    assert [*checking.faults(session)] == []


def test_what_is_called_wrong_or_is_out_of_date_is_not_likely_until_it_is_edited(
    session: Session, cast: Cast, given: Answer, others: list[Person]
) -> None:
    asked = given.question
    for fan in others[:2]:
        say(session, given, fan, True)
    clock.advance(timedelta(minutes=1))
    for reader, reason in ((cast.will, RatingReason.UNCLEAR), (cast.mia, RatingReason.WRONG)):
        assert asked.status == Status.LIKELY_SOLVED
        ratings.rate(session, answer=given, by=reader, helpful=False, reason=reason)
    assert asked.status == Status.ANSWERED
    answers.edit(session, answer=given, by=cast.bob, body="Press the other button.")
    assert asked.status == Status.LIKELY_SOLVED
    clock.advance(timedelta(minutes=1))
    for reader in (cast.will, cast.mia, cast.erin):
        ratings.rate(session, answer=given, by=reader, helpful=False, reason=RatingReason.OUTDATED)
    assert (asked.status, given.outdated_why) == (Status.ANSWERED, "readers")
    session.commit()
    assert session.scalar(select(func.count(SolvedLetter.question_id))) == 1
    assert [*checking.faults(session), *worth.faults(session)] == []


def test_the_likely_solution_stays_when_another_answer_works_for_more(
    session: Session, cast: Cast, given: Answer, others: list[Person]
) -> None:
    better = answer(session, question=given.question, by=cast.erin)
    for fan in others[:2]:
        say(session, given, fan, True)
    for fan in others:
        say(session, better, fan, True)
    assert session.scalars(select(LikelySolution.answer_id)).all() == [given.id]
    say(session, given, cast.mia, False)
    assert session.scalars(select(LikelySolution.answer_id)).all() == [better.id]


def test_the_asker_is_asked_once_and_says_yes(
    session: Session, cast: Cast, given: Answer, others: list[Person]
) -> None:
    for worked in (True, None, True):
        for fan in others[:2]:
            say(session, given, fan, worked)
    assert told(session, "likely") == [(cast.alice.id, f"/answers/{given.id}/solved")]
    answers.accept(session, answer=given, by=cast.alice)
    session.commit()
    assert given.question.status == Status.SOLVED
    assert session.scalars(select(LikelySolution.answer_id)).all() == []
    answers.unaccept(session, question=given.question, by=cast.alice)
    session.commit()
    assert given.question.status == Status.LIKELY_SOLVED
    assert len(told(session, "likely")) == 1


def test_the_asker_says_no(session: Session, cast: Cast, given: Answer, others: list[Person]) -> None:
    for fan in others[:2]:
        say(session, given, fan, True)
    say(session, given, cast.alice, False, words="The button is not there.")
    assert given.question.status == Status.ANSWERED
    assert session.scalars(select(SolvedLetter.said_no_at)).all() == [clock.now()]
    assert session.scalars(select(Comment.answer_id)).all() == [given.id]
    assert given.question.asker_replied_at == clock.now()


def test_nobody_is_asked_about_a_closed_question(
    session: Session, cast: Cast, given: Answer, others: list[Person]
) -> None:
    questions.close(session, question=given.question, by=cast.mia, reason=CloseReason.DECLINED)
    for fan in others[:2]:
        say(session, given, fan, True)
    assert given.question.status == Status.CLOSED
    assert told(session, "likely") == []


def test_the_asker_for_whom_it_still_happens_opens_the_question_again(
    session: Session, cast: Cast, given: Answer
) -> None:
    answers.accept(session, answer=given, by=cast.erin)
    session.commit()
    say(session, given, cast.alice, False)
    assert given.question.status == Status.ANSWERED
    assert session.scalar(select(func.count(Acceptance.id))) == 0
    assert [who for who, _ in told(session, "reopened")] == [cast.bob.id]


def test_two_others_open_it_again_and_old_failures_do_not_count(
    session: Session, cast: Cast, given: Answer, others: list[Person]
) -> None:
    say(session, given, others[0], False)
    clock.advance(timedelta(minutes=1))
    answers.accept(session, answer=given, by=cast.alice)
    session.commit()
    say(session, given, others[1], False)
    assert given.question.status == Status.SOLVED
    say(session, given, others[2], False)
    assert given.question.status == Status.ANSWERED
    assert sorted(who for who, _ in told(session, "reopened")) == sorted([cast.alice.id, cast.bob.id])


def test_recount_finds_what_is_likely_solved(session: Session, cast: Cast, given: Answer, others: list[Person]) -> None:
    for fan in others[:2]:
        say(session, given, fan, True)
    asked = given.question
    session.query(LikelySolution).delete()
    given.worked_count, asked.status = 7, Status.SOLVED
    session.commit()
    assert len(list(checking.faults(session))) == 3
    counters.recount(session, [asked.id])
    session.expire_all()
    assert session.get_one(Question, asked.id).status == Status.LIKELY_SOLVED
    assert list(checking.faults(session)) == []
