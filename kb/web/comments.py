"""Comments: all of a post, where one stands, editing it, and its history."""

from flask import Blueprint, Response, redirect
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from kb.db import current_session
from kb.errors import Refused
from kb.forum import comments, revisions, rules, talk, threads, writing
from kb.forum.models import Answer, Comment, Question
from kb.forum.shapes import question_address
from kb.people.models import Person
from kb.web import post_sheet
from kb.web.limits import limiter
from kb.web.paging import asked_page
from kb.web.post_history import changes_of
from kb.web.post_sheet import Sheet
from kb.web.render import page
from kb.web.visitor import person, sign_in_first, viewer

bp = Blueprint("comments", __name__)


@bp.get("/questions/<int:question_id>/comments/all")
def on_question(question_id: int) -> Response:
    """Every comment on a question."""
    question = threads.question_for(current_session(), question_id, viewer())
    return _all(question, gettext("Comments on the question"), question_address(question.id, question.slug))


@bp.get("/answers/<int:answer_id>/comments/all")
def on_answer(answer_id: int) -> Response:
    """Every comment on an answer."""
    answer = threads.answer_for(current_session(), answer_id, viewer())
    return _all(answer.question, gettext("Comments on an answer"), f"/answers/{answer.id}", answer)


@bp.get("/comments/<int:comment_id>")
def comment(comment_id: int) -> AnyResponse:
    """Where a comment stands in its thread."""
    return redirect(threads.place_of_comment(current_session(), comment_id, viewer()))


@bp.get("/comments/<int:comment_id>/edit")
@sign_in_first
def editing(comment_id: int) -> Response:
    """A comment on the sheet it can be changed on."""
    edited = _comment(comment_id)
    if not rules.may_edit(person(), edited, _question_of(edited)):
        raise Refused("You cannot edit this comment.")
    return post_sheet.show(_sheet(edited))


@bp.post("/comments/<int:comment_id>/edit")
@limiter.limit("30/minute")
def edit(comment_id: int) -> Response:
    """Change a comment; what it said stays in its history."""
    edited = _comment(comment_id)

    def make(by: Person, text: str) -> str:
        comments.edit(current_session(), comment=edited, by=by, body=text)
        return threads.place_of_comment(current_session(), edited.id, by)

    return post_sheet.take(_sheet(edited), make)


@bp.get("/comments/<int:comment_id>/history")
def history(comment_id: int) -> Response:
    """What a comment said before it was edited."""
    found = revisions.of_comment(current_session(), comment_id, viewer())
    return page("questions/history.html", keep=True, history=found, changes=changes_of(found, asked_page()))


def _all(question: Question, heading: str, address: str, answer: Answer | None = None) -> Response:
    shown = talk.page_of_talk(current_session(), question, viewer(), answer=answer, page=asked_page())
    return page("questions/comments.html", talk=shown, question=question, heading=heading, address=address)


def _sheet(comment: Comment) -> Sheet:
    return Sheet(
        address=f"/comments/{comment.id}/edit",
        heading=gettext("Edit a comment"),
        label=gettext("The comment"),
        button=gettext("Save"),
        about_title=_question_of(comment).title,
        about_address=f"/comments/{comment.id}",
        body=comment.body_md,
        most=writing.COMMENT_TO,
    )


def _comment(comment_id: int) -> Comment:
    return threads.comment_for(current_session(), comment_id, viewer())


def _question_of(comment: Comment) -> Question:
    return threads.question_for(current_session(), comment.question_id, viewer())
