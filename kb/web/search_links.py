"""Finding a page to link to from what is being written: a page of its own, and options for a script."""

from dataclasses import dataclass

from flask import Blueprint, Response, request

from kb.db import current_session
from kb.markup.plain import as_markdown
from kb.search import asking
from kb.search.documents import Shown
from kb.web import search_reader
from kb.web.limits import limiter
from kb.web.render import page, wants_fragment

bp = Blueprint("links", __name__)
MOST = 8


@dataclass(frozen=True, slots=True)
class Line:
    """A page, and the Markdown that links to it."""

    shown: Shown
    markdown: str


@bp.get("/search/links")
@limiter.limit("10/second;240/minute", exempt_when=search_reader.needs_no_limit)
def find() -> Response:
    """Show what ``q`` may mean, each as a line to put into a text.

    Only what everybody may read: others will read the text. It is not logged, because nobody is in need of an answer.
    """
    asked = request.args.get("q", "").strip()
    found = asking.typed(
        current_session(),
        asked,
        None,
        engine=search_reader.engine(),
        limit=MOST,
        languages=search_reader.languages(),
    )
    lines = [Line(hit.shown, f"[{as_markdown(hit.shown.title)}]({hit.shown.address})") for hit in found.hits]
    return page("search/_link_options.html" if wants_fragment() else "search/links.html", lines=lines, asked=asked)
