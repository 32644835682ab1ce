"""Saying that a question was asked before: three experienced members, or one who helps; the first answers in place."""

import pytest
from sqlalchemy.orm import Session

from kb.errors import Invalid, Refused
from kb.forum import answers, duplicates, ratings, threads
from kb.forum.models import Status
from kb.people.models import Grant, Person, Role
from tests.builders import Cast, person
from tests.builders_forum import answer, question


@pytest.fixture
def experienced(session: Session, cast: Cast) -> list[Person]:
    """Four members whom what they did made experienced."""
    people = [person(session, name) for name in ("nora", "omar", "pia", "quin")]
    for one in people:
        one.trust = 3
    session.commit()
    return people


def test_third_vote_for_the_same_question_marks_it(session: Session, cast: Cast, experienced: list[Person]) -> None:
    original, wrong, asked = (question(session, by=cast.alice) for _ in range(3))
    session.commit()
    nora, omar, pia, quin = experienced
    with pytest.raises(Refused):
        duplicates.vote(session, question=asked, original=original, by=cast.bob)
    with pytest.raises(Refused):
        duplicates.mark(session, question=asked, original=original, by=nora)
    with pytest.raises(Invalid):
        duplicates.vote(session, question=asked, original=asked, by=nora)
    assert not duplicates.vote(session, question=asked, original=original, by=nora)
    assert not duplicates.vote(session, question=asked, original=original, by=nora)
    assert not duplicates.vote(session, question=asked, original=wrong, by=omar)
    assert not duplicates.vote(session, question=asked, original=original, by=pia)
    session.commit()
    shown = threads.thread(session, asked.id, quin)
    assert (shown.duplicate_votes, shown.may_vote_duplicate, shown.duplicate_of) == (3, True, None)
    assert [(one.id, votes) for one, votes in duplicates.named(session, asked, quin)] == [
        (original.id, 2),
        (wrong.id, 1),
    ]
    assert duplicates.vote(session, question=asked, original=original, by=quin)
    session.commit()
    shown = threads.thread(session, asked.id, nora)
    assert shown.status == Status.CLOSED and shown.duplicate_of is not None and shown.duplicate_of.id == original.id
    assert not shown.may_vote_duplicate
    duplicates.unmark(session, question=asked, by=cast.erin)
    session.commit()
    assert threads.thread(session, asked.id, nora).duplicate_votes == 0


def test_asked_again_shows_the_best_answers_of_the_first(session: Session, cast: Cast) -> None:
    original, asked = question(session, by=cast.alice), question(session, by=cast.bob)
    given = [answer(session, question=original, by=by) for by in (cast.bob, cast.erin, cast.will, cast.erin)]
    ratings.rate(session, answer=given[2], by=cast.alice, helpful=True)
    answers.accept(session, answer=given[3], by=cast.alice)
    duplicates.mark(session, question=asked, original=original, by=cast.erin)
    session.commit()
    shown = threads.thread(session, asked.id, None).first_answers
    assert [(one.id, one.accepted) for one in shown] == [
        (given[3].id, True),
        (given[2].id, False),
        (given[0].id, False),
    ]
    original.audience = "staff"
    session.commit()
    hidden = threads.thread(session, asked.id, cast.bob)
    assert (hidden.duplicate_of, hidden.first_answers) == (None, ())


def test_expert_of_the_category_marks_and_one_of_another_does_not(session: Session, cast: Cast) -> None:
    original, asked = question(session, by=cast.alice), question(session, by=cast.bob)
    for name, place in (("here", asked.category_id), ("elsewhere", asked.category_id + 1)):
        expert = person(session, name)
        expert.grants.append(Grant(role=Role.EXPERT, scope=f"category:{place}", granted_at=asked.created_at))
        session.commit()
        if name == "here":
            duplicates.mark(session, question=asked, original=original, by=expert)
            duplicates.unmark(session, question=asked, by=expert)
        else:
            with pytest.raises(Refused):
                duplicates.mark(session, question=asked, original=original, by=expert)
