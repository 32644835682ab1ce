"""Reading the community: the list of all questions, threads and their history. Places and acting are next door."""

from urllib.parse import quote

from flask import Blueprint, Response, redirect, request
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from kb.db import current_session
from kb.errors import NotFound
from kb.forum import merging, revisions, threads
from kb.forum.models import CloseReason
from kb.web import (
    places,
    question_acts,
    question_asking,
    question_care,
    question_continuing,
    question_drafts,
    question_edits,
    question_moving,
)
from kb.web.paging import asked_page
from kb.web.post_forms import WritingForm
from kb.web.post_history import changes_of
from kb.web.question_lists import listed
from kb.web.render import page
from kb.web.shared import page_of, shared_page
from kb.web.visitor import viewer

bp = Blueprint("questions", __name__)
PARTS = (
    places,
    question_asking,
    question_acts,
    question_care,
    question_continuing,
    question_drafts,
    question_edits,
    question_moving,
)
for part in PARTS:
    bp.register_blueprint(part.bp)


@bp.get("/questions")
@shared_page
def questions() -> Response:
    """The whole community."""
    return listed(gettext("Community"), "/questions")


@bp.get("/questions/<int:question_id>", defaults={"slug": ""})
@bp.get("/questions/<int:question_id>/<slug>")
def thread(question_id: int, slug: str) -> AnyResponse:
    """A question with its answers."""
    try:
        shown = threads.thread(current_session(), question_id, viewer(), page=asked_page())
    except NotFound:
        return _where_it_went(question_id)
    if shown.hidden and shown.closure and shown.closure.reason == CloseReason.MERGED:
        return _where_it_went(question_id)
    if slug != shown.slug:
        query = request.query_string.decode("ascii", "replace")
        return redirect(f"{quote(shown.address)}?{query}" if query else quote(shown.address), 301)
    return page_of("questions/thread.html", thread=shown, answer_form=_answer_form)


@bp.get("/questions/<int:question_id>/history")
def history(question_id: int) -> Response:
    """What a question said before it was edited."""
    found = revisions.of_question(current_session(), question_id, viewer())
    return page("questions/history.html", keep=True, history=found, changes=changes_of(found, asked_page()))


def _where_it_went(question_id: int) -> AnyResponse:
    """Lead to the question that this one was merged into; raises NotFound when it was not."""
    into = merging.merged_into(current_session(), question_id)
    if into is None:
        raise NotFound()
    return redirect(f"/questions/{into}", 301)


def _answer_form() -> WritingForm:
    """Return the form below a thread, without the token: the page puts that in for each reader."""
    form = WritingForm(formdata=None, meta={"csrf": False})
    form.body.label.text = gettext("Your answer")
    return form
