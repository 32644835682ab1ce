"""Pictures: adding one to what is being written, showing it, and the photo people choose for themselves."""

from flask import Blueprint, Response, flash, request
from flask_babel import gettext, lazy_gettext
from wtforms import FileField, StringField

from kb.db import current_session
from kb.errors import DomainError, Invalid, Refused, TooMany
from kb.esteem import trust
from kb.forum import pictures as pictures_of_posts
from kb.people.models import Person
from kb.uploads import keeping, pictures
from kb.uploads.pictures import Picture
from kb.web.errors import sentence
from kb.web.forms import Form
from kb.web.limits import limiter
from kb.web.post_forms import refuse
from kb.web.render import page, redirect_to, wants_fragment
from kb.web.visitor import person, sign_in_first, viewer

bp = Blueprint("uploads", __name__)
MOST_ALT = 300
ASK_EACH_TIME, FOR_A_DAY = "private, no-cache", "private, max-age=86400"
ALONE = "default-src 'none'; sandbox"
"""What a picture may do that is opened by itself: nothing."""


class PictureForm(Form):
    """One picture, and what it shows in words."""

    picture = FileField(lazy_gettext("Picture"), render_kw={"accept": ",".join((*pictures.ENDINGS, "image/gif"))})
    alt = StringField(lazy_gettext("What it shows"), render_kw={"maxlength": MOST_ALT})


@bp.url_value_preprocessor
def take_more(*_: object) -> None:
    """Let pictures be larger than other forms; runs before the form is read, which looking for its token does."""
    request.max_content_length = pictures.MOST_BYTES + (64 << 10)


@bp.get("/uploads/new")
@sign_in_first
def adding() -> Response:
    """Where a picture is added without scripts, in a tab beside what is being written."""
    _check_trusted(person())
    return page("uploads/new.html", form=PictureForm(formdata=None))


@bp.post("/uploads")
@sign_in_first
@limiter.limit("30/minute")
def add() -> Response:
    """Add a picture; a script is told its address, or in one sentence why not."""
    form = PictureForm()
    try:
        _check_trusted(person())
        kept = keeping.keep(current_session(), person=person(), picture=_sent())
    except (Invalid, Refused, TooMany) as error:
        return _refused(form, error)
    current_session().commit()
    if wants_fragment():
        return Response(f"/uploads/{kept.name}", 201, mimetype="text/plain")
    alt = " ".join((form.alt.data or "").split())[:MOST_ALT]
    return page("uploads/added.html", 201, name=kept.name, alt=alt.translate(str.maketrans("[]", "()")))


@bp.get("/uploads/<name>")
@limiter.exempt
def show(name: str) -> Response:
    """A picture, for whoever may see where it is shown; a browser that has one of a post asks if that still holds."""
    found = pictures_of_posts.find(current_session(), name, viewer())
    response = Response(found.data, mimetype=found.mime)
    response.headers["Cache-Control"] = FOR_A_DAY if found.purpose == "photo" else ASK_EACH_TIME
    response.set_etag(found.sha256)
    response.headers["Content-Security-Policy"] = ALONE
    response.headers["Content-Disposition"] = "inline"
    response.make_conditional(request)
    return response


@bp.get("/settings/photo")
@sign_in_first
def photo() -> Response:
    """The reader's own photo."""
    return page("uploads/photo.html", form=PictureForm(formdata=None))


@bp.post("/settings/photo")
@sign_in_first
@limiter.limit("10/minute")
def set_photo() -> Response:
    """Show the reader by another photo."""
    form = PictureForm()
    try:
        keeping.set_photo(current_session(), person=person(), picture=_sent(square=True))
    except (Invalid, TooMany) as error:
        return page("uploads/photo.html", refuse(form, error), form=form)
    current_session().commit()
    flash(gettext("That is your photo now."), "success")
    return redirect_to("/settings/photo")


@bp.post("/settings/photo/removal")
@sign_in_first
def remove_photo() -> Response:
    """Show the reader by their initials again."""
    keeping.remove_photo(current_session(), person=person())
    current_session().commit()
    flash(gettext("Your photo is removed."), "success")
    return redirect_to("/settings/photo")


def _check_trusted(by: Person) -> None:
    if not trust.may(by, "picture"):
        raise Refused("Newcomers cannot post pictures yet. What opens next is on your profile.")


def _sent(*, square: bool = False) -> Picture:
    """Return the picture that was sent, made anew; raises Invalid and TooMany."""
    keeping.check_day(current_session(), person())
    current_session().commit()  # nothing is written yet: no transaction may be open for the seconds this takes
    sent = request.files.get("picture")
    return pictures.remake(sent.read() if sent else b"", square=square)


def _refused(form: PictureForm, error: DomainError) -> Response:
    status = refuse(form, error)
    if wants_fragment():
        return Response(sentence(error), status, mimetype="text/plain")
    return page("uploads/new.html", status, form=form)
