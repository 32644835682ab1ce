"""Writing down what every counter must say, for many questions at once."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, delete, exists, func, insert, or_, select, text, true, update
from sqlalchemy.orm import Session

from kb import clock
from kb.db import touch_site
from kb.forum import truths
from kb.forum.models import Answer, Category, Comment, Question, Tag
from kb.forum.scores import wilson
from kb.forum.solving.models import LikelySolution

CHUNK = 500


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
        _update(
            session,
            Answer,
            answers,
            helpful_count=truths.HELPFUL,
            not_helpful_count=truths.NOT_HELPFUL,
            worked_count=truths.WORKED,
            failed_count=truths.FAILED,
        )
        _score(session, answers)
        _find_likely(session, ids)
        _update(
            session,
            Question,
            Question.id.in_(ids),
            answers_count=truths.ANSWERS,
            me_too_count=truths.ME_TOO,
            solved_at=truths.SOLVED_AT,
            status=truths.STATUS,
            asker_replied_at=truths.ASKER_REPLIED_AT,
        )
        _stir(session, ids)


def recount_places(session: Session) -> None:
    """Count anew how many visible questions each category and each tag has."""
    touch_site(session)
    _know_sizes(session)
    _update(session, Category, true(), questions_count=truths.IN_CATEGORY)
    _update(session, Tag, true(), questions_count=truths.WITH_TAG)


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


def _find_likely(session: Session, ids: Sequence[int]) -> None:
    """Name what is likely solved anew where it is not what it says; what still holds keeps its moment."""
    holds = exists().where(
        Answer.id == LikelySolution.answer_id, Answer.question_id == LikelySolution.question_id, truths.LIKELY
    )
    session.execute(
        delete(LikelySolution).where(LikelySolution.question_id.in_(ids), ~holds),
        execution_options={"synchronize_session": False},
    )
    unnamed = ~exists().where(LikelySolution.question_id == Answer.question_id)
    found = session.execute(
        select(Answer.question_id, Answer.id)
        .where(Answer.question_id.in_(ids), truths.LIKELY, unnamed)
        .order_by(Answer.worked_count, Answer.score, Answer.id.desc())  # the best comes last and stays
    )
    rows = [
        {"question_id": question_id, "answer_id": answer_id, "found_at": clock.now()}
        for question_id, answer_id in {row.question_id: row.id for row in found}.items()
    ]
    if rows:
        session.execute(insert(LikelySolution), rows)


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
