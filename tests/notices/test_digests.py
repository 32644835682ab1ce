"""What is heard of once a day: one letter, with what is still news and may still be seen."""

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from kb import clock, jobs
from kb.mail import MemoryPost
from kb.notices import digests, follows, inbox, stops
from kb.notices.models import Letter, Notice
from kb.people.models import Person
from tests.builders import Cast
from tests.notices.subjects import KIND
from tests.notices.test_letters import work

Levels = Callable[..., int]


def happen(session: Session, cast: Cast, number: int, level_of: dict[Person, str], kind: str = "answer") -> int:
    """Let bob do something that these people hear of at these levels."""
    return inbox.tell(
        session,
        person_ids=[person.id for person in level_of],
        level_of={person.id: level for person, level in level_of.items()},
        kind=kind,
        cause=f"answer:{number}",
        subject_kind=KIND,
        subject_id=1,
        actor=cast.bob,
        title=f"Thing {number}",
        extract="What was said.",
        address=f"/questions/{number}/thing",
    )


def morning(session: Session) -> None:
    """Let the worker run until after seven."""
    digests.plan(session)
    work(session)
    clock.advance(timedelta(days=1))
    work(session)


def test_tell_sends_waits_or_only_tells(session: Session, readers: Cast, letters: MemoryPost) -> None:
    levels = {readers.alice: "each", readers.erin: "digest", readers.mia: "none"}
    assert happen(session, readers, 1, levels) == 3
    work(session)
    assert [mail.to for mail in letters.sent] == ["alice@example.com"]
    assert [inbox.unread(session, person) for person in levels] == [1, 1, 1]
    assert session.scalars(select(Notice.person_id).where(Notice.waits)).all() == [readers.erin.id]


def test_digest_is_one_letter_about_all_that_waits(session: Session, readers: Cast, letters: MemoryPost) -> None:
    for number in (1, 2):
        happen(session, readers, number, {readers.erin: "digest", readers.mia: "digest"})
    morning(session)
    assert sorted(mail.to for mail in letters.sent) == ["erin@example.com", "mia@example.com"]
    mail = letters.sent[0]
    assert mail.subject == "2 things happened in what you follow"
    assert "Bob answered: Thing 1\nhttp://localhost" in mail.text.replace("127.0.0.1", "localhost")
    assert mail.html.count("<li><a href=") == 2
    assert "/letters/stop/" in mail.headers["List-Unsubscribe"]
    letters.sent.clear()
    clock.advance(timedelta(days=1))
    work(session)
    assert letters.sent == [], "nothing waits"
    assert len(session.scalars(select(Notice.id).where(Notice.digested_at.is_not(None))).all()) == 4
    assert session.scalars(select(Letter.id)).all() == []


def test_digest_leaves_out_what_is_read_hidden_or_not_wanted(
    session: Session, readers: Cast, letters: MemoryPost
) -> None:
    people = (readers.alice, readers.erin, readers.will, readers.mia)
    stops.stop(session, person_id=readers.will.id, kind="digest")
    stops.stop(session, person_id=readers.mia.id, kind="answer")
    happen(session, readers, 1, dict.fromkeys(people, "digest"))
    inbox.read_all(session, person=readers.alice)
    follows.unfollow(session, person=readers.erin, subject_kind=KIND, subject_id=1)
    session.commit()
    morning(session)
    assert letters.sent == []
    assert session.scalars(select(Notice.id).where(Notice.waits)).all() == []


def test_digest_lists_forty_and_counts_the_rest(session: Session, readers: Cast, letters: MemoryPost) -> None:
    for number in range(43):
        happen(session, readers, number, {readers.erin: "digest"})
    morning(session)
    (mail,) = letters.sent
    assert (mail.html.count("<li>"), "and 3 more" in mail.text) == (40, True)


def test_plan_twice_is_one_morning(session: Session, readers: Cast, letters: MemoryPost) -> None:
    happen(session, readers, 1, {readers.erin: "digest"})
    for _ in range(3):
        digests.plan(session)
    work(session)
    planned = select(jobs.Job.run_at).where(jobs.Job.name == "kb.notices.digests.write", jobs.Job.done_at.is_(None))
    (at,) = session.scalars(planned).all()
    assert (at.hour, at.date()) == (7, clock.now().date() + timedelta(days=1))
    assert letters.sent == []


def test_levels_takes_the_strongest_and_following_again_keeps_it(session: Session, readers: Cast) -> None:
    for kind, number, level in (("tag", 1, "none"), ("category", 2, "digest"), ("person", 3, "each")):
        follows.set_level(session, person=readers.bob, subject_kind=kind, subject_id=number, level=level)
        follows.follow(session, person=readers.bob, subject_kind=kind, subject_id=number)
    assert follows.levels(session, ("tag", 1), ("category", 2)) == {readers.bob.id: "digest"}
    assert follows.levels(session, ("tag", 1), ("person", 3)) == {readers.bob.id: "each"}
    assert follows.levels(session) == {}
