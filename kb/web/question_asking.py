"""Asking: the form, preview, and posting without losing a word to the sign-in page."""

from flask import Blueprint, Response, request

from kb.db import current_session, reading_only
from kb.errors import Conflict, Invalid, Refused, TooMany
from kb.forum import questions, tags
from kb.forum.asking import noting, outlines
from kb.search import log, visited
from kb.web import asking_found, search_reader
from kb.web.asking_form import ASK, AskForm, shown
from kb.web.drafting import drafted, keep_and_join, posted
from kb.web.errors import sentence
from kb.web.limits import limiter
from kb.web.post_forms import asked_to, checked, previewed, refuse
from kb.web.render import page, redirect_to, wants_fragment
from kb.web.visitor import viewer

bp = Blueprint("asking", __name__)
bp.register_blueprint(asking_found.bp)


@bp.get(ASK)
def ask() -> Response:
    """The form, with what the reader wrote before, or with a title and details from the address."""
    carried = {name: request.args[name] for name in ("title", "body", "tags", "category") if name in request.args}
    kept = {} if carried else drafted(ASK)
    return shown(AskForm(formdata=None, data=carried or kept), kept=bool(kept), carried=bool(carried))


@bp.post("/questions")
@limiter.limit("30/minute")
def post() -> Response:
    """Post the question; or show a preview, with every word kept."""
    form = AskForm()
    try:
        if asked_to("preview"):
            return shown(form, preview=previewed(form.body.data or ""))
        category = checked(form.words())
        outlines.check(category, form.body.data or "")
        if (by := viewer()) is None:
            return keep_and_join(ASK, form.words())
        question = questions.ask(
            current_session(),
            by=by,
            title=form.title.data or "",
            body=form.body.data or "",
            category=category,
            tags=tags.parse(form.tags.data or ""),
        )
    except (Invalid, Refused, Conflict, TooMany) as error:
        return shown(form, status=refuse(form, error))
    searched = visited.searched(current_session(), search_reader.signs())
    noting.posted(current_session(), form.asking.data or "", by=by, question=question, searched=searched)
    posted(ASK)
    current_session().commit()
    log.led_to_question(search_reader.signs())
    return redirect_to(f"/questions/{question.id}/{question.slug}")


@bp.post("/preview")
@limiter.limit("30/minute")
def preview() -> Response:
    """What Markdown will look like, for the editor; a page of its own to whoever posts it by hand."""
    template = "questions/_preview.html" if wants_fragment() else "questions/preview.html"
    try:
        with reading_only():  # rendering may take a second, and a writer would keep others waiting
            return page(template, preview_html=previewed(request.form.get("body", "")), problem="")
    except Invalid as error:
        return page(template, 422, preview_html="", problem=sentence(error))
