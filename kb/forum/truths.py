"""What every counter and status must say, as SQL over the rows they sum up."""

from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, and_, case, exists, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

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
    RatingReason,
    Status,
    Tag,
)
from kb.forum.queue.models import InfoRequest
from kb.forum.solving.models import LikelySolution, Trial


def _count(of: InstrumentedAttribute[Any], *where: ColumnElement[bool]) -> ScalarSelect[int]:
    return select(func.count(of)).where(*where).scalar_subquery()


def _latest(noun: type[Answer | Comment], *, by_asker: bool) -> ScalarSelect[Any]:
    """When the asker, or somebody else, last wrote an answer or comment that is there to read."""
    wrote = noun.author_id == Question.author_id if by_asker else noun.author_id != Question.author_id
    last = select(func.max(noun.created_at)).where(noun.question_id == Question.id, noun.hidden_at.is_(None), wrote)
    return last.correlate(Question).scalar_subquery()


def _later(one: ScalarSelect[Any], other: ScalarSelect[Any]) -> ColumnElement[Any]:
    """The later of two moments, null when there is neither; max() of two values has another name in each database."""
    return case((or_(other.is_(None), one >= other), one), else_=other)


ANSWERS = _count(Answer.id, Answer.question_id == Question.id, Answer.hidden_at.is_(None))
ME_TOO = _count(MeToo.id, MeToo.question_id == Question.id)
SOLVED_AT = select(Acceptance.created_at).where(Acceptance.question_id == Question.id).scalar_subquery()
STATUS: ColumnElement[str] = case(
    (_count(Closure.id, Closure.question_id == Question.id) > 0, Status.CLOSED.value),
    (SOLVED_AT.is_not(None), Status.SOLVED.value),
    (_count(LikelySolution.question_id, LikelySolution.question_id == Question.id) > 0, Status.LIKELY_SOLVED.value),
    (
        _count(InfoRequest.id, InfoRequest.question_id == Question.id, InfoRequest.ended_at.is_(None)) > 0,
        Status.NEEDS_INFO.value,
    ),
    (ANSWERS > 0, Status.ANSWERED.value),
    else_=Status.NEEDS_ANSWER.value,
)

AUDIENCE = select(Category.audience).where(Category.id == Question.category_id).scalar_subquery()

_ASKER = _later(_latest(Answer, by_asker=True), _latest(Comment, by_asker=True))
_OTHERS = _later(_latest(Answer, by_asker=False), _latest(Comment, by_asker=False))
ASKER_REPLIED_AT: ColumnElement[Any] = case((and_(_ASKER.is_not(None), _OTHERS.is_not(None), _ASKER > _OTHERS), _ASKER))
"""Null unless the asker wrote after somebody else did, and nobody wrote after them."""

_COUNTS = and_(Rating.answer_id == Answer.id, Rating.discounted == "")
HELPFUL = Answer.imported_helpful + _count(Rating.id, _COUNTS, Rating.helpful.is_(True))
NOT_HELPFUL = Answer.imported_not_helpful + _count(Rating.id, _COUNTS, Rating.helpful.is_(False))
_TRIED = and_(Trial.answer_id == Answer.id, Trial.discounted == "")
WORKED = _count(Trial.id, _TRIED, Trial.worked.is_(True))
FAILED = _count(Trial.id, _TRIED, Trial.worked.is_(False))
_OF_THIS_WORDING = Rating.created_at > func.coalesce(Answer.edited_at, Answer.created_at)
CALLED_OUTDATED = _count(Rating.id, _COUNTS, Rating.reason == RatingReason.OUTDATED.value, _OF_THIS_WORDING)
"""How many say that an answer is outdated as it reads now; an edit starts the count anew."""
CALLED_WRONG = _count(Rating.id, _COUNTS, Rating.reason == RatingReason.WRONG.value, _OF_THIS_WORDING)
"""The same of those who say that it is wrong."""
OUTDATED_FROM = 3

LIKELY_FROM = 2
LIKELY = and_(
    Answer.hidden_at.is_(None),
    Answer.worked_count >= LIKELY_FROM,
    Answer.failed_count == 0,
    Answer.outdated_at.is_(None),
    CALLED_WRONG == 0,
    ~exists().where(Acceptance.question_id == Answer.question_id),
)
"""That an answer probably solved its question: it worked for two, nobody objects, and none is accepted.

To object is to say that it failed or is wrong; an answer that is out of date solves nothing either.
"""

IN_CATEGORY = _count(Question.id, Question.category_id == Category.id, Question.hidden_at.is_(None))
WITH_TAG = (
    select(func.count(Question.id))
    .join(QuestionTag, QuestionTag.question_id == Question.id)
    .where(QuestionTag.tag_id == Tag.id, Question.hidden_at.is_(None), Question.audience == "public")
    .scalar_subquery()
)
"""Public questions alone: a tag's number is shown to everybody and must not tell of others."""
