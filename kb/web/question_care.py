"""Closing a question honestly, pointing it at the one that was asked first, and taking either back."""

from flask import Blueprint, Response, flash, request
from flask_babel import gettext, lazy_gettext
from wtforms import RadioField, StringField, TextAreaField

from kb.db import current_session
from kb.errors import Conflict, DomainError, Invalid, Refused
from kb.forum import duplicates, questions, rules, threads
from kb.forum.models import CloseReason, Question
from kb.forum.shapes import CLOSE_WORDS, question_address
from kb.web.forms import Form
from kb.web.post_forms import refuse
from kb.web.question_named import question_named
from kb.web.render import page, redirect_to
from kb.web.visitor import person, sign_in_first, viewer

bp = Blueprint("care", __name__)


class ClosureForm(Form):
    """Why a question takes no more answers."""

    reason = RadioField(lazy_gettext("Why is it closed?"), validate_choice=False)
    note = TextAreaField(lazy_gettext("A sentence to the asker"))


class DuplicateForm(Form):
    """Which question was asked first."""

    original = StringField(lazy_gettext("Address or number of the question that was asked first"))


@bp.get("/questions/<int:question_id>/closure")
@sign_in_first
def closing(question_id: int) -> Response:
    """The page to close a question on."""
    question = _question(question_id)
    if not rules.close_reasons(person(), question):
        raise Refused("You cannot close this question.")
    return _close_page(question, ClosureForm())


@bp.post("/questions/<int:question_id>/closure")
@sign_in_first
def closure(question_id: int) -> Response:
    """Close the question for an honest reason, or open it again (``reopen``)."""
    question, form = _question(question_id), ClosureForm()
    try:
        if "reopen" in request.form:
            questions.reopen(current_session(), question=question, by=person())
        else:
            note = form.note.data or ""
            questions.close(current_session(), question=question, by=person(), reason=_reason(form), note=note)
    except (Invalid, Conflict) as error:
        return _close_page(question, form, error)
    return _back_to(question)


@bp.get("/questions/<int:question_id>/duplicate")
@sign_in_first
def repeating(question_id: int) -> Response:
    """The page to say on which question was asked first."""
    question = _question(question_id)
    if not _may_point(question):
        raise Refused("You cannot mark this question as asked before.")
    return _duplicate_page(question, DuplicateForm())


@bp.post("/questions/<int:question_id>/duplicate")
@sign_in_first
def duplicate(question_id: int) -> Response:
    """Point at the question that asked the same first, vote for doing so, or stop pointing (``unmark``)."""
    question, form = _question(question_id), DuplicateForm()
    try:
        if "unmark" in request.form:
            duplicates.unmark(current_session(), question=question, by=person())
        else:
            _point(question, question_named(form.original.data or "", field="original"))
    except (Invalid, Conflict) as error:
        return _duplicate_page(question, form, error)
    return _back_to(question)


def _reason(form: ClosureForm) -> CloseReason:
    if form.reason.data not in set(CloseReason):
        raise Invalid("reason", "Choose why this question is closed.")
    return CloseReason(form.reason.data)


def _may_point(question: Question) -> bool:
    return rules.may_mark_duplicate(person(), question) or rules.may_vote_duplicate(person(), question)


def _point(question: Question, original: Question) -> None:
    if not rules.may_vote_duplicate(person(), question):
        duplicates.mark(current_session(), question=question, original=original, by=person())
    elif not duplicates.vote(current_session(), question=question, original=original, by=person()):
        flash(gettext("Thank you. When %(n)d experienced members say so, it is marked.", n=duplicates.VOTES))


def _question(question_id: int) -> Question:
    return threads.question_for(current_session(), question_id, viewer())


def _close_page(question: Question, form: ClosureForm, error: DomainError | None = None) -> Response:
    status = refuse(form, error) if error else 200
    form.reason.choices = [
        (str(reason), _as_a_choice(gettext(CLOSE_WORDS[reason]))) for reason in rules.close_reasons(person(), question)
    ]
    return page("questions/close.html", status, form=form, question=question, address=_address(question))


def _as_a_choice(words: str) -> str:
    """Return what stands on a closed question without its first word, which is the question here."""
    reason = words.partition(": ")[2] or words
    return reason[:1].upper() + reason[1:]


def _duplicate_page(question: Question, form: DuplicateForm, error: DomainError | None = None) -> Response:
    status = refuse(form, error) if error else 200
    return page(
        "questions/duplicate.html",
        status,
        form=form,
        question=question,
        address=_address(question),
        named=duplicates.named(current_session(), question, person()),
        counts_alone=rules.may_mark_duplicate(person(), question),
        needed=duplicates.VOTES,
    )


def _back_to(question: Question) -> Response:
    current_session().commit()
    return redirect_to(_address(question))


def _address(question: Question) -> str:
    return question_address(question.id, question.slug)
