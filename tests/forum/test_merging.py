"""Merging questions and taking that back, splitting posts off, and archiving what is quiet."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from kb import clock
from kb.errors import Conflict, Invalid, NotFound, Refused
from kb.forum import (
    answers,
    archiving,
    checking,
    comments,
    hiding,
    listing,
    me_too,
    merging,
    questions,
    ratings,
    splitting,
    threads,
    worth,
)
from kb.forum.models import Acceptance, CloseReason, Question, Status
from kb.history import Event
from kb.jobs import Job
from kb.notices import follows, inbox
from kb.people.models import Person
from tests.builders import Cast
from tests.builders_forum import answer, category, comment, question
from tests.conftest import NOON


def everything_agrees(session: Session) -> None:
    """Fail unless every counter, status and line of the ledger says what its rows say."""
    session.commit()
    assert list(checking.faults(session)) == []
    assert list(worth.faults(session)) == []


def follows_it(session: Session, person: Person, asked: Question) -> bool:
    return follows.is_following(session, person=person, subject_kind="question", subject_id=asked.id)


def test_merge_moves_everything_and_unmerge_moves_it_back(session: Session, cast: Cast) -> None:
    stays = question(session, by=cast.alice, title="How do I reset my password?")
    goes = question(session, by=cast.bob, title="My password is gone, what now?", tags=("login",))
    given = answer(session, question=goes, by=cast.erin)
    said, below = (
        comment(session, question=goes, by=cast.will),
        comment(session, question=goes, by=cast.will, answer=given),
    )
    me_too.say(session, question=goes, by=cast.will, too=True)
    ratings.rate(session, answer=given, by=cast.will, helpful=True)
    answers.accept(session, answer=given, by=cast.bob)
    session.commit()

    with pytest.raises(Refused):
        merging.merge(session, question=goes, into=stays, by=cast.erin)
    with pytest.raises(Invalid):
        merging.merge(session, question=goes, into=goes, by=cast.mia)
    merging.merge(session, question=goes, into=stays, by=cast.mia)
    everything_agrees(session)
    shown = threads.thread(session, stays.id, cast.will)
    assert [one.id for one in shown.answers] == [given.id]
    assert shown.status == Status.SOLVED and shown.accepted_id == given.id
    assert [one.id for one in shown.answers[0].talk.rows] == [below.id]
    assert [one.id for one in shown.talk.rows] == [said.id]
    assert shown.answers[0].helpful_count == 1 and shown.answers[0].my_rating
    assert shown.me_too_count == 2 and shown.said_me_too  # will, and bob, who asked the other
    assert [(one.title, one.asker.handle) for one in shown.merged] == [("My password is gone, what now?", "bob")]
    assert threads.place_of_answer(session, given.id, None) == f"{shown.address}#answer-{given.id}"
    with pytest.raises(NotFound):
        threads.thread(session, goes.id, None)
    assert merging.merged_into(session, goes.id) == stays.id
    assert [row.id for row in listing.listing(session, None).rows] == [stays.id]
    assert follows_it(session, cast.bob, stays)
    assert "moved" in [row.kind for row in inbox.listing(session, cast.bob).rows]
    with pytest.raises(Conflict):
        hiding.show(session, post=goes, by=cast.mia)
    session.rollback()

    later = comment(session, question=stays, by=cast.bob, answer=given)
    session.commit()
    with pytest.raises(Refused):
        merging.unmerge(session, question=goes, by=cast.erin)
    merging.unmerge(session, question=goes, by=cast.mia)
    everything_agrees(session)
    back, left = threads.thread(session, goes.id, None), threads.thread(session, stays.id, cast.will)
    assert back.accepted_id == given.id and back.status == Status.SOLVED and back.me_too_count == 1
    assert [one.id for one in back.answers[0].talk.rows] == [below.id, later.id]
    assert (left.answers, left.talk.rows, left.merged, left.me_too_count) == ((), (), (), 0)
    assert left.status == Status.NEEDS_ANSWER and not follows_it(session, cast.bob, stays)
    with pytest.raises(Conflict):
        merging.unmerge(session, question=goes, by=cast.mia)


def test_merge_keeps_the_acceptance_there_is_and_gives_the_other_back(session: Session, cast: Cast) -> None:
    stays, goes = question(session, by=cast.alice), question(session, by=cast.bob)
    here, there = answer(session, question=stays, by=cast.erin), answer(session, question=goes, by=cast.will)
    answers.accept(session, answer=here, by=cast.alice)
    answers.accept(session, answer=there, by=cast.bob)
    merging.merge(session, question=goes, into=stays, by=cast.mia)
    everything_agrees(session)
    assert list(session.scalars(select(Acceptance.answer_id))) == [here.id]
    merging.unmerge(session, question=goes, by=cast.mia)
    everything_agrees(session)
    accepted = session.scalars(select(Acceptance).where(Acceptance.question_id == goes.id)).one()
    assert (accepted.answer_id, accepted.person_id) == (there.id, cast.bob.id)


def test_merge_is_refused_where_others_read_and_undone_only_for_a_while(session: Session, cast: Cast) -> None:
    stays, goes = question(session, by=cast.alice), question(session, by=cast.bob)
    stays.audience = "staff"
    session.commit()
    with pytest.raises(Invalid):
        merging.merge(session, question=goes, into=stays, by=cast.mia)
    session.rollback()
    stays.audience = "public"
    merging.merge(session, question=goes, into=stays, by=cast.mia)
    session.commit()
    with clock.held_at(NOON + timedelta(days=31)), pytest.raises(Conflict):
        merging.unmerge(session, question=goes, by=cast.mia)


def test_split_makes_a_question_of_the_oldest_chosen_post(session: Session, cast: Cast) -> None:
    asked = question(session, by=cast.alice, tags=("password",))
    with clock.held_at(NOON + timedelta(minutes=1)):
        other = answer(session, question=asked, by=cast.bob, body="And how do I change my name?")
        below = comment(session, question=asked, by=cast.will, answer=other)
    with clock.held_at(NOON + timedelta(minutes=2)):
        reply = answer(session, question=asked, by=cast.erin, body="In your settings, under Name.")
        thanks = comment(session, question=asked, by=cast.bob, answer=reply)
        aside = comment(session, question=asked, by=cast.will)
        kept = answer(session, question=asked, by=cast.will)
    ratings.rate(session, answer=reply, by=cast.will, helpful=True)
    answers.accept(session, answer=reply, by=cast.alice)
    session.commit()
    title = "How do I change my name?"
    for by, chosen in ((cast.erin, [other]), (cast.mia, [])):
        with pytest.raises((Refused, Invalid)):
            splitting.split(session, question=asked, chosen=chosen, title=title, by=by)
    made = splitting.split(session, question=asked, chosen=[aside, reply, other], title=title, by=cast.mia)
    everything_agrees(session)
    new, old = threads.thread(session, made.id, cast.will), threads.thread(session, asked.id, cast.will)
    assert (new.title, new.author.handle, new.tags) == (title, "bob", ("password",))
    assert "change my name" in new.html and new.created_at == NOON + timedelta(minutes=1)
    assert [one.id for one in new.answers] == [reply.id] and new.status == Status.ANSWERED
    assert new.answers[0].my_rating
    assert {one.id for one in new.talk.rows} == {aside.id, below.id}
    assert [one.id for one in new.answers[0].talk.rows] == [thanks.id]
    assert new.continues is not None and new.continues.id == asked.id
    assert [one.id for one in old.continued_by] == [made.id]
    assert [one.id for one in old.answers] == [kept.id] and old.status == Status.ANSWERED
    assert all(follows_it(session, person, made) for person in (cast.bob, cast.erin, cast.will))
    with pytest.raises(Invalid):
        splitting.split(session, question=asked, chosen=[other], title=title, by=cast.mia)


def test_archive_what_is_quiet_and_go_on_in_a_new_question(session: Session, cast: Cast) -> None:
    quiet, rated, closed = (question(session, by=cast.alice, title=f"Is this one {name} for long?") for name in "abc")
    given = answer(session, question=rated, by=cast.bob)
    questions.close(session, question=closed, by=cast.erin, reason=CloseReason.DECLINED)
    session.commit()
    later = NOON + timedelta(days=181)
    with clock.held_at(NOON + timedelta(days=100)):
        ratings.rate(session, answer=given, by=cast.will, helpful=True)
        session.commit()
    with pytest.raises(Conflict):
        questions.ask(
            session,
            by=cast.bob,
            title="Still the same for me",
            body="It is.",
            category=category(session),
            continues=quiet,
        )
    with clock.held_at(later):
        archiving.archive_quiet(session)
        session.commit()
        session.expire_all()
        archived = session.scalars(select(Question.id).where(Question.archived_at.is_not(None))).all()
        assert archived == [quiet.id]
        shown = threads.thread(session, quiet.id, cast.bob)
        assert shown.may_continue and not shown.may_answer and not shown.may_comment
        for reply in (answers.post, comments.post):
            with pytest.raises(Conflict):
                reply(session, question=quiet, by=cast.bob, body="It still happens.")
        made = questions.ask(
            session,
            by=cast.bob,
            title="Still the same for me",
            body="It is.",
            category=category(session),
            continues=quiet,
        )
        everything_agrees(session)
        new, old = threads.thread(session, made.id, None), threads.thread(session, quiet.id, None)
    assert (
        new.continues is not None and new.continues.id == quiet.id and [one.id for one in old.continued_by] == [made.id]
    )
    assert session.scalars(select(Job).where(Job.name == "kb.forum.archiving.archive_quiet")).one().run_at > later


def test_archive_leaves_what_was_opened_again_lately(session: Session, cast: Cast) -> None:
    asked = question(session, by=cast.alice)
    session.commit()
    session.execute(update(Event).values(at=NOON - timedelta(days=300)))
    session.execute(
        update(Question).values(created_at=NOON - timedelta(days=300), active_at=NOON - timedelta(days=300))
    )
    questions.close(session, question=session.get_one(Question, asked.id), by=cast.erin, reason=CloseReason.DECLINED)
    questions.reopen(session, question=asked, by=cast.erin)
    archiving.archive_quiet(session)
    session.refresh(asked)
    assert asked.archived_at is None
