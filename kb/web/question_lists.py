"""The page that every list of questions is shown on: all of them, a tag's, or a category's."""

from typing import Any

from flask import Response, request

from kb.db import current_session
from kb.forum import listing
from kb.web.paging import asked_page
from kb.web.render import page
from kb.web.visitor import reader

TABS = ("newest", "needs-answer", "active", "solved")


def listed(
    heading: str, address: str, *, tag: str | None = None, category: str | None = None, **place: Any
) -> Response:
    """Return a page of questions in the order that ``?tab=`` asks for; ``place`` is what its head says of the place."""
    session, tab = current_session(), request.args.get("tab", TABS[0])
    rows = listing.listing(session, reader(), tab=tab, tag=tag, category=category, page=asked_page())
    return page(
        "questions/list.html",
        keep=True,
        heading=heading,
        address=address,
        found=rows,
        categories=listing.categories(session, reader()),
        popular_tags=listing.popular_tags(session, limit=20),
        **place,
    )
