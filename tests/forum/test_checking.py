"""What ``kb check`` finds in the community, and recounting that mends it."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from kb import clock
from kb.forum import answers, checking, counters, duplicates, hiding, me_too, ratings
from kb.forum.models import (
    Acceptance,
    Answer,
    Category,
    Comment,
    Duplicate,
    Question,
    QuestionTag,
    Status,
    Tag,
)
from kb.forum.scores import wilson
from kb.forum.solving import trials
from kb.forum.solving.models import LikelySolution
from tests.builders import Cast
from tests.builders_forum import answer, comment, question


@pytest.fixture
def community(session: Session, cast: Cast) -> list[Question]:
    """Three questions with some of everything, all of it true."""
    asked = [question(session, by=cast.erin, tags=("one", "two")) for _ in range(3)]
    given = [answer(session, question=one, by=cast.bob) for one in asked[:2] for _ in range(2)]
    comment(session, question=asked[0], by=cast.will, answer=given[0])
    ratings.rate(session, answer=given[0], by=cast.alice, helpful=True)
    ratings.rate(session, answer=given[1], by=cast.alice, helpful=False)
    me_too.say(session, question=asked[0], by=cast.alice, too=True)
    answers.accept(session, answer=given[0], by=cast.erin)
    hiding.hide(session, post=given[3], by=cast.mia)
    for fan in (cast.alice, cast.will):
        trials.say(session, answer=given[2], by=fan, worked=True)
    clock.advance(timedelta(minutes=1))
    comment(session, question=asked[1], by=cast.erin)
    duplicates.mark(session, question=asked[2], original=asked[0], by=cast.mia)
    session.commit()
    return asked


def test_faults_of_a_true_community_are_none(session: Session, community: list[Question]) -> None:
    assert list(checking.faults(session)) == []


COUNTED = (
    update(Question).where(Question.id == 1).values(answers_count=7),
    update(Question).where(Question.id == 1).values(me_too_count=0),
    update(Question).where(Question.id == 1).values(solved_at=None),
    update(Question).where(Question.id == 2).values(status=Status.NEEDS_ANSWER),
    update(Question).where(Question.id == 3).values(status=Status.ANSWERED),
    update(Answer).where(Answer.id == 1).values(helpful_count=2, score=wilson(2, 0)),
    update(Answer).where(Answer.id == 2).values(not_helpful_count=0),
    update(Answer).where(Answer.id == 2).values(imported_not_helpful=3),
    update(Answer).where(Answer.id == 1).values(score=0.5),
    update(Answer).where(Answer.id == 3).values(worked_count=1),
    update(Answer).where(Answer.id == 3).values(failed_count=1),
    update(Question).where(Question.id == 2).values(asker_replied_at=None),
    delete(LikelySolution),
    update(LikelySolution).values(answer_id=1),
    update(Category).values(questions_count=Category.questions_count + 1),
    update(Tag).where(Tag.name == "one").values(questions_count=0),
    update(Question).where(Question.id == 1).values(active_at=clock.now() - timedelta(days=9999)),
    delete(Acceptance),
)
UNCOUNTED = (
    update(Question).where(Question.id == 1).values(tag_names=["one"]),
    delete(QuestionTag).where(QuestionTag.question_id == 1, QuestionTag.tag_id == 1),
    update(Acceptance).values(question_id=2),
    update(Answer).where(Answer.id == 1).values(hidden_at=clock.now()),
    update(Comment).where(Comment.id == 1).values(question_id=2),
    update(Question).where(Question.id == 1).values(audience="staff"),
    update(Answer).where(Answer.id == 2).values(outdated_at=clock.now(), outdated_why="readers"),
    update(Answer).where(Answer.id == 2).values(outdated_why="article"),
    update(Duplicate).values(original_id=3),
)


def test_faults_finds_each_thing_that_is_wrong(session: Session, community: list[Question]) -> None:
    for fault in (*COUNTED, *UNCOUNTED):
        session.execute(fault)
        assert list(checking.faults(session)) != [], str(fault)
        session.rollback()


def test_recount_mends_every_counter(session: Session, community: list[Question]) -> None:
    for fault in COUNTED:
        session.execute(fault)
        counters.recount(session, [1, 2, 3])
        assert list(checking.faults(session)) == [], str(fault)
        session.rollback()


def test_faults_finds_rows_that_name_nothing(session: Session, community: list[Question]) -> None:
    if session.get_bind().dialect.name != "sqlite":
        assert list(checking.faults(session)) == []  # PostgreSQL lets nobody plant one
        return
    session.commit()
    session.connection().exec_driver_sql("COMMIT")
    session.connection().exec_driver_sql("PRAGMA foreign_keys=OFF")
    session.connection().exec_driver_sql("BEGIN IMMEDIATE")
    session.execute(insert(QuestionTag).values(tag_id=99, question_id=1))
    assert "question_tag: 1 rows name a tag there is not (tag_id)" in list(checking.faults(session))


def test_recount_says_when_a_thread_was_last_active(session: Session, cast: Cast, community: list[Question]) -> None:
    clock.advance(timedelta(hours=3))
    answers.edit(session, answer=session.get_one(Answer, 1), by=cast.bob, body="edited")
    session.commit()
    session.execute(update(Question).values(active_at=Question.created_at))
    counters.recount(session, [one.id for one in community])
    moments = session.scalars(select(Question.active_at).order_by(Question.id)).all()
    assert moments[0] == clock.now()
    assert moments[1] == clock.now() - timedelta(hours=3)
    assert moments[2] == moments[1] - timedelta(minutes=1)
