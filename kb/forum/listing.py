"""Lists of questions, tags and categories; each page costs the same at a hundred thousand questions as at ten."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, and_, bindparam, exists, func, select
from sqlalchemy.orm import Session

from kb import clock
from kb.errors import Invalid, NotFound
from kb.forum import categories as places
from kb.forum import rules, tags
from kb.forum.models import Acceptance, Answer, Category, Question, QuestionTag, Status, Tag
from kb.forum.rows import WHO, AnySelect, pages_for, question_rows, row_of, who_of
from kb.forum.shapes import CategoryRow, Helper, HomeRows, Place, QuestionList, QuestionRow, TagRow
from kb.people.models import Person
from kb.people.rules import Reader

PAGE = 30
TAGS_PAGE = 100
MOST_COUNTED = 3_000
"""Lists without a stored counter are counted and paged no further than this."""
OFTEN = 2_000
"""A tag on more questions is looked up for each question of the list in turn; a rarer one's questions are sorted."""
HOME = 5
LATELY = timedelta(days=30)

# Orders name hidden_at, null throughout, because PostgreSQL then reads the index in its order instead of sorting.
_ORDERS: dict[str, tuple[ColumnElement[Any], ...]] = {
    "newest": (Question.hidden_at.desc(), Question.created_at.desc(), Question.id.desc()),
    "active": (Question.hidden_at.desc(), Question.active_at.desc(), Question.id.desc()),
    "needs-answer": (Question.hidden_at.desc(), Question.created_at.desc(), Question.id.desc()),
    "solved": (Question.hidden_at.desc(), Question.solved_at.desc(), Question.id.desc()),
}
_STATUSES = {"needs-answer": Status.NEEDS_ANSWER, "solved": Status.SOLVED}


def listing(
    session: Session,
    viewer: Reader | None,
    *,
    tab: str = "newest",
    tag: str | None = None,
    category: str | None = None,
    page: int = 1,
) -> QuestionList:
    """Return a page of 30 questions that ``viewer`` may see, hidden ones never: newest, needs-answer, active or solved.

    ``tag`` is a name and ``category`` a slug. Raises Invalid naming page below 1; NotFound for a page past the end,
    and for a tab, tag or category there is not.
    """
    if page < 1:
        raise Invalid("page", "Pages are numbered from 1.")
    if tab not in _ORDERS:
        raise NotFound("There is no such list.")
    place = places.find(session, category, viewer) if category is not None else None
    label = tags.find(session, tag, viewer) if tag is not None else None
    often = label is not None and label.questions_count > OFTEN
    which = _Which(tab, rules.audiences(viewer), label is not None, often, place is not None)
    values = {"tag_id": label.id if label is not None else 0, "category_id": place.id if place is not None else 0}
    total, more = _total(session, which, values, label, place)
    pages = pages_for(total, PAGE)
    if page > pages:
        raise NotFound("This list has %(pages)s pages.", pages=pages)
    return QuestionList(
        rows=_rows(session, which, PAGE, skipped=(page - 1) * PAGE, **values),
        page=page,
        pages=pages,
        total=total,
        more=more,
        tab=tab,
        tag=label.name if label is not None else None,
        category=Place(place.slug, place.name) if place is not None else None,
    )


def home_rows(session: Session, viewer: Reader | None) -> HomeRows:
    """Return the newest five without an answer, the five solved last, and who helped most in the last 30 days."""
    seen = rules.audiences(viewer)
    return HomeRows(
        needs_answer=_rows(session, _Which("needs-answer", seen), HOME),
        just_solved=_rows(session, _Which("solved", seen), HOME),
        helpers=_helpers(session),
    )


def all_tags(session: Session, *, page: int = 1, holding: str = "") -> tuple[tuple[TagRow, ...], int]:
    """Return a page of 100 tags in use, most used first, and how many pages there are; raises as ``listing`` does.

    ``holding`` narrows it to those with this in their name, or in that of a synonym.
    """
    if page < 1:
        raise Invalid("page", "Pages are numbered from 1.")
    total = session.scalar(select(func.count()).select_from(Tag).where(tags.in_use(holding))) or 0
    pages = pages_for(total, TAGS_PAGE)
    if page > pages:
        raise NotFound("This list has %(pages)s pages.", pages=pages)
    return _tags(session, TAGS_PAGE, (page - 1) * TAGS_PAGE, holding), pages


def popular_tags(session: Session, limit: int = 30) -> tuple[TagRow, ...]:
    """Return the tags that most questions carry."""
    return _tags(session, limit, 0)


