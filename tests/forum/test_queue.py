"""The queue of those who help: taking, asking for details, handing over, notes, and what its lists hold."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from kb import clock
from kb.errors import Conflict, Invalid, Refused
from kb.forum import answers, comments, questions
from kb.forum.models import CloseReason, Closure, Status
from kb.forum.queue import claims, details, groups, handing, listing, notes
from kb.forum.queue.models import Claim, Group, Handover, InfoRequest
from kb.forum.solving import trials
from kb.notices.models import Notice
from kb.people import roles
from kb.people.models import Person, Role
from tests import builders, builders_forum
from tests.builders import Cast


def told(session: Session, person: Person, kind: str) -> list[Notice]:
    found = select(Notice).where(Notice.person_id == person.id, Notice.kind == kind).order_by(Notice.id)
    return list(session.scalars(found))


def titles(session: Session, viewer: Person, tab: str, category: str = "", tag: str = "") -> list[str]:
    queue = listing.listing(session, viewer, tab=tab, category=category, tag=tag)
    assert queue.counts[tab] == len(queue.rows)
    return [row.question.title for row in queue.rows]


def test_take_holds_for_half_an_hour_and_ends_with_the_answer(session: Session, cast: Cast) -> None:
    question = builders_forum.question(session, by=cast.alice)
    with pytest.raises(Refused):
        claims.take(session, question=question, by=cast.bob)
    claims.take(session, question=question, by=cast.erin)
    with pytest.raises(Conflict, match="working on this"):
        claims.take(session, question=question, by=cast.mia)
    claims.let_go(session, question=question, by=cast.mia)
    assert session.get_one(Claim, question.id).person_id == cast.erin.id

    clock.advance(timedelta(minutes=31))
    claims.take(session, question=question, by=cast.mia)
    assert session.get_one(Claim, question.id).until == clock.now() + claims.LASTS
    builders_forum.answer(session, question=question, by=cast.mia)
    session.expire_all()
    assert session.get(Claim, question.id) is None


def test_ask_for_details_waits_until_the_asker_replies(session: Session, cast: Cast) -> None:
    question = builders_forum.question(session, by=cast.alice)
    with pytest.raises(Refused):
        details.ask(session, question=question, by=cast.bob, body="Which version?")
    request = details.ask(session, question=question, by=cast.erin, body="Which version?")
    assert question.status == Status.NEEDS_INFO
    assert (len(told(session, cast.alice, "details")), told(session, cast.alice, "comment")) == (1, [])
    with pytest.raises(Conflict):
        details.ask(session, question=question, by=cast.mia, body="And which browser?")

    clock.advance(timedelta(minutes=5))
    comments.post(session, question=question, by=cast.bob, body="I would like to know that too.")
    assert question.status == Status.NEEDS_INFO
    clock.advance(timedelta(minutes=5))
    comments.post(session, question=question, by=cast.alice, body="Version 3.")
    assert (question.status, request.ended_how) == (Status.NEEDS_ANSWER, "replied")
    assert question.asker_replied_at == clock.now()


def test_edit_by_the_asker_is_a_reply_and_by_others_is_none(session: Session, cast: Cast) -> None:
    question = builders_forum.question(session, by=cast.alice)
    request = details.ask(session, question=question, by=cast.erin, body="Which version?")
    for by, how in ((cast.mia, ""), (cast.alice, "replied")):
        clock.advance(timedelta(minutes=5))
        questions.edit(
            session, question=question, by=by, title=question.title, body=f"It is version 3, says {by.name}.",
            category=question.category, tags=question.tag_names,
        )  # fmt: skip
        assert request.ended_how == how


def test_details_end_with_a_solution_or_when_nothing_is_missing(session: Session, cast: Cast) -> None:
    question = builders_forum.question(session, by=cast.alice)
    first = details.ask(session, question=question, by=cast.erin, body="Which version?")
    details.withdraw(session, question=question, by=cast.mia)
    assert (question.status, first.ended_how) == (Status.NEEDS_ANSWER, "withdrawn")
    with pytest.raises(Conflict):
        details.withdraw(session, question=question, by=cast.mia)

    second = details.ask(session, question=question, by=cast.erin, body="Which browser?")
    given = builders_forum.answer(session, question=question, by=cast.bob)
    for fan in (cast.will, cast.mia):
        trials.say(session, answer=given, by=fan, worked=True)
    assert (question.status, second.ended_how) == (Status.LIKELY_SOLVED, "answered")
    with pytest.raises(Conflict):
        details.ask(session, question=question, by=cast.erin, body="Which computer?")

    trials.say(session, answer=given, by=cast.mia, worked=None)
    third = details.ask(session, question=question, by=cast.erin, body="Which printer?")
    answers.accept(session, answer=given, by=cast.erin)
    assert (question.status, third.ended_how) == (Status.SOLVED, "answered")


def test_chase_reminds_once_and_closes_after_two_weeks(session: Session, cast: Cast) -> None:
    waits = builders_forum.question(session, by=cast.alice)
    replied = builders_forum.question(session, by=cast.bob, title="Where do I find my invoice?")
    for question in (waits, replied):
        details.ask(session, question=question, by=cast.erin, body=f"Which version of {question.title}")
    clock.advance(timedelta(days=2))
    comments.post(session, question=replied, by=cast.bob, body="Version 3.")
    details.chase(session)
    assert len(told(session, cast.alice, "details")) == 1  # that they were asked
    for _ in range(2):
        clock.advance(timedelta(days=2))
        details.chase(session)
    assert (len(told(session, cast.alice, "details")), len(told(session, cast.bob, "details"))) == (2, 1)
    assert waits.status == Status.NEEDS_INFO

    clock.advance(timedelta(days=9))
    for _ in range(2):
        details.chase(session)
    assert session.scalars(select(Closure.reason)).all() == [CloseReason.NO_REPLY]
    assert (waits.status, replied.status) == (Status.CLOSED, Status.NEEDS_ANSWER)
    assert session.scalars(select(InfoRequest.ended_how).order_by(InfoRequest.id)).all() == ["closed", "replied"]
    assert len(told(session, cast.alice, "overdue")) == 1
    questions.reopen(session, question=waits, by=cast.alice)
    assert waits.status == Status.NEEDS_ANSWER


def test_hand_over_tells_whom_it_is_for(session: Session, cast: Cast) -> None:
    question = builders_forum.question(session, by=cast.alice)
    mia, bob = f"person:{cast.mia.id}", f"person:{cast.bob.id}"
    for to, reason, field in ((bob, "He knows.", "to"), ("group:99", "They know.", "to"), (mia, " ", "reason")):
        with pytest.raises(Invalid) as refused:
            handing.hand_over(session, question=question, by=cast.erin, to=to, reason=reason)
        assert refused.value.field == field
    with pytest.raises(Refused):
        handing.hand_over(session, question=question, by=cast.bob, to=mia, reason="She knows.")

    handing.hand_over(session, question=question, by=cast.erin, to=mia, reason="She knows about letters.")
    assert [notice.extract for notice in told(session, cast.mia, "handover")] == ["She knows about letters."]
    assert titles(session, cast.mia, listing.MINE) == [question.title]
    assert titles(session, cast.erin, listing.NOBODYS) == []

    group = _group(session, cast.erin)
    handing.hand_over(session, question=question, by=cast.mia, to=f"group:{group.id}", reason="Not me.")
    assert titles(session, cast.mia, listing.MINE) == []
    assert titles(session, cast.erin, listing.MINE) == [question.title]
    assert len(session.scalars(select(Handover).where(Handover.ended_at.is_(None))).all()) == 1
    handing.take_back(session, question=question, by=cast.mia)
    assert titles(session, cast.erin, listing.NOBODYS) == [question.title]


def test_hand_over_of_a_staff_question_stays_among_staff(session: Session, cast: Cast) -> None:
    place = builders_forum.category(session)
    place.audience = "staff"
    question = builders_forum.question(session, by=cast.mia, place=place)
    sam = builders.person(session, "sam", Role.EXPERT, staff=True)
    group = _group(session, cast.erin, sam)
    assert f"person:{cast.erin.id}" not in {target.ref for target in handing.targets(session, question)}
    handing.hand_over(session, question=question, by=cast.mia, to=f"group:{group.id}", reason="For the team.")
    assert (len(told(session, sam, "handover")), told(session, cast.erin, "handover")) == (1, [])
    assert titles(session, cast.erin, listing.MINE) == []


def test_listing_sorts_what_waits_into_lists(session: Session, cast: Cast) -> None:
    asked = {}
    cast.alice.created_at -= timedelta(days=30)
    for name in ("oldest of all", "solved one", "talked about", "newest of all"):
        asked[name] = builders_forum.question(session, by=cast.alice, title=f"What about the {name}?", tags=(name[:6],))
        clock.advance(timedelta(hours=1))
    answer = builders_forum.answer(session, question=asked["solved one"], by=cast.bob)
    answers.accept(session, answer=answer, by=cast.alice)
    talked = asked["talked about"]
    builders_forum.answer(session, question=talked, by=cast.bob)
    clock.advance(timedelta(hours=1))
    comments.post(session, question=talked, by=cast.alice, body="It does not work.")
    claims.take(session, question=asked["oldest of all"], by=cast.erin)
    old, new = asked["oldest of all"].title, asked["newest of all"].title

    assert titles(session, cast.mia, listing.NEEDS_ANSWER) == [new, old]
    assert titles(session, cast.mia, listing.OLDEST) == [old, new]
    assert titles(session, cast.mia, listing.ASKER_REPLIED) == [talked.title]
    assert titles(session, cast.mia, listing.NOBODYS) == [talked.title, new]
    assert titles(session, cast.mia, listing.MINE) == []
    assert titles(session, cast.erin, listing.MINE) == [old]
    assert titles(session, cast.mia, listing.NEEDS_ANSWER, tag="newest") == [new]
    assert titles(session, cast.mia, listing.NEEDS_ANSWER, category="ideas") == []
    talked.archived_at = clock.now()
    session.flush()
    assert titles(session, cast.mia, listing.ASKER_REPLIED) == []


def test_listing_shows_experts_of_a_category_that_alone(session: Session, cast: Cast) -> None:
    with pytest.raises(Refused):
        listing.listing(session, cast.bob)
    ideas = builders_forum.category(session, "ideas")
    builders_forum.question(session, by=cast.alice)
    builders_forum.question(session, by=cast.alice, title="Could letters be shorter?", place=ideas)
    roles.appoint(session, person=cast.bob, scope=f"category:{ideas.id}", by=cast.mia)
    assert titles(session, cast.bob, listing.NEEDS_ANSWER) == ["Could letters be shorter?"]


def test_note_is_written_and_taken_away_by_those_who_help(session: Session, cast: Cast) -> None:
    question = builders_forum.question(session, by=cast.alice)
    with pytest.raises(Refused):
        notes.write(session, question=question, by=cast.alice, body="Mine.")
    active_at = question.active_at
    clock.advance(timedelta(hours=1))
    note = notes.write(session, question=question, by=cast.erin, body="A known fault, @bob and @alice.")
    assert question.active_at == active_at
    assert told(session, cast.alice, "mention") == told(session, cast.bob, "mention") == []
    other = builders.person(session, "oscar", Role.EXPERT)
    with pytest.raises(Refused):
        notes.remove(session, note=note, by=other)
    notes.remove(session, note=note, by=cast.mia)


def test_groups_are_kept_by_admins_and_hold_experts(session: Session, cast: Cast) -> None:
    admin = builders.person(session, "ada", Role.ADMIN)
    with pytest.raises(Refused):
        groups.create(session, by=cast.mia, name="Billing")
    group = groups.create(session, by=admin, name=" Billing ")
    with pytest.raises(Conflict):
        groups.create(session, by=admin, name="billing")
    with pytest.raises(Invalid):
        groups.join(session, group=group, by=admin, handle="bob")
    for _ in range(2):
        groups.join(session, group=group, by=admin, handle="@erin")
    (shown,) = groups.listing(session)
    assert (shown.name, [who.handle for who in shown.members]) == ("Billing", ["erin"])
    question = builders_forum.question(session, by=cast.alice)
    handing.hand_over(session, question=question, by=cast.mia, to=f"group:{group.id}", reason="Money.")
    groups.remove(session, group=group, by=admin)
    assert (groups.listing(session), session.scalars(select(Handover)).all()) == ((), [])


def _group(session: Session, *members: Person) -> Group:
    admin = builders.person(session, "ada", Role.ADMIN)
    group = groups.create(session, by=admin, name="Billing")
    for member in members:
        groups.join(session, group=group, by=admin, handle=member.handle)
    return group
