"""A thread as search sees it."""

from math import prod

import pytest
from sqlalchemy.orm import Session

from kb.forum import answers, hiding, indexing, me_too, ratings
from kb.forum.indexing import Threads
from kb.forum.models import Status
from tests.builders import Cast
from tests.builders_forum import answer, question


def test_documents_hold_the_best_answers_first(session: Session, cast: Cast) -> None:
    asked = question(session, by=cast.alice, body="The **body**")
    _, rated, accepted = (
        answer(session, question=asked, by=cast.bob, body=body) for body in ("plain", "rated", "accepted")
    )
    ratings.rate(session, answer=rated, by=cast.alice, helpful=True)
    answers.accept(session, answer=accepted, by=cast.alice)
    session.commit()
    (found,) = Threads().documents(session, [asked.id, 99])
    assert found.text.split("\n") == ["The body", "accepted", "rated", "plain"]
    assert (found.title, found.tags, found.section, found.status) == (asked.title, ("password",), "problems", "solved")


def test_documents_say_who_wrote_and_how_well_it_helped(session: Session, cast: Cast) -> None:
    asked = question(session, by=cast.alice)
    first = answer(session, question=asked, by=cast.bob)
    answers.accept(session, answer=first, by=cast.alice)
    for by in (cast.alice, cast.erin):
        ratings.rate(session, answer=first, by=by, helpful=True)
    answer(session, question=asked, by=cast.alice)
    unseen = answer(session, question=asked, by=cast.will)
    hiding.hide(session, post=unseen, by=cast.mia, why="spam")
    session.commit()
    (found,) = Threads().documents(session, [asked.id])
    assert found.people == ("alice", "bob")
    assert found.helpful == first.score > 0
    assert found.reasons == (("solved", 1.15), ("an answer helped 2 readers", 1.037))
    assert found.boost == pytest.approx(1.15 * 1.037)


def test_documents_stop_at_the_limit(session: Session, cast: Cast) -> None:
    asked = question(session, by=cast.alice, body="word " * 5_000)
    answer(session, question=asked, by=cast.bob, body="never reached")
    (found,) = Threads().documents(session, [asked.id])
    assert len(found.text) <= indexing.MOST_TEXT
    assert "never" not in found.text


def test_shown_says_what_a_hit_needs(session: Session, cast: Cast) -> None:
    asked = question(session, by=cast.alice)
    answers.accept(session, answer=answer(session, question=asked, by=cast.bob), by=cast.alice)
    answer(session, question=asked, by=cast.bob)
    me_too.say(session, question=asked, by=cast.will, too=True)
    session.commit()
    shown = Threads().shown(session, [asked.id], None)[asked.id]
    assert shown.address == f"/questions/{asked.id}/how-do-i-reset-my-password"
    assert shown.facts == ("Solved", "2 answers", "1 other has this too")
    assert (shown.place, shown.place_address) == ("Something is not working", "/categories/problems")
    assert "Ask for a new link" in shown.text


def test_shown_cuts_a_long_text_before_a_tag_and_not_through_it(session: Session, cast: Cast) -> None:
    asked = question(session, by=cast.erin, body="[link](https://example.org/a/long/address) " * 400)
    session.commit()
    shown = Threads().shown(session, [asked.id], None)[asked.id]
    assert set(shown.text.split()) == {"link"}


def test_titles_finds_the_most_words_first(session: Session, cast: Cast) -> None:
    one = question(session, by=cast.alice, title="Reset a 100% lost password")
    two = question(session, by=cast.alice, title="Password of a printer")
    question(session, by=cast.alice, title="Something else entirely")
    session.commit()
    assert Threads().titles(session, ["reset", "PASSWORD"], None, 5) == [one.id, two.id]
    assert Threads().titles(session, ["100%"], None, 5) == [one.id]
    assert Threads().titles(session, ["%", ""], None, 5) == [one.id]
    assert Threads().titles(session, [], None, 5) == []


@pytest.mark.parametrize("status", list(Status))
def test_reasons_are_gentle(status: Status) -> None:
    few, many = (prod(factor for _, factor in indexing.reasons(status, helpful)) for helpful in (0, 1_000))
    assert 0.8 <= few <= many <= 1.35
