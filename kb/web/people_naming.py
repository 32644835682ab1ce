"""Whom a mention that is being typed may mean."""

from flask import Blueprint, Response, request

from kb.db import current_session
from kb.people import naming
from kb.web.limits import limiter
from kb.web.render import page

bp = Blueprint("naming", __name__)


@bp.get("/people/suggest")
@limiter.limit("10/second;240/minute")
def suggest() -> Response:
    """Send the people whose handle or name begins with ``q``, for the list that static/js/md-mentions.js shows."""
    return page("people/_suggestions.html", found=naming.starting_with(current_session(), request.args.get("q", "")))
