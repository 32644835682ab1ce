"""Finding one post that a reader may see, and where in its thread it stands."""

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from kb.errors import NotFound
from kb.forum import rules
from kb.forum.models import Acceptance, Answer, Comment, Question
from kb.forum.shapes import question_address
from kb.forum.solving.models import LikelySolution
from kb.forum.talk import IN_THREAD, PAGE, number_of
from kb.forum.views import ANSWERS, answer_order
from kb.people.models import Person


def question_for(session: Session, question_id: int, viewer: Person | None) -> Question:
    """Return a question; raises NotFound when there is none or ``viewer`` may not see it."""
    question = session.scalar(select(Question).where(Question.id == question_id, rules.visible_to(viewer, Question)))
    if question is None:
        raise NotFound()
    return question


def answer_for(session: Session, answer_id: int, viewer: Person | None) -> Answer:
    """Return an answer; raises NotFound when there is none or ``viewer`` may not see it or its question."""
    answer = session.scalar(
        select(Answer)
        .join(Question, Question.id == Answer.question_id)
        .where(Answer.id == answer_id, rules.visible_to(viewer, Answer, Question))
    )
    if answer is None:
        raise NotFound()
    return answer


def comment_for(session: Session, comment_id: int, viewer: Person | None) -> Comment:
    """Return a comment; raises NotFound when there is none or ``viewer`` may not see it or what it is on."""
    comment = session.scalar(
        select(Comment)
        .join(Question, Question.id == Comment.question_id)
        .outerjoin(Answer, Answer.id == Comment.answer_id)
        .where(
            Comment.id == comment_id,
            rules.visible_to(viewer, Comment, Question),
            or_(Comment.answer_id.is_(None), rules.visible_to(viewer, Answer)),
        )
    )
    if comment is None:
        raise NotFound()
    return comment


def place_of_answer(session: Session, answer_id: int, viewer: Person | None) -> str:
    """Return the address at which an answer is shown now; raises NotFound as ``answer_for`` does."""
    answer = answer_for(session, answer_id, viewer)
    return f"{_page_of(session, answer, viewer)}#answer-{answer.id}"


def place_of_comment(session: Session, comment_id: int, viewer: Person | None) -> str:
    """Return the address at which a comment is shown now; raises NotFound as ``comment_for`` does."""
    comment = comment_for(session, comment_id, viewer)
    before = number_of(session, comment, viewer)
    if before >= IN_THREAD:
        page = _page_of_talk(comment, before // PAGE + 1)
    elif comment.answer_id is not None:
        page = _page_of(session, session.get_one(Answer, comment.answer_id), viewer)
    else:
        question = session.get_one(Question, comment.question_id)
        page = question_address(question.id, question.slug)
    return f"{page}#comment-{comment.id}"


def _page_of_talk(comment: Comment, page: int) -> str:
    post = f"/questions/{comment.question_id}" if comment.answer_id is None else f"/answers/{comment.answer_id}"
    return f"{post}/comments/all" if page == 1 else f"{post}/comments/all?page={page}"


def _page_of(session: Session, answer: Answer, viewer: Person | None) -> str:
    question = session.get_one(Question, answer.question_id)
    ids = session.scalars(
        select(Answer.id)
        .where(Answer.question_id == question.id, rules.visible_to(viewer, Answer))
        .order_by(*answer_order(_first_of(session, question)))
    ).all()
    page = ids.index(answer.id) // ANSWERS + 1
    address = question_address(question.id, question.slug)
    return address if page == 1 else f"{address}?page={page}"


def _first_of(session: Session, question: Question) -> int | None:
    """Return the answer that stands first in a thread: the accepted one, else the one that likely solved it."""
    for solution in (Acceptance, LikelySolution):
        first = session.scalar(select(solution.answer_id).where(solution.question_id == question.id))
        if first is not None:
            return first
    return None
