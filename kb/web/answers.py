"""Answers: posting, commenting, editing, and their history. Comments, hiding and readers' opinions are next door."""

from dataclasses import replace

from flask import Blueprint, Response, redirect, request
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from kb.db import current_session
from kb.errors import Refused
from kb.forum import answers, comments, quoting, revisions, rules, threads, writing
from kb.forum.models import Answer, Question
from kb.forum.shapes import question_address
from kb.people.models import Person
from kb.web import answer_opinions, post_hiding, post_sheet
from kb.web import comments as comment_pages
from kb.web.limits import limiter
from kb.web.paging import asked_page
from kb.web.post_history import changes_of
from kb.web.post_sheet import Sheet
from kb.web.render import page
from kb.web.visitor import person, sign_in_first, viewer

bp = Blueprint("answers", __name__)
MOST_DIGITS = 9
"""Of an id: the databases keep them in 31 bits."""
for part in (comment_pages, post_hiding, answer_opinions):
    bp.register_blueprint(part.bp)


@bp.get("/questions/<int:question_id>/answers")
def answering(question_id: int) -> Response:
    """A sheet for an answer; ``quote`` names the answer it begins by quoting, or ``question``."""
    question = threads.question_for(current_session(), question_id, viewer())
    return post_sheet.show(replace(_answer_sheet(question), body=_quoted(question, request.args.get("quote", ""))))


@bp.post("/questions/<int:question_id>/answers")
@limiter.limit("30/minute")
def post(question_id: int) -> Response:
    """Answer a question."""
    question = threads.question_for(current_session(), question_id, viewer())

    def make(by: Person, text: str) -> str:
        made = answers.post(current_session(), question=question, by=by, body=text)
        current_session().flush()
        return threads.place_of_answer(current_session(), made.id, by)

    return post_sheet.take(_answer_sheet(question), make)


@bp.get("/answers/<int:answer_id>")
def answer(answer_id: int) -> AnyResponse:
    """Where an answer stands in its thread."""
    return redirect(threads.place_of_answer(current_session(), answer_id, viewer()))


@bp.get("/answers/<int:answer_id>/comments")
def commenting(answer_id: int) -> Response:
    """A sheet for a comment on an answer."""
    return post_sheet.show(_comment_sheet(_answer(answer_id)))


@bp.post("/answers/<int:answer_id>/comments")
@limiter.limit("30/minute")
def comment(answer_id: int) -> Response:
    """Comment on an answer."""
    about = _answer(answer_id)

    def make(by: Person, text: str) -> str:
        made = comments.post(current_session(), question=about.question, answer=about, by=by, body=text)
        return threads.place_of_comment(current_session(), made.id, by)

    return post_sheet.take(_comment_sheet(about), make)


@bp.get("/answers/<int:answer_id>/edit")
@sign_in_first
def editing(answer_id: int) -> Response:
    """An answer on the sheet it can be changed on."""
    edited = _answer(answer_id)
    if not rules.may_edit(person(), edited, edited.question):
        raise Refused("You cannot edit this answer.")
    return post_sheet.show(_edit_sheet(edited))


@bp.post("/answers/<int:answer_id>/edit")
@limiter.limit("30/minute")
def edit(answer_id: int) -> Response:
    """Change an answer; what it said stays in its history."""
    edited = _answer(answer_id)

    def make(by: Person, text: str) -> str:
        answers.edit(current_session(), answer=edited, by=by, body=text)
        return threads.place_of_answer(current_session(), edited.id, by)

    return post_sheet.take(_edit_sheet(edited), make)


@bp.get("/answers/<int:answer_id>/history")
def history(answer_id: int) -> Response:
    """What an answer said before it was edited."""
    found = revisions.of_answer(current_session(), answer_id, viewer())
    return page("questions/history.html", keep=True, history=found, changes=changes_of(found, asked_page()))


def _quoted(question: Question, asked: str) -> str:
    if asked == "question":
        return quoting.quotation(question, question_address(question.id, question.slug))
    if not asked.isdecimal() or len(asked) > MOST_DIGITS:
        return ""
    answer = _answer(int(asked))
    return quoting.quotation(answer, f"/answers/{answer.id}") if answer.question_id == question.id else ""


def _answer_sheet(question: Question) -> Sheet:
    if not rules.takes_replies(question):
        raise Refused("This question takes no more answers.")
    return Sheet(
        address=f"/questions/{question.id}/answers",
        heading=gettext("Answer this question"),
        label=gettext("Your answer"),
        button=gettext("Post your answer"),
        about_title=question.title,
        about_address=question_address(question.id, question.slug),
        about_html=question.body_html,
        saves=True,
        replies=f"/questions/{question.id}/replies" if rules.helps(viewer(), question) else "",
    )


def _comment_sheet(answer: Answer) -> Sheet:
    if not rules.takes_replies(answer.question):
        raise Refused("This question takes no more comments.")
    return Sheet(
        address=f"/answers/{answer.id}/comments",
        heading=gettext("Comment on this answer"),
        label=gettext("Your comment"),
        button=gettext("Post your comment"),
        about_title=answer.question.title,
        about_address=f"/answers/{answer.id}",
        about_html=answer.body_html,
        most=writing.COMMENT_TO,
    )


def _edit_sheet(answer: Answer) -> Sheet:
    return Sheet(
        address=f"/answers/{answer.id}/edit",
        heading=gettext("Edit an answer"),
        label=gettext("The answer"),
        button=gettext("Save"),
        about_title=answer.question.title,
        about_address=f"/answers/{answer.id}",
        body=answer.body_md,
    )


def _answer(answer_id: int) -> Answer:
    return threads.answer_for(current_session(), answer_id, viewer())
