"""Threads as pages show them: what is in them, for whom, and at what cost."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from kb import clock
from kb.errors import Invalid, NotFound, Refused
from kb.forum import answers, comments, duplicates, me_too, questions, ratings, revisions, talk, threads
from kb.forum.models import CloseReason, Question, Status
from kb.notices import inbox
from tests.builders import Cast
from tests.builders_forum import answer, comment, question
from tests.pages import counted_statements


def test_thread_holds_everything_about_it(session: Session, cast: Cast) -> None:
    asked, again = question(session, by=cast.alice), question(session, by=cast.bob, title="Password is lost, help")
    first, best = answer(session, question=asked, by=cast.bob), answer(session, question=asked, by=cast.erin)
    comment(session, question=asked, by=cast.will, body="On the question")
    comment(session, question=asked, by=cast.will, answer=first, body="On the answer")
    ratings.rate(session, answer=first, by=cast.alice, helpful=False)
    answers.accept(session, answer=best, by=cast.alice)
    answers.edit(session, answer=best, by=cast.erin, body="Better now")
    me_too.say(session, question=asked, by=cast.will, too=True)
    duplicates.mark(session, question=again, original=asked, by=cast.mia)
    session.commit()
    seen = threads.thread(session, asked.id, cast.alice)
    assert (seen.title, seen.address, seen.status_words) == (
        "How do I reset my password?",
        f"/questions/{asked.id}/how-do-i-reset-my-password",
        "Solved",
    )
    assert (seen.author.handle, seen.category.slug, seen.tags) == ("alice", "problems", ("password",))
    assert (seen.me_too_count, seen.answers_count, seen.accepted_id) == (1, 2, best.id)
    assert (seen.mine, seen.follow_level, seen.said_me_too) == (True, "each", False)
    assert ["On the question" in one.html for one in seen.talk.rows] == [True]
    top, other = seen.answers
    assert (top.id, top.accepted, top.accepted_by, top.accepted_at) == (best.id, True, "Alice", clock.now())
    assert (top.author.expert, top.author.staff, top.revisions, top.edited_at) == (True, False, 1, clock.now())
    assert (other.helpful_count, other.ratings_count, other.my_rating, other.accepted) == (0, 1, False, False)
    assert ["On the answer" in one.html for one in other.talk.rows] == [True]
    assert [link.id for link in seen.duplicates] == [again.id]
    assert seen.duplicates[0].status_words == "Closed: asked before"
    closed = threads.thread(session, again.id, cast.will)
    assert closed.closure is not None and closed.duplicate_of is not None
    assert (closed.closure.by, closed.closure.reason) == ("Mia", CloseReason.DUPLICATE)
    assert (closed.duplicate_of.id, closed.duplicate_of.status) == (asked.id, Status.SOLVED)
    assert (closed.may_answer, closed.may_comment) == (False, False)
    assert threads.thread(session, asked.id, cast.will).said_me_too is True


MAY: dict[str, tuple[set[str], set[str]]] = {
    "carl": (set(), set()),
    "alice": ({"answer", "comment", "edit", "follow", "close"}, {"rate", "accept", "comment"}),
    "bob": ({"answer", "comment", "me_too", "follow"}, {"comment", "edit", "hide"}),
    "erin": (
        {"answer", "comment", "me_too", "follow", "close", "mark_duplicate", "edit", "make_article"},
        {"rate", "accept", "comment", "edit"},
    ),
    "mia": (
        {"answer", "comment", "me_too", "follow", "close", "mark_duplicate", "edit", "make_article", "move_posts"}
        | {"hide"},
        {"rate", "accept", "comment", "edit", "hide"},
    ),
}


def granted(view: object) -> set[str]:
    """Return what follows ``may_`` in the names of the fields that are true."""
    names = [name for name in view.__dataclass_fields__ if name.startswith("may_")]  # type: ignore[attr-defined]
    return {name.removeprefix("may_") for name in names if getattr(view, name)}


def test_thread_says_what_the_reader_may(session: Session, cast: Cast) -> None:
    asked = question(session, by=cast.alice)
    answer(session, question=asked, by=cast.bob)
    for who, expected in MAY.items():
        seen = threads.thread(session, asked.id, getattr(cast, who, None))
        assert (granted(seen), granted(seen.answers[0])) == expected, who


def test_thread_pages_many_answers(session: Session, cast: Cast) -> None:
    asked = question(session, by=cast.alice)
    given = []
    for _ in range(60):
        clock.advance(timedelta(minutes=1))
        given.append(answer(session, question=asked, by=cast.erin))
    said = comment(session, question=asked, by=cast.bob, answer=given[59])
    answers.accept(session, answer=given[57], by=cast.alice)
    session.commit()
    pages = [threads.thread(session, asked.id, None, page=number) for number in (1, 2, 3)]
    assert [(page.page, page.pages, len(page.answers)) for page in pages] == [(1, 3, 25), (2, 3, 25), (3, 3, 10)]
    in_order = [one.id for page in pages for one in page.answers]
    assert in_order == [given[57].id, *(one.id for one in given if one is not given[57])]
    assert pages[2].accepted_id == given[57].id
    address = pages[0].address
    assert threads.place_of_answer(session, given[57].id, None) == f"{address}#answer-{given[57].id}"
    assert threads.place_of_answer(session, given[24].id, None) == f"{address}?page=2#answer-{given[24].id}"
    assert threads.place_of_comment(session, said.id, None) == f"{address}?page=3#comment-{said.id}"
    with pytest.raises(NotFound):
        threads.thread(session, asked.id, None, page=4)
    with pytest.raises(Invalid):
        threads.thread(session, asked.id, None, page=0)


def test_thread_there_is_not(session: Session, cast: Cast) -> None:
    with pytest.raises(NotFound):
        threads.thread(session, 4711, cast.mia)


def statements(read: Callable[[], object]) -> int:
    """Return how many statements ``read`` sends."""
    with counted_statements() as seen:
        read()
    return len(seen)


def test_thread_costs_the_same_with_one_answer_and_with_twenty(session: Session, cast: Cast) -> None:
    asked_id = question(session, by=cast.alice).id

    def grow(by: int) -> int:
        asked = session.get_one(Question, asked_id)
        for _ in range(by):
            again = question(session, by=cast.mia)
            duplicates.mark(session, question=again, original=asked, by=cast.mia)
            given = answer(session, question=asked, by=cast.erin)
            comment(session, question=asked, by=cast.erin, answer=given)
            comment(session, question=asked, by=cast.will)
            ratings.rate(session, answer=given, by=cast.bob, helpful=True)
        session.commit()
        session.expunge_all()
        return statements(lambda: threads.thread(session, asked_id, cast.bob))

    assert grow(1) == grow(19) == 5


def test_readers_fold_what_helps_few(session: Session, cast: Cast) -> None:
    asked = question(session, by=cast.alice)
    poor, fresh = answer(session, question=asked, by=cast.bob), answer(session, question=asked, by=cast.erin)
    for by in (cast.alice, cast.will, cast.mia):
        ratings.rate(session, answer=poor, by=by, helpful=False)
    session.commit()
    assert not any(one.folded for one in threads.thread(session, asked.id, None).answers)
    ratings.rate(session, answer=poor, by=cast.erin, helpful=False)
    session.commit()
    shown = threads.thread(session, asked.id, None).answers
    assert [(one.id, one.folded) for one in shown] == [(fresh.id, False), (poor.id, True)]
    assert not any(one.folded for one in threads.thread(session, asked.id, cast.bob).answers)  # its author reads it
    answers.accept(session, answer=poor, by=cast.alice)
    session.commit()
    assert not any(one.folded for one in threads.thread(session, asked.id, None).answers)


def test_thread_shows_the_first_comments_and_leads_to_all(session: Session, cast: Cast) -> None:
    asked = question(session, by=cast.alice)
    given = answer(session, question=asked, by=cast.bob)
    for number in range(102):
        comment(session, question=asked, by=cast.will, body=f"Remark {number}")
    below = comment(session, question=asked, by=cast.will, answer=given)
    session.commit()
    shown = threads.thread(session, asked.id, None)
    assert (len(shown.talk.rows), shown.talk.total, shown.answers[0].talk.total) == (30, 102, 1)
    pages = [talk.page_of_talk(session, asked, None, page=number) for number in (1, 2)]
    assert [(len(one.rows), one.total, one.pages) for one in pages] == [(100, 102, 2), (2, 102, 2)]
    assert pages[0].rows[:30] == shown.talk.rows
    assert [one.id for one in talk.page_of_talk(session, asked, None, answer=given).rows] == [below.id]
    every = f"/questions/{asked.id}/comments/all"
    for number, place in ((29, shown.address), (30, every), (100, f"{every}?page=2")):
        one = pages[number // 100].rows[number % 100]
        assert threads.place_of_comment(session, one.id, None) == f"{place}#comment-{one.id}"
    assert threads.place_of_comment(session, below.id, None) == f"{shown.address}#comment-{below.id}"
    with pytest.raises(NotFound):
        talk.page_of_talk(session, asked, None, page=3)


def test_trusted_members_edit_what_others_asked_and_answered(session: Session, cast: Cast) -> None:
    asked = question(session, by=cast.alice)
    given, said = answer(session, question=asked, by=cast.alice), comment(session, question=asked, by=cast.alice)
    with pytest.raises(Refused):
        answers.edit(session, answer=given, by=cast.bob, body="Mended")
    cast.bob.trust = 2
    answers.edit(session, answer=given, by=cast.bob, body="Mended")
    with pytest.raises(Refused):
        comments.edit(session, comment=said, by=cast.bob, body="Mended")
    session.commit()
    assert [(row.kind, row.actor_handle) for row in inbox.listing(session, cast.alice).rows] == [("edit", "bob")]
    assert [one.by.handle for one in revisions.of_answer(session, given.id, None).revisions] == ["bob", "alice"]


def test_closed_thread_may_be_reopened_by_who_closed_it(session: Session, cast: Cast) -> None:
    asked = question(session, by=cast.alice)
    questions.close(session, question=asked, by=cast.alice, reason=CloseReason.SOLVED_ELSEWHERE)
    session.commit()
    assert threads.thread(session, asked.id, cast.alice).may_reopen
    assert not threads.thread(session, asked.id, cast.bob).may_reopen
