"""Moderators' pages: merging a question with another, taking that back, and splitting posts off."""

import re

from flask import Blueprint, Response, request
from flask_babel import lazy_gettext
from wtforms import StringField

from kb.db import current_session
from kb.errors import Conflict, DomainError, Invalid, NotFound, Refused
from kb.forum import merging, rules, splitting, threads
from kb.forum.models import Answer, Comment, Question
from kb.forum.shapes import question_address
from kb.web.forms import Form
from kb.web.paging import asked_page
from kb.web.post_forms import refuse
from kb.web.question_named import question_named
from kb.web.render import page, redirect_to
from kb.web.visitor import person, sign_in_first, viewer

bp = Blueprint("moving", __name__)

_CHOSEN = re.compile(r"(answer|comment)-(\d{1,9})", re.ASCII)


class MergeForm(Form):
    """Which question takes everything in."""

    into = StringField(lazy_gettext("Address or number of the question that stays"))


class SplitForm(Form):
    """What the new question is called; what it is made of is chosen beside each post."""

    title = StringField(lazy_gettext("The new question in one sentence"))
    chosen = StringField(lazy_gettext("What it is made of"))


@bp.get("/questions/<int:question_id>/merge")
@sign_in_first
def merging_with(question_id: int) -> Response:
    """The page to merge a question on."""
    return _merge_page(_movable(question_id), MergeForm())


@bp.post("/questions/<int:question_id>/merge")
@sign_in_first
def merge(question_id: int) -> Response:
    """Merge the question with another, or take that back (``undo``)."""
    session, form = current_session(), MergeForm()
    question = threads.question_for(session, question_id, viewer())
    if "undo" in request.form:
        merging.unmerge(session, question=question, by=person())
        return _gone_to(question)
    try:
        into = question_named(form.into.data or "", field="into")
        merging.merge(session, question=question, into=into, by=person())
    except (Invalid, Conflict) as error:
        return _merge_page(question, form, error)
    return _gone_to(into)


@bp.get("/questions/<int:question_id>/split")
@sign_in_first
def splitting_off(question_id: int) -> Response:
    """The page to choose on which posts become a question of their own."""
    return _split_page(_movable(question_id), SplitForm())


@bp.post("/questions/<int:question_id>/split")
@sign_in_first
def split(question_id: int) -> Response:
    """Make a question of the chosen posts."""
    session, form = current_session(), SplitForm()
    question = threads.question_for(session, question_id, viewer())
    try:
        chosen = [_post(text) for text in request.form.getlist("chosen")]
        made = splitting.split(session, question=question, chosen=chosen, title=form.title.data or "", by=person())
    except (Invalid, Conflict) as error:
        return _split_page(question, form, error)
    return _gone_to(made)


def _post(text: str) -> Answer | Comment:
    named = _CHOSEN.fullmatch(text)
    if named is None:
        raise Invalid("chosen", "Choose what the new question is made of.")
    find = threads.answer_for if named[1] == "answer" else threads.comment_for
    try:
        return find(current_session(), int(named[2]), viewer())
    except NotFound as error:
        raise Invalid("chosen", "One of these is not in this question any more.") from error


def _movable(question_id: int) -> Question:
    question = threads.question_for(current_session(), question_id, viewer())
    if not rules.may_move_posts(person(), question):
        raise Refused("Only a moderator can merge and split questions.")
    return question


def _merge_page(question: Question, form: MergeForm, error: DomainError | None = None) -> Response:
    status = refuse(form, error) if error else 200
    return page("questions/merge.html", status, form=form, question=question, address=_address(question))


def _split_page(question: Question, form: SplitForm, error: DomainError | None = None) -> Response:
    status = refuse(form, error) if error else 200
    thread = threads.thread(current_session(), question.id, person(), page=asked_page())
    chosen = frozenset(request.form.getlist("chosen"))
    return page("questions/split.html", status, form=form, thread=thread, chosen=chosen)


def _gone_to(question: Question) -> Response:
    current_session().commit()
    return redirect_to(_address(question))


def _address(question: Question) -> str:
    return question_address(question.id, question.slug)
