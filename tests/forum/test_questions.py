"""Asking, editing, closing and reopening questions."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from kb import clock
from kb.errors import Conflict, Invalid, Refused, TooMany
from kb.forum import answers, questions, revisions
from kb.forum.models import Category, CloseReason, QuestionTag, Status, Tag
from kb.history import Event
from kb.notices import follows
from kb.notices.models import Notice
from kb.search.models import Change
from tests.builders import Cast
from tests.builders_forum import answer, category, question


def tag_counts(session: Session) -> dict[str, int]:
    """Return every tag with its count, as the database has it."""
    return dict(session.execute(select(Tag.name, Tag.questions_count)).all())


def category_count(session: Session, slug: str) -> int:
    """Return the stored count of one category."""
    return session.scalars(select(Category.questions_count).where(Category.slug == slug)).one()


def test_ask_posts_a_question_and_follows_it(session: Session, cast: Cast) -> None:
    asked = question(session, by=cast.alice, title=" My  password\tis gone ", body="See *this*", tags=("Login", "sso"))
    session.commit()
    assert (asked.title, asked.slug) == ("My password is gone", "my-password-is-gone")
    assert "<em>this</em>" in asked.body_html
    assert asked.status == Status.NEEDS_ANSWER
    assert asked.active_at == asked.created_at == clock.now()
    assert asked.tag_names == ["login", "sso"]
    assert tag_counts(session) == {"login": 1, "sso": 1}
    assert category_count(session, "problems") == 1
    assert session.query(QuestionTag).count() == 2
    assert follows.is_following(session, person=cast.alice, subject_kind="question", subject_id=asked.id)
    assert session.scalars(select(Event.what)).all() == ["question.asked"]
    assert session.execute(select(Change.kind, Change.ref)).all() == [("question", asked.id)]


def test_ask_tells_people_it_mentions_once(session: Session, cast: Cast) -> None:
    question(session, by=cast.alice, body="@bob @bob @alice @nobody, do you know?")
    told = session.execute(select(Notice.person_id, Notice.kind)).all()
    assert told == [(cast.bob.id, "mention")]


def test_ask_signed_out_is_refused(session: Session, cast: Cast) -> None:
    with pytest.raises(Refused):
        question(session, by=None)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("field", "wrong"),
    [("title", {"title": "   "}), ("body", {"body": "x" * 30_001}), ("tags", {"tags": ("a", "b", "c", "d", "e", "f")})],
)
def test_ask_names_the_wrong_field(session: Session, cast: Cast, field: str, wrong: dict[str, object]) -> None:
    with pytest.raises(Invalid) as refused:
        question(session, by=cast.alice, **wrong)  # type: ignore[arg-type]
    assert refused.value.field == field


def test_ask_the_same_within_five_minutes_conflicts(session: Session, cast: Cast) -> None:
    question(session, by=cast.alice, body="the same")
    question(session, by=cast.bob, body="the same")
    with pytest.raises(Conflict):
        question(session, by=cast.alice, body="the same ")
    clock.advance(timedelta(minutes=5, seconds=1))
    question(session, by=cast.alice, body="the same")


def test_ask_a_fourth_time_on_the_first_day_is_too_many(session: Session, cast: Cast) -> None:
    for _ in range(3):
        question(session, by=cast.alice)
    with pytest.raises(TooMany) as refused:
        question(session, by=cast.alice)
    assert 86_400 <= refused.value.retry_after <= 86_401
    for _ in range(4):
        question(session, by=cast.erin)
    clock.advance(timedelta(days=1))
    question(session, by=cast.alice)


def test_edit_keeps_what_it_said(session: Session, cast: Cast) -> None:
    asked = question(session, by=cast.alice, body="first", tags=("a", "b"))
    session.commit()
    clock.advance(timedelta(hours=1))
    questions.edit(
        session,
        question=asked,
        by=cast.mia,
        title="How do I change my password?",
        body="second",
        category=category(session, "how-do-i"),
        tags=["b", "c"],
    )
    session.commit()
    assert (asked.title, asked.slug) == ("How do I change my password?", "how-do-i-change-my-password")
    assert asked.edited_at == asked.active_at == clock.now()
    assert tag_counts(session) == {"a": 0, "b": 1, "c": 1}
    assert (category_count(session, "problems"), category_count(session, "how-do-i")) == (0, 1)
    new, old = revisions.of_question(session, asked.id, None).revisions
    assert (old.number, old.body_md, old.tags, old.by.handle) == (1, "first", ("a", "b"), "alice")
    assert (new.number, new.body_md, new.tags, new.by.handle) == (2, "second", ("b", "c"), "mia")
    assert (old.category, new.category) == ("Something is not working", "How do I …?")
    assert (old.at, new.at) == (asked.created_at, clock.now())


def test_edit_without_a_change_keeps_nothing(session: Session, cast: Cast) -> None:
    asked = question(session, by=cast.alice, body="first", tags=("a",))
    questions.edit(
        session, question=asked, by=cast.alice, title=asked.title, body="first ", category=asked.category, tags=["A"]
    )
    assert asked.edited_at is None
    assert len(revisions.of_question(session, asked.id, None).revisions) == 1


def test_edit_tells_only_those_newly_mentioned(session: Session, cast: Cast) -> None:
    asked = question(session, by=cast.alice, body="@bob please")
    questions.edit(
        session,
        question=asked,
        by=cast.alice,
        title=asked.title,
        body="@bob and @erin please",
        category=asked.category,
        tags=[],
    )
    assert sorted(session.scalars(select(Notice.person_id))) == sorted([cast.bob.id, cast.erin.id])


def test_edit_by_others_is_refused(session: Session, cast: Cast) -> None:
    asked = question(session, by=cast.alice)
    with pytest.raises(Refused):
        questions.edit(
            session, question=asked, by=cast.bob, title=asked.title, body="mine", category=asked.category, tags=[]
        )


def test_close_and_reopen(session: Session, cast: Cast) -> None:
    asked = question(session, by=cast.alice)
    answer(session, question=asked, by=cast.bob)
    closure = questions.close(
        session, question=asked, by=cast.erin, reason=CloseReason.AS_DESIGNED, note=" See\nthe manual. "
    )
    session.commit()
    assert (asked.status, closure.note) == (Status.CLOSED, "See the manual.")
    with pytest.raises(Conflict):
        answer(session, question=asked, by=cast.bob)
    with pytest.raises(Conflict):
        questions.close(session, question=asked, by=cast.mia, reason=CloseReason.DECLINED)
    with pytest.raises(Refused):
        questions.reopen(session, question=asked, by=cast.alice)
    questions.reopen(session, question=asked, by=cast.mia)
    session.commit()
    assert asked.status == Status.ANSWERED
    with pytest.raises(Conflict):
        questions.reopen(session, question=asked, by=cast.mia)


def test_close_keeps_that_it_was_solved(session: Session, cast: Cast) -> None:
    asked = question(session, by=cast.alice)
    answers.accept(session, answer=answer(session, question=asked, by=cast.bob), by=cast.alice)
    questions.close(session, question=asked, by=cast.mia, reason=CloseReason.OFF_TOPIC)
    assert (asked.status, asked.solved_at) == (Status.CLOSED, clock.now())
    questions.reopen(session, question=asked, by=cast.mia)
    assert asked.status == Status.SOLVED


def test_close_for_a_reason_that_is_not_theirs_is_refused(session: Session, cast: Cast) -> None:
    asked = question(session, by=cast.alice)
    for person, reason in (
        (cast.alice, CloseReason.OFF_TOPIC),
        (cast.bob, CloseReason.SOLVED_ELSEWHERE),
        (cast.mia, CloseReason.IMPORTED),
    ):
        with pytest.raises(Refused):
            questions.close(session, question=asked, by=person, reason=reason)
    assert asked.status == Status.NEEDS_ANSWER
