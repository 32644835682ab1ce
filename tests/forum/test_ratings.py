"""Ratings and what they add up to."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kb import clock
from kb.errors import Conflict, Invalid, Refused, TooMany
from kb.forum import answers, checking, hiding, questions, ratings, threads, worth
from kb.forum.models import Answer, CloseReason, Rating, RatingReason
from kb.forum.scores import wilson
from kb.history import Event
from kb.notices.models import Letter, Notice
from kb.people.models import Person
from tests.builders import Cast, person
from tests.builders_forum import answer, answers_of, question


@pytest.mark.parametrize(
    ("helpful", "not_helpful", "bound"),
    [
        (0, 0, 0.0),
        (0, 5, 0.0),
        (1, 0, 0.206549),
        (10, 0, 0.722467),
        (1, 1, 0.094531),
        (27, 4, 0.711476),
        (400, 100, 0.762711),
    ],
)
def test_wilson(helpful: int, not_helpful: int, bound: float) -> None:
    assert wilson(helpful, not_helpful) == pytest.approx(bound, abs=1e-5)


def test_rate_can_be_changed_and_withdrawn(session: Session, cast: Cast) -> None:
    given = answer(session, question=question(session, by=cast.alice), by=cast.bob)
    seen = []
    for helpful in (True, True, False, None, None, True):
        ratings.rate(session, answer=given, by=cast.alice, helpful=helpful)
        session.commit()
        seen.append((given.helpful_count, given.not_helpful_count, session.query(Rating).count()))
    assert seen == [(1, 0, 1), (1, 0, 1), (0, 1, 1), (0, 0, 0), (0, 0, 0), (1, 0, 1)]
    assert given.score == pytest.approx(wilson(1, 0))


def test_rate_ones_own_answer_is_refused(session: Session, cast: Cast) -> None:
    given = answer(session, question=question(session, by=cast.alice), by=cast.bob)
    with pytest.raises(Refused):
        ratings.rate(session, answer=given, by=cast.bob, helpful=True)


def test_rate_on_a_closed_question_is_fine_on_a_hidden_answer_not(session: Session, cast: Cast) -> None:
    asked = question(session, by=cast.alice)
    given = answer(session, question=asked, by=cast.bob)
    questions.close(session, question=asked, by=cast.mia, reason=CloseReason.DECLINED)
    ratings.rate(session, answer=given, by=cast.alice, helpful=False)
    hiding.hide(session, post=given, by=cast.mia, why="rude")
    with pytest.raises(Conflict):
        ratings.rate(session, answer=given, by=cast.will, helpful=True)


def test_rate_a_fifty_first_time_in_a_day_is_too_many(session: Session, cast: Cast) -> None:
    given = answers_of(session, question(session, by=cast.alice), cast.erin, 51)
    now = clock.now()
    session.add_all(
        Rating(answer_id=one.id, person_id=cast.alice.id, helpful=True, created_at=now) for one in given[1:50]
    )
    ratings.rate(session, answer=given[0], by=cast.alice, helpful=True)
    with pytest.raises(TooMany) as refused:
        ratings.rate(session, answer=given[50], by=cast.alice, helpful=True)
    assert 86_400 <= refused.value.retry_after <= 86_401
    ratings.rate(session, answer=given[0], by=cast.alice, helpful=False)
    ratings.rate(session, answer=given[1], by=cast.alice, helpful=None)
    clock.advance(timedelta(days=1))
    ratings.rate(session, answer=given[50], by=cast.alice, helpful=True)


def test_answers_are_ordered_by_acceptance_then_score_then_age(session: Session, cast: Cast) -> None:
    asked = question(session, by=cast.alice)
    fans = [person(session, f"fan{number}") for number in range(12)]
    oldest, split, loved, accepted = (answer(session, question=asked, by=cast.erin) for _ in range(4))
    for number, fan in enumerate(fans):
        ratings.rate(session, answer=loved, by=fan, helpful=number != 0)
        ratings.rate(session, answer=split, by=fan, helpful=number % 2 == 0)
    session.commit()
    in_order = [one.id for one in threads.thread(session, asked.id, None).answers]
    assert in_order == [loved.id, split.id, oldest.id, accepted.id]
    answers.accept(session, answer=accepted, by=cast.alice)
    in_order = [one.id for one in threads.thread(session, asked.id, None).answers]
    assert in_order == [accepted.id, loved.id, split.id, oldest.id]


def test_rate_not_helpful_with_a_reason_tells_the_author_and_not_who(session: Session, cast: Cast) -> None:
    given = answer(session, question=question(session, by=cast.alice), by=cast.bob)
    session.query(Notice).delete()
    wrong = {"reason": RatingReason.WRONG, "note": "The menu\nis gone."}
    for _ in range(2):
        ratings.rate(session, answer=given, by=cast.alice, helpful=False, **wrong)  # type: ignore[arg-type]
    ratings.rate(session, answer=given, by=cast.alice, helpful=False)
    session.commit()
    rating = session.scalars(select(Rating)).one()
    assert (rating.reason, rating.note) == ("wrong", "The menu is gone.")
    notice = session.scalars(select(Notice)).one()
    assert (notice.person_id, notice.kind, notice.actor_id) == (cast.bob.id, "rating", None)
    assert notice.extract == "It is wrong: The menu is gone."
    assert session.scalar(select(func.count(Letter.id)).where(Letter.notice_id == notice.id)) == 0
    ratings.rate(session, answer=given, by=cast.alice, helpful=True, **wrong)  # type: ignore[arg-type]
    session.commit()
    assert (rating.reason, rating.note) == ("", "")
    with pytest.raises(Invalid):
        ratings.rate(session, answer=given, by=cast.alice, helpful=False, note="a" * 301)


def rated(session: Session, cast: Cast, by: list[Person], signs: list[str], minutes: int) -> list[Answer]:
    """Let each of ``by`` rate another answer of bob's, ``minutes`` apart, each from a browser; return the answers."""
    given = [answer(session, question=question(session, by=cast.erin), by=cast.bob) for _ in by]
    for one, reader, sign in zip(given, by, signs, strict=True):
        clock.advance(timedelta(minutes=minutes))
        ratings.rate(session, answer=one, by=reader, helpful=True, sign=sign)
        session.commit()
        assert [*checking.faults(session), *worth.faults(session)] == []
    return given


