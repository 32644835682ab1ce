"""All articles as writers look at them, and what readers said of them."""

from flask import Blueprint, Response, flash, request
from flask_babel import gettext

from kb.articles import feedback, inventory
from kb.articles.inventory import Wanted
from kb.db import current_session
from kb.web.paging import asked_page
from kb.web.render import page, redirect_to
from kb.web.visitor import person, safe_next

bp = Blueprint("articles", __name__)


@bp.get("/writing/articles")
def listing() -> Response:
    """Every article that has a file, whoever may read it."""
    asked = request.args.get
    wanted = Wanted(asked("state", ""), asked("owner", ""), asked("section", ""), asked("sort", "") or "title")
    return page("writing/articles.html", shown=inventory.listing(current_session(), wanted, page=asked_page()))


@bp.get("/writing/feedback")
def said() -> Response:
    """What readers missed, by article and revision; of one article with ``?article=``."""
    everything, article = request.args.get("show") == "all", request.args.get("article", "")
    article_id = int(article) if article.isascii() and article.isdigit() and len(article) < 10 else None
    shown = feedback.listing(current_session(), article_id=article_id, open_only=not everything, page=asked_page())
    return page("writing/feedback.html", shown=shown, all=everything, one_article=article_id is not None)


@bp.post("/writing/feedback/<int:article_id>/<int:revision>/settlement")
def settle(article_id: int, revision: int) -> Response:
    """Say that what readers missed in a revision is dealt with, or that it is open again."""
    settled = request.form.get("settled") != "no"
    feedback.settle(current_session(), article_id=article_id, revision=revision, by=person(), settled=settled)
    current_session().commit()
    flash(gettext("Settled.") if settled else gettext("Open again."), "success")
    return redirect_to(safe_next(request.form.get("next", "/writing/feedback")))
