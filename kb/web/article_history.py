"""What articles said before: their history, two revisions side by side, and who looks after their files."""

from flask import Blueprint, Response, current_app, request
from flask_babel import gettext
from werkzeug.utils import redirect
from werkzeug.wrappers import Response as AnyResponse

from kb.articles.addresses import address_of
from kb.articles.shapes import ArticlePage
from kb.db import current_session
from kb.errors import NotFound
from kb.publishing import hosting
from kb.publishing.past import revisions
from kb.publishing.sources import place
from kb.web.moved import moved_or_missing
from kb.web.paging import asked_page
from kb.web.render import page
from kb.web.shared import shared_page
from kb.web.visitor import reader

bp = Blueprint("article_history", __name__)
_ENDING = "/history"


@bp.app_context_processor
def _sources() -> dict[str, object]:
    """Let templates ask ``source_links(article)`` for the addresses to edit its file and to report a problem."""
    return {"source_links": _source_links}


def _source_links(article: ArticlePage) -> tuple[str, str]:
    settings = current_app.config["SETTINGS"]
    host = hosting.host_of(place.place_of(settings), settings.content_edit_url)
    title = gettext("Problem with “%(title)s”", title=article.title)
    where = f"{settings.public_url}{article.address}"
    body = gettext("Page: %(page)s\nFile: %(file)s\n\nWhat is wrong: ", page=where, file=article.path)
    return host.edit(article.path), host.report(title, body)


@bp.get("/articles/<section>/<slug>/history")
@bp.get("/<language:tree>/articles/<section>/<slug>/history")
@shared_page
def history(section: str, slug: str, tree: str = "") -> AnyResponse:
    """An article's revisions, or with ``?from=&to=`` the way to two of them side by side."""
    older, newer = request.args.get("from", ""), request.args.get("to", "")
    if _is_number(older) and _is_number(newer):
        low, high = sorted((int(older), int(newer)))
        return redirect(f"{address_of(section, slug, tree)}{_ENDING}/{low}..{high}", 302)
    try:
        shown = revisions.history(current_session(), section, slug, reader(), tree=tree, page=asked_page())
    except NotFound:
        return moved_or_missing(address_of(section, slug, tree), ending=_ENDING)
    return page("articles/history.html", keep=True, history=shown, index_address=address_of("", tree=tree))


@bp.get("/articles/<section>/<slug>/history/<int:older>..<int:newer>")
@bp.get("/<language:tree>/articles/<section>/<slug>/history/<int:older>..<int:newer>")
@shared_page
def changes(section: str, slug: str, older: int, newer: int, tree: str = "") -> Response:
    """What changed from one revision to another."""
    shown = revisions.compare(
        current_session(),
        section,
        slug,
        reader(),
        older=older,
        newer=newer,
        place=place.place_of(current_app.config["SETTINGS"]),
        tree=tree,
    )
    index_address = address_of("", tree=tree)
    return page("articles/history_changes.html", keep=not shown.problem, comparison=shown, index_address=index_address)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 9
