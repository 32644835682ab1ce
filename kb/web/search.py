"""Searching: the page of results, hits while typing, and the note that a hit was opened."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, quote_plus, urlencode

from flask import Blueprint, Response, current_app, request
from flask_babel import gettext

from kb.db import current_session
from kb.search import asking, log
from kb.search.documents import ARTICLE, QUESTION, Results, place_names
from kb.search.engine import Engine
from kb.search.query import STATUSES
from kb.web.limits import limiter
from kb.web.render import csrf, page, wants_fragment
from kb.web.visitor import viewer

bp = Blueprint("search", __name__)
MOST_CHOICES = 12
MOST_LANGUAGES = 10
_QUERY_ID = re.compile(r"[A-Za-z0-9_-]{22}")


@dataclass(frozen=True, slots=True)
class Choice:
    """One way to narrow the results, as a link."""

    words: str
    href: str
    chosen: bool
    count: str = ""
    """How many there would be, as it is read."""


class Address:
    """This page's address, from which many like it are made: what they share is encoded once."""

    def __init__(self, path: str, args: Mapping[str, str]) -> None:
        self.args = args
        self._path = quote(path)
        self._said = {name: urlencode({name: value}) for name, value in args.items() if value and name != "page"}

    def saying(self, name: str, value: str) -> str:
        """Return the address of the first page with ``name`` as ``value``, or without it."""
        said = [one for other, one in self._said.items() if other != name]
        if value:
            said.append(f"{name}={quote_plus(value)}")
        return f"{self._path}?{'&'.join(said)}" if said else self._path


def _needs_no_limit() -> bool:
    return viewer() is not None or not request.args.get("q", "").strip()


@bp.get("/search")
@limiter.limit("2/second;30/minute", exempt_when=_needs_no_limit)
def results() -> Response:
    """Show one page of what was asked for, with ways to narrow it; an empty question shows how to ask."""
    args = request.args
    session = current_session()
    found = asking.ask(
        session,
        args.get("q", ""),
        viewer(),
        engine=_engine(),
        within=args.get("in", "all"),
        section=args.get("section", ""),
        tag=args.get("tag", ""),
        status=args.get("status", ""),
        sort=args.get("sort", "relevance"),
        page=args.get("page", 1, type=int),
        languages=_languages(),
    )
    template = "search/_results.html" if wants_fragment() else "search/results.html"
    return page(template, found=found, asked=args.get("q", "").strip(), kinds=_kinds(found), choices=_choices(found))


@bp.get("/search/suggest")
@limiter.limit("10/second;240/minute", exempt_when=_needs_no_limit)
def suggest() -> Response:
    """Send the hits for a text that is being typed: in the search box, or (``in=ask``) as a question's title."""
    asking_title = request.args.get("in") == "ask"
    found = asking.typed(
        current_session(),
        request.args.get("q", ""),
        viewer(),
        engine=_engine(),
        source="ask" if asking_title else "live",
        final=request.args.get("final") == "1",
        limit=6 if asking_title else 8,
        languages=_languages(),
    )
    return page("search/_suggestions.html", found=found, asking_title=asking_title)


@bp.post("/search/opened/<query_id>/<int:position>/<kind>/<int:ref>")
@limiter.limit("120/minute")
def opened(query_id: str, position: int, kind: str, ref: int) -> tuple[str, int]:
    """Note that a hit was opened. Browsers send this by themselves (``ping``), so there is no form and no token.

    It says nothing about whether there is such a document, and keeps nothing about who opened it.
    """
    if _QUERY_ID.fullmatch(query_id) and 0 < position <= 1000 and kind in (ARTICLE, QUESTION) and ref < 2**31:
        log.opened(query_id, kind=kind, ref=ref, position=position)
    return "", 204


csrf.exempt(opened)


def _languages() -> tuple[str, ...]:
    """Return what the reader's browser says they read, the best first; it only chooses between versions of a page."""
    return tuple(tag for tag, weight in request.accept_languages if weight > 0)[:MOST_LANGUAGES]


def _engine() -> Engine:
    return asking.engine_of(current_app.extensions)


def _kinds(found: Results) -> list[tuple[str, str, bool, int | None]]:
    """Return the tabs over the results: everything, articles, questions."""
    counts = found.counts.get("kind", {})
    address = Address(request.path, request.args.to_dict())
    within = address.args.get("in", "all")
    tabs = (
        (gettext("Everything"), "", sum(counts.values())),
        (gettext("Articles"), "articles", counts.get(ARTICLE, 0)),
        (gettext("Questions"), "questions", counts.get(QUESTION, 0)),
    )
    shown = within if within in ("articles", "questions") else ""
    return [(words, address.saying("in", value), value == shown, count) for words, value, count in tabs]


def _choices(found: Results) -> list[tuple[str, list[Choice]]]:
    """Return the groups of filters beside the results, without those that would leave nothing to choose."""
    counts, session = found.counts, current_session()
    address = Address(request.path, request.args.to_dict())
    sorts = {"relevance": gettext("Best match"), "new": gettext("Newest")}
    by_status = {name: sum(counts.get("status", {}).get(one, 0) for one in STATUSES[name]) for name in STATUSES}
    words = {
        "solved": gettext("Solved"),
        "answered": gettext("Answered"),
        "unanswered": gettext("Needs an answer"),
        "open": gettext("Not solved yet"),
        "closed": gettext("Closed"),
    }
    places = {**counts.get("section", {}), **counts.get("category", {})}
    names = {**place_names(session, ARTICLE), **place_names(session, QUESTION)} if places else {}
    titled = {slug: names.get(slug, slug.replace("-", " ").capitalize()) for slug in places if slug}
    tags = counts.get("tag", {})
    groups = [
        (gettext("Status"), _group(address, "status", words, by_status)),
        (gettext("Section"), _group(address, "section", titled, places)),
        (gettext("Tag"), _group(address, "tag", {name: name for name in tags}, tags)),
        (gettext("Order"), _orders(address, sorts) if found.hits else []),
    ]
    return [(heading, group) for heading, group in groups if group]


def _group(address: Address, name: str, words: Mapping[str, str], counts: Mapping[str, int]) -> list[Choice]:
    """Return links that narrow to the values there are most of, or that widen again where one is chosen already."""
    chosen = address.args.get(name, "")
    values = [value for value in words if counts.get(value) or value == chosen]
    values.sort(key=lambda value: (value != chosen, -counts.get(value, 0)))
    return [
        Choice(
            words[value],
            address.saying(name, "" if value == chosen else value),
            value == chosen,
            f"{counts.get(value, 0):,}",
        )
        for value in values[:MOST_CHOICES]
    ]


def _orders(address: Address, words: Mapping[str, str]) -> list[Choice]:
    """Return links to the ways to put the results in order, the first of which needs no saying."""
    usual = next(iter(words))
    chosen = address.args.get("sort", usual)
    return [
        Choice(text, address.saying("sort", "" if value == usual else value), value == chosen)
        for value, text in words.items()
    ]