def categories(session: Session, viewer: Reader | None = None) -> tuple[CategoryRow, ...]:
    """Return the categories that ``viewer`` may see, in their order."""
    return tuple(
        CategoryRow(row.id, row.slug, row.name, row.description, row.questions_count)
        for row in places.ordered(session, viewer)
    )


def _tags(session: Session, limit: int, offset: int, holding: str = "") -> tuple[TagRow, ...]:
    found = session.execute(
        select(Tag.name, Tag.questions_count, Tag.description)
        .where(tags.in_use(holding))
        .order_by(Tag.questions_count.desc(), Tag.name)
        .limit(limit)
        .offset(offset)
    )
    return tuple(TagRow(row.name, row.questions_count, row.description) for row in found)


@dataclass(frozen=True, slots=True)
class _Which:
    """A kind of list. The ids of its tag and category are bound when its statement runs."""

    tab: str
    audiences: tuple[str, ...]
    tagged: bool = False
    often: bool = False
    """Whether the tag is on more than OFTEN questions."""
    placed: bool = False


def _total(
    session: Session, which: _Which, values: Mapping[str, int], tag: Tag | None, category: Category | None
) -> tuple[int, bool]:
    """Return how many there are, from a stored counter or counted up to MOST_COUNTED; and whether there are more."""
    beyond_the_counter = which.tagged and (which.placed or which.audiences != rules.EVERYBODYS)
    if which.tab in _STATUSES or beyond_the_counter:
        counted = select(func.count()).select_from(_chosen(which).limit(MOST_COUNTED + 1).subquery())
        total = session.scalar(counted, values) or 0
        return min(total, MOST_COUNTED), total > MOST_COUNTED
    if tag is not None:
        return tag.questions_count, False
    if category is not None:
        return category.questions_count, False
    in_all = select(func.coalesce(func.sum(Category.questions_count), 0))
    return session.scalar(in_all.where(Category.audience.in_(which.audiences))) or 0, False


def _rows(session: Session, which: _Which, limit: int, **values: int) -> tuple[QuestionRow, ...]:
    found = session.execute(_page(which, limit), {"skipped": 0, **values})
    return tuple(row_of(row) for row in found)


@cache  # putting a statement together takes longer than running it
def _page(which: _Which, limit: int) -> AnySelect:
    """Skip to the page over an index alone, and only then read the rows it needs."""
    order = _ORDERS[which.tab]
    ids = _chosen(which).order_by(*order).limit(limit).offset(bindparam("skipped", type_=Integer)).subquery()
    return question_rows().join(ids, ids.c.id == Question.id).order_by(*order)


def _chosen(which: _Which) -> Select[int]:
    """Return the ids of a list's questions, in no order."""
    chosen = select(Question.id).where(Question.hidden_at.is_(None))
    if which.tab in _STATUSES:
        chosen = chosen.where(Question.status == _STATUSES[which.tab])
    if which.placed:  # which was looked up for the viewer, and all that is in it has its audience
        chosen = chosen.where(Question.category_id == bindparam("category_id"))
    else:
        chosen = chosen.where(Question.audience.in_(which.audiences))
    if not which.tagged:
        return chosen
    carries = and_(QuestionTag.question_id == Question.id, QuestionTag.tag_id == bindparam("tag_id"))
    return chosen.where(exists().where(carries)) if which.often else chosen.join(QuestionTag, carries)


def _helpers(session: Session) -> tuple[Helper, ...]:
    """Return who answered others lately where everybody sees it, most accepted first."""
    answers, accepted = func.count(Answer.id).label("answers"), func.count(Acceptance.id).label("accepted")
    author = (Answer.author_id + 0).label("author_id")  # the sum keeps SQLite from walking all answers by author
    lately = (
        select(author, answers, accepted)
        .join(Question, Question.id == Answer.question_id)
        .outerjoin(Acceptance, Acceptance.answer_id == Answer.id)
        .where(
            Answer.created_at > clock.now() - LATELY,
            Answer.hidden_at.is_(None),
            Question.hidden_at.is_(None),
            Question.audience.in_(rules.EVERYBODYS),
            Answer.author_id != Question.author_id,
        )
        .group_by(author)
        .order_by(accepted.desc(), answers.desc(), author)
        .limit(HOME)
        .subquery()
    )
    found = session.execute(
        select(lately.c.answers, lately.c.accepted, *WHO)
        .join(Person, Person.id == lately.c.author_id)
        .order_by(lately.c.accepted.desc(), lately.c.answers.desc(), Person.id)
    )
    return tuple(Helper(who_of(row), row.answers, row.accepted) for row in found)
