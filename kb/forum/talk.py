"""Comments as one reader may see them: the first of each post in its thread, all of them on pages of their own."""

from collections.abc import Mapping, Sequence
from functools import cache

from sqlalchemy import bindparam, func, literal, or_, select
from sqlalchemy.orm import Session, defer

from kb.errors import Invalid, NotFound
from kb.forum import rules
from kb.forum.models import Answer, Comment, PostRevision, Question
from kb.forum.rows import AnyRow, AnySelect, pages_for, revisions_of, who, who_of
from kb.forum.thread_shapes import CommentView, Talk, TalkPage
from kb.people.models import Person

IN_THREAD = 30
"""Comments on one post that its thread shows."""
PAGE = 100

Talks = Mapping[int | None, Talk]
"""By the id of the answer they are on; that on the question itself under None."""


def talks_of(session: Session, question: Question, viewer: Person | None, answer_ids: Sequence[int]) -> Talks:
    """Return the first comments on a question, and on each of ``answer_ids``."""
    scope = rules.scope_of(question.category_id)
    found = session.execute(
        _first_comments(rules.sight(viewer)),
        {"question_id": question.id, "answer_ids": list(answer_ids), "scope": scope},
    )
    rows: dict[int | None, list[CommentView]] = {}
    totals: dict[int | None, int] = {}
    for row in found:
        rows.setdefault(row.Comment.answer_id, []).append(comment_view(row, question, viewer))
        totals[row.Comment.answer_id] = row.total
    return {post: Talk(tuple(views), totals[post]) for post, views in rows.items()}


def page_of_talk(
    session: Session, question: Question, viewer: Person | None, *, answer: Answer | None = None, page: int = 1
) -> TalkPage:
    """Return 100 of the comments on a question, or on ``answer`` to it, the oldest first.

    Raises NotFound when the page is past the end; Invalid naming page below 1.
    """
    if page < 1:
        raise Invalid("page", "Pages are numbered from 1.")
    said = (
        Comment.question_id == question.id,
        Comment.answer_id == answer.id if answer is not None else Comment.answer_id.is_(None),
        rules.visible_to(viewer, Comment),
    )
    total = session.scalar(select(func.count(Comment.id)).where(*said)) or 0
    pages = pages_for(total, PAGE)
    if page > pages:
        raise NotFound("This list has %(pages)s pages.", pages=pages)
    scope = rules.scope_of(question.category_id)
    found = session.execute(
        select(Comment, revisions_of(PostRevision.comment_id, Comment.id), *who(literal(scope)))
        .join(Person, Person.id == Comment.author_id)
        .where(*said)
        .options(defer(Comment.body_md))
        .order_by(Comment.created_at, Comment.id)
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    )
    return TalkPage(tuple(comment_view(row, question, viewer) for row in found), total, page, pages)


def number_of(session: Session, comment: Comment, viewer: Person | None) -> int:
    """Return how many comments that ``viewer`` sees stand before ``comment`` below the same post."""
    earlier = or_(
        Comment.created_at < comment.created_at,
        (Comment.created_at == comment.created_at) & (Comment.id < comment.id),
    )
    counted = select(func.count(Comment.id)).where(
        Comment.question_id == comment.question_id,
        Comment.answer_id.is_not_distinct_from(comment.answer_id),
        rules.visible_to(viewer, Comment),
        earlier,
    )
    return session.scalar(counted) or 0


def comment_view(row: AnyRow, question: Question, viewer: Person | None) -> CommentView:
    """Return one comment, as selected here, with what ``viewer`` may do to it."""
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


@cache  # putting a statement together takes longer than running it
def _first_comments(sight: rules.Sight) -> AnySelect:
    on_shown = Comment.answer_id.in_(bindparam("answer_ids", expanding=True))
    in_order = (Comment.created_at, Comment.id)
    number = func.row_number().over(partition_by=Comment.answer_id, order_by=in_order).label("number")
    total = func.count().over(partition_by=Comment.answer_id).label("total")
    numbered = (
        select(Comment.id, number, total)
        .where(
            Comment.question_id == bindparam("question_id"),
            or_(Comment.answer_id.is_(None), on_shown),
            rules.visible(Comment, sight=sight),
        )
        .subquery()
    )
    return (
        select(Comment, numbered.c.total, revisions_of(PostRevision.comment_id, Comment.id), *who(bindparam("scope")))
        .join(numbered, numbered.c.id == Comment.id)
        .join(Person, Person.id == Comment.author_id)
        .where(numbered.c.number <= IN_THREAD)
        .options(defer(Comment.body_md))
        .order_by(Comment.created_at, Comment.id)
    )
