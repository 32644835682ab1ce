"""What those who help do with a question: take it, ask for details, leave a note, hand it over."""

from flask import Blueprint, Response, request
from flask_babel import gettext, lazy_gettext
from wtforms import SelectField, StringField, TextAreaField

from kb.db import current_session
from kb.errors import Conflict, DomainError, Invalid, NotFound, Refused, TooMany
from kb.forum import rules, threads
from kb.forum.models import Question
from kb.forum.queue import claims, details, handing, notes
from kb.forum.queue.models import Note
from kb.forum.shapes import question_address
from kb.web.forms import Form
from kb.web.limits import limiter
from kb.web.post_forms import WritingForm, refuse
from kb.web.render import page, redirect_to
from kb.web.visitor import person, safe_next, sign_in_first, viewer

bp = Blueprint("acts", __name__)


class HandoverForm(Form):
    """Who is to answer, and why."""

    to = SelectField(lazy_gettext("Who is to answer?"), validate_choice=False)
    reason = StringField(lazy_gettext("Why them?"))


class NoteForm(Form):
    """What other helpers should know."""

    body = TextAreaField(lazy_gettext("Note"))


@bp.post("/questions/<int:question_id>/claim")
@sign_in_first
def claim(question_id: int) -> Response:
    """Say that one is working on an answer (``claim=yes``), or no longer."""
    question = _question(question_id)
    change = claims.take if request.form.get("claim") == "yes" else claims.let_go
    change(current_session(), question=question, by=person())
    current_session().commit()
    return redirect_to(safe_next(request.form.get("next") or question_address(question.id, question.slug)))


@bp.get("/questions/<int:question_id>/details")
@sign_in_first
def missing(question_id: int) -> Response:
    """The page to ask for details on."""
    return _details_page(_helped(question_id), _details_form())


@bp.post("/questions/<int:question_id>/details")
@limiter.limit("30/minute")
@sign_in_first
def ask(question_id: int) -> Response:
    """Ask the asker for what is missing, or say that nothing is any more (``withdraw``)."""
    question, form = _question(question_id), _details_form()
    try:
        if "withdraw" in request.form:
            details.withdraw(current_session(), question=question, by=person())
        else:
            details.ask(current_session(), question=question, by=person(), body=form.body.data or "")
    except (Invalid, Conflict, TooMany) as error:
        return _details_page(question, form, error)
    return _back_to(question)


@bp.get("/questions/<int:question_id>/notes")
@sign_in_first
def noting(question_id: int) -> Response:
    """The page to leave a note on."""
    return _notes_page(_helped(question_id), NoteForm())


@bp.post("/questions/<int:question_id>/notes")
@sign_in_first
def note(question_id: int) -> Response:
    """Leave a note for those who help here, or take one away (``remove``, by id)."""
    question, form = _question(question_id), NoteForm()
    removed = request.form.get("remove", 0, type=int)
    try:
        if removed:
            notes.remove(current_session(), note=_note_of(_helped(question_id), removed), by=person())
        else:
            notes.write(current_session(), question=question, by=person(), body=form.body.data or "")
    except Invalid as error:
        return _notes_page(question, form, error)
    return _back_to(question, "#desk")


@bp.get("/questions/<int:question_id>/handover")
@sign_in_first
def handing_over(question_id: int) -> Response:
    """The page to hand a question over on."""
    return _handover_page(_helped(question_id), HandoverForm())


@bp.post("/questions/<int:question_id>/handover")
@limiter.limit("30/minute")
@sign_in_first
def hand_over(question_id: int) -> Response:
    """Hand the question to a person or a group, or make it everybody's again (``back``)."""
    question, form, session = _question(question_id), HandoverForm(), current_session()
    try:
        if "back" in request.form:
            handing.take_back(session, question=question, by=person())
        else:
            to, reason = form.to.data or "", form.reason.data or ""
            handing.hand_over(session, question=question, by=person(), to=to, reason=reason)
    except (Invalid, Conflict) as error:
        return _handover_page(question, form, error)
    return _back_to(question, "#desk")


def _details_form() -> WritingForm:
    form = WritingForm()
    form.body.label.text = gettext("What do you need to know?")
    return form


def _details_page(question: Question, form: WritingForm, error: DomainError | None = None) -> Response:
    status = refuse(form, error) if error else 200
    days = (details.REMINDED_AFTER.days, details.CLOSED_AFTER.days)
    return page("queue/details.html", status, form=form, question=question, address=_address(question), days=days)


def _notes_page(question: Question, form: NoteForm, error: DomainError | None = None) -> Response:
    status = refuse(form, error) if error else 200
    return page("queue/note.html", status, form=form, question=question, address=_address(question))


def _handover_page(question: Question, form: HandoverForm, error: DomainError | None = None) -> Response:
    status = refuse(form, error) if error else 200
    named = ((target.ref, target.name) for target in handing.targets(current_session(), question))
    form.to.choices = [("", gettext("Choose a group or a person")), *named]
    return page("queue/handover.html", status, form=form, question=question, address=_address(question))


def _note_of(question: Question, note_id: int) -> Note:
    found = current_session().get(Note, note_id)
    if found is None or found.question_id != question.id:
        raise NotFound("There is no such note.")
    return found


def _helped(question_id: int) -> Question:
    """Return a question that the reader helps with; raises Refused for any other."""
    question = _question(question_id)
    if not rules.helps(person(), question):
        raise Refused("This is for those who help here.")
    return question


def _question(question_id: int) -> Question:
    return threads.question_for(current_session(), question_id, viewer())


def _back_to(question: Question, anchor: str = "") -> Response:
    current_session().commit()
    return redirect_to(_address(question) + anchor)


def _address(question: Question) -> str:
    return question_address(question.id, question.slug)
