"""Answering, editing, accepting; comments, "me too", duplicates and hiding around it."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from kb import clock
from kb.errors import Conflict, Invalid, Refused, TooMany
from kb.forum import answers, comments, duplicates, me_too, questions, revisions
from kb.forum.models import Acceptance, CloseReason, MeToo, Status
from kb.history import Event
from kb.notices import follows
from kb.notices.models import Notice
from tests.builders import Cast
from tests.builders_forum import answer, comment, question


def told(session: Session) -> list[tuple[int, str, str]]:
    """Return who was told of what, in order."""
    found = select(Notice.person_id, Notice.kind, Notice.address).order_by(Notice.id)
    return [tuple(row) for row in session.execute(found)]  # type: ignore[misc]


def test_post_answers_and_tells_the_followers(session: Session, cast: Cast) -> None:
    asked = question(session, by=cast.alice)
    clock.advance(timedelta(hours=1))
    given = answer(session, question=asked, by=cast.bob)
    session.commit()
    assert (asked.status, asked.answers_count, asked.active_at) == (Status.ANSWERED, 1, clock.now())
    assert told(session) == [(cast.alice.id, "answer", f"/answers/{given.id}")]
    assert follows.is_following(session, person=cast.bob, subject_kind="question", subject_id=asked.id)


def test_post_tells_a_mentioned_follower_once(session: Session, cast: Cast) -> None:
    asked = question(session, by=cast.alice)
    answer(session, question=asked, by=cast.bob, body="@alice @erin see the manual")
    assert sorted(told(session)) == sorted((person.id, "mention", "/answers/1") for person in (cast.alice, cast.erin))


def test_post_an_eleventh_answer_on_the_first_day_is_too_many(session: Session, cast: Cast) -> None:
    asked = question(session, by=cast.alice)
    for _ in range(10):
        answer(session, question=asked, by=cast.bob)
    with pytest.raises(TooMany):
        answer(session, question=asked, by=cast.bob)
    assert asked.answers_count == 10


def test_post_the_same_answer_within_five_minutes_conflicts(session: Session, cast: Cast) -> None:
    asked = question(session, by=cast.alice)
    answer(session, question=asked, by=cast.bob, body="Restart it.")
    with pytest.raises(Conflict):
        answer(session, question=asked, by=cast.bob, body="Restart it.")
    with pytest.raises(Invalid):
        answer(session, question=asked, by=cast.bob, body=" \n ")
    with pytest.raises(Refused):
        answer(session, question=asked, by=None)  # type: ignore[arg-type]


def test_edit_an_answer(session: Session, cast: Cast) -> None:
    asked = question(session, by=cast.alice)
    given = answer(session, question=asked, by=cast.bob, body="old")
    clock.advance(timedelta(hours=1))
    answers.edit(session, answer=given, by=cast.bob, body="**new**")
    assert (given.edited_at, asked.active_at) == (clock.now(), clock.now())
    assert "<strong>new</strong>" in given.body_html
    assert [state.body_md for state in revisions.of_answer(session, given.id, None).revisions] == ["**new**", "old"]
    with pytest.raises(Refused):
        answers.edit(session, answer=given, by=cast.alice, body="mine now")


def test_accept_solves_and_tells(session: Session, cast: Cast) -> None:
    asked = question(session, by=cast.alice)
    first = answer(session, question=asked, by=cast.bob)
    second = answer(session, question=asked, by=cast.will)
    session.query(Notice).delete()
    clock.advance(timedelta(hours=1))
    acceptance = answers.accept(session, answer=first, by=cast.alice)
    assert (asked.status, asked.solved_at) == (Status.SOLVED, clock.now())
    assert sorted(told(session)) == sorted(
        (person.id, "acceptance", f"/answers/{first.id}") for person in (cast.bob, cast.will)
    )
    assert answers.accept(session, answer=first, by=cast.erin) is acceptance
    assert acceptance.person_id == cast.alice.id
    answers.accept(session, answer=second, by=cast.erin)
    session.commit()
    assert session.execute(select(Acceptance.answer_id, Acceptance.person_id)).all() == [(second.id, cast.erin.id)]


def test_accept_by_somebody_else_is_refused(session: Session, cast: Cast) -> None:
    given = answer(session, question=question(session, by=cast.alice), by=cast.bob)
    for person in (cast.bob, cast.will):
        with pytest.raises(Refused):
            answers.accept(session, answer=given, by=person)


def test_accept_on_a_closed_question_conflicts(session: Session, cast: Cast) -> None:
    asked = question(session, by=cast.alice)
    given = answer(session, question=asked, by=cast.bob)
    questions.close(session, question=asked, by=cast.mia, reason=CloseReason.DECLINED)
    with pytest.raises(Conflict):
        answers.accept(session, answer=given, by=cast.alice)


def test_unaccept(session: Session, cast: Cast) -> None:
    asked = question(session, by=cast.alice)
    answers.accept(session, answer=answer(session, question=asked, by=cast.bob), by=cast.alice)
    with pytest.raises(Refused):
        answers.unaccept(session, question=asked, by=cast.bob)
    answers.unaccept(session, question=asked, by=cast.alice)
    assert (asked.status, asked.solved_at) == (Status.ANSWERED, None)
    with pytest.raises(Conflict):
        answers.unaccept(session, question=asked, by=cast.alice)


def test_comment_tells_followers_and_keeps_edits(session: Session, cast: Cast) -> None:
    asked = question(session, by=cast.alice)
    given = answer(session, question=asked, by=cast.bob)
    session.query(Notice).delete()
    said = comment(session, question=asked, by=cast.will, answer=given, body="Nice @mia")
    assert sorted(told(session)) == sorted(
        [
            (cast.alice.id, "comment", f"/comments/{said.id}"),
            (cast.bob.id, "comment", f"/comments/{said.id}"),
            (cast.mia.id, "mention", f"/comments/{said.id}"),
        ]
    )
    comments.edit(session, comment=said, by=cast.will, body="Very nice")
    assert [one.body_md for one in revisions.of_comment(session, said.id, None).revisions] == ["Very nice", "Nice @mia"]
    with pytest.raises(Refused):
        comments.edit(session, comment=said, by=cast.alice, body="no")


def test_comment_is_refused_where_it_makes_no_sense(session: Session, cast: Cast) -> None:
    asked, other = question(session, by=cast.alice), question(session, by=cast.alice)
    given = answer(session, question=other, by=cast.bob)
    with pytest.raises(Conflict):
        comment(session, question=asked, by=cast.bob, answer=given)
    with pytest.raises(Refused):
        comment(session, question=asked, by=None)  # type: ignore[arg-type]
    with pytest.raises(Invalid):
        comment(session, question=asked, by=cast.bob, body="x" * 2_001)
    comment(session, question=asked, by=cast.bob, body="Thank you")
    comment(session, question=other, by=cast.bob, body="Thank you")
    with pytest.raises(Conflict):
        comment(session, question=asked, by=cast.bob, body="Thank you")
    questions.close(session, question=asked, by=cast.mia, reason=CloseReason.DECLINED)
    with pytest.raises(Conflict):
        comment(session, question=asked, by=cast.bob)


def test_me_too_counts_each_person_once(session: Session, cast: Cast) -> None:
    asked = question(session, by=cast.alice)
    for person in (cast.bob, cast.bob, cast.erin):
        me_too.say(session, question=asked, by=person, too=True)
    assert (asked.me_too_count, session.query(MeToo).count()) == (2, 2)
    me_too.say(session, question=asked, by=cast.bob, too=False)
    me_too.say(session, question=asked, by=cast.bob, too=False)
    assert (asked.me_too_count, session.query(MeToo).count()) == (1, 1)
    with pytest.raises(Refused):
        me_too.say(session, question=asked, by=cast.alice, too=True)


def test_mark_duplicate_closes_and_unmark_reopens(session: Session, cast: Cast) -> None:
    original, again = question(session, by=cast.alice), question(session, by=cast.bob)
    with pytest.raises(Refused):
        duplicates.mark(session, question=again, original=original, by=cast.alice)
    duplicates.mark(session, question=again, original=original, by=cast.erin)
    assert (again.status, original.status) == (Status.CLOSED, Status.NEEDS_ANSWER)
    assert "question.marked_duplicate" in session.scalars(select(Event.what)).all()
    duplicates.unmark(session, question=again, by=cast.mia)
    assert again.status == Status.NEEDS_ANSWER
    with pytest.raises(Conflict):
        duplicates.unmark(session, question=again, by=cast.mia)


def test_mark_duplicate_in_a_circle_is_invalid(session: Session, cast: Cast) -> None:
    one, two, three = (question(session, by=cast.erin) for _ in range(3))
    duplicates.mark(session, question=one, original=two, by=cast.mia)
    duplicates.mark(session, question=two, original=three, by=cast.mia)
    for original in (one, three):
        with pytest.raises(Invalid):
            duplicates.mark(session, question=three, original=original, by=cast.mia)
    duplicates.mark(session, question=one, original=three, by=cast.mia)


def test_unmark_leaves_a_question_closed_for_another_reason(session: Session, cast: Cast) -> None:
    original, again = question(session, by=cast.alice), question(session, by=cast.bob)
    questions.close(session, question=again, by=cast.mia, reason=CloseReason.OFF_TOPIC)
    duplicates.mark(session, question=again, original=original, by=cast.mia)
    duplicates.unmark(session, question=again, by=cast.mia)
    assert again.status == Status.CLOSED
