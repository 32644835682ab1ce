"""Looking after categories: what they say, for moderators; who sees them and who is an expert there, for admins."""

from flask import Blueprint, Response, flash, request
from flask_babel import gettext

from kb.db import current_session
from kb.errors import Invalid, Refused
from kb.forum import categories, category_care
from kb.forum.models import Category
from kb.web.forms import Form
from kb.web.place_forms import AudienceForm, CategoryForm, ExpertForm, NewCategoryForm
from kb.web.post_forms import refuse
from kb.web.render import page, redirect_to
from kb.web.visitor import person, sign_in_first

bp = Blueprint("category_editing", __name__)


@bp.get("/categories/new")
@sign_in_first
def adding() -> Response:
    """The page to add a category on."""
    if not category_care.may_govern(person()):
        raise Refused("Only admins can add categories.")
    return page("places/category_new.html", form=NewCategoryForm())


@bp.post("/categories")
@sign_in_first
def add() -> Response:
    """Add a category; only staff see it until somebody says otherwise."""
    form = NewCategoryForm()
    try:
        made = category_care.create(current_session(), by=person(), name=form.name.data or "")
    except Invalid as error:
        return page("places/category_new.html", refuse(form, error), form=form)
    return _saved(f"/categories/{made.slug}/edit")


@bp.get("/categories/<slug>/edit")
@sign_in_first
def editing(slug: str) -> Response:
    """The page to change a category on."""
    return _page(_category(slug))


@bp.post("/categories/<slug>/edit")
@sign_in_first
def edit(slug: str) -> Response:
    """Change a category's name and what it says."""
    found, form = _category(slug), CategoryForm()
    words = category_care.Words(form.name.data or "", form.description.data or "", form.template.data or "")
    try:
        category_care.describe(current_session(), category=found, by=person(), words=words)
    except Invalid as error:
        return _page(found, form, refuse(form, error))
    return _saved(f"/categories/{found.slug}")


@bp.post("/categories/<slug>/audience")
@sign_in_first
def audience(slug: str) -> Response:
    """Say who sees a category and all that is in it."""
    found, form = _category(slug), AudienceForm()
    try:
        category_care.open_to(current_session(), category=found, by=person(), audience=form.audience.data or "")
    except Invalid as error:
        return _page(found, form, refuse(form, error))
    return _saved(f"/categories/{found.slug}")


@bp.post("/categories/<slug>/experts")
@sign_in_first
def experts(slug: str) -> Response:
    """Make somebody an expert in a category (``handle``), or no longer (``dismiss``, by id)."""
    found, form, session = _category(slug), ExpertForm(), current_session()
    dismissed = request.form.get("dismiss", 0, type=int)
    try:
        if dismissed:
            category_care.dismiss(session, category=found, by=person(), person_id=dismissed)
        else:
            category_care.appoint(session, category=found, by=person(), handle=form.handle.data or "")
    except Invalid as error:
        return _page(found, form, refuse(form, error))
    return _saved(f"/categories/{found.slug}/edit")


def _category(slug: str) -> Category:
    found = categories.find(current_session(), slug, person())
    if not category_care.may_describe(person()):
        raise Refused("Only moderators can change categories.")
    return found


def _page(found: Category, form: Form | None = None, status: int = 200) -> Response:
    """Return the page with what is stored, but for the form that was just refused."""
    says = {"name": found.name, "description": found.description, "template": found.template_md}
    stored = (
        CategoryForm(formdata=None, data=says),
        AudienceForm(formdata=None, data={"audience": found.audience}),
        ExpertForm(formdata=None),
    )
    words, seen_by, expert = (form if isinstance(form, type(one)) else one for one in stored)
    return page(
        "places/category_edit.html",
        status,
        category=found,
        may_govern=category_care.may_govern(person()),
        experts=category_care.experts(current_session(), found),
        words=words,
        seen_by=seen_by,
        expert=expert,
    )


def _saved(address: str) -> Response:
    current_session().commit()
    flash(gettext("Saved."), "success")
    return redirect_to(address)
