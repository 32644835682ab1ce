"""The example community: it comes whole, and it goes without a trace and without anybody's words."""

import time
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kb import clock
from kb.db import Base, SiteVersion
from kb.errors import Conflict
from kb.exchange import demo, demo_removal, demo_script
from kb.forum import answers, categories, checking, comments, duplicates, me_too, questions, ratings
from kb.forum.models import Answer, Comment, Question, Rating, Status
from kb.jobs import Job
from kb.notices.models import Letter
from kb.people import accounts
from kb.people.models import Person, Role
from kb.people.models import Session as SignIn
from kb.search.models import Change
from tests import builders_forum as forum
from tests.builders import Cast

SMALL = demo_script.scenes()[:12]
GROWING = {SiteVersion.__tablename__, Change.__tablename__}


def rows(session: Session) -> dict[str, list[tuple[object, ...]]]:
    """Return everything in the database that a removal must leave as it was."""
    session.flush()
    return {
        name: sorted((tuple(row) for row in session.execute(select(table))), key=repr)
        for name, table in Base.metadata.tables.items()
        if name not in GROWING
    }


def example(session: Session, key: str) -> Person:
    return session.scalars(select(Person).where(Person.handle == f"example-{key}")).one()


def question_by(session: Session, key: str) -> Question:
    found = select(Question).where(Question.author_id == example(session, key).id, Question.status != Status.CLOSED)
    return session.scalars(found.order_by(Question.id).limit(1)).one()


def test_fill_makes_a_whole_community(session: Session) -> None:
    started = time.process_time()
    filled = demo.fill(session)
    assert time.process_time() - started < 10
    assert filled.threads >= 40
    assert list(checking.faults(session)) == []
    assert_every_status(session)
    assert_dates_spread_over_weeks_that_have_passed(session)
    assert_nobody_is_written_to(session)
    assert_examples_can_sign_in(session, filled)


def assert_every_status(session: Session) -> None:
    found = dict(session.execute(select(Question.status, func.count()).group_by(Question.status)).all())
    assert set(found) == set(Status)
    assert found[Status.SOLVED] > found[Status.CLOSED]


def assert_dates_spread_over_weeks_that_have_passed(session: Session) -> None:
    asked = session.scalars(select(Question.created_at)).all()
    assert max(asked) <= clock.now()
    assert max(asked) - min(asked) > timedelta(days=30)
    assert session.scalar(select(func.max(Rating.created_at))) <= clock.now()  # type: ignore[operator]


def assert_nobody_is_written_to(session: Session) -> None:
    assert session.scalars(select(Person.email).where(Person.email.is_not(None))).all() == []
    assert session.scalar(select(func.count(Letter.id))) == 0
    assert session.scalar(select(func.count(Job.id))) == 0


def assert_examples_can_sign_in(session: Session, filled: demo.Filled) -> None:
    assert [way.role for way in filled.ways] == ["customer", "expert", "writer", "moderator"]
    for way in filled.ways:
        person, _ = accounts.sign_in(session, login=way.handle, password=way.password, ip="127.0.0.1", agent="test")
        assert person.handle == way.handle
    assert {Role.EXPERT} == example(session, "expert-1").roles
    assert not any(way.password in repr(rows(session)) for way in filled.ways)


def test_fill_refuses_a_site_with_questions(session: Session, cast: Cast) -> None:
    forum.question(session, by=cast.alice)
    with pytest.raises(Conflict):
        demo.fill(session)


def test_files_name_only_people_and_categories_there_are() -> None:
    keys = {part.key for part in demo_script.CAST}
    places = {slug for slug, _, _ in categories.DEFAULTS}
    for scene in demo_script.scenes():
        assert scene.category in places, scene.title
        assert {scene.by, *scene.me_too, *(one.by for one in scene.comments)} <= keys, scene.title
        for reply in scene.answers:
            raters = {*reply.helpful, *reply.not_helpful}
            assert {reply.by, *raters, *(one.by for one in reply.comments)} <= keys, scene.title
            assert reply.by not in raters, f"{scene.title}: {reply.by} rates themselves"


def test_remove_leaves_the_database_as_before(session: Session, cast: Cast) -> None:
    categories.ensure_defaults(session)
    before = rows(session)
    demo.fill(session)
    session.commit()
    removed = demo_removal.remove(session)
    assert removed.threads >= 40
    assert (removed.kept_threads, removed.kept_people) == (0, 0)
    assert rows(session) == before


def test_remove_without_examples_changes_nothing(session: Session, cast: Cast) -> None:
    before = rows(session)
    assert demo_removal.remove(session) == demo_removal.Removed(0, 0, 0, 0, 0)
    assert rows(session) == before


