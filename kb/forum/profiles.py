"""What one person asked and answered, for their profile."""

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from kb.errors import Invalid, NotFound
from kb.forum.models import Acceptance, Answer, Question
from kb.forum.rows import HTML_FOR_EXTRACT, extract_of, pages_for, question_rows, row_of
from kb.forum.shapes import PersonAnswer, PersonPosts
from kb.people.models import Person

PAGE = 30


def by_person(session: Session, person_id: int, viewer: Person | None, page: int = 1) -> PersonPosts:
    """Return what everyone may see of a person's questions and answers, newest first, 30 of each on a page.

    Raises Invalid naming page below 1, NotFound for a page past the end of both.
    """
    if page < 1:
        raise Invalid("page", "Pages are numbered from 1.")
    asked, answered, accepted, helpful = session.execute(
        select(
            select(func.count(Question.id)).where(*_asked(person_id)).scalar_subquery(),
            *(
                select(counted)
                .select_from(Answer)
                .join(Question, Question.id == Answer.question_id)
                .outerjoin(Acceptance, Acceptance.answer_id == Answer.id)
                .where(*_answered(person_id))
                .scalar_subquery()
                for counted in (
                    func.count(Answer.id),
                    func.count(Acceptance.id),
                    func.coalesce(func.sum(Answer.helpful_count), 0),
                )
            ),
        )
    ).one()
    pages = pages_for(max(asked, answered), PAGE)
    if page > pages:
        raise NotFound("This list has %(pages)s pages.", pages=pages)
    return PersonPosts(
        questions=tuple(
            row_of(row)
            for row in session.execute(
                question_rows()
                .where(*_asked(person_id))
                .order_by(Question.created_at.desc(), Question.id.desc())
                .limit(PAGE)
                .offset((page - 1) * PAGE)
            )
        ),
        answers=_answers(session, person_id, (page - 1) * PAGE),
        questions_count=asked,
        answers_count=answered,
        accepted_count=accepted,
        helpful_count=helpful,
        page=page,
        pages=pages,
    )


def _asked(person_id: int) -> list[ColumnElement[bool]]:
    return [Question.author_id == person_id, Question.hidden_at.is_(None)]


def _answered(person_id: int) -> list[ColumnElement[bool]]:
    return [Answer.author_id == person_id, Answer.hidden_at.is_(None), Question.hidden_at.is_(None)]


def _answers(session: Session, person_id: int, offset: int) -> tuple[PersonAnswer, ...]:
    found = session.execute(
        select(
            Answer.id,
            Answer.created_at,
            Answer.helpful_count,
            Answer.not_helpful_count,
            func.substr(Answer.body_html, 1, HTML_FOR_EXTRACT).label("html"),
            Question.title,
            Acceptance.id.label("acceptance_id"),
        )
        .join(Question, Question.id == Answer.question_id)
        .outerjoin(Acceptance, Acceptance.answer_id == Answer.id)
        .where(*_answered(person_id))
        .order_by(Answer.created_at.desc(), Answer.id.desc())
        .limit(PAGE)
        .offset(offset)
    )
    return tuple(
        PersonAnswer(
            id=row.id,
            address=f"/answers/{row.id}",
            question_title=row.title,
            extract=extract_of(row.html),
            created_at=row.created_at,
            accepted=row.acceptance_id is not None,
            helpful_count=row.helpful_count,
            ratings_count=row.helpful_count + row.not_helpful_count,
        )
        for row in found
    )
