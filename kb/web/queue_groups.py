"""Admins' page of the groups that questions are handed to."""

from flask import Blueprint, Response, flash, request
from flask_babel import gettext, lazy_gettext
from wtforms import StringField

from kb.db import current_session
from kb.errors import Conflict, DomainError, Invalid, Refused
from kb.forum.queue import groups
from kb.forum.queue.models import Group
from kb.web.forms import Form
from kb.web.post_forms import refuse
from kb.web.render import page, redirect_to
from kb.web.visitor import person, sign_in_first

bp = Blueprint("groups", __name__, url_prefix="/queue/groups")


class GroupForm(Form):
    """A group more."""

    name = StringField(lazy_gettext("Name of the new group"))


class MemberForm(Form):
    """Who joins a group."""

    handle = StringField(lazy_gettext("Handle"))


@bp.get("")
@sign_in_first
def listing() -> Response:
    """All groups, with who is in them."""
    _check()
    return _page()


@bp.post("")
@sign_in_first
def add() -> Response:
    """Add a group."""
    form = GroupForm()
    try:
        groups.create(current_session(), by=person(), name=form.name.data or "")
    except (Invalid, Conflict) as error:
        return _page(form, error)
    return _saved()


@bp.post("/<int:group_id>/members")
@sign_in_first
def members(group_id: int) -> Response:
    """Put somebody into a group (``handle``), or take them out (``leave``, by id)."""
    session, form = current_session(), MemberForm(prefix=f"g{group_id}-")
    leaving = request.form.get("leave", 0, type=int)
    group = _group(group_id)
    try:
        if leaving:
            groups.leave(session, group=group, by=person(), person_id=leaving)
        else:
            groups.join(session, group=group, by=person(), handle=form.handle.data or "")
    except Invalid as error:
        return _page(form, error, group_id)
    return _saved()


@bp.post("/<int:group_id>/removal")
@sign_in_first
def remove(group_id: int) -> Response:
    """Take a group away."""
    groups.remove(current_session(), group=_group(group_id), by=person())
    return _saved()


def _group(group_id: int) -> Group:
    _check()
    return groups.find(current_session(), group_id)


def _check() -> None:
    if not groups.may_keep(person()):
        raise Refused("Only admins keep groups.")


def _page(refused: Form | None = None, error: DomainError | None = None, group_id: int = 0) -> Response:
    """Return the page with empty forms, but for the one that was just refused."""
    status = refuse(refused, error) if refused is not None and error is not None else 200
    shown = groups.listing(current_session())
    joining = {
        group.id: refused if group.id == group_id else MemberForm(formdata=None, prefix=f"g{group.id}-")
        for group in shown
    }
    adding = refused if isinstance(refused, GroupForm) else GroupForm(formdata=None)
    return page("queue/groups.html", status, groups=shown, joining=joining, adding=adding)


def _saved() -> Response:
    current_session().commit()
    flash(gettext("Saved."), "success")
    return redirect_to("/queue/groups")
