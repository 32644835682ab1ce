"""The answers of a thread as one reader may see them, in one statement."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, Integer, SQLColumnExpression, and_, bindparam, case, func, select
from sqlalchemy.orm import Session, aliased, defer

from kb.forum import rules
from kb.forum.models import Answer, PostRevision, Question, Rating
from kb.forum.rows import AnyRow, AnySelect, revisions_of, who, who_of
from kb.forum.scores import wilson
from kb.forum.solving.models import Trial
from kb.forum.talk import Talks, talks_of
from kb.forum.thread_shapes import AnswerView, Talk
from kb.people.models import Person

ANSWERS = 25
"""Answers on one page of a thread."""

VERSIONS = 3
"""Versions of what people use that an answer names."""
_tried = aliased(Trial)
_versions = (
    select(func.aggregate_strings(_tried.version, "\n"))
    .where(_tried.answer_id == Answer.id, _tried.worked.is_(True), _tried.discounted == "", _tried.version != "")
    .scalar_subquery()
)


@dataclass(frozen=True, slots=True)
class Solution:
    """Which answer solved the question, in whose opinion, and since when; or which one likely did."""

    accepted_id: int | None
    by: str
    at: datetime | None
    likely_id: int | None

    @property
    def first_id(self) -> int | None:
        """The answer that stands before all others."""
        return self.accepted_id or self.likely_id


def answer_order(first_id: Any) -> tuple[SQLColumnExpression[Any], ...]:
    """Return the order of a question's answers: the one with ``first_id``, then by score and age; hidden ones last.

    Among those without a score, one that nobody rated comes before those that helped nobody.
    """
    first = case((Answer.hidden_at.is_not(None), 2), (Answer.id == first_id, 0), else_=1)
    return (first, Answer.score.desc(), Answer.not_helpful_count, Answer.created_at, Answer.id)


def answers_of(
    session: Session, question: Question, viewer: Person | None, solution: Solution, page: int, *, commented: bool
) -> tuple[tuple[AnswerView, ...], Talk]:
    """Return a page of a question's answers, and what is said about the question if it was ``commented`` on."""
    found = session.execute(
        _answers(rules.sight(viewer)),
        {
            "question_id": question.id,
            "viewer_id": viewer.id if viewer is not None else 0,
            "first_id": solution.first_id,
            "scope": rules.scope_of(question.category_id),
            "skipped": (page - 1) * ANSWERS,
        },
    ).all()
    talks = talks_of(session, question, viewer, [row.Answer.id for row in found]) if commented else {}
    may_accept = rules.may_accept(viewer, question)  # asked once: it is the same for all of them
    views = tuple(_answer(row, question, viewer, solution, talks, may_accept=may_accept) for row in found)
    return views, talks.get(None, Talk())


def helps_few(answer: Answer) -> bool:
    """Whether readers agree that an answer does not help: at most half find it helpful, with 97.5 % confidence.

    The upper bound of the same interval whose lower bound is the score; four who all say no are enough.
    """
    return wilson(answer.not_helpful_count, answer.helpful_count) > 0.5


def _most_named(versions: str | None) -> tuple[str, ...]:
    named = Counter((versions or "").split("\n"))
    return tuple(sorted(filter(None, named), key=lambda version: (-named[version], version))[:VERSIONS])


@cache  # putting a statement together takes longer than running it
def _answers(sight: rules.Sight) -> AnySelect:
    viewer_id: BindParameter[int] = bindparam("viewer_id")
    return (
        select(
            Answer,
            Rating.helpful,
            Rating.reason,
            Trial.worked,
            Trial.version,
            _versions.label("versions"),
            revisions_of(PostRevision.answer_id, Answer.id),
            *who(bindparam("scope")),
        )
        .join(Person, Person.id == Answer.author_id)
        .outerjoin(Rating, and_(Rating.answer_id == Answer.id, Rating.person_id == viewer_id))
        .outerjoin(Trial, and_(Trial.answer_id == Answer.id, Trial.person_id == viewer_id))
        .where(Answer.question_id == bindparam("question_id"), rules.visible(Answer, sight=sight))
        .options(defer(Answer.body_md))
        .order_by(*answer_order(bindparam("first_id", type_=Integer)))
        .limit(ANSWERS)
        .offset(bindparam("skipped", type_=Integer))
    )


def _answer(
    row: AnyRow,
    question: Question,
    viewer: Person | None,
    solution: Solution,
    talks: Talks,
    *,
    may_accept: bool,
) -> AnswerView:
    answer: Answer = row.Answer
    accepted = solution.accepted_id == answer.id
    likely = solution.accepted_id is None and solution.likely_id == answer.id
    may_accept = may_accept and answer.hidden_at is None
    mine = viewer is not None and viewer.id == answer.author_id
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
        my_reason=row.reason or "",
        worked_count=answer.worked_count,
        failed_count=answer.failed_count,
        worked_with=_most_named(row.versions),
        my_trial=row.worked,
        my_version=row.version or "",
        outdated_at=answer.outdated_at,
        outdated_why=answer.outdated_why,
        folded=not (accepted or likely or mine) and helps_few(answer),
        likely=likely,
        accepted=accepted,
        accepted_by=solution.by if accepted else "",
        accepted_at=solution.at if accepted else None,
        talk=talks.get(answer.id, Talk()),
        mine=mine,
        may_rate=rules.may_rate(viewer, answer, question),
        may_accept=may_accept and not accepted,
        may_unaccept=may_accept and accepted,
        may_comment=rules.may_comment(viewer, question, answer),
        may_edit=rules.may_edit(viewer, answer, question),
        may_hide=rules.may_hide(viewer, answer, accepted=accepted),
        may_show=rules.may_show(viewer, answer),
    )
