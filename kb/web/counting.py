"""Whether an answer counts as an article that a reader opened."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from flask import Flask, Response, request
from flask_login import current_user

from kb.articles import views
from kb.people import rules

_ARTICLE = re.compile(r"(?:/[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*)?/articles/(?!images/)[^/]+/[^/.]+/?")
# Programs name themselves, or the library they are made with; those that give previews of links, and those that watch.
_PROGRAM = re.compile(
    r"(?<!cu)bot\b|crawl|spider|slurp|scrap|archiv|fetch|preview|monitor|uptime|pingdom|probe|feed|headless|lighthouse|"
    r"phantom|curl|wget|python|httpx|aiohttp|urllib|java/|okhttp|go-http|libwww|perl|ruby|php/|node|axios|http_?client|"
    r"werkzeug|facebookexternalhit|whatsapp/|claude|\+https?:",
    re.IGNORECASE,
)


def article_at(path: str) -> str:
    """Return ``path`` when it is where an article's page may be, else ""."""
    return path.rstrip("/") if _ARTICLE.fullmatch(path) else ""


def is_reader(environ: Mapping[str, Any]) -> bool:
    """Whether a person seems to be looking, by what a browser says: not a program, and not a page fetched ahead."""
    return _is_browser(environ.get("HTTP_USER_AGENT", "")) and "HTTP_SEC_PURPOSE" not in environ


def init_app(app: Flask) -> None:
    """Count the articles that ``app`` answers with; those the page cache answers with it counts itself.

    Writers are left out, who open an article to see what they wrote.
    """

    @app.after_request
    def count(response: Response) -> Response:
        if response.status_code == 200 and request.method == "GET":
            article = article_at(request.path)
            if article and is_reader(request.environ) and not _is_writer():
                views.opened(article)
        return response


@lru_cache(maxsize=4096)
def _is_browser(agent: str) -> bool:
    return bool(agent) and not _PROGRAM.search(agent)


def _is_writer() -> bool:
    return current_user.is_authenticated and rules.is_writer(current_user.person)