@pytest.mark.parametrize(
    ("ratings_made", "people", "browsers", "minutes", "counted"),
    [
        (4, 1, 4, 1, 4),  # fewer than five
        (5, 1, 5, 1, 0),  # one person
        (5, 5, 1, 1, 0),  # one browser
        (5, 5, 5, 1, 5),  # five people, each with their own
        (5, 1, 1, 3, 5),  # not within ten minutes
        (7, 1, 1, 2, 0),  # the fifth within ten minutes, and whatever goes on like it
    ],
)
def test_a_burst_of_ratings_is_kept_and_does_not_count(
    session: Session, cast: Cast, ratings_made: int, people: int, browsers: int, minutes: int, counted: int
) -> None:
    readers = [person(session, f"reader{number}") for number in range(people)]
    by = [readers[number % people] for number in range(ratings_made)]
    signs = [f"browser {number % browsers}" for number in range(ratings_made)]
    given = rated(session, cast, by, signs, minutes)
    assert sum(one.helpful_count for one in given) == counted
    assert session.scalar(select(func.count(Rating.id))) == ratings_made
    assert session.scalar(select(func.count(Rating.id)).where(Rating.discounted == "burst")) == ratings_made - counted
    in_bursts = session.scalar(select(func.count(Event.id)).where(Event.what == "answer.rated_in_burst"))
    assert bool(in_bursts) == (counted == 0)
    sources = session.scalars(select(Rating.source)).all()
    assert len(set(sources)) == min(browsers, ratings_made)
    assert {len(source) for source in sources} == {16}


def test_the_source_of_a_rating_is_another_tomorrow(session: Session, cast: Cast) -> None:
    given = answer(session, question=question(session, by=cast.alice), by=cast.bob)
    sources = set()
    for helpful in (True, False):
        ratings.rate(session, answer=given, by=cast.alice, helpful=helpful, sign="browser")
        session.commit()
        sources.add(session.scalars(select(Rating.source)).one())
        clock.advance(timedelta(days=1))
    assert len(sources) == 2
