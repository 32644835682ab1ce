"""Pages that are the same for many readers: made without knowing who asks, kept, completed for each.

Such a page is made in a request of its own that holds nothing but its key: no cookie, so no session, no token, no
flash and nobody signed in. What the page would need of a person is not there, and where it belongs the page has gaps.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar, cast

from flask import Response, current_app, g, request, session
from flask_babel import force_locale, get_locale

from kb.db import current_session, site_version
from kb.people.rules import Standing, standing_of
from kb.web.cache import KEEP
from kb.web.gaps import Gaps, Personal, Pieces, filled
from kb.web.render import page
from kb.web.shelf import Shelf
from kb.web.visitor import viewer

View = TypeVar("View", bound=Callable[..., Any])

KEPT_BYTES = 16 * 1024 * 1024
ASKED = (
    "REQUEST_METHOD",
    "wsgi.url_scheme",
    "SERVER_NAME",
    "SERVER_PORT",
    "HTTP_HOST",
    "SCRIPT_NAME",
    "PATH_INFO",
    "QUERY_STRING",
    "HTTP_X_FRAGMENT",
)
"""What a shared page may know of the request, as WSGI names it."""


@dataclass(frozen=True, slots=True)
class Key:
    """All that a shared page is made from, the database aside."""

    asked: tuple[str | None, ...]
    standing: Standing
    locale: str
    values: Hashable = ()


def shared_page(view: View) -> View:
    """Make ``view``'s page once for all who are signed in with the same standing, and again when the site changes.

    The view asks ``visitor.reader()`` what it may show, and says ``keep=True`` of a page; its other answers are not
    kept. Visitors get the view's page as it is: kb/web/cache.py keeps theirs.
    """

    @wraps(view)
    def shown(*args: Any, **kwargs: Any) -> Any:
        if viewer() is None:
            return view(*args, **kwargs)
        version = site_version(current_session())  # before the page is made: what is kept is never older than it says
        return _kept_or_made(_key(), version, lambda: view(*args, **kwargs))

    return cast(View, shown)


def page_of(template: str, **values: Any) -> Response:
    """Return ``template`` rendered with ``values``, once for all readers of a standing who are shown equal values.

    For pages that hold something of their reader: it must be in the values, and then only equals share the page. The
    values are hashable and do not change.
    """
    if viewer() is None:
        return page(template, keep=True, **values)
    return _kept_or_made(_key((template, *values.items())), 0, lambda: page(template, keep=True, **values))


def _key(values: Hashable = ()) -> Key:
    person = viewer()
    assert person is not None
    asked = tuple(request.environ.get(name) for name in ASKED)
    return Key(asked, standing_of(person), str(get_locale()), values)


def _kept_or_made(key: Key, version: int, make: Callable[[], Response]) -> Response:
    shelf = _shelf()
    pieces = shelf.find(key, version)
    if pieces is None:
        made, gaps = _made(key, make)
        if KEEP not in made.headers:
            return made
        pieces = gaps.cut(made.get_data())
        values_too = 2 if key.values else 1  # what is shown is about as large as the page that shows it
        shelf.keep(key, version, pieces, values_too * len(made.get_data()))
    return Response(filled(pieces), mimetype="text/html")


def _made(key: Key, make: Callable[[], Response]) -> tuple[Response, Gaps]:
    """Return what is made of ``key`` alone, and the gaps in it; raises Personal if there is more in it."""
    environ = {name: value for name, value in zip(ASKED, key.asked, strict=True) if value is not None}
    with current_app.app_context(), current_app.request_context(environ):
        gaps = g.gaps = Gaps()
        g.standing = key.standing
        with force_locale(key.locale):
            made = make()
        if session:
            raise Personal(f"{', '.join(session)} in the session of a page that is made for many readers")
        if gaps.left and KEEP not in made.headers:
            raise Personal("a page with gaps that its view did not say is for many readers")
        return made, gaps


def _shelf() -> Shelf[Pieces]:
    shelves: dict[str, Any] = current_app.extensions
    shelf = shelves.get("shared_pages") or shelves.setdefault("shared_pages", Shelf(KEPT_BYTES))
    return cast(Shelf[Pieces], shelf)
