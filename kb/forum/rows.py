"""Columns that many pages select, and the shapes made of them."""

from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Label, Row, Select, String, cast, exists, func, literal, select
from sqlalchemy.orm import InstrumentedAttribute

from kb.forum import rules
from kb.forum.models import Category, CloseReason, Closure, PostRevision, Question, Status
from kb.forum.shapes import Place, QuestionRow, Who, question_address, words_of
from kb.markup.plain import shorten, text_of
from kb.people.models import Grant, Person, Role

AnyRow = Row[*tuple[Any, ...]]
AnySelect = Select[*tuple[Any, ...]]

EXTRACT = 200
HTML_FOR_EXTRACT = 800


def who(scope: ColumnElement[str]) -> tuple[ColumnElement[Any], ...]:
    """Return what ``who_of`` reads where Person is joined; experts everywhere or of ``scope`` are marked."""
    expert = exists().where(Grant.person_id == Person.id, Grant.role == Role.EXPERT, Grant.scope.in_(("", scope)))
    return (
        Person.id.label("who_id"),
        Person.handle.label("who_handle"),
        Person.name.label("who_name"),
        Person.staff_since.label("who_staff_since"),
        Person.photo.label("who_photo"),
        expert.label("who_expert"),
    )


WHO = who(literal(""))
"""The same where only experts everywhere are marked."""
WHO_HERE = who(literal(rules.scope_of("")) + cast(Question.category_id, String))
"""The same for a statement about a question, where experts of its category are marked too."""


def who_of(row: AnyRow) -> Who:
    """Return the person of a row that selected what ``who`` returns."""
    staff = row.who_staff_since is not None
    return Who(row.who_id, row.who_handle, row.who_name, staff, bool(row.who_expert), row.who_photo)


def revisions_of(of: InstrumentedAttribute[int | None], post_id: InstrumentedAttribute[int]) -> Label[int]:
    """Return a column ``revisions``: how often the post of a row was edited."""
    return select(func.count(PostRevision.id)).where(of == post_id).scalar_subquery().label("revisions")


def question_rows() -> AnySelect:
    """Return a statement that selects what ``row_of`` reads; the caller says which questions and in which order."""
    return (
        select(
            Question.id,
            Question.title,
            Question.slug,
            Question.status,
            Question.tag_names,
            Question.created_at,
            Question.active_at,
            Question.solved_at,
            Question.answers_count,
            Question.me_too_count,
            func.substr(Question.body_html, 1, HTML_FOR_EXTRACT).label("html"),
            Category.slug.label("category_slug"),
            Category.name.label("category_name"),
            Closure.reason,
            *WHO_HERE,
        )
        .join(Category, Category.id == Question.category_id)
        .join(Person, Person.id == Question.author_id)
        .outerjoin(Closure, Closure.question_id == Question.id)
    )


def row_of(row: AnyRow) -> QuestionRow:
    """Return one question of a list."""
    return QuestionRow(
        id=row.id,
        title=row.title,
        address=question_address(row.id, row.slug),
        status=Status(row.status),
        status_words=words_of(row.status, reason_of(row.reason)),
        category=Place(row.category_slug, row.category_name),
        tags=tuple(row.tag_names),
        asker=who_of(row),
        created_at=row.created_at,
        active_at=row.active_at,
        solved_at=row.solved_at,
        answers_count=row.answers_count,
        me_too_count=row.me_too_count,
        extract=extract_of(row.html),
    )


@lru_cache(maxsize=2048)  # lists show the same questions again and again
def extract_of(html: str) -> str:
    """Return the first 200 characters of what ``html``, the start of a post, says."""
    if html.rfind("<") > html.rfind(">"):  # the start may end inside a tag
        html = html[: html.rfind("<")]
    return shorten(text_of(html), EXTRACT)


def reason_of(value: str | None) -> CloseReason | None:
    """Return a closure's reason as read from an outer join."""
    return CloseReason(value) if value is not None else None


def pages_for(total: int, size: int) -> int:
    """Return how many pages ``total`` rows fill; an empty list has one."""
    return max(1, -(-total // size))
