"""Hiding posts: gone from everywhere at once for everyone but moderators."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.errors import Conflict, Invalid, NotFound, Refused
from kb.forum import answers, hiding, listing, profiles, questions, revisions, threads
from kb.forum.indexing import Threads
from kb.forum.models import Acceptance, Category, Status, Tag
from kb.notices import inbox
from kb.search.models import Change
from tests.builders import Cast
from tests.builders_forum import answer, comment, question


def counts(session: Session) -> tuple[int, int]:
    """Return what category and tag say they hold."""
    category = session.scalars(select(Category.questions_count).where(Category.slug == "problems")).one()
    return category, session.scalars(select(Tag.questions_count)).one()


def test_hide_a_question_takes_it_off_every_list(session: Session, cast: Cast) -> None:
    asked = question(session, by=cast.alice)
    given = answer(session, question=asked, by=cast.bob)
    said = comment(session, question=asked, by=cast.will, answer=given)
    session.commit()
    hiding.hide(session, post=asked, by=cast.mia, why="spam")
    session.commit()
    assert counts(session) == (0, 0)
    for viewer in (None, cast.alice, cast.bob, cast.erin):
        for read in (threads.thread, threads.question_for, revisions.of_question):
            with pytest.raises(NotFound):
                read(session, asked.id, viewer)  # type: ignore[operator]
        for read in (threads.answer_for, threads.place_of_answer, revisions.of_answer):
            with pytest.raises(NotFound):
                read(session, given.id, viewer)  # type: ignore[operator]
        for read in (threads.comment_for, threads.place_of_comment, revisions.of_comment):
            with pytest.raises(NotFound):
                read(session, said.id, viewer)  # type: ignore[operator]
        assert listing.listing(session, viewer).rows == ()
        assert profiles.by_person(session, cast.alice.id, viewer).questions == ()
        assert profiles.by_person(session, cast.bob.id, viewer).answers == ()
    with pytest.raises(NotFound):
        listing.listing(session, None, tag="password")
    assert listing.home_rows(session, None).needs_answer == ()
    assert listing.home_rows(session, None).helpers == ()
    assert Threads().refs(session) == []
    assert list(Threads().documents(session, [asked.id])) == []
    assert Threads().shown(session, [asked.id], cast.mia) == {}
    assert Threads().titles(session, ["password"], None, 5) == []
    seen = threads.thread(session, asked.id, cast.mia)
    assert (seen.hidden, seen.hidden_why, seen.may_show, seen.may_hide) == (True, "spam", True, False)


def test_show_brings_it_back(session: Session, cast: Cast) -> None:
    asked = question(session, by=cast.alice)
    hiding.hide(session, post=asked, by=cast.mia)
    with pytest.raises(Conflict):
        hiding.hide(session, post=asked, by=cast.mia)
    with pytest.raises(Refused):
        hiding.show(session, post=asked, by=cast.alice)
    hiding.show(session, post=asked, by=cast.mia)
    with pytest.raises(Conflict):
        hiding.show(session, post=asked, by=cast.mia)
    session.commit()
    assert counts(session) == (1, 1)
    assert threads.thread(session, asked.id, None).may_show is False
    assert len(session.scalars(select(Change.id)).all()) == 3


def test_hide_an_accepted_answer_unsolves(session: Session, cast: Cast) -> None:
    asked = question(session, by=cast.alice)
    given = answer(session, question=asked, by=cast.bob)
    answers.accept(session, answer=given, by=cast.alice)
    with pytest.raises(Refused):
        hiding.hide(session, post=given, by=cast.bob)
    hiding.hide(session, post=given, by=cast.mia)
    session.commit()
    assert (asked.status, asked.solved_at, asked.answers_count) == (Status.NEEDS_ANSWER, None, 0)
    assert session.query(Acceptance).count() == 0
    with pytest.raises(NotFound):
        threads.answer_for(session, given.id, cast.bob)
    with pytest.raises(Conflict):
        answers.accept(session, answer=given, by=cast.mia)
    hiding.show(session, post=given, by=cast.mia)
    assert (asked.status, asked.answers_count) == (Status.ANSWERED, 1)


def test_authors_withdraw_their_own_while_nothing_hangs_on_it(session: Session, cast: Cast) -> None:
    asked, lonely = question(session, by=cast.alice), question(session, by=cast.alice)
    given = answer(session, question=asked, by=cast.bob)
    said = comment(session, question=asked, by=cast.bob)
    with pytest.raises(Refused):
        hiding.hide(session, post=asked, by=cast.alice)
    with pytest.raises(Refused):
        hiding.hide(session, post=given, by=cast.alice)
    for post, author in ((lonely, cast.alice), (given, cast.bob), (said, cast.bob)):
        hiding.hide(session, post=post, by=author)
        assert post.hidden_by_id == author.id
    assert threads.thread(session, asked.id, cast.bob).answers == ()
    assert threads.thread(session, asked.id, cast.bob).talk.rows == ()


def test_hide_with_a_long_reason_is_invalid(session: Session, cast: Cast) -> None:
    with pytest.raises(Invalid):
        hiding.hide(session, post=question(session, by=cast.alice), by=cast.mia, why="x" * 61)


def test_hidden_posts_leave_the_inbox(session: Session, cast: Cast) -> None:
    asked = question(session, by=cast.alice)
    given = answer(session, question=asked, by=cast.bob)
    comment(session, question=asked, by=cast.bob, answer=given)
    session.commit()
    assert inbox.unread(session, cast.alice) == 2
    hiding.hide(session, post=given, by=cast.mia)
    session.commit()
    assert inbox.unread(session, cast.alice) == 0


def test_edit_of_a_hidden_question_counts_nothing(session: Session, cast: Cast) -> None:
    asked = question(session, by=cast.alice)
    hiding.hide(session, post=asked, by=cast.mia)
    questions.edit(
        session,
        question=asked,
        by=cast.mia,
        title=asked.title,
        body="cleaned",
        category=asked.category,
        tags=["password"],
    )
    assert counts(session) == (0, 0)
    assert asked.body_md == "cleaned"
