"""A new password for who forgot theirs: ask for a letter, follow its link, choose."""

from flask import Blueprint, Response, flash, session
from flask_babel import gettext
from flask_login import current_user

from kb.db import current_session
from kb.errors import Invalid, NotFound
from kb.people import accounts, resets
from kb.web.limits import limiter
from kb.web.people_forms import AskResetForm, NewPasswordForm
from kb.web.render import page, redirect_to
from kb.web.visitor import leave

bp = Blueprint("password_reset", __name__)
COOKIE_KEY = "reset"


@bp.get("/password")
def ask_form() -> Response:
    """The form to ask for a letter."""
    return page("people/ask_reset.html", form=AskResetForm(formdata=None), sent=False)


@bp.post("/password")
@limiter.limit("5/hour")
def ask() -> Response:
    """Have the letter sent; the answer is the same whether or not anybody has the address."""
    form = AskResetForm()
    resets.ask(current_session(), email=form.email.data or "")
    current_session().commit()
    return page("people/ask_reset.html", form=form, sent=True)


@bp.get("/password/<token>")
def follow(token: str) -> Response:
    """Take the token out of the address, where logs and other sites could see it, into the browser's cookie."""
    session[COOKIE_KEY] = token
    answer = redirect_to("/password/new")
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


@bp.get("/password/new")
def choose_form() -> Response:
    """The form to choose a password, or what to do when the link is worth nothing any more."""
    return _choose(NewPasswordForm(formdata=None))


@bp.post("/password/new")
@limiter.limit("20/hour")
def choose() -> Response:
    """Set the password and lead to the sign-in page; every device is signed out."""
    form = NewPasswordForm()
    try:
        accounts.reset_password(current_session(), token=session.get(COOKIE_KEY, ""), password=form.password.data or "")
    except NotFound:
        return _worthless()
    except Invalid as error:
        current_session().rollback()
        form.blame(error)
        return _choose(form, 422)
    current_session().commit()
    if current_user.is_authenticated:
        leave()
    session.pop(COOKIE_KEY, None)
    flash(gettext("Your new password is set. Sign in with it."), "success")
    return redirect_to("/sign-in")


def _choose(form: NewPasswordForm, status: int = 200) -> Response:
    try:
        person = resets.holder(current_session(), session.get(COOKIE_KEY, ""))
    except NotFound:
        return _worthless()
    return page("people/new_password.html", status, form=form, handle=person.handle)


def _worthless() -> Response:
    return page("people/link_worthless.html", 404)
