"""A person's own settings: profile, password, letters, and the devices they are signed in on."""

from flask import Blueprint, Response, flash
from flask_babel import gettext
from flask_login import current_user

from kb.db import current_session
from kb.errors import Invalid
from kb.notices import stops
from kb.notices.kinds import WITH_LETTERS
from kb.people import accounts, sessions
from kb.uploads import keeping as uploads
from kb.web.limits import limiter
from kb.web.people_forms import ChangePasswordForm, LettersForm, ProfileForm
from kb.web.render import page, redirect_to
from kb.web.visitor import person, sign_in_first

bp = Blueprint("account_settings", __name__)


@bp.get("/settings")
@sign_in_first
def show() -> Response:
    """All settings on one page."""
    return _page()


@bp.post("/settings/profile")
@sign_in_first
def save_profile() -> Response:
    """Change what others see."""
    form = ProfileForm()
    try:
        accounts.edit_profile(
            current_session(), person=person(), name=form.name.data or "", about=form.about.data or ""
        )
        uploads.use(current_session(), person().about_html, kind=uploads.PROFILE, subject_id=person().id)
    except Invalid as error:
        current_session().rollback()
        form.blame(error)
        return _page(422, profile=form)
    current_session().commit()
    flash(gettext("Your profile is saved."), "success")
    return redirect_to("/settings")


@bp.post("/settings/password")
@sign_in_first
@limiter.limit("6/minute;30/hour")
def change_password() -> Response:
    """Change the password; every other device is signed out."""
    form = ChangePasswordForm()
    try:
        accounts.change_password(
            current_session(),
            person=person(),
            current=form.current.data or "",
            new=form.new.data or "",
            this_session=current_user.sign_in.id,
        )
    except Invalid as error:
        current_session().rollback()
        form.blame(error)
        return _page(422, password=form)
    current_session().commit()
    flash(gettext("Your password is changed. Other devices are signed out."), "success")
    return redirect_to("/settings")


@bp.post("/settings/letters")
@sign_in_first
def choose_letters() -> Response:
    """Choose which letters to get."""
    form = LettersForm()
    wanted = frozenset(kind for kind in stops.offered(person()) if form[kind].data)
    stops.choose(current_session(), person=person(), wanted=wanted)
    current_session().commit()
    flash(gettext("Saved. That is what you will get letters about."), "success")
    return redirect_to("/settings")


@bp.get("/settings/sessions")
@sign_in_first
def devices() -> Response:
    """Where the reader is signed in."""
    found = sessions.devices(current_session(), person(), this=current_user.sign_in.id)
    return page("people/sessions.html", devices=found)


@bp.post("/settings/sessions/<int:session_id>/end")
@sign_in_first
def end_device(session_id: int) -> Response:
    """Sign one device out."""
    sessions.close_one(current_session(), person(), session_id)
    current_session().commit()
    flash(gettext("That device is signed out."), "success")
    return redirect_to("/settings/sessions")


@bp.post("/settings/sessions/end-others")
@sign_in_first
def end_others() -> Response:
    """Sign every other device out."""
    sessions.close_all(current_session(), person(), but=current_user.sign_in.id)
    current_session().commit()
    flash(gettext("Every other device is signed out."), "success")
    return redirect_to("/settings/sessions")


def _page(
    status: int = 200, *, profile: ProfileForm | None = None, password: ChangePasswordForm | None = None
) -> Response:
    """Return the page with what is stored, but for the form that was just refused."""
    me = person()
    unwanted = stops.stopped(current_session(), me.id)
    return page(
        "people/settings.html",
        status,
        profile=profile or ProfileForm(formdata=None, data={"name": me.name, "about": me.about_md}),
        password=password or ChangePasswordForm(formdata=None),
        letters=LettersForm(formdata=None, data={kind: kind not in unwanted for kind in WITH_LETTERS}),
        offered=stops.offered(me),
        email=me.email,
    )
