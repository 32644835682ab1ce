"""Comparing what the community's tables say with one another: counters, status, references."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from kb.db import Base
from kb.forum import truths
from kb.forum.models import (
    Acceptance,
    Answer,
    Category,
    Closure,
    Comment,
    Duplicate,
    DuplicateVote,
    Merge,
    MeToo,
    PostRevision,
    Question,
    QuestionTag,
    Rating,
    Tag,
)
from kb.forum.scores import wilson
from kb.forum.solving.models import Adoption, Citation, LikelySolution, SolvedLetter, Trial

_COUNTERS: tuple[tuple[str, InstrumentedAttribute[int], InstrumentedAttribute[Any], ColumnElement[Any]], ...] = (
    ("question", Question.id, Question.answers_count, truths.ANSWERS),
    ("question", Question.id, Question.me_too_count, truths.ME_TOO),
    ("question", Question.id, Question.solved_at, truths.SOLVED_AT),
    ("question", Question.id, Question.status, truths.STATUS),
    ("question", Question.id, Question.asker_replied_at, truths.ASKER_REPLIED_AT),
    ("question", Question.id, Question.audience, truths.AUDIENCE),
    ("answer", Answer.id, Answer.helpful_count, truths.HELPFUL),
    ("answer", Answer.id, Answer.not_helpful_count, truths.NOT_HELPFUL),
    ("answer", Answer.id, Answer.worked_count, truths.WORKED),
    ("answer", Answer.id, Answer.failed_count, truths.FAILED),
    ("category", Category.id, Category.questions_count, truths.IN_CATEGORY),
    ("tag", Tag.id, Tag.questions_count, truths.WITH_TAG),
)
_TABLES = (
    Question,
    Answer,
    Comment,
    QuestionTag,
    PostRevision,
    Acceptance,
    Rating,
    MeToo,
    Duplicate,
    DuplicateVote,
    Merge,
    Closure,
    Trial,
    LikelySolution,
    SolvedLetter,
    Citation,
    Adoption,
)


def faults(session: Session) -> Iterator[str]:
    """Yield a sentence for each thing that disagrees with the rows it sums up or points at."""
    for noun, key, column, truth in _COUNTERS:
        wrong = session.execute(select(key, column, truth).where(column.is_distinct_from(truth)).order_by(key))
        for number, said, true in wrong:
            yield f"{noun} {number}: {column.key} is {said}, its rows say {true}"
    yield from _scores(session)
    yield from _tags(session)
    yield from _likely(session)
    yield from _outdated(session)
    yield from _contradictions(session)
    yield from _orphans(session)


def _scores(session: Session) -> Iterator[str]:
    alike = (Answer.helpful_count, Answer.not_helpful_count, Answer.score)
    found = session.execute(select(func.min(Answer.id), func.count(), *alike).group_by(*alike))
    for first, number, helpful, not_helpful, score in found:
        true = wilson(helpful, not_helpful)
        if abs(score - true) > 1e-9:
            others = f" and {number - 1} others" if number > 1 else ""
            yield f"answer {first}{others}: score is {score:.4f}, its counts make {true:.4f}"


def _tags(session: Session) -> Iterator[str]:
    carried: dict[int, list[str]] = defaultdict(list)
    for question_id, name in session.execute(
        select(QuestionTag.question_id, Tag.name).join(Tag, Tag.id == QuestionTag.tag_id)
    ):
        carried[question_id].append(name)
    for question_id, names in session.execute(select(Question.id, Question.tag_names).order_by(Question.id)):
        if sorted(names) != sorted(carried[question_id]):
            yield f"question {question_id}: tag_names are {sorted(names)}, its rows say {sorted(carried[question_id])}"


def _likely(session: Session) -> Iterator[str]:
    named = exists().where(LikelySolution.question_id == Answer.question_id)
    for question_id in session.scalars(select(Answer.question_id).distinct().where(truths.LIKELY, ~named)):
        yield f"question {question_id}: an answer works for people and nothing says that it is likely solved"
    holds = exists().where(
        Answer.id == LikelySolution.answer_id, Answer.question_id == LikelySolution.question_id, truths.LIKELY
    )
    for question_id in session.scalars(select(LikelySolution.question_id).where(~holds)):
        yield f"question {question_id}: its likely solution does not work for enough people, or one is accepted"


def _outdated(session: Session) -> Iterator[str]:
    enough = truths.CALLED_OUTDATED >= truths.OUTDATED_FROM
    wrong = or_(
        and_(Answer.outdated_at.is_(None), enough),
        and_(Answer.outdated_why == "readers", ~enough),
        Answer.outdated_at.is_(None) != (Answer.outdated_why == ""),
    )
    for answer_id in session.scalars(select(Answer.id).where(wrong).order_by(Answer.id)):
        yield f"answer {answer_id}: whether it is outdated is not what its ratings say"


def _contradictions(session: Session) -> Iterator[str]:
    elsewhere = (
        select(Acceptance.question_id)
        .join(Answer, Answer.id == Acceptance.answer_id)
        .where(or_(Answer.question_id != Acceptance.question_id, Answer.hidden_at.is_not(None)))
    )
    for question_id in session.scalars(elsewhere):
        yield f"question {question_id}: its accepted answer is hidden or answers another question"
    astray = (
        select(Comment.id)
        .join(Answer, and_(Answer.id == Comment.answer_id, Answer.question_id != Comment.question_id))
        .order_by(Comment.id)
    )
    for comment_id in session.scalars(astray):
        yield f"comment {comment_id}: is on an answer to another question"
    for question_id in session.scalars(
        select(Duplicate.question_id).where(Duplicate.question_id == Duplicate.original_id)
    ):
        yield f"question {question_id}: is marked as asked before by itself"
    for question_id in session.scalars(select(Question.id).where(Question.active_at < Question.created_at)):
        yield f"question {question_id}: was active before it was asked"


def _orphans(session: Session) -> Iterator[str]:
    """Look for rows that name a row there is not; the database forbids them, a restored or repaired file may not."""
    for child in (Base.metadata.tables[model.__tablename__] for model in _TABLES):
        for key in sorted(child.foreign_keys, key=lambda one: one.parent.name):
            parent = key.column.table.alias("parent")
            lost = session.scalar(
                select(func.count())
                .select_from(child.outerjoin(parent, key.parent == parent.c[key.column.name]))
                .where(key.parent.is_not(None), parent.c[key.column.name].is_(None))
            )
            if lost:
                yield f"{child.name}: {lost} rows name a {key.column.table.name} there is not ({key.parent.name})"