def test_remove_takes_examples_out_of_real_threads(session: Session, cast: Cast) -> None:
    demo.fill(session, SMALL)
    mine = forum.question(session, by=cast.alice, tags=("search", "mine"))
    real = forum.answer(session, question=mine, by=cast.bob)
    session.commit()
    customer, expert = example(session, "customer-1"), example(session, "expert-1")
    forum.answer(session, question=mine, by=expert)
    comments.post(session, question=mine, by=customer, answer=real, body="Good to know.")
    ratings.rate(session, answer=real, by=customer, helpful=True)
    ratings.rate(session, answer=real, by=cast.alice, helpful=True)
    me_too.say(session, question=mine, by=customer, too=True)
    session.commit()

    removed = demo_removal.remove(session)

    assert (removed.posts, removed.kept_people) == (2, 0)
    assert session.scalars(select(Question)).all() == [mine]
    assert session.scalars(select(Answer)).all() == [real]
    assert session.scalars(select(Comment)).all() == []
    assert (real.helpful_count, mine.me_too_count, mine.answers_count) == (1, 0, 1)
    assert list(checking.faults(session)) == []


def test_remove_unsolves_a_question_that_an_example_had_solved(session: Session, cast: Cast) -> None:
    demo.fill(session, SMALL)
    mine = forum.question(session, by=cast.alice)
    answers.accept(session, answer=forum.answer(session, question=mine, by=example(session, "expert-2")), by=cast.alice)
    demo_removal.remove(session)
    assert (mine.status, mine.solved_at) == (Status.NEEDS_ANSWER, None)
    assert list(checking.faults(session)) == []


def test_remove_keeps_example_threads_in_which_real_people_posted(session: Session, cast: Cast) -> None:
    demo.fill(session, SMALL)
    theirs = question_by(session, "customer-1")
    real = forum.answer(session, question=theirs, by=cast.bob, body="What worked for me was a restart.")
    author, title = theirs.author_id, theirs.title

    removed = demo_removal.remove(session)

    assert removed.kept_threads == 1
    assert removed.kept_people >= 1
    assert session.scalars(select(Question.title)).all() == [title]
    assert real in session.scalars(select(Answer)).all()
    kept = session.get_one(Person, author)
    assert (kept.name, kept.password_hash, kept.roles) == ("Example customer 1", None, frozenset())
    assert list(checking.faults(session)) == []


def test_remove_keeps_an_example_answer_below_which_a_real_person_commented(session: Session, cast: Cast) -> None:
    demo.fill(session, SMALL)
    mine = forum.question(session, by=cast.alice)
    theirs = forum.answer(session, question=mine, by=example(session, "expert-1"))
    thanks = forum.comment(session, question=mine, by=cast.alice, answer=theirs)
    demo_removal.remove(session)
    assert session.scalars(select(Comment)).all() == [thanks]
    assert session.scalars(select(Person.handle).where(Person.origin == demo.ORIGIN)).all() == ["example-expert-1"]


def test_remove_keeps_what_a_real_question_points_at(session: Session, cast: Cast) -> None:
    demo.fill(session, SMALL)
    original = question_by(session, "customer-2")
    mine = forum.question(session, by=cast.alice)
    duplicates.mark(session, question=mine, original=original, by=cast.mia)
    demo_removal.remove(session)
    assert set(session.scalars(select(Question))) == {original, mine}
    assert mine.status == Status.CLOSED


def test_remove_keeps_who_made_a_decision_and_signs_them_out(session: Session, cast: Cast) -> None:
    demo.fill(session, SMALL)
    mine = forum.question(session, by=cast.alice)
    moderator = example(session, "moderator")
    questions.edit(
        session, question=mine, by=moderator, title="A better title", body="b", category=mine.category, tags=[]
    )
    forum_token = SignIn(
        token_hash=b"x" * 32, person_id=moderator.id, created_at=clock.now(), seen_at=clock.now(), ip="", agent=""
    )
    session.add(forum_token)
    removed = demo_removal.remove(session)
    assert removed.kept_people == 1
    assert session.scalars(select(SignIn)).all() == []
    assert example(session, "moderator").staff_since is None


def test_fill_works_again_after_remove(session: Session) -> None:
    demo.fill(session, SMALL)
    demo_removal.remove(session)
    assert demo.fill(session, SMALL).threads == len(SMALL)
    assert list(checking.faults(session)) == []


def test_fill_refuses_while_examples_are_still_named(session: Session, cast: Cast) -> None:
    demo.fill(session, SMALL)
    theirs = question_by(session, "customer-3")
    forum.answer(session, question=theirs, by=cast.bob)
    demo_removal.remove(session)
    with pytest.raises(Conflict):
        demo.fill(session, SMALL)
