"""The help centre: sections, articles, their pictures, and what readers say of them."""

from flask import Blueprint, Response, current_app, redirect, request
from werkzeug.exceptions import NotFound as NoRoute
from werkzeug.wrappers import Response as AnyResponse

from kb.articles import reading
from kb.articles.addresses import address_of
from kb.db import current_session
from kb.errors import NotFound
from kb.web import article_feedback, article_history
from kb.web.errors import error_page
from kb.web.language_paths import teach_languages
from kb.web.limits import limiter
from kb.web.moved import MARKDOWN, moved_or_missing
from kb.web.paging import asked_page
from kb.web.render import page
from kb.web.shared import shared_page
from kb.web.visitor import reader

bp = Blueprint("articles", __name__)
bp.record_once(teach_languages)
bp.register_blueprint(article_feedback.bp)
bp.register_blueprint(article_history.bp)

FOR_GOOD = "public, max-age=31536000, immutable"
PICTURE_POLICY = "default-src 'none'; sandbox"


@bp.get("/articles")
@bp.get("/<language:tree>/articles")
@shared_page
def index(tree: str = "") -> Response:
    """All sections, in the language that the address names."""
    shown = reading.index(current_session(), reader(), tree=tree)
    return page("articles/index.html", keep=True, index=shown, site=_site())


@bp.get("/articles/<section>")
@bp.get("/<language:tree>/articles/<section>")
@shared_page
def section(section: str, tree: str = "") -> Response:
    """One section with its articles."""
    shown = reading.section(current_session(), section, reader(), page=asked_page(), tree=tree)
    return page("articles/section.html", keep=True, section=shown, site=_site())


@bp.get("/articles/<section>/<slug>")
@bp.get("/<language:tree>/articles/<section>/<slug>")
@shared_page
def article(section: str, slug: str, tree: str = "") -> AnyResponse:
    """An article, or the way to where it is by now."""
    try:
        shown = reading.article(current_session(), section, slug, reader(), tree=tree)
    except NotFound:
        return moved_or_missing()
    if shown.shown_at != address_of(section, slug, tree):
        return redirect(shown.shown_at, 302)  # the translation has a slug of its own, and may yet be withdrawn
    return page("articles/article.html", keep=True, article=shown, site=_site())


@bp.get("/articles/<section>/<slug>.md")
@bp.get("/<language:tree>/articles/<section>/<slug>.md")
def markdown(section: str, slug: str, tree: str = "") -> AnyResponse:
    """An article as its writer wrote it, for assistants and other programs."""
    try:
        text = reading.markdown(current_session(), section, slug, reader(), tree=tree)
    except NotFound:
        return moved_or_missing(address_of(section, slug, tree), ending=MARKDOWN)
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
    return moved_or_missing() if no_route else error_page(404)


def _site() -> str:
    """Return what an address starts with where other programs read it: search engines want it whole."""
    return str(current_app.config["SETTINGS"].public_url)
