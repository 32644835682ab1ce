"""Tags and categories as pages: what each is for, who looks after it, and its questions."""

from flask import Blueprint, Response, redirect, request
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from kb.db import current_session
from kb.errors import NotFound
from kb.forum import categories, category_care, listing, tag_care, tags
from kb.forum.shapes import tag_address
from kb.web import category_editing, tag_editing
from kb.web.paging import asked_page
from kb.web.question_lists import listed
from kb.web.render import page, wants_fragment
from kb.web.shared import shared_page
from kb.web.visitor import reader

bp = Blueprint("places", __name__)
for part in (tag_editing, category_editing):
    bp.register_blueprint(part.bp)


@bp.get("/tags")
def all_tags() -> Response:
    """Every tag, the most used first, or those with ``?q=`` in their name; to a script, those alone."""
    text = request.args.get("q", "")[:40]
    if not text:
        return _every_tag()
    rows, pages = listing.all_tags(current_session(), page=asked_page(), holding=text)
    template = "places/_tag_options.html" if wants_fragment() else "places/tags.html"
    return page(template, tags=rows, page=asked_page(), pages=pages, text=text)


@shared_page
def _every_tag() -> Response:
    rows, pages = listing.all_tags(current_session(), page=asked_page())
    return page("places/tags.html", keep=True, tags=rows, page=asked_page(), pages=pages, text="")


@bp.get("/tags/<path:name>")
@shared_page
def tag(name: str) -> AnyResponse:
    """The questions that carry one tag; a synonym leads to the tag it stands for."""
    session = current_session()
    try:
        found = tags.find(session, name, reader())
    except NotFound:
        meant = tags.meant(session, name, reader())
        if not meant:
            raise
        return redirect(tag_address(meant), 301)
    return listed(
        gettext("Questions about %(tag)s", tag=found.name),
        tag_address(found.name),
        tag=found.name,
        follows=("tag", found.id),
        description=found.description,
        synonyms=tag_care.synonyms(session, found),
        may_edit=tag_care.may_edit(reader()),
    )


@bp.get("/categories")
@shared_page
def all_categories() -> Response:
    """Every category that the reader may see."""
    rows = categories.ordered(current_session(), reader())
    return page("places/categories.html", keep=True, rows=rows, may_govern=category_care.may_govern(reader()))


@bp.get("/categories/<slug>")
@shared_page
def category(slug: str) -> AnyResponse:
    """The questions of one category; an address it had before leads here."""
    session = current_session()
    try:
        found = categories.find(session, slug, reader())
    except NotFound:
        now = categories.moved(session, slug, reader())
        if not now:
            raise
        return redirect(f"/categories/{now}", 301)
    return listed(
        found.name,
        f"/categories/{found.slug}",
        category=found.slug,
        follows=("category", found.id),
        description=found.description,
        audience=found.audience,
        experts=category_care.experts(session, found),
        may_edit=category_care.may_describe(reader()),
    )
