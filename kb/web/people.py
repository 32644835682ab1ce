"""People: their profiles, their accounts and their settings."""

from flask import Blueprint, Response

from kb.db import current_session
from kb.forum import profiles
from kb.people import accounts, rules
from kb.web import account_settings, password_reset, sign_in
from kb.web.paging import asked_page
from kb.web.render import page
from kb.web.visitor import viewer

bp = Blueprint("people", __name__)
for part in (sign_in, password_reset, account_settings):
    bp.register_blueprint(part.bp)


@bp.get("/people/<handle>")
def profile(handle: str) -> Response:
    """Who somebody is, and what they asked and answered."""
    session, reader = current_session(), viewer()
    shown = accounts.named(session, handle)
    return page(
        "people/profile.html",
        keep=True,
        shown=shown,
        marks=_marks(rules.is_expert(shown), rules.is_moderator(shown), rules.is_writer(shown)),
        claimed=rules.can_sign_in(shown),
        mine=reader is not None and reader.id == shown.id,
        posts=profiles.by_person(session, shown.id, reader, page=asked_page()),
    )


def _marks(expert: bool, moderator: bool, writer: bool) -> list[str]:
    held = (("expert", expert), ("moderator", moderator), ("writer", writer))
    return [mark for mark, is_held in held if is_held]
