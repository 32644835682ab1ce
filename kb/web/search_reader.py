"""Who searches, and in what: what the search page and the lists while typing ask alike."""

from flask import current_app, request
from flask_login import current_user

from kb.search import asking, visits
from kb.search.engine import Engine
from kb.web.limits import reader_address
from kb.web.visitor import viewer

MOST_LANGUAGES = 10


def engine() -> Engine:
    """Return the engine of this site."""
    return asking.engine_of(current_app.extensions)


def languages() -> tuple[str, ...]:
    """Return what the reader's browser says they read, the best first; it only chooses between versions of a page."""
    return tuple(tag for tag, weight in request.accept_languages if weight > 0)[:MOST_LANGUAGES]


def visit() -> str:
    """Return the sign under which this reader's searches of today belong together."""
    return signs()[0]


def signs() -> tuple[str, ...]:
    """Return the signs this reader may have searched under today: before they signed in it was another one."""
    here = visits.sign(reader_address(), request.headers.get("User-Agent", ""))
    return (visits.sign(current_user.get_id()), here) if current_user.is_authenticated else (here,)


def needs_no_limit() -> bool:
    """Whether this request may come as often as it likes: a member's, or one that asks for nothing."""
    return viewer() is not None or not request.args.get("q", "").strip()
