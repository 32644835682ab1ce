"""One thread as one reader may see it, in at most seven statements whatever its length."""

from functools import cache

from sqlalchemy import BindParameter, and_, bindparam, exists, func, or_, select
from sqlalchemy.orm import Session, aliased, defer

from kb.errors import Invalid, NotFound
from kb.forum import rules
from kb.forum.finding import answer_for, comment_for, place_of_answer, place_of_comment, question_for
from kb.forum.models import (
    Acceptance,
    Answer,
    Category,
    CloseReason,
    Closure,
    Comment,
    Duplicate,
    MeToo,
    PostRevision,
    Question,
    Status,
)
from kb.forum.rows import WHO, AnyRow, AnySelect, pages_for, reason_of, who_of
from kb.forum.shapes import (
    CLOSE_WORDS,
    ClosureView,
    Link,
    Place,
    Thread,
    question_address,
    words_of,
)
from kb.forum.standing import THREAD
from kb.forum.views import ANSWERS, Accepted, answers_of, revisions_of
from kb.notices.models import Follow
from kb.people.models import Person
from kb.search.documents import ARTICLE
from kb.search.engine import Key
from kb.search.related import Alike, refs_for, shown_of

__all__ = ["answer_for", "comment_for", "place_of_answer", "place_of_comment", "question_for", "thread"]

RELATED_ARTICLES, RELATED = 3, 5
DUPLICATES = 10
"""How many questions that were asked again a thread names."""

_closer, _accepter = aliased(Person), aliased(Person)


def thread(session: Session, question_id: int, viewer: Person | None, *, page: int = 1) -> Thread:
    """Return a question with 25 of its answers, and everything ``viewer`` may do to them.

    Raises NotFound when there is no such question, ``viewer`` may not see it, or the page is past the end; Invalid
    naming page below 1.
    """
    if page < 1:
        raise Invalid("page", "Pages are numbered from 1.")
    row = _question(session, question_id, viewer)
    pages = pages_for(row.answers, ANSWERS)
    if page > pages:
        raise NotFound("This thread has %(pages)s pages.", pages=pages)
    question: Question = row.Question
    accepted = Accepted(row.accepted_id, row.accepted_by or "", row.accepted_at) if row.accepted_id else None
    answers, comments = answers_of(session, question, viewer, accepted, page, commented=row.commented)
    original, again = _duplicates(session, question_id, viewer) if row.asked_twice else (None, ())
    reason = reason_of(row.reason)
    related = _related(session, question_id, viewer)
    return Thread(
        id=question.id,
        title=question.title,
        slug=question.slug,
        address=question_address(question.id, question.slug),
        html=question.body_html,
        author=who_of(row),
        category=Place(row.category_slug, row.category_name),
        tags=tuple(question.tag_names),
        status=Status(question.status),
        status_words=words_of(question.status, reason),
        created_at=question.created_at,
        edited_at=question.edited_at,
        active_at=question.active_at,
        solved_at=question.solved_at,
        hidden=question.hidden_at is not None,
        hidden_why=question.hidden_why or "",
        revisions=row.revisions,
        answers_count=question.answers_count,
        me_too_count=question.me_too_count,
        comments=comments,
        answers=answers,
        accepted_id=row.accepted_id,
        page=page,
        pages=pages,
        closure=_closure(row, reason),
        duplicate_of=original,
        duplicates=again,
        mine=viewer is not None and viewer.id == question.author_id,
        following=bool(row.following),
        said_me_too=bool(row.said_me_too),
        may_answer=rules.may_answer(viewer, question),
        may_comment=rules.may_comment(viewer, question),
        may_edit=rules.may_edit(viewer, question, question),
        may_me_too=rules.may_me_too(viewer, question),
        may_follow=viewer is not None,
        close_reasons=rules.close_reasons(viewer, question),
        may_close=bool(rules.close_reasons(viewer, question)),
        may_reopen=rules.may_reopen(viewer, question, row.closed_by_id),
        may_mark_duplicate=rules.may_mark_duplicate(viewer, question),
        may_hide=rules.may_hide(viewer, question),
        may_show=rules.may_show(viewer, question),
        related=related,
        answered_elsewhere=_answering(related) if _is_waiting(question, viewer) else (),
    )


