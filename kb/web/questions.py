"""Reading the community: lists, tags, categories, threads and their history. Asking and acting are next door."""

from urllib.parse import quote

from flask import Blueprint, Response, redirect, request
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from kb.db import current_session
from kb.forum import listing, revisions, threads
from kb.web import question_acts, question_asking, question_care, question_edits
from kb.web.paging import asked_page
from kb.web.post_forms import WritingForm
from kb.web.post_history import changes_of
from kb.web.render import page
from kb.web.shared import page_of, shared_page
from kb.web.visitor import reader, viewer

bp = Blueprint("questions", __name__)
for part in (question_asking, question_acts, question_care, question_edits):
    bp.register_blueprint(part.bp)

TABS = ("newest", "needs-answer", "active", "solved")


@bp.get("/questions")
@shared_page
def questions() -> Response:
    """The whole community."""
    return _listed(gettext("Community"), "/questions")


@bp.get("/tags")
@shared_page
def tags() -> Response:
    """Every tag, the most used first."""
    number = asked_page()
    rows, pages = listing.all_tags(current_session(), page=number)
    return page("questions/tags.html", keep=True, tags=rows, page=number, pages=pages)


@bp.get("/tags/<path:name>")
@shared_page
def tag(name: str) -> Response:
    """The questions that carry one tag."""
    return _listed(gettext("Questions about %(tag)s", tag=name), f"/tags/{quote(name)}", tag=name)


@bp.get("/categories/<slug>")
@shared_page
def category(slug: str) -> Response:
    """The questions of one category."""
    return _listed("", f"/categories/{slug}", category=slug)


@bp.get("/questions/<int:question_id>", defaults={"slug": ""})
@bp.get("/questions/<int:question_id>/<slug>")
def thread(question_id: int, slug: str) -> AnyResponse:
    """A question with its answers."""
    shown = threads.thread(current_session(), question_id, viewer(), page=asked_page())
    if slug != shown.slug:
        query = request.query_string.decode("ascii", "replace")
        return redirect(f"{quote(shown.address)}?{query}" if query else quote(shown.address), 301)
    return page_of("questions/thread.html", thread=shown, answer_form=_answer_form)


@bp.get("/questions/<int:question_id>/history")
def history(question_id: int) -> Response:
    """What a question said before it was edited."""
    found = revisions.of_question(current_session(), question_id, viewer())
    return page("questions/history.html", keep=True, history=found, changes=changes_of(found))


def _answer_form() -> WritingForm:
    """Return the form below a thread, without the token: the page puts that in for each reader."""
    form = WritingForm(formdata=None, meta={"csrf": False})
    form.body.label.text = gettext("Your answer")
    return form


def _listed(heading: str, address: str, *, tag: str | None = None, category: str | None = None) -> Response:
    session, tab = current_session(), request.args.get("tab", TABS[0])
    rows = listing.listing(session, reader(), tab=tab, tag=tag, category=category, page=asked_page())
    return page(
        "questions/list.html",
        keep=True,
        heading=rows.category.name if rows.category else heading,
        address=address,
        found=rows,
        categories=listing.categories(session),
        popular_tags=listing.popular_tags(session, limit=20),
    )
