"""Telling people things: once, never to who did it, and with the act that caused it."""

import threading

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kb.db import db
from kb.errors import NotFound
from kb.jobs import Job
from kb.notices import follows, inbox, stops
from kb.notices.models import Letter, Notice
from tests.builders import Cast
from tests.notices.conftest import Tell
from tests.notices.subjects import KIND


def count(session: Session, model: type) -> int:
    return session.scalar(select(func.count()).select_from(model)) or 0


def test_tell_writes_a_notice_a_letter_and_a_job(session: Session, readers: Cast, tell: Tell) -> None:
    assert tell(readers.alice, readers.mia) == 2
    session.commit()
    assert (count(session, Notice), count(session, Letter), count(session, Job)) == (2, 2, 2)


def test_tell_leaves_out_the_actor(session: Session, readers: Cast, tell: Tell) -> None:
    assert tell(readers.bob) == 0
    assert tell(readers.bob, readers.alice) == 1
    assert inbox.unread(session, readers.bob) == 0


def test_tell_without_an_actor_tells_everybody(readers: Cast, tell: Tell) -> None:
    assert tell(readers.bob, readers.alice, actor=None) == 2


def test_tell_twice_for_one_cause_tells_once(session: Session, readers: Cast, tell: Tell) -> None:
    tell(readers.alice)
    session.commit()
    assert tell(readers.alice, readers.mia) == 1
    session.commit()
    assert count(session, Notice) == count(session, Letter) == count(session, Job) == 2


def test_tell_many_tells_each_once(session: Session, readers: Cast, tell: Tell) -> None:
    everybody = [readers.alice, readers.erin, readers.will, readers.mia]
    assert tell(*everybody, *everybody) == 4


def test_tell_then_rollback_leaves_nothing(session: Session, readers: Cast, tell: Tell) -> None:
    tell(readers.alice)
    session.rollback()
    assert (count(session, Notice), count(session, Letter), count(session, Job)) == (0, 0, 0)


def test_tell_from_eight_writers_tells_once(app: Flask, session: Session, readers: Cast, tell: Tell) -> None:
    alice = readers.alice
    problems: list[BaseException] = []

    def write() -> None:
        try:
            with app.app_context():
                tell_in(db.session(), alice.id)
                db.session.commit()
        except BaseException as problem:
            problems.append(problem)

    threads = [threading.Thread(target=write) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not problems
    assert count(session, Notice) == count(session, Letter) == count(session, Job) == 1


def tell_in(session: Session, person_id: int) -> int:
    return inbox.tell(
        session,
        person_ids=[person_id],
        kind="answer",
        cause="answer:9",
        subject_kind=KIND,
        subject_id=1,
        actor=None,
        title="A title",
        extract="",
        address="/questions/1",
    )


@pytest.mark.parametrize("lacking", ["email", "password_hash"])
def test_tell_sends_no_letter_to_who_cannot_act_on_it(
    session: Session, readers: Cast, tell: Tell, lacking: str
) -> None:
    setattr(readers.alice, lacking, None)
    session.flush()
    assert tell(readers.alice) == 1
    assert count(session, Letter) == 0


def test_tell_sends_no_letter_of_a_stopped_kind(session: Session, readers: Cast, tell: Tell) -> None:
    stops.stop(session, person_id=readers.alice.id, kind="answer")
    assert tell(readers.alice) == 1
    assert count(session, Letter) == 0
    assert tell(readers.alice, kind="comment", cause="comment:1") == 1
    assert count(session, Letter) == 1


def test_listing_shows_newest_first_in_pages(session: Session, readers: Cast, tell: Tell) -> None:
    for number in range(inbox.PAGE + 2):
        tell(readers.alice, cause=f"answer:{number}")
    first, last = inbox.listing(session, readers.alice), inbox.listing(session, readers.alice, page=99)
    assert (len(first.rows), len(last.rows), first.pages, last.page) == (inbox.PAGE, 2, 2, 2)
    assert first.unread == inbox.PAGE + 2
    ids = [row.id for row in (*first.rows, *last.rows)]
    assert ids == sorted(ids, reverse=True)
    assert first.rows[0].actor_name == "Bob"


def test_listing_and_count_leave_out_what_was_hidden_since(session: Session, readers: Cast, tell: Tell) -> None:
    tell(readers.alice)
    follows.unfollow(session, person=readers.alice, subject_kind=KIND, subject_id=1)
    assert inbox.listing(session, readers.alice).rows == ()
    assert inbox.unread(session, readers.alice) == 0


def test_unread_counts_no_further_than_99(session: Session, readers: Cast, tell: Tell) -> None:
    for number in range(105):
        tell(readers.alice, cause=f"answer:{number}")
    assert inbox.unread(session, readers.alice) == 99


def test_open_notice_marks_it_read_once(session: Session, readers: Cast, tell: Tell) -> None:
    tell(readers.alice)
    row = inbox.listing(session, readers.alice).rows[0]
    assert inbox.open_notice(session, person=readers.alice, notice_id=row.id) == "/questions/1/reset#answer-1"
    assert inbox.unread(session, readers.alice) == 0


def test_open_notice_of_somebody_else_is_not_found(session: Session, readers: Cast, tell: Tell) -> None:
    tell(readers.alice)
    row = inbox.listing(session, readers.alice).rows[0]
    with pytest.raises(NotFound):
        inbox.open_notice(session, person=readers.mia, notice_id=row.id)
    assert inbox.unread(session, readers.alice) == 1


def test_read_all_leaves_other_inboxes_alone(session: Session, readers: Cast, tell: Tell) -> None:
    tell(readers.alice, readers.mia)
    inbox.read_all(session, person=readers.alice)
    assert (inbox.unread(session, readers.alice), inbox.unread(session, readers.mia)) == (0, 1)


def test_follow_twice_is_once(session: Session, readers: Cast) -> None:
    follows.follow(session, person=readers.alice, subject_kind=KIND, subject_id=7)
    follows.follow(session, person=readers.alice, subject_kind=KIND, subject_id=7)
    assert follows.levels(session, (KIND, 7)) == {readers.alice.id: "each"}
    assert follows.is_following(session, person=readers.alice, subject_kind=KIND, subject_id=7)
    follows.unfollow(session, person=readers.alice, subject_kind=KIND, subject_id=7)
    assert not follows.is_following(session, person=readers.alice, subject_kind=KIND, subject_id=7)
