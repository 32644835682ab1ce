"""What an address of the site's past answers: where its article is by now, or that it is gone and what is like it."""

from urllib.parse import urlsplit

from flask import Response, current_app, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from kb.db import current_session
from kb.publishing import redirects
from kb.publishing.redirects import Gone
from kb.search import asking
from kb.web.errors import error_page
from kb.web.visitor import reader

MOST_ALIKE = 5
MARKDOWN = ".md"


def moved_or_missing(path: str = "", *, ending: str = "") -> AnyResponse:
    """Answer for ``path``, this request's unless given: 301, 410, or the 404 that says nothing.

    ``ending`` is put behind the new path, where what was asked for is not the page itself.
    """
    found = redirects.find(current_session(), path or request.path, reader())
    if isinstance(found, Gone):
        return _gone(found.title)
    if found is None:
        return error_page(404)
    parts = urlsplit(found.address)
    query = "&".join(part for part in (parts.query, request.query_string.decode("ascii", "replace")) if part)
    path = parts.path + (ending if found.is_article else "")
    return redirect(parts._replace(path=path, query=query).geturl(), 301)


def _gone(title: str) -> Response:
    """Return the page for an article that was taken off the site; the same for every reader, and never kept."""
    alike = asking.similar(
        current_session(),
        title,
        None,
        engine=asking.engine_of(current_app.extensions),
        within="articles",
        limit=MOST_ALIKE,
    )
    template = current_app.jinja_env.get_template("articles/gone.html")
    answer = Response(template.render(viewer=None, title=title, alike=alike), 410, mimetype="text/html")
    answer.headers["Cache-Control"] = "no-store"
    return answer
