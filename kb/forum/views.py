"""Answers and comments as one reader may see them, each kind in one statement."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, Integer, Label, SQLColumnExpression, and_, bindparam, case, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, defer

from kb.forum import rules
from kb.forum.models import Answer, Comment, PostRevision, Question, Rating
from kb.forum.rows import WHO, AnyRow, AnySelect, who_of
from kb.forum.shapes import AnswerView, CommentView
from kb.people.models import Person

ANSWERS = 25
"""Answers on one page of a thread."""

Comments = Mapping[int | None, Sequence[CommentView]]
"""By the id of the answer they are on; those on the question itself under None."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """Which answer solved the question, in whose opinion, and since when."""

    answer_id: int
    by: str
    at: datetime


def answer_order(accepted_id: BindParameter[int] | int | None) -> tuple[SQLColumnExpression[Any], ...]:
    """Return the order of a question's answers: accepted, then by score, then by age; hidden ones come last."""
    first = case((Answer.hidden_at.is_not(None), 2), (Answer.id == accepted_id, 0), else_=1)
    return (first, Answer.score.desc(), Answer.created_at, Answer.id)


def answers_of(
    session: Session,
    question: Question,
    viewer: Person | None,
    accepted: Accepted | None,
    page: int,
    *,
    commented: bool,
) -> tuple[tuple[AnswerView, ...], tuple[CommentView, ...]]:
    """Return a page of a question's answers, and the comments on the question itself if it was ``commented`` on."""
    found = session.execute(
        _answers(hidden_too=rules.moderates(viewer)),
        {
            "question_id": question.id,
            "viewer_id": viewer.id if viewer is not None else 0,
            "accepted_id": accepted.answer_id if accepted is not None else None,
            "skipped": (page - 1) * ANSWERS,
        },
    ).all()
    comments = _comments(session, question, viewer, [row.Answer.id for row in found]) if commented else {}
    may_accept = rules.may_accept(viewer, question)  # asked once: it is the same for all of them
    views = tuple(_answer(row, question, viewer, accepted, comments, may_accept=may_accept) for row in found)
    return views, tuple(comments.get(None, ()))


def revisions_of(of: InstrumentedAttribute[int | None], post_id: InstrumentedAttribute[int]) -> Label[int]:
    """Return a column ``revisions``: how often the post of a row was edited."""
    return select(func.count(PostRevision.id)).where(of == post_id).scalar_subquery().label("revisions")


@cache  # putting a statement together takes longer than running it
def _answers(*, hidden_too: bool) -> AnySelect:
    mine = and_(Rating.answer_id == Answer.id, Rating.person_id == bindparam("viewer_id"))
    return (
        select(Answer, Rating.helpful, revisions_of(PostRevision.answer_id, Answer.id), *WHO)
        .join(Person, Person.id == Answer.author_id)
        .outerjoin(Rating, mine)
        .where(Answer.question_id == bindparam("question_id"), rules.visible(Answer, hidden_too=hidden_too))
        .options(defer(Answer.body_md))
        .order_by(*answer_order(bindparam("accepted_id", type_=Integer)))
        .limit(ANSWERS)
        .offset(bindparam("skipped", type_=Integer))
    )


def _answer(
    row: AnyRow,
    question: Question,
    viewer: Person | None,
    accepted: Accepted | None,
    comments: Comments,
    *,
    may_accept: bool,
) -> AnswerView:
    answer: Answer = row.Answer
    is_accepted = accepted is not None and accepted.answer_id == answer.id
    may_accept = may_accept and answer.hidden_at is None
    return AnswerView(
        id=answer.id,
        html=answer.body_html,
        author=who_of(row),
        created_at=answer.created_at,
        edited_at=answer.edited_at,
        hidden=answer.hidden_at is not None,
        hidden_why=answer.hidden_why or "",
        revisions=row.revisions,
        helpful_count=answer.helpful_count,
        ratings_count=answer.helpful_count + answer.not_helpful_count,
        my_rating=row.helpful,
        accepted=is_accepted,
        accepted_by=accepted.by if accepted is not None and is_accepted else "",
        accepted_at=accepted.at if accepted is not None and is_accepted else None,
        comments=tuple(comments.get(answer.id, ())),
        mine=viewer is not None and viewer.id == answer.author_id,
        may_rate=rules.may_rate(viewer, answer, question),
        may_accept=may_accept and not is_accepted,
        may_unaccept=may_accept and is_accepted,
        may_comment=rules.may_comment(viewer, question, answer),
        may_edit=rules.may_edit(viewer, answer, question),
        may_hide=rules.may_hide(viewer, answer, accepted=is_accepted),
        may_show=rules.may_show(viewer, answer),
    )


def _comments(session: Session, question: Question, viewer: Person | None, answer_ids: Sequence[int]) -> Comments:
    found = session.execute(
        _comments_on(hidden_too=rules.moderates(viewer)), {"question_id": question.id, "answer_ids": list(answer_ids)}
    )
    comments: dict[int | None, list[CommentView]] = defaultdict(list)
    for row in found:
        comments[row.Comment.answer_id].append(_comment(row, question, viewer))
    return comments


@cache
def _comments_on(*, hidden_too: bool) -> AnySelect:
    on_shown = Comment.answer_id.in_(bindparam("answer_ids", expanding=True))
    return (
        select(Comment, revisions_of(PostRevision.comment_id, Comment.id), *WHO)
        .join(Person, Person.id == Comment.author_id)
        .where(
            Comment.question_id == bindparam("question_id"),
            or_(Comment.answer_id.is_(None), on_shown),
            rules.visible(Comment, hidden_too=hidden_too),
        )
        .options(defer(Comment.body_md))
        .order_by(Comment.created_at, Comment.id)
    )


def _comment(row: AnyRow, question: Question, viewer: Person | None) -> CommentView:
    comment: Comment = row.Comment
    return CommentView(
        id=comment.id,
        html=comment.body_html,
        author=who_of(row),
        created_at=comment.created_at,
        edited_at=comment.edited_at,
        hidden=comment.hidden_at is not None,
        hidden_why=comment.hidden_why or "",
        revisions=row.revisions,
        may_edit=rules.may_edit(viewer, comment, question),
        may_hide=rules.may_hide(viewer, comment),
        may_show=rules.may_show(viewer, comment),
    )
