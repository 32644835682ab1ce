"""The front page, the page that shows every component, and the mark."""

from flask import Blueprint, Response, send_from_directory

from kb.articles import reading
from kb.db import current_session
from kb.forum import listing
from kb.settings import PROJECT
from kb.web import samples
from kb.web.render import page
from kb.web.shared import shared_page
from kb.web.visitor import reader

bp = Blueprint("home", __name__)
DAY = 86400
POPULAR = 6


@bp.get("/")
@shared_page
def front() -> Response:
    """Show the search box, the sections, and what the community needs and did."""
    session = current_session()
    return page(
        "home/front.html",
        keep=True,
        sections=reading.sections(session, reader()),
        community=listing.home_rows(session, reader()),
        tags=listing.popular_tags(session, POPULAR),
    )


@bp.get("/style")
def style() -> Response:
    """Show every component with its states, for those who build pages."""
    return page("style/index.html", **samples.everything())


@bp.get("/favicon.svg")
def favicon() -> Response:
    """Show the mark."""
    return send_from_directory(PROJECT / "static" / "img", "favicon.svg", max_age=DAY)
