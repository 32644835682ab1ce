"""All that there is once for a thread, as one row: one statement, whatever it shows."""

from functools import cache
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, SQLColumnExpression, and_, bindparam, exists, func, or_, select
from sqlalchemy.orm import Session, aliased, defer

from kb import clock
from kb.errors import NotFound
from kb.forum import rules
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
)
from kb.forum.queue import desk
from kb.forum.queue.models import Claim, InfoRequest
from kb.forum.rows import WHO_HERE, AnyRow, AnySelect, reason_of, revisions_of
from kb.forum.shapes import CLOSE_WORDS
from kb.forum.solving.models import Adoption, LikelySolution
from kb.forum.standing import THREAD
from kb.forum.thread_shapes import Adopted, Asked, Claimed, ClosureView
from kb.notices.models import Follow
from kb.people.models import Person

_again = aliased(Question)
_closer, _accepter, _claimer, _curious = aliased(Person), aliased(Person), aliased(Person), aliased(Person)

_ONCE: tuple[SQLColumnExpression[Any], ...] = (
    Category.slug.label("category_slug"),
    Category.name.label("category_name"),
    Closure.reason,
    Closure.note,
    Closure.created_at.label("closed_at"),
    Closure.person_id.label("closed_by_id"),
    _closer.name.label("closed_by"),
    Acceptance.answer_id.label("accepted_id"),
    Acceptance.created_at.label("accepted_at"),
    _accepter.name.label("accepted_by"),
    LikelySolution.answer_id.label("likely_id"),
    InfoRequest.created_at.label("asked_at"),
    _curious.name.label("asked_by"),
    Claim.person_id.label("claimer_id"),
    Claim.until.label("claimed_until"),
    _claimer.name.label("claimer"),
    Adoption.title.label("adopted_title"),
    Adoption.address.label("adopted_address"),
    Adoption.answer_id.label("adopted_answer_id"),
)
"""What joined rows say of the question, where they are there."""


def row_for(session: Session, question_id: int, viewer: Person | None) -> AnyRow:
    """Read the question and everything there is once for it; raises NotFound unless ``viewer`` may see it.

    For those who help anywhere, what is for helpers is in it too (desk.PAPERS).
    """
    row = session.execute(
        _question(rules.sight(viewer), papers=rules.helps_somewhere(viewer)),
        {"question_id": question_id, "viewer_id": viewer.id if viewer is not None else 0},
    ).first()
    if row is None:
        raise NotFound()
    return row


def closure_of(row: AnyRow) -> ClosureView | None:
    """Return why the question takes no more answers, None while it does."""
    reason = reason_of(row.reason)
    if reason is None:
        return None
    return ClosureView(reason, CLOSE_WORDS[reason], row.note, row.closed_by or "", row.closed_at)


def claim_of(row: AnyRow, viewer: Person | None) -> Claimed | None:
    """Return who is working on an answer; only those who help are told."""
    if row.claimed_until is None or row.claimed_until <= clock.now() or not rules.helps(viewer, row.Question):
        return None
    return Claimed(row.claimer_id, row.claimer, row.claimed_until)


def request_of(row: AnyRow) -> Asked | None:
    """Return that the asker was asked for details and has not replied."""
    return Asked(row.asked_by, row.asked_at) if row.asked_at is not None else None


def adoption_of(row: AnyRow) -> Adopted | None:
    """Return the article that the thread became, once that is live."""
    if row.adopted_address is None:
        return None
    return Adopted(row.adopted_title, row.adopted_address, row.adopted_answer_id)


@cache  # putting a statement together takes longer than running it
def _question(sight: rules.Sight, *, papers: bool) -> AnySelect:
    viewer_id: BindParameter[int] = bindparam("viewer_id")
    found: AnySelect = (
        select(Question, *_ONCE, *_counted(sight), *_of_the_reader(viewer_id), *WHO_HERE)
        .join(Category, Category.id == Question.category_id)
        .join(Person, Person.id == Question.author_id)
        .outerjoin(Closure, Closure.question_id == Question.id)
        .outerjoin(_closer, _closer.id == Closure.person_id)
        .outerjoin(Acceptance, Acceptance.question_id == Question.id)
        .outerjoin(_accepter, _accepter.id == Acceptance.person_id)
        .outerjoin(LikelySolution, LikelySolution.question_id == Question.id)
        .outerjoin(InfoRequest, and_(InfoRequest.question_id == Question.id, InfoRequest.ended_at.is_(None)))
        .outerjoin(_curious, _curious.id == InfoRequest.person_id)
        .outerjoin(Claim, Claim.question_id == Question.id)
        .outerjoin(_claimer, _claimer.id == Claim.person_id)
        .outerjoin(Adoption, Adoption.id == _newest_adoption(sight))
        .where(Question.id == bindparam("question_id"), rules.visible(Question, sight=sight))
        .options(defer(Question.body_md))
    )
    return desk.with_papers(found) if papers else found


def _counted(sight: rules.Sight) -> tuple[ColumnElement[Any], ...]:
    """Return what is counted below the question, or at least known to be there."""
    shown = rules.visible(Answer, sight=sight)
    answers = select(func.count(Answer.id)).where(Answer.question_id == Question.id, shown)
    votes = select(func.count()).select_from(DuplicateVote).where(DuplicateVote.question_id == Question.id)
    return (
        answers.scalar_subquery().label("answers"),
        votes.scalar_subquery().label("duplicate_votes"),
        exists().where(Comment.question_id == Question.id).label("commented"),
        _is_linked().label("linked"),
        revisions_of(PostRevision.question_id, Question.id),
    )


def _of_the_reader(viewer_id: BindParameter[int]) -> tuple[ColumnElement[Any], ...]:
    level = select(Follow.level).where(
        Follow.person_id == viewer_id, Follow.subject_kind == THREAD, Follow.subject_id == Question.id
    )
    return (
        level.scalar_subquery().label("follow_level"),
        exists().where(MeToo.question_id == Question.id, MeToo.person_id == viewer_id).label("said_me_too"),
    )


def _is_linked() -> ColumnElement[bool]:
    """Whether there are questions that this one repeats, continues or holds, or that do so to it."""
    return or_(
        Question.continues_id.is_not(None),
        exists().where(or_(Duplicate.question_id == Question.id, Duplicate.original_id == Question.id)),
        exists().where(_again.continues_id == Question.id),
        exists().where(Merge.into_id == Question.id),
    )


def _newest_adoption(sight: rules.Sight) -> ColumnElement[int]:
    live = Adoption.__table__.alias("live")
    return (
        select(func.max(live.c.id))
        .where(live.c.question_id == Question.id, live.c.live_at.is_not(None), live.c.audience.in_(sight.audiences))
        .correlate(Question)
        .scalar_subquery()
    )
