"""Was this article helpful? A question every reader may answer, signed in or not."""

import hashlib
import hmac
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

from flask import Blueprint, Response, abort, current_app, request
from flask_babel import lazy_gettext
from wtforms import RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # younger than its stubs
from wtforms.validators import Length, Optional

from kb import clock
from kb.articles import feedback, reading
from kb.articles.addresses import address_of
from kb.articles.models import Article
from kb.db import current_session
from kb.errors import Invalid
from kb.search import log
from kb.search.documents import ARTICLE
from kb.web import search_reader
from kb.web.forms import Form
from kb.web.limits import limiter, reader_address
from kb.web.render import csrf, page, redirect_to
from kb.web.visitor import viewer

bp = Blueprint("article_feedback", __name__)

REASON_LABELS = {
    "wrong": lazy_gettext("Something in it is wrong"),
    "outdated": lazy_gettext("It is out of date"),
    "unclear": lazy_gettext("It is hard to understand"),
    "incomplete": lazy_gettext("What I need is missing"),
    "other": lazy_gettext("Something else"),
}


class FeedbackForm(Form):
    """Why an article did not help. It holds no token: pages kept for visitors cannot, see ``_same_origin``."""

    class Meta:
        csrf = False

    reason = RadioField(
        lazy_gettext("What went wrong?"),
        choices=[SelectChoice(value, label) for value, label in REASON_LABELS.items()],
        validators=[Optional()],
        default="",
    )
    comment = TextAreaField(
        lazy_gettext("What were you trying to do?"),
        validators=[Length(max=feedback.LONGEST_COMMENT)],
    )


@bp.app_context_processor
def _said() -> dict[str, Callable[[int], bool | None]]:
    """Let templates ask ``said_of_article(id)``; a visitor is not remembered."""
    return {"said_of_article": _said_of}


def _said_of(article_id: int) -> bool | None:
    person = viewer()
    if person is None:
        return None
    return feedback.said(current_session(), article_id=article_id, reader=feedback.reader_key(person))


@bp.get("/articles/<section>/<slug>/feedback")
@bp.get("/<language:tree>/articles/<section>/<slug>/feedback")
def ask(section: str, slug: str, tree: str = "") -> Response:
    """The question on a page of its own: thanks, or why not, or yes and no."""
    article = reading.article_for(current_session(), section, slug, viewer(), tree=tree)
    form = FeedbackForm(formdata=None)
    step = "thanks" if "thanks" in request.args else "why" if request.args.get("helpful") == "no" else "ask"
    return _page(article, address_of(section, slug, tree), form, step)


@bp.post("/articles/<section>/<slug>/feedback")
@bp.post("/<language:tree>/articles/<section>/<slug>/feedback")
@csrf.exempt  # type: ignore[untyped-decorator]
@limiter.limit("20/minute;200/day")
def give(section: str, slug: str, tree: str = "") -> Response:
    """Record an answer; after a no, ask why."""
    _same_origin()
    session = current_session()
    article = reading.article_for(session, section, slug, viewer(), tree=tree)
    address = address_of(section, slug, tree)
    helpful = {"yes": True, "no": False}.get(request.form.get("helpful", ""))
    if helpful is None:
        abort(400)
    form = FeedbackForm()
    try:
        feedback.give(
            session,
            article=article,
            reader=_reader(),
            helpful=helpful,
            reason=form.reason.data or "",
            comment=form.comment.data or "",
            search=_searched(),
        )
    except Invalid as error:
        form.blame(error)
        return _page(article, address, form, "why", status=422)
    session.commit()
    if helpful:
        log.helped(search_reader.signs(), kind=ARTICLE, ref=article.id)
    gave_reason = bool(form.reason.data or (form.comment.data or "").strip() or "done" in request.form)
    return redirect_to(f"{address}/feedback?{'thanks=yes' if helpful or gave_reason else 'helpful=no'}")


def _page(article: Article, address: str, form: FeedbackForm, step: str, status: int = 200) -> Response:
    """Return one of its steps: the question, why not, or thanks."""
    return page(
        "articles/feedback.html",
        status,
        article=article,
        address=address,
        list_address=address_of("", tree=article.tree),
        form=form,
        step=step,
    )


def _same_origin() -> None:
    """Refuse a form sent from another site, by the browser's own word on where it comes from.

    It stands in for the token, which is a secret of one reader and so cannot be on a page kept for all of them.
    """
    site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    if site is None and origin is None:
        abort(400)
    if site is not None and site != "same-origin":
        abort(400)
    if origin is not None and urlsplit(origin).netloc != request.host:
        abort(400)


def _searched() -> str:
    """Return what the reader had searched for, as far as anything says so.

    A script on the article's page fills in where the reader came from. Without scripts the browser may still say it
    by the page the form was on: the results themselves, or an article that was opened with ``?q=``.
    """
    told = request.form.get("q", "").strip()
    if told:
        return told
    try:
        came_from = urlsplit(request.headers.get("Referer", ""))
        asked = parse_qs(came_from.query).get("q", [""])[0]
    except ValueError:
        return ""
    return asked.strip() if came_from.netloc == request.host else ""


def _reader() -> str:
    """Return what this reader's answer is kept under: for visitors a mark that nobody can trace, new every day."""
    person = viewer()
    if person is not None:
        return feedback.reader_key(person)
    told = "\n".join([clock.now().date().isoformat(), reader_address(), request.headers.get("User-Agent", "")])
    return hmac.new(current_app.config["SECRET_KEY"].encode(), told.encode(), hashlib.sha256).hexdigest()
