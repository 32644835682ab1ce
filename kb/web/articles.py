"""The help centre: sections, articles, their pictures, and what readers say of them."""

from flask import Blueprint, Response, redirect, request
from werkzeug.exceptions import NotFound as NoRoute
from werkzeug.wrappers import Response as AnyResponse

from kb.articles import reading, redirects
from kb.db import current_session
from kb.errors import NotFound
from kb.web import article_feedback
from kb.web.errors import error_page
from kb.web.limits import limiter
from kb.web.paging import asked_page
from kb.web.render import page
from kb.web.shared import shared_page
from kb.web.visitor import reader

bp = Blueprint("articles", __name__)
bp.register_blueprint(article_feedback.bp)

FOR_GOOD = "public, max-age=31536000, immutable"
PICTURE_POLICY = "default-src 'none'; sandbox"
RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur", "yi", "ps", "dv", "ckb"})


@bp.get("/articles")
@shared_page
def index() -> Response:
    """All sections."""
    return page("articles/index.html", keep=True, sections=reading.sections(current_session(), reader(), top=5))


@bp.get("/articles/<section>")
@shared_page
def section(section: str) -> Response:
    """One section with its articles."""
    shown = reading.section(current_session(), section, reader(), page=asked_page())
    return page("articles/section.html", keep=True, section=shown)


@bp.get("/articles/<section>/<slug>")
@shared_page
def article(section: str, slug: str) -> AnyResponse:
    """An article, or the way to where it is by now."""
    try:
        shown = reading.article(current_session(), section, slug, reader())
    except NotFound:
        return _moved() or error_page(404)
    direction = "rtl" if shown.lang.partition("-")[0].lower() in RIGHT_TO_LEFT else "ltr"
    return page("articles/article.html", keep=True, article=shown, direction=direction)


@bp.get("/articles/<section>/<slug>.md")
def markdown(section: str, slug: str) -> Response:
    """An article as its writer wrote it, for assistants and other programs."""
    text = reading.markdown(current_session(), section, slug, reader())
    return Response(text, mimetype="text/markdown")


@bp.get("/articles/images/<sha256>/<name>")
@limiter.exempt
def image(sha256: str, name: str) -> Response:
    """A picture; its address changes with its bytes."""
    found = reading.image(current_session(), sha256)
    response = Response(found.data, mimetype=found.mime)
    response.headers["Cache-Control"] = FOR_GOOD
    response.headers["Content-Security-Policy"] = PICTURE_POLICY
    return response


@bp.app_errorhandler(NoRoute)
def unknown(error: NoRoute) -> AnyResponse:
    """The way from an address of this site's past, or the page for addresses nobody knows."""
    no_route = request.url_rule is None and request.method in ("GET", "HEAD")
    return (_moved() if no_route else None) or error_page(404)


def _moved() -> AnyResponse | None:
    address = redirects.find(current_session(), request.path, reader())
    if address is None:
        return None
    query = request.query_string.decode("ascii", "replace")
    return redirect(f"{address}?{query}" if query else address, 301)
