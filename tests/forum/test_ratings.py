"""Ratings and what they add up to."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from kb import clock
from kb.errors import Conflict, Refused, TooMany
from kb.forum import answers, hiding, questions, ratings, threads
from kb.forum.models import CloseReason, Rating
from tests.builders import Cast, person
from tests.builders_forum import answer, question


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
    assert ratings.wilson(helpful, not_helpful) == pytest.approx(bound, abs=1e-5)


def test_rate_can_be_changed_and_withdrawn(session: Session, cast: Cast) -> None:
    given = answer(session, question=question(session, by=cast.alice), by=cast.bob)
    seen = []
    for helpful in (True, True, False, None, None, True):
        ratings.rate(session, answer=given, by=cast.alice, helpful=helpful)
        session.commit()
        seen.append((given.helpful_count, given.not_helpful_count, session.query(Rating).count()))
    assert seen == [(1, 0, 1), (1, 0, 1), (0, 1, 1), (0, 0, 0), (0, 0, 0), (1, 0, 1)]
    assert given.score == pytest.approx(ratings.wilson(1, 0))


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
    asked = question(session, by=cast.alice)
    given = [answer(session, question=asked, by=cast.erin) for _ in range(51)]
    for one in given[:50]:
        ratings.rate(session, answer=one, by=cast.alice, helpful=True)
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
