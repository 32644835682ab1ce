"""Editing a question, and commenting on it."""

from flask import Blueprint, Response
from flask_babel import gettext

from kb.db import current_session
from kb.errors import Conflict, Invalid, Refused, TooMany
from kb.forum import comments, listing, questions, rules, tags, threads, writing
from kb.forum.models import Question
from kb.forum.shapes import question_address
from kb.people.models import Person
from kb.web import post_sheet
from kb.web.drafting import drafted, keep_and_join, posted
from kb.web.limits import limiter
from kb.web.post_forms import QuestionForm, asked_to, checked, previewed, refuse
from kb.web.post_sheet import Sheet
from kb.web.render import page, redirect_to
from kb.web.visitor import person, sign_in_first, viewer

bp = Blueprint("edits", __name__)


@bp.get("/questions/<int:question_id>/edit")
@sign_in_first
def editing(question_id: int) -> Response:
    """The question in its form."""
    question = _question(question_id)
    if not rules.may_edit(person(), question, question):
        raise Refused("You cannot edit this question.")
    now = {
        "title": question.title,
        "body": question.body_md,
        "tags": " ".join(question.tag_names),
        "category": question.category.slug,
    }
    return _form(question, QuestionForm(formdata=None, data=drafted(_edit(question)) or now))


@bp.post("/questions/<int:question_id>/edit")
@limiter.limit("30/minute")
def edit(question_id: int) -> Response:
    """Change the question; what it said stays in its history."""
    question, form = _question(question_id), QuestionForm()
    try:
        if asked_to("preview"):
            return _form(question, form, preview=previewed(form.body.data or ""))
        category = checked(form.words())
        if (by := viewer()) is None:
            return keep_and_join(_edit(question), form.words())
        questions.edit(
            current_session(),
            question=question,
            by=by,
            title=form.title.data or "",
            body=form.body.data or "",
            category=category,
            tags=tags.parse(form.tags.data or ""),
        )
    except (Invalid, Refused, Conflict, TooMany) as error:
        return _form(question, form, status=refuse(form, error))
    posted(_edit(question))
    current_session().commit()
    return redirect_to(question_address(question.id, question.slug))


@bp.get("/questions/<int:question_id>/comments")
def commenting(question_id: int) -> Response:
    """A sheet for a comment on the question."""
    return post_sheet.show(_comment_sheet(_question(question_id)))


@bp.post("/questions/<int:question_id>/comments")
@limiter.limit("30/minute")
def comment(question_id: int) -> Response:
    """Comment on the question."""
    question = _question(question_id)

    def post(by: Person, text: str) -> str:
        made = comments.post(current_session(), question=question, by=by, body=text)
        return f"{question_address(question.id, question.slug)}#comment-{made.id}"

    return post_sheet.take(_comment_sheet(question), post)


def _comment_sheet(question: Question) -> Sheet:
    if not rules.takes_replies(question):
        raise Refused("This question takes no more comments.")
    return Sheet(
        address=f"/questions/{question.id}/comments",
        heading=gettext("Comment on this question"),
        label=gettext("Your comment"),
        button=gettext("Post your comment"),
        about_title=question.title,
        about_address=question_address(question.id, question.slug),
        about_html=question.body_html,
        most=writing.COMMENT_TO,
    )


def _form(question: Question, form: QuestionForm, *, status: int = 200, preview: str = "") -> Response:
    form.offer(listing.categories(current_session(), viewer()))
    address = question_address(question.id, question.slug)
    return page("questions/edit.html", status, form=form, question=question, address=address, preview_html=preview)


def _edit(question: Question) -> str:
    return f"/questions/{question.id}/edit"


def _question(question_id: int) -> Question:
    return threads.question_for(current_session(), question_id, viewer())
