"""Joining, signing in and out."""

from flask import Blueprint, Response, flash, request, session
from flask_babel import gettext
from flask_login import current_user

from kb.db import current_session
from kb.errors import Invalid
from kb.people import accounts
from kb.people.models import Person
from kb.web.limits import limiter
from kb.web.people_forms import EntryForm, JoinForm, SignInForm
from kb.web.render import page, redirect_to
from kb.web.visitor import enter, leave, safe_next, viewer

bp = Blueprint("sign_in", __name__)


def _login_named() -> str:
    return f"login:{request.form.get('login', '').strip().lower()[:254]}"


@bp.get("/join")
def join_form() -> Response:
    """The form to become a member."""
    return _form("people/join.html", JoinForm(formdata=None, data={"next": request.args.get("next")}))


@bp.post("/join")
@limiter.limit("10/hour")
def join() -> Response:
    """Become a member, signed in at once, and go on where the reader was."""
    form = JoinForm()
    try:
        person, token = accounts.join(
            current_session(),
            name=form.name.data or "",
            email=form.email.data or "",
            password=form.password.data or "",
            **_device(),
        )
    except Invalid as error:
        return _refused("people/join.html", form, error)
    flash(gettext("Welcome, %(name)s. You are signed in.", name=person.name), "success")
    return _go_in(form, person, token)


@bp.get("/sign-in")
def sign_in_form() -> Response:
    """The form to sign in."""
    return _form("people/sign_in.html", SignInForm(formdata=None, data={"next": request.args.get("next")}))


@bp.post("/sign-in")
@limiter.limit("6/minute;30/hour")
@limiter.limit("100/hour", key_func=_login_named)
def sign_in() -> Response:
    """Sign in and go on where the reader was."""
    form = SignInForm()
    try:
        person, token = accounts.sign_in(
            current_session(), login=form.login.data or "", password=form.password.data or "", **_device()
        )
    except Invalid as error:
        return _refused("people/sign_in.html", form, error)
    return _go_in(form, person, token)


@bp.post("/sign-out")
def sign_out() -> Response:
    """Sign this device out; nothing of the session stays behind for whoever uses the browser next."""
    if current_user.is_authenticated:
        accounts.sign_out(current_session(), current_user.token)
        current_session().commit()
        leave()
    session.clear()
    flash(gettext("You are signed out."), "success")
    return redirect_to("/")


def _go_in(form: EntryForm, person: Person, token: str) -> Response:
    """Give the browser its sign-in. What it kept before, such as a draft, stays; its form token is made anew."""
    if current_user.is_authenticated:
        accounts.sign_out(current_session(), current_user.token)
    current_session().commit()
    session.pop("csrf_token", None)
    session.permanent = True
    enter(person, token)
    return redirect_to(form.way_back())


def _form(template: str, form: EntryForm) -> Response:
    way_back = safe_next(form.next.data)
    if viewer() is not None:
        return redirect_to(way_back)
    form.next.data = way_back
    return page(template, form=form, way_back=way_back)


def _refused(template: str, form: EntryForm, error: Invalid) -> Response:
    current_session().rollback()
    form.blame(error)
    form.next.data = form.way_back()
    return page(template, 422, form=form, way_back=form.next.data)


def _device() -> dict[str, str]:
    return {"ip": request.remote_addr or "", "agent": request.headers.get("User-Agent", "")}
