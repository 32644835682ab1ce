"""Replying to an archived question: a new one that goes on from it."""

from flask import Blueprint, Response
from flask_babel import gettext

from kb.db import current_session
from kb.errors import Conflict, Invalid, Refused, TooMany
from kb.forum import listing, questions, rules, tags, threads
from kb.forum.models import Question
from kb.forum.shapes import question_address
from kb.web.drafting import drafted, keep_and_join, posted
from kb.web.limits import limiter
from kb.web.post_forms import QuestionForm, asked_to, checked, previewed, refuse
from kb.web.render import page, redirect_to
from kb.web.visitor import viewer

bp = Blueprint("continuing", __name__)


@bp.get("/questions/<int:question_id>/continuation")
def continuing(question_id: int) -> Response:
    """The form of a new question, filled in from the old one."""
    question = _archived(question_id)
    now = {"title": question.title, "tags": " ".join(question.tag_names), "category": question.category.slug}
    return _form(question, QuestionForm(formdata=None, data=drafted(_here(question)) or now))


@bp.post("/questions/<int:question_id>/continuation")
@limiter.limit("30/minute")
def go_on(question_id: int) -> Response:
    """Ask the new question; both link to each other."""
    question, form = _archived(question_id), QuestionForm()
    try:
        if asked_to("preview"):
            return _form(question, form, preview=previewed(form.body.data or ""))
        category = checked(form.words())
        if (by := viewer()) is None:
            return keep_and_join(_here(question), form.words())
        made = questions.ask(
            current_session(),
            by=by,
            title=form.title.data or "",
            body=form.body.data or "",
            category=category,
            tags=tags.parse(form.tags.data or ""),
            continues=question,
        )
    except (Invalid, Refused, Conflict, TooMany) as error:
        return _form(question, form, status=refuse(form, error))
    posted(_here(question))
    current_session().commit()
    return redirect_to(question_address(made.id, made.slug))


def _form(question: Question, form: QuestionForm, *, status: int = 200, preview: str = "") -> Response:
    form.offer(listing.categories(current_session(), viewer()))
    form.body.label.text = gettext("Your reply")
    address = question_address(question.id, question.slug)
    return page("questions/continue.html", status, form=form, question=question, address=address, preview_html=preview)


def _archived(question_id: int) -> Question:
    question = threads.question_for(current_session(), question_id, viewer())
    if not rules.may_continue(question):
        raise Refused("This question is not archived: reply to it instead.")
    return question


def _here(question: Question) -> str:
    return f"/questions/{question.id}/continuation"
