"""What people do to a question with one button: say "me too", accept an answer."""

from flask import Blueprint, Response, request

from kb.db import current_session
from kb.errors import Invalid
from kb.forum import answers, me_too, threads
from kb.forum.models import Question
from kb.forum.shapes import question_address
from kb.web.render import redirect_to
from kb.web.visitor import person, sign_in_first, viewer

bp = Blueprint("acts", __name__)


@bp.post("/questions/<int:question_id>/me-too")
@sign_in_first
def say_me_too(question_id: int) -> Response:
    """Say that one has the same problem (``too=yes``), or no longer."""
    question = _question(question_id)
    me_too.say(current_session(), question=question, by=person(), too=request.form.get("too") == "yes")
    return _back_to(question)


@bp.post("/questions/<int:question_id>/acceptance")
@sign_in_first
def acceptance(question_id: int) -> Response:
    """Mark one answer, by its id, as what solved the question; without an id, take the mark away."""
    question = _question(question_id)
    chosen = request.form.get("answer", "")
    if not chosen:
        answers.unaccept(current_session(), question=question, by=person())
        return _back_to(question)
    if not (chosen.isascii() and chosen.isdigit() and len(chosen) < 10):
        raise Invalid("answer", "Choose an answer to accept.")
    answer = threads.answer_for(current_session(), int(chosen), viewer())
    if answer.question_id != question.id:
        raise Invalid("answer", "That answer belongs to another question.")
    answers.accept(current_session(), answer=answer, by=person())
    return _back_to(question, f"#answer-{answer.id}")


def _question(question_id: int) -> Question:
    return threads.question_for(current_session(), question_id, viewer())


def _back_to(question: Question, anchor: str = "") -> Response:
    current_session().commit()
    return redirect_to(question_address(question.id, question.slug) + anchor)
