"""What every counter must say, as SQL; and writing it down for many questions at once."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, case, func, or_, select, text, true, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from kb.db import touch_site
from kb.forum.models import (
    Acceptance,
    Answer,
    Category,
    Closure,
    Comment,
    MeToo,
    Question,
    QuestionTag,
    Rating,
    Status,
    Tag,
)
from kb.forum.ratings import wilson

CHUNK = 500


def _count(of: InstrumentedAttribute[int], *where: ColumnElement[bool]) -> ScalarSelect[int]:
    return select(func.count(of)).where(*where).scalar_subquery()


ANSWERS = _count(Answer.id, Answer.question_id == Question.id, Answer.hidden_at.is_(None))
ME_TOO = _count(MeToo.id, MeToo.question_id == Question.id)
SOLVED_AT = select(Acceptance.created_at).where(Acceptance.question_id == Question.id).scalar_subquery()
STATUS: ColumnElement[str] = case(
    (_count(Closure.id, Closure.question_id == Question.id) > 0, Status.CLOSED.value),
    (SOLVED_AT.is_not(None), Status.SOLVED.value),
    (ANSWERS > 0, Status.ANSWERED.value),
    else_=Status.NEEDS_ANSWER.value,
)
HELPFUL = Answer.imported_helpful + _count(Rating.id, Rating.answer_id == Answer.id, Rating.helpful.is_(True))
NOT_HELPFUL = Answer.imported_not_helpful + _count(Rating.id, Rating.answer_id == Answer.id, Rating.helpful.is_(False))
IN_CATEGORY = _count(Question.id, Question.category_id == Category.id, Question.hidden_at.is_(None))
WITH_TAG = (
    select(func.count(Question.id))
    .join(QuestionTag, QuestionTag.question_id == Question.id)
    .where(QuestionTag.tag_id == Tag.id, Question.hidden_at.is_(None))
    .scalar_subquery()
)


def recount(session: Session, question_ids: Iterable[int]) -> None:
    """Make every counter of these questions true, and of their answers, and of all categories and tags.

    Also sets status, ``solved_at``, ``active_at`` and scores from the rows there are. For imports, which add rows in
    bulk and call this once at the end; objects loaded before keep what they said until refreshed.
    """
    _know_sizes(session)
    recount_questions(session, question_ids)
    recount_places(session)


def recount_questions(session: Session, question_ids: Iterable[int]) -> None:
    """The same for the questions and their answers alone, whatever their number: categories and tags stay."""
    touch_site(session)
    for ids in _chunks(question_ids):
        answers = Answer.question_id.in_(ids)
        _update(session, Answer, answers, helpful_count=HELPFUL, not_helpful_count=NOT_HELPFUL)
        _score(session, answers)
        _update(
            session,
            Question,
            Question.id.in_(ids),
            answers_count=ANSWERS,
            me_too_count=ME_TOO,
            solved_at=SOLVED_AT,
            status=STATUS,
        )
        _stir(session, ids)


def recount_places(session: Session) -> None:
    """Count anew how many visible questions each category and each tag has."""
    touch_site(session)
    _know_sizes(session)
    _update(session, Category, true(), questions_count=IN_CATEGORY)
    _update(session, Tag, true(), questions_count=WITH_TAG)


def _know_sizes(session: Session) -> None:
    """Let the database look at its tables: those just filled are planned for as if they were empty otherwise."""
    session.execute(text("ANALYZE"))


def _score(session: Session, answers: ColumnElement[bool]) -> None:
    """SQLite may be built without a square root, so scores are worked out here."""
    found = session.execute(
        select(Answer.id, Answer.helpful_count, Answer.not_helpful_count, Answer.score).where(answers)
    )
    wrong = [
        {"id": answer_id, "score": wilson(helpful, not_helpful)}
        for answer_id, helpful, not_helpful, score in found
        if abs(score - wilson(helpful, not_helpful)) > 1e-12
    ]
    if wrong:
        session.execute(update(Answer), wrong)


def _stir(session: Session, ids: Sequence[int]) -> None:
    """Write down when each thread was last active, where that is not what it says."""
    said: dict[int, datetime] = {}
    latest: dict[int, datetime] = {}
    for question_id, created_at, edited_at, active_at in session.execute(
        select(Question.id, Question.created_at, Question.edited_at, Question.active_at).where(Question.id.in_(ids))
    ):
        latest[question_id], said[question_id] = max(_moments(created_at, edited_at)), active_at
    for noun in (Answer, Comment):
        below = session.execute(
            select(noun.question_id, func.max(noun.created_at), func.max(noun.edited_at))
            .where(noun.question_id.in_(ids), noun.hidden_at.is_(None))
            .group_by(noun.question_id)
        )
        for question_id, *moments in below:
            latest[question_id] = max(_moments(latest[question_id], *moments))
    wrong = [{"id": question_id, "active_at": at} for question_id, at in latest.items() if at != said[question_id]]
    if wrong:
        session.execute(update(Question), wrong)


def _moments(*moments: datetime | None) -> list[datetime]:
    return [moment for moment in moments if moment is not None]


def _update(session: Session, noun: Any, which: ColumnElement[bool], **truths: ColumnElement[Any]) -> None:
    """Write the truths where they are not what is said: writing rows anew that are right would cost the most."""
    wrong = or_(*(getattr(noun, name).is_distinct_from(truth) for name, truth in truths.items()))
    session.execute(update(noun).where(which, wrong).values(**truths), execution_options={"synchronize_session": False})


def _chunks(question_ids: Iterable[int]) -> Iterator[list[int]]:
    rest = iter(question_ids)
    while chunk := list(islice(rest, CHUNK)):
        yield chunk
