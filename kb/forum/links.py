"""The questions that a thread points at, and those that point at it: all of them in one statement."""

from dataclasses import dataclass
from functools import cache

from sqlalchemy import BindParameter, Subquery, and_, bindparam, case, func, literal, or_, select, union_all
from sqlalchemy.orm import Session, defer

from kb.forum import rules
from kb.forum.models import Acceptance, Answer, Closure, Duplicate, Merge, Question, Status
from kb.forum.rows import WHO, AnyRow, AnySelect, reason_of, who_of
from kb.forum.shapes import question_address, words_of
from kb.forum.thread_shapes import Excerpt, Link, Merged
from kb.forum.views import answer_order
from kb.people.models import Person

MOST = 10
"""How many questions of one sort a thread names."""
EXCERPTS = 3


@dataclass(frozen=True, slots=True)
class Links:
    """What a thread says of other questions; see Thread for the names."""

    duplicate_of: Link | None = None
    first_answers: tuple[Excerpt, ...] = ()
    duplicates: tuple[Link, ...] = ()
    continues: Link | None = None
    continued_by: tuple[Link, ...] = ()
    merged: tuple[Merged, ...] = ()


def links_of(session: Session, question_id: int, viewer: Person | None) -> Links:
    """Return the questions that hang together with this one, as far as ``viewer`` may see them, the newest first."""
    found = session.execute(_linked(rules.sight(viewer)), {"question_id": question_id}).all()
    links: dict[str, list[Link]] = {how: [] for how in ("original", "again", "before", "after")}
    for row in found:
        if row.how in links:
            links[row.how].append(_link(row))
    original = next(iter(links["original"]), None)
    return Links(
        duplicate_of=original,
        first_answers=_best(session, original.id) if original is not None else (),
        duplicates=tuple(links["again"]),
        continues=next(iter(links["before"]), None),
        continued_by=tuple(links["after"]),
        merged=tuple(
            Merged(row.id, row.title, row.html, who_of(row), row.created_at) for row in found if row.how == "merged"
        ),
    )


def _link(row: AnyRow) -> Link:
    words = words_of(row.status, reason_of(row.reason))
    return Link(row.id, row.title, question_address(row.id, row.slug), Status(row.status), words)


@cache  # putting a statement together takes longer than running it
def _linked(sight: rules.Sight) -> AnySelect:
    ties = _ties()
    merged = and_(ties.c.how == "merged", Question.audience.in_(sight.audiences))
    number = func.row_number().over(partition_by=ties.c.how, order_by=Question.id.desc()).label("number")
    numbered = (
        select(Question.id, ties.c.how, number)
        .join(ties, ties.c.id == Question.id)
        .where(or_(merged, rules.visible(Question, sight=sight)))
        .subquery()
    )
    html = case((numbered.c.how == "merged", Question.body_html), else_="").label("html")
    about = (Question.id, Question.title, Question.slug, Question.status, Question.created_at)
    return (
        select(numbered.c.how, *about, html, Closure.reason, *WHO)
        .join(numbered, numbered.c.id == Question.id)
        .join(Person, Person.id == Question.author_id)
        .outerjoin(Closure, Closure.question_id == Question.id)
        .where(numbered.c.number <= MOST)
        .order_by(Question.id.desc())
    )


def _ties() -> Subquery:
    """Return how other questions hang together with the one, and their ids."""
    this: BindParameter[int] = bindparam("question_id")
    original = select(literal("original").label("how"), Duplicate.original_id.label("id"))
    sorts = (
        original.where(Duplicate.question_id == this),
        select(literal("again"), Duplicate.question_id).where(Duplicate.original_id == this),
        select(literal("before"), Question.continues_id).where(Question.id == this, Question.continues_id.is_not(None)),
        select(literal("after"), Question.id).where(Question.continues_id == this),
        select(literal("merged"), Merge.question_id).where(Merge.into_id == this),
    )
    return union_all(*sorts).subquery("ties")


def _best(session: Session, question_id: int) -> tuple[Excerpt, ...]:
    found = session.execute(_best_answers(), {"question_id": question_id})
    return tuple(
        Excerpt(
            id=row.Answer.id,
            html=row.Answer.body_html,
            author=who_of(row),
            created_at=row.Answer.created_at,
            accepted=row.accepted,
            helpful_count=row.Answer.helpful_count,
            ratings_count=row.Answer.helpful_count + row.Answer.not_helpful_count,
        )
        for row in found
    )


@cache
def _best_answers() -> AnySelect:
    return (
        select(Answer, Acceptance.id.is_not(None).label("accepted"), *WHO)
        .join(Person, Person.id == Answer.author_id)
        .outerjoin(Acceptance, Acceptance.answer_id == Answer.id)
        .where(Answer.question_id == bindparam("question_id"), Answer.hidden_at.is_(None))
        .options(defer(Answer.body_md))
        .order_by(*answer_order(Acceptance.answer_id))
        .limit(EXCERPTS)
    )
