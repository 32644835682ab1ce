"""What readers say of an answer: whether it helps, and why not; whether it worked; whether it solved the question."""

from flask import Blueprint, Response, request
from flask_babel import lazy_gettext
from wtforms import HiddenField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # younger than its stubs

from kb.db import current_session
from kb.errors import Invalid, Refused
from kb.forum import confirming, ratings, rules, telling, threads
from kb.forum.models import Answer, RatingReason
from kb.forum.solving import trials
from kb.search import log
from kb.search.documents import QUESTION
from kb.web import search_reader
from kb.web.forms import Form
from kb.web.limits import limiter
from kb.web.post_forms import refuse
from kb.web.render import page, redirect_to
from kb.web.visitor import person, sign_in_first, viewer

bp = Blueprint("opinions", __name__)

SAID = {"yes": True, "no": False, "": None}


class WhyForm(Form):
    """Why an answer did not help."""

    helpful = HiddenField(default="no")
    reason = RadioField(
        lazy_gettext("What is the matter with it?"),
        choices=[SelectChoice(str(reason), lazy_gettext(words)) for reason, words in telling.RATING_WORDS.items()],
        validate_choice=False,
    )
    note = TextAreaField(lazy_gettext("A word to the author"))


class TrialForm(Form):
    """Whether an answer worked, with what, and what happened instead."""

    worked = HiddenField()
    version = StringField(lazy_gettext("Version you use"))
    body = TextAreaField(lazy_gettext("What happens now?"))


@bp.get("/answers/<int:answer_id>/rating")
@sign_in_first
def why(answer_id: int) -> Response:
    """The page that asks why an answer did not help."""
    answer = _answer(answer_id)
    if not rules.may_rate(person(), answer, answer.question):
        raise Refused("You cannot rate your own answer.")
    return page("questions/why.html", answer=answer, form=WhyForm(formdata=None))


@bp.post("/answers/<int:answer_id>/rating")
@sign_in_first
@limiter.limit("60/minute")
def rating(answer_id: int) -> Response:
    """Find an answer helpful (``helpful=yes``), not helpful (``no``), or take that back (empty).

    After a no without a reason, a page asks for one; it counts without.
    """
    answer, form = _answer(answer_id), WhyForm()
    helpful = _said("helpful", "Say whether this answer was helpful or not.")
    try:
        ratings.rate(
            current_session(),
            answer=answer,
            by=person(),
            helpful=helpful,
            reason=_reason(form),
            note=form.note.data or "",
            sign=search_reader.signs()[-1],
        )
    except Invalid as error:
        return page("questions/why.html", refuse(form, error), answer=answer, form=form)
    current_session().commit()
    if helpful:
        log.helped(search_reader.signs(), kind=QUESTION, ref=answer.question_id)
    if helpful is False and "done" not in request.form:
        return redirect_to(f"/answers/{answer.id}/rating")
    return _back_to(answer)


@bp.get("/answers/<int:answer_id>/objections")
@sign_in_first
def objections(answer_id: int) -> Response:
    """What an answer's author is told by those whom it did not help."""
    answer = _answer(answer_id)
    found = ratings.objections(current_session(), answer=answer, to=person())
    return page("questions/objections.html", answer=answer, objections=found)


@bp.get("/answers/<int:answer_id>/trial")
@sign_in_first
def trying(answer_id: int) -> Response:
    """The page to say that an answer worked (``?worked=yes``) or did not, with which version."""
    answer = _answer(answer_id)
    if not rules.may_rate(person(), answer, answer.question):
        raise Refused("Others say whether your own answer works.")
    worked = "yes" if request.args.get("worked") == "yes" else "no"
    return _trial_page(answer, TrialForm(formdata=None, data={"worked": worked}))


@bp.post("/answers/<int:answer_id>/trial")
@sign_in_first
@limiter.limit("30/minute")
def trial(answer_id: int) -> Response:
    """Say that an answer worked (``worked=yes``), failed (``no``), or take that back (empty)."""
    answer, form = _answer(answer_id), TrialForm()
    worked = _said("worked", "Say whether this answer worked for you.")
    try:
        trials.say(
            current_session(),
            answer=answer,
            by=person(),
            worked=worked,
            version=form.version.data or "",
            words=form.body.data or "",
            sign=search_reader.signs()[-1],
        )
    except Invalid as error:
        return _trial_page(answer, form, refuse(form, error))
    current_session().commit()
    return _back_to(answer)


@bp.get("/answers/<int:answer_id>/solved")
@sign_in_first
def solved(answer_id: int) -> Response:
    """Where the letter to an asker leads: the answer, with a button for yes and one for no."""
    answer = _answer(answer_id)
    may_accept = rules.may_accept(person(), answer.question)
    if person().id != answer.question.author_id and not may_accept:
        raise Refused("Only who asked, an expert or a moderator can accept an answer.")
    return page(
        "questions/solved.html",
        answer=answer,
        form=TrialForm(formdata=None, data={"worked": "no"}),
        accepted=confirming.is_accepted(current_session(), answer),
        may_accept=may_accept,
        may_try=rules.may_rate(person(), answer, answer.question),
        may_comment=rules.may_comment(person(), answer.question, answer),
    )


def _trial_page(answer: Answer, form: TrialForm, status: int = 200) -> Response:
    may_comment = rules.may_comment(person(), answer.question, answer)
    return page("questions/trial.html", status, answer=answer, form=form, may_comment=may_comment)


def _reason(form: WhyForm) -> RatingReason | None:
    if not form.reason.data or form.reason.data == "None":
        return None
    if form.reason.data not in set(RatingReason):
        raise Invalid("reason", "Choose one of these reasons.")
    return RatingReason(form.reason.data)


def _said(field: str, sentence: str) -> bool | None:
    said = request.form.get(field, "")
    if said not in SAID:
        raise Invalid(field, sentence)
    return SAID[said]


def _answer(answer_id: int) -> Answer:
    return threads.answer_for(current_session(), answer_id, viewer())


def _back_to(answer: Answer) -> Response:
    return redirect_to(threads.place_of_answer(current_session(), answer.id, viewer()))
