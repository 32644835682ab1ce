"""Asking: suggestions while the title is typed, preview, and posting without losing a word to the sign-in page."""

from collections.abc import Mapping, Sequence

from flask import Blueprint, Response, request

from kb.db import current_session, reading_only
from kb.errors import Conflict, Invalid, Refused, TooMany
from kb.forum import listing, questions, tags
from kb.search import asking, log
from kb.search.documents import Shown
from kb.web import search_reader
from kb.web.drafting import drafted, keep_and_join, posted
from kb.web.errors import sentence
from kb.web.limits import limiter
from kb.web.post_forms import QuestionForm, asked_to, checked, previewed, refuse
from kb.web.render import page, redirect_to, wants_fragment
from kb.web.visitor import viewer

bp = Blueprint("asking", __name__)

ASK = "/questions/ask"
FIRST_WORDS = 1000  # characters of the details that go into the look for similar threads
MOST_SIMILAR = 6


@bp.get(ASK)
def ask() -> Response:
    """The form, with what the reader wrote before they joined, or with a title and details from the address."""
    carried = {name: request.args[name] for name in ("title", "body", "tags", "category") if name in request.args}
    kept = {} if carried else drafted(ASK)
    return _form(QuestionForm(formdata=None, data=carried or kept), kept=bool(kept))


@bp.post("/questions")
@limiter.limit("30/minute")
def post() -> Response:
    """Post the question; or show a preview, or what may answer it already, with every word kept."""
    form = QuestionForm()
    if asked_to("check"):
        return _looked_up(form)
    try:
        if asked_to("preview"):
            return _form(form, preview=previewed(form.body.data or ""))
        category = checked(form.words())
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
        return _form(form, status=refuse(form, error))
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


def _looked_up(form: QuestionForm) -> Response:
    """Return what may answer the question already, with the form; alone to the script that puts it into the page."""
    with reading_only():
        similar = _similar(form.words())
        return page("questions/_similar.html", similar=similar) if wants_fragment() else _form(form, similar=similar)


def _similar(words: Mapping[str, str]) -> Sequence[Shown]:
    """Return what may answer the question: what its title finds, then what its text is like."""
    session, engine = current_session(), search_reader.engine()
    languages, visit = search_reader.languages(), search_reader.visit()
    found = asking.typed(
        session,
        words["title"],
        viewer(),
        engine=engine,
        source="ask",
        final=True,
        limit=MOST_SIMILAR,
        languages=languages,
        visit=visit,
    )
    text = f"{words['title']}\n{words['body'][:FIRST_WORDS]}"
    alike = asking.similar(session, text, viewer(), engine=engine, limit=MOST_SIMILAR, languages=languages)
    shown = {(one.kind, one.ref): one for one in [*(hit.shown for hit in found.hits), *alike]}
    return tuple(shown.values())[:MOST_SIMILAR]


def _form(
    form: QuestionForm,
    *,
    status: int = 200,
    kept: bool = False,
    preview: str = "",
    similar: Sequence[Shown] | None = None,
) -> Response:
    form.offer(listing.categories(current_session()))
    return page("questions/ask.html", status, form=form, kept=kept, preview_html=preview, similar=similar)
