"""People: who helps, their profiles, their accounts and their settings."""

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from kb.db import current_session
from kb.esteem import cabinet, trust
from kb.forum import categories, leaders, merits, profiles
from kb.forum import rules as forum_rules
from kb.people import accounts, rules
from kb.people.models import Person
from kb.web import account_settings, password_reset, people_esteem, people_naming, sign_in
from kb.web.paging import asked_page
from kb.web.render import page
from kb.web.shared import shared_page
from kb.web.visitor import reader, viewer

bp = Blueprint("people", __name__)
for part in (sign_in, password_reset, account_settings, people_esteem, people_naming):
    bp.register_blueprint(part.bp)


@bp.get("/people")
@shared_page
def people() -> Response:
    """Who solved most and was thanked most in a month."""
    session, asked = current_session(), request.args
    return page(
        "people/leaders.html",
        keep=True,
        found=leaders.leaders(session, reader(), month=asked.get("month", ""), category=asked.get("category", "")),
        categories=categories.ordered(session, reader()),
    )


@bp.get("/people/<handle>")
def profile(handle: str) -> Response:
    """Who somebody is, what they asked and answered, and what they earned by it."""
    session, reader = current_session(), viewer()
    shown = accounts.named(session, handle)
    mine = reader is not None and reader.id == shown.id
    next_step = trust.next_step(shown) if mine else None
    solved = request.args.get("show") == "solved"
    return page(
        "people/profile.html",
        keep=True,
        shown=shown,
        marks=_marks(rules.is_expert(shown), rules.is_moderator(shown), rules.is_writer(shown)),
        expert_in=_expert_in(session, shown, reader),
        claimed=rules.can_sign_in(shown),
        mine=mine,
        next_step=next_step,
        merits=merits.for_trust(session, shown) if next_step is not None else None,
        badges=cabinet.of_person(session, shown.id),
        step=trust.STEPS[shown.trust],
        solved=solved,
        posts=profiles.by_person(session, shown.id, reader, asked_page(), solved=solved),
    )


def _expert_in(session: Session, shown: Person, reader: Person | None) -> list[str]:
    """Return the names of the categories somebody is an expert of, and not everywhere."""
    if rules.is_expert(shown) or not shown.expert_scopes:
        return []
    scopes = shown.expert_scopes
    return [place.name for place in categories.ordered(session, reader) if forum_rules.scope_of(place.id) in scopes]


def _marks(expert: bool, moderator: bool, writer: bool) -> list[str]:
    held = (("expert", expert), ("moderator", moderator), ("writer", writer))
    return [mark for mark, is_held in held if is_held]
