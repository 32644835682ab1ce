"""Whether an answer counts as an article or a question that a reader opened."""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from typing import Any

from flask import Flask, Response, request
from flask_login import current_user

from kb.articles import views
from kb.forum import readers
from kb.forum.writing import NOUNS
from kb.people import rules

_ARTICLE = re.compile(r"(?:/[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*)?/articles/(?!images/)[^/]+/[^/.]+/?")
_QUESTION = re.compile(r"/questions/([0-9]{1,18})/([a-z0-9-]+)/?")
# Programs name themselves, or the library they are made with; those that give previews of links, and those that watch.
_PROGRAM = re.compile(
    r"(?<!cu)bot\b|crawl|spider|slurp|scrap|archiv|fetch|preview|monitor|uptime|pingdom|probe|feed|headless|lighthouse|"
    r"phantom|curl|wget|python|httpx|aiohttp|urllib|java/|okhttp|go-http|libwww|perl|ruby|php/|node|axios|http_?client|"
    r"werkzeug|facebookexternalhit|whatsapp/|claude|\+https?:",
    re.IGNORECASE,
)


def counter_at(path: str) -> Callable[[], None] | None:
    """Return what counts a reader of the page at ``path``; None where nobody is counted."""
    if _ARTICLE.fullmatch(path):
        return partial(views.opened, path.rstrip("/"))
    found = _QUESTION.fullmatch(path)
    if found is None or found[2] in NOUNS:
        return None
    return partial(readers.opened, int(found[1]))


def is_reader(environ: Mapping[str, Any]) -> bool:
    """Whether a person seems to be looking, by what a browser says: not a program, and not a page fetched ahead."""
    return _is_browser(environ.get("HTTP_USER_AGENT", "")) and "HTTP_SEC_PURPOSE" not in environ


def init_app(app: Flask) -> None:
    """Count the articles and questions ``app`` answers with; those the page cache answers with it counts itself.

    Writers are left out, who open pages to see what became of what they wrote.
    """

    @app.after_request
    def count(response: Response) -> Response:
        if response.status_code == 200 and request.method == "GET":
            counts = counter_at(request.path)
            if counts is not None and is_reader(request.environ) and not _is_writer():
                counts()
        return response


@lru_cache(maxsize=4096)
def _is_browser(agent: str) -> bool:
    return bool(agent) and not _PROGRAM.search(agent)


def _is_writer() -> bool:
    return current_user.is_authenticated and rules.is_writer(current_user.person)
