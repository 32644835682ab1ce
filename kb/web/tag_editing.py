"""Looking after tags: what they are for, what else they are called, and renaming them, for moderators."""

from flask import Blueprint, Response, flash, request
from flask_babel import gettext

from kb.db import current_session
from kb.errors import Invalid, Refused
from kb.forum import tag_care, tags
from kb.forum.models import Tag
from kb.forum.shapes import tag_address
from kb.web.forms import Form
from kb.web.place_forms import RenameForm, SynonymForm, TagForm
from kb.web.post_forms import refuse
from kb.web.render import page, redirect_to
from kb.web.visitor import person, sign_in_first

bp = Blueprint("tag_editing", __name__)


@bp.get("/tags/<name>/edit")
@sign_in_first
def editing(name: str) -> Response:
    """The page to change a tag on."""
    return _page(_tag(name))


@bp.post("/tags/<name>/edit")
@sign_in_first
def edit(name: str) -> Response:
    """Say what a tag is for."""
    found, form = _tag(name), TagForm()
    try:
        tag_care.describe(current_session(), tag=found, by=person(), description=form.description.data or "")
    except Invalid as error:
        return _page(found, form, refuse(form, error))
    return _saved(tag_address(found.name))


@bp.post("/tags/<name>/synonyms")
@sign_in_first
def synonyms(name: str) -> Response:
    """Let another name mean this tag, or (``remove``) no longer."""
    found, form, session = _tag(name), SynonymForm(), current_session()
    try:
        if "remove" in request.form:
            tag_care.remove_synonym(session, tag=found, by=person(), name=request.form["remove"])
        else:
            tag_care.add_synonym(session, tag=found, by=person(), name=form.synonym.data or "")
    except Invalid as error:
        return _page(found, form, refuse(form, error))
    return _saved(f"{tag_address(found.name)}/edit")


@bp.post("/tags/<name>/name")
@sign_in_first
def rename(name: str) -> Response:
    """Call a tag something else, or make it part of the tag that is called so."""
    found, form = _tag(name), RenameForm()
    try:
        found = tag_care.rename(current_session(), tag=found, by=person(), name=form.name.data or "")
    except Invalid as error:
        return _page(found, form, refuse(form, error))
    return _saved(tag_address(found.name))


def _tag(name: str) -> Tag:
    found = tags.find(current_session(), name, person())
    if not tag_care.may_edit(person()):
        raise Refused("Only moderators can change tags.")
    return found


def _page(found: Tag, form: Form | None = None, status: int = 200) -> Response:
    """Return the page with what is stored, but for the form that was just refused."""
    stored = (
        TagForm(formdata=None, data={"description": found.description}),
        SynonymForm(formdata=None),
        RenameForm(formdata=None),
    )
    description, synonym, renamed = (form if isinstance(form, type(one)) else one for one in stored)
    return page(
        "places/tag_edit.html",
        status,
        tag=found,
        address=tag_address(found.name),
        synonyms=tag_care.synonyms(current_session(), found),
        description=description,
        synonym=synonym,
        renamed=renamed,
    )


def _saved(address: str) -> Response:
    current_session().commit()
    flash(gettext("Saved."), "success")
    return redirect_to(address)