def _question(session: Session, question_id: int, viewer: Person | None) -> AnyRow:
    """Read the question and everything there is once for it."""
    row = session.execute(
        _question_by_id(hidden_too=rules.moderates(viewer)),
        {"question_id": question_id, "viewer_id": viewer.id if viewer is not None else 0},
    ).first()
    if row is None:
        raise NotFound()
    return row


@cache  # putting a statement together takes longer than running it
def _question_by_id(*, hidden_too: bool) -> AnySelect:
    viewer_id: BindParameter[int] = bindparam("viewer_id")
    shown = rules.visible(Answer, hidden_too=hidden_too)
    answers = select(func.count(Answer.id)).where(Answer.question_id == Question.id, shown)
    follows = exists().where(
        Follow.person_id == viewer_id, Follow.subject_kind == THREAD, Follow.subject_id == Question.id
    )
    asked_twice = or_(Duplicate.question_id == Question.id, Duplicate.original_id == Question.id)
    return (
        select(
            Question,
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
            answers.scalar_subquery().label("answers"),
            follows.label("following"),
            exists().where(Comment.question_id == Question.id).label("commented"),
            exists().where(asked_twice).label("asked_twice"),
            exists().where(MeToo.question_id == Question.id, MeToo.person_id == viewer_id).label("said_me_too"),
            revisions_of(PostRevision.question_id, Question.id),
            *WHO,
        )
        .join(Category, Category.id == Question.category_id)
        .join(Person, Person.id == Question.author_id)
        .outerjoin(Closure, Closure.question_id == Question.id)
        .outerjoin(_closer, _closer.id == Closure.person_id)
        .outerjoin(Acceptance, Acceptance.question_id == Question.id)
        .outerjoin(_accepter, _accepter.id == Acceptance.person_id)
        .where(Question.id == bindparam("question_id"), rules.visible(Question, hidden_too=hidden_too))
        .options(defer(Question.body_md))
    )


def _related(session: Session, question_id: int, viewer: Person | None) -> tuple[Alike, ...]:
    refs = refs_for(session, Key(THREAD, question_id))
    articles = shown_of(session, ARTICLE, refs.get(ARTICLE, ()), viewer)
    return articles[:RELATED_ARTICLES] + shown_of(session, THREAD, refs.get(THREAD, ()), viewer)[:RELATED]


def _is_waiting(question: Question, viewer: Person | None) -> bool:
    """Return whether ``viewer`` is one of those who look for the answer that ``question`` has not got."""
    return question.status == Status.NEEDS_ANSWER and rules.may_mark_duplicate(viewer, question)


def _answering(related: tuple[Alike, ...]) -> tuple[Alike, ...]:
    return tuple(one for one in related if one.kind == ARTICLE or one.status in (Status.SOLVED, Status.ANSWERED))


def _closure(row: AnyRow, reason: CloseReason | None) -> ClosureView | None:
    if reason is None:
        return None
    return ClosureView(reason, CLOSE_WORDS[reason], row.note, row.closed_by or "", row.closed_at)


def _duplicates(session: Session, question_id: int, viewer: Person | None) -> tuple[Link | None, tuple[Link, ...]]:
    """Return the question asked before this one, and the newest ten of those asked again."""
    found = session.execute(_duplicates_by_id(hidden_too=rules.moderates(viewer)), {"question_id": question_id}).all()
    links = [
        (
            bool(row.is_original),
            Link(
                row.id,
                row.title,
                question_address(row.id, row.slug),
                Status(row.status),
                words_of(row.status, reason_of(row.reason)),
            ),
        )
        for row in found
    ]
    original = next((link for is_original, link in links if is_original), None)
    return original, tuple(link for is_original, link in links if not is_original)[:DUPLICATES]


@cache
def _duplicates_by_id(*, hidden_too: bool) -> AnySelect:
    question_id: BindParameter[int] = bindparam("question_id")
    again, before = Duplicate.original_id == question_id, Duplicate.question_id == question_id
    other = or_(and_(before, Question.id == Duplicate.original_id), and_(again, Question.id == Duplicate.question_id))
    is_original = before.label("is_original")
    return (
        select(Question.id, Question.title, Question.slug, Question.status, Closure.reason, is_original)
        .join(Duplicate, other)
        .outerjoin(Closure, Closure.question_id == Question.id)
        .where(or_(before, again), rules.visible(Question, hidden_too=hidden_too))
        .order_by(is_original.desc(), Question.id.desc())
        .limit(DUPLICATES + 1)
    )
