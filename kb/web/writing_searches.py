"""What readers search, as writers see it, and what writers teach search."""

from flask import Blueprint, Response, flash, make_response, request
from flask_babel import gettext, lazy_gettext
from wtforms import StringField
from wtforms.validators import Length

from kb.db import current_session
from kb.errors import Conflict, Invalid
from kb.publishing import hosting, starting
from kb.publishing.sources import place
from kb.search import asking, promoting, searches, synonyms, taught
from kb.search.documents import Shown
from kb.search.query import LONGEST
from kb.web import search_reader
from kb.web.errors import sentence
from kb.web.forms import Form
from kb.web.paging import asked_page
from kb.web.render import page, redirect_to
from kb.web.visitor import person, safe_next

bp = Blueprint("searches", __name__)

HOME = "/writing/searches"
SYNONYMS = f"{HOME}/synonyms"
FIRST = f"{HOME}/first"
MOST_OFFERED = 10


class SynonymsForm(Form):
    """A line of words that mean the same."""

    line = StringField(lazy_gettext("Words that mean the same"), validators=[Length(max=synonyms.LONGEST_LINE)])


@bp.get(HOME)
def listing() -> Response:
    """Texts that were searched, in the order of what ``?show=`` asks about, in the last ``?days=``."""
    show, days = request.args.get("show", searches.FREQUENT), request.args.get("days", "30")
    number = int(days) if days.isascii() and days.isdigit() and len(days) < 4 else 0
    shown = searches.listing(current_session(), show=show, days=number, page=asked_page())
    host = hosting.host_of(place.current())
    drafts = {row.text: starting.begun(row.text) for row in shown.rows}
    new_on_host = {text: host.new(draft.name, draft.text) for text, draft in drafts.items()}
    return page("writing/searches.html", shown=shown, new_on_host=new_on_host)


@bp.get(f"{HOME}/article")
def article() -> Response:
    """The beginning of an article about ``?q=``, as a file to keep."""
    begun = starting.begun(_text("q"))
    response = make_response(begun.text)
    response.headers["Content-Type"] = "text/markdown; charset=utf-8"
    response.headers["Content-Disposition"] = f'attachment; filename="{begun.name}"'
    return response


@bp.get(SYNONYMS)
def all_synonyms() -> Response:
    """Every line of words that mean the same, and a form for another one, which may begin with ``?line=``."""
    return _synonyms(SynonymsForm(formdata=None, data={"line": request.args.get("line", "")}))


@bp.post(SYNONYMS)
def add_synonyms() -> Response:
    """Add a line, and go back to where it was written."""
    form = SynonymsForm()
    try:
        synonyms.add(current_session(), form.line.data or "", by=person())
    except Conflict as error:
        form.blame(Invalid("line", error.message, **error.params))
        return _synonyms(form, 409)
    except Invalid as error:
        form.blame(error)
        return _synonyms(form, 422)
    current_session().commit()
    flash(gettext("These words mean the same from now on."), "success")
    return redirect_to(safe_next(request.form.get("next", SYNONYMS)))


@bp.post(f"{SYNONYMS}/<int:number>/removal")
def remove_synonyms(number: int) -> Response:
    """Take a line away."""
    synonyms.remove(current_session(), taught.line_with(current_session(), number), by=person())
    current_session().commit()
    flash(gettext("Removed."), "success")
    return redirect_to(SYNONYMS)


@bp.get(FIRST)
def all_first() -> Response:
    """What comes first for which search; for ``?q=`` one of the pages that ``?find=`` finds can be chosen."""
    return _first(request.args.get("find", "").strip() or _text("q"))


@bp.post(FIRST)
def put_first() -> Response:
    """Have a page come first for a search."""
    kind, _, ref = request.form.get("page", "").partition(":")
    number = int(ref) if ref.isascii() and ref.isdigit() and len(ref) < 10 else 0
    try:
        promoting.promote(current_session(), _text("q"), kind=kind, ref=number, by=person())
    except (Conflict, Invalid) as error:
        return _first(_text("q"), 409 if isinstance(error, Conflict) else 422, problem=sentence(error))
    current_session().commit()
    flash(gettext("It comes first for “%(text)s” from now on.", text=_text("q")), "success")
    return redirect_to(FIRST)


@bp.post(f"{FIRST}/<int:number>/removal")
def take_away(number: int) -> Response:
    """Let a page stand where it is found again."""
    promoting.remove(current_session(), taught.first_with(current_session(), number), by=person())
    current_session().commit()
    flash(gettext("Removed."), "success")
    return redirect_to(FIRST)


def _synonyms(form: SynonymsForm, status: int = 200) -> Response:
    session = current_session()
    lines, published = taught.lines(session), taught.published_lines(session)
    return page("writing/searches_synonyms.html", status, form=form, lines=lines, published=published)


def _first(find: str, status: int = 200, *, problem: str = "") -> Response:
    session, text = current_session(), _text("q")
    offered = _offered(find) if text else []
    return page(
        "writing/searches_first.html",
        status,
        text=text,
        find=find,
        offered=offered,
        problem=problem,
        firsts=taught.firsts(session, person()),
    )


def _offered(find: str) -> list[Shown]:
    """Return pages that ``find`` finds, or else those most like it; that a writer looks is no search of a reader."""
    session, engine = current_session(), search_reader.engine()
    found = asking.suggest(session, find, person(), engine=engine, limit=MOST_OFFERED)
    return [hit.shown for hit in found] or asking.similar(session, find, person(), engine=engine)


def _text(name: str) -> str:
    """Return a text of the address or the form, as far as a search could be that long."""
    return " ".join(request.values.get(name, "").split())[:LONGEST]
