"""Any branch or commit as the site would show it, for writers."""

import re

from flask import Blueprint, Response, flash, request
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from kb.articles.addresses import address_of
from kb.db import current_session
from kb.errors import NotFound
from kb.git.faults import GitFault
from kb.git.objects import Ref
from kb.publishing import preview, preview_site
from kb.publishing.preview_site import FOLDER, TOP, PreviewSite
from kb.publishing.sources import place
from kb.publishing.sources.source import Source
from kb.web.limits import limiter
from kb.web.paging import asked_page
from kb.web.render import page, redirect_to

bp = Blueprint("preview", __name__)

PICTURE_POLICY = "default-src 'none'; sandbox"
_WHOLE = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


@bp.get("/writing/preview")
def choose() -> AnyResponse:
    """Choose a branch, or go to the commit that ``?ref=`` names: a name that may move is never part of an address."""
    if not place.current().is_git:
        return redirect_to(f"{TOP}/{FOLDER}")
    ref = request.args.get("ref", "").strip()
    if not ref:
        return _choices()
    try:
        return redirect_to(f"{TOP}/{place.current().mirror.commit(ref).sha}")
    except GitFault as fault:
        return _choices(404, ref=ref, problem=str(fault))


@bp.post("/writing/preview/fetch")
@limiter.limit("10 per minute")
def fetch() -> Response:
    """Ask the repository for what is new; a page that is only read never does."""
    try:
        place.current().mirror.fetch()
    except GitFault as fault:
        flash(str(fault), "error")
    else:
        flash(gettext("Everything the repository has is here now."), "success")
    return redirect_to(TOP)


@bp.get("/writing/preview/<at>")
def index(at: str) -> AnyResponse:
    """What a commit would change, and all its articles."""
    if at != FOLDER and not _WHOLE.fullmatch(at):
        return redirect_to(f"{TOP}/{_source(at).commit.sha}")  # type: ignore[union-attr]
    site = _site(at)
    changes = preview.changes(site, asked_page())
    return page("writing/preview_index.html", preview=site, changes=changes, branches=_branches_at(at))


@bp.get("/writing/preview/<at>/articles/<section>")
@bp.get("/writing/preview/<at>/<tree>/articles/<section>")
def shelf(at: str, section: str, tree: str = "") -> Response:
    """One section of the preview."""
    site = _site(at)
    return page("writing/preview_section.html", preview=site, shelf=preview.shelf(site, address_of(section, "", tree)))


@bp.get("/writing/preview/<at>/articles/<section>/<slug>")
@bp.get("/writing/preview/<at>/<tree>/articles/<section>/<slug>")
def article(at: str, section: str, slug: str, tree: str = "") -> AnyResponse:
    """An article as it would be, or the way to where it would have moved."""
    site = _site(at)
    address = address_of(section, slug, tree)
    try:
        shown = preview.article(current_session(), site, address)
    except NotFound:
        elsewhere = site.moved_to(address)
        if elsewhere is None:
            raise
        return redirect_to(elsewhere)
    return page("writing/preview_article.html", preview=site, shown=shown, article=shown.page)


@bp.get("/writing/preview/<at>/articles/images/<sha256>/<name>")
@limiter.exempt
def picture(at: str, sha256: str, name: str) -> Response:
    """A picture as it is in the commit."""
    mime, file = preview.picture(_site(at), sha256)
    response = Response(file.data, mimetype=mime)
    response.headers["Content-Security-Policy"] = PICTURE_POLICY
    return response


@bp.get("/writing/preview/<at>/changes/<path:path>")
def change(at: str, path: str) -> Response:
    """What a commit would change in one article, word by word."""
    site = _site(at)
    return page("writing/preview_change.html", preview=site, compared=preview.comparison(current_session(), site, path))


def _choices(status: int = 200, *, ref: str = "", problem: str = "") -> Response:
    here = place.current()
    branches: list[Ref] = []
    try:
        branches = here.mirror.branches()
    except GitFault as fault:
        problem = problem or str(fault)
    return page("writing/preview.html", status, place=here, branches=branches, ref=ref, problem=problem)


def _site(at: str) -> PreviewSite:
    try:
        return preview_site.look(current_session(), _source(at))
    except GitFault as fault:
        raise NotFound(str(fault)) from None


def _source(at: str) -> Source:
    here = place.current()
    if here.is_git == (at == FOLDER):
        raise NotFound
    try:
        return place.open_place(here, fetch=False, at="" if at == FOLDER else at)
    except GitFault as fault:
        raise NotFound(str(fault)) from None


def _branches_at(at: str) -> list[str]:
    if at == FOLDER:
        return []
    return [branch.name for branch in place.current().mirror.branches() if branch.commit.sha == at]
