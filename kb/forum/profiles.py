"""What one person asked and answered, for their profile."""

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from kb.errors import Invalid, NotFound
from kb.forum import rules
from kb.forum.models import Acceptance, Answer, Question
from kb.forum.rows import HTML_FOR_EXTRACT, extract_of, pages_for, question_rows, row_of
from kb.forum.shapes import Credit, PersonAnswer, PersonPosts, QuestionRow
from kb.forum.solving.models import Adoption
from kb.people.models import Person

PAGE = 30
ARTICLES = 10


def by_person(
    session: Session, person_id: int, viewer: Person | None, page: int = 1, *, solved: bool = False
) -> PersonPosts:
    """Return what ``viewer`` may see of a person's questions and answers, newest first, 30 of each on a page.

    ``solved`` asks for the answers that solved something alone. What is hidden is left out for moderators too.

    Raises Invalid naming page below 1, NotFound for a page past the end of both.
    """
    if page < 1:
        raise Invalid("page", "Pages are numbered from 1.")
    numbers = _numbers(session, person_id, viewer)
    listed = numbers["accepted_count"] if solved else max(numbers["questions_count"], numbers["answers_count"])
    pages = pages_for(listed, PAGE)
    if page > pages:
        raise NotFound("This list has %(pages)s pages.", pages=pages)
    offset = (page - 1) * PAGE
    return PersonPosts(
        questions=() if solved else _questions(session, person_id, viewer, offset),
        answers=_answers(session, person_id, viewer, offset, solved=solved),
        articles=_articles(session, person_id, viewer),
        **numbers,
        page=page,
        pages=pages,
    )


def _questions(session: Session, person_id: int, viewer: Person | None, offset: int) -> tuple[QuestionRow, ...]:
    newest = (
        question_rows()
        .where(*_asked(person_id, viewer))
        .order_by(Question.created_at.desc(), Question.id.desc())
        .limit(PAGE)
        .offset(offset)
    )
    return tuple(row_of(row) for row in session.execute(newest))


def _numbers(session: Session, person_id: int, viewer: Person | None) -> dict[str, int]:
    """Count what there is, all by one statement that goes through somebody's answers twice: some have thousands."""
    answered = (
        select(Answer.id)
        .select_from(Answer)
        .join(Question, Question.id == Answer.question_id)
        .outerjoin(Acceptance, Acceptance.answer_id == Answer.id)
        .where(*_answered(person_id, viewer))
    )
    helped = or_(Answer.helpful_count > 0, Answer.worked_count > 0, Acceptance.id.is_not(None))
    read = answered.with_only_columns(Question.id, Question.views).where(helped).distinct().subquery()
    answers = answered.with_only_columns(
        func.count(Answer.id).label("answers_count"),
        func.count(Acceptance.id).label("accepted_count"),
        func.coalesce(func.sum(Answer.helpful_count), 0).label("helpful_count"),
    ).subquery()
    questions = select(func.count(Question.id)).where(*_asked(person_id, viewer)).scalar_subquery()
    readers = select(func.coalesce(func.sum(read.c.views), 0)).scalar_subquery()
    row = session.execute(
        select(answers, questions.label("questions_count"), readers.label("readers")).select_from(answers)
    ).one()
    return {name: int(number) for name, number in row._mapping.items()}


def _articles(session: Session, person_id: int, viewer: Person | None) -> tuple[Credit, ...]:
    found = session.execute(
        select(Adoption.title, Adoption.address)
        .join(Answer, Answer.id == Adoption.answer_id)
        .join(Question, Question.id == Answer.question_id)
        .where(*_answered(person_id, viewer), Adoption.live_at.is_not(None))
        .where(Adoption.audience.in_(rules.audiences(viewer)))
        .order_by(Adoption.live_at.desc(), Adoption.id.desc())
        .limit(ARTICLES)
    )
    return tuple(Credit(title, address) for title, address in found)


def _asked(person_id: int, viewer: Person | None) -> list[ColumnElement[bool]]:
    return [Question.author_id == person_id, rules.visible(Question, sight=rules.finds(viewer))]


def _answered(person_id: int, viewer: Person | None) -> list[ColumnElement[bool]]:
    return [Answer.author_id == person_id, rules.visible(Answer, Question, sight=rules.finds(viewer))]


def _answers(
    session: Session, person_id: int, viewer: Person | None, offset: int, *, solved: bool
) -> tuple[PersonAnswer, ...]:
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
        .join(Acceptance, Acceptance.answer_id == Answer.id, isouter=not solved)
        .where(*_answered(person_id, viewer))
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
