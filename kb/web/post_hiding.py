"""Hiding a question, answer or comment, and bringing it back: moderators any, authors their own."""

from collections.abc import Callable

from flask import Blueprint, Response, request
from flask_babel import gettext, lazy_gettext
from sqlalchemy.orm import Session
from wtforms import StringField

from kb.db import current_session
from kb.errors import Conflict, DomainError, Invalid, Refused
from kb.forum import hiding, rules, threads
from kb.forum.models import Answer, Comment, Question
from kb.forum.shapes import question_address
from kb.people.models import Person
from kb.web.forms import Form
from kb.web.post_forms import refuse
from kb.web.render import page, redirect_to
from kb.web.visitor import person, sign_in_first, viewer

bp = Blueprint("hiding", __name__)

Post = Question | Answer | Comment
FIND: dict[str, Callable[[Session, int, Person | None], Post]] = {
    "questions": threads.question_for,
    "answers": threads.answer_for,
    "comments": threads.comment_for,
}


class HidingForm(Form):
    """Why a post is hidden."""

    why = StringField(lazy_gettext("Why, in a few words"))


@bp.get("/questions/<int:post_id>/visibility", defaults={"kind": "questions"})
@bp.get("/answers/<int:post_id>/visibility", defaults={"kind": "answers"})
@bp.get("/comments/<int:post_id>/visibility", defaults={"kind": "comments"})
@sign_in_first
def asking(kind: str, post_id: int) -> Response:
    """The page that asks once more before a post is hidden."""
    post = _found(kind, post_id)
    if not rules.may_hide(person(), post):
        raise Refused("You cannot hide this.")
    return _page(kind, post, HidingForm())


@bp.post("/questions/<int:post_id>/visibility", defaults={"kind": "questions"})
@bp.post("/answers/<int:post_id>/visibility", defaults={"kind": "answers"})
@bp.post("/comments/<int:post_id>/visibility", defaults={"kind": "comments"})
@sign_in_first
def visibility(kind: str, post_id: int) -> Response:
    """Hide a post (``hidden=yes``), or show it again."""
    post, form = _found(kind, post_id), HidingForm()
    try:
        if request.form.get("hidden") == "yes":
            hiding.hide(current_session(), post=post, by=person(), why=form.why.data or "")
        else:
            hiding.show(current_session(), post=post, by=person())
    except (Invalid, Conflict) as error:
        return _page(kind, post, form, error)
    current_session().commit()
    question = _question_of(post)
    if not rules.may_see(viewer(), question):
        return redirect_to("/questions")
    if isinstance(post, Question) or not rules.may_see(viewer(), post):
        return redirect_to(question_address(question.id, question.slug))
    return redirect_to(f"/{kind}/{post.id}")


def _page(kind: str, post: Post, form: HidingForm, error: DomainError | None = None) -> Response:
    status = refuse(form, error) if error else 200
    headings = {
        "questions": gettext("Hide this question?"),
        "answers": gettext("Hide this answer?"),
        "comments": gettext("Hide this comment?"),
    }
    return page("questions/hide.html", status, form=form, post=post, kind=kind, heading=headings[kind])


def _found(kind: str, post_id: int) -> Post:
    return FIND[kind](current_session(), post_id, viewer())


def _question_of(post: Post) -> Question:
    return post if isinstance(post, Question) else current_session().get_one(Question, post.question_id)
