"""While typing: what a text may be about, and the note that a hit was opened."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, Response, request
from flask_babel import gettext, ngettext

from kb.db import current_session
from kb.search import asking, log
from kb.search.documents import ARTICLE, QUESTION, Hit, Results
from kb.web import search_reader
from kb.web.limits import limiter
from kb.web.render import csrf, page
from kb.web.visitor import viewer

bp = Blueprint("typing", __name__)
MOST_HITS = 8
_QUERY_ID = re.compile(r"[A-Za-z0-9_-]{22}")


@dataclass(frozen=True, slots=True)
class Part:
    """Hits of one kind, under their heading."""

    heading: str
    hits: Sequence[Hit]


@bp.get("/search/suggest")
@limiter.limit("10/second;240/minute", exempt_when=search_reader.needs_no_limit)
def suggest() -> Response:
    """Send the hits for a text that is being typed in the search box.

    ``final`` says that the typing paused, ``opened`` which hit was opened before it did.
    """
    found = asking.typed(
        current_session(),
        request.args.get("q", ""),
        viewer(),
        engine=search_reader.engine(),
        source="live",
        final=request.args.get("final") == "1",
        limit=MOST_HITS,
        languages=search_reader.languages(),
        visit=search_reader.visit(),
    )
    _note_opened(found, request.args.get("opened", 0, type=int))
    said = _said(found, found.completions)
    return page(
        "search/_suggestions.html",
        found=found,
        parts=_parts(found),
        completions=found.completions,
        said=said,
    )


@bp.post("/search/opened/<query_id>/<int:position>/<kind>/<int:ref>")
@csrf.exempt  # type: ignore[untyped-decorator]
@limiter.limit("120/minute")
def opened(query_id: str, position: int, kind: str, ref: int) -> tuple[str, int]:
    """Note that a hit was opened. Browsers send this by themselves (``ping``), so there is no form and no token.

    It says nothing about whether there is such a document, and keeps nothing about who opened it.
    """
    if _QUERY_ID.fullmatch(query_id) and 0 < position <= 1000 and kind in (ARTICLE, QUESTION) and ref < 2**31:
        log.opened(query_id, kind=kind, ref=ref, position=position)
    return "", 204


def _note_opened(found: Results, position: int) -> None:
    for hit in found.hits:
        if found.query_id and hit.position == position:
            log.opened(found.query_id, kind=hit.shown.kind, ref=hit.shown.ref, position=position)


def _parts(found: Results) -> list[Part]:
    """Return the hits by kind; the kind of the best one comes first."""
    headings = {ARTICLE: gettext("Articles"), QUESTION: gettext("Questions")}
    by_kind: dict[str, list[Hit]] = {}
    for hit in found.hits:
        by_kind.setdefault(hit.shown.kind, []).append(hit)
    return [Part(headings.get(kind, kind), hits) for kind, hits in by_kind.items()]


def _said(found: Results, completions: Sequence[str]) -> str:
    """Return what is read out when the list changes: how much of what there is."""
    kinds = [hit.shown.kind for hit in found.hits]
    articles, questions = kinds.count(ARTICLE), kinds.count(QUESTION)
    counted = [
        ngettext("%(num)s search", "%(num)s searches", len(completions)) if completions else "",
        ngettext("%(num)s article", "%(num)s articles", articles) if articles else "",
        ngettext("%(num)s question", "%(num)s questions", questions) if questions else "",
    ]
    return ", ".join(one for one in counted if one) or gettext("No suggestions")
