"""Finding before asking: what may answer a question that is being written, read beside it, and that it did."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Blueprint, Response, request

from kb.articles import reading
from kb.db import current_session, reading_only
from kb.errors import NotFound
from kb.forum import tags, threads
from kb.forum.asking import noting
from kb.search import asking, log, seeing, visited
from kb.search.documents import ARTICLE, QUESTION, Shown
from kb.search.engine import Key
from kb.web import search_reader
from kb.web.asking_form import ASK, AskForm, Similar, shown
from kb.web.drafting import posted
from kb.web.limits import limiter
from kb.web.render import page, redirect_to, wants_fragment
from kb.web.visitor import viewer

bp = Blueprint("found", __name__)

FIRST_WORDS = 1000  # characters of the details that go into the look for similar threads
MOST_SIMILAR = 6


@dataclass(frozen=True, slots=True)
class Beside:
    """What is read beside the draft; an answer's id is 0 where there is none."""

    shown: Shown
    html: str
    answer_html: str = ""
    answer_id: int = 0
    accepted: bool = False
    may_rate: bool = False


@bp.post(f"{ASK}/similar")
@limiter.limit("60/minute")
def similar() -> Response:
    """What may answer the question already, with the form; alone to the script that puts it into the page.

    ``typing`` says that the title goes on, so that it does not count as a search.
    """
    form = AskForm()
    with reading_only():
        found = _similar(form.words(), final="typing" not in request.form)
    _note(form, found)
    with reading_only():
        if wants_fragment():
            return page("questions/_similar.html", form=form, similar=found)
        return shown(form, similar=found)


@bp.post(f"{ASK}/beside/<any({ARTICLE}, {QUESTION}):kind>/<int(max=2147483647):ref>")
@limiter.limit("60/minute")
def beside(kind: str, ref: int) -> Response:
    """A document to read while the draft stays where it is: in the page by script, else on a page that carries it."""
    form = AskForm()
    with reading_only():
        found = _beside(kind, ref)
    current_session().commit()
    noting.open_one(current_session(), form.asking.data or "", by=viewer(), kind=kind, ref=ref)
    current_session().commit()
    with reading_only():
        template = "questions/_beside.html" if wants_fragment() else "questions/beside.html"
        return page(template, found=found, words=form.words())


@bp.post(f"{ASK}/answered/<any({ARTICLE}, {QUESTION}):kind>/<int(max=2147483647):ref>")
@limiter.limit("30/minute")
def answered(kind: str, ref: int) -> Response:
    """Ask nothing, because this was the answer; the draft has done its work."""
    form, session, signs = AskForm(), current_session(), search_reader.signs()
    searched = visited.searched(session, signs)
    noting.answered(session, form.asking.data or "", by=viewer(), kind=kind, ref=ref, searched=searched)
    posted(ASK)
    session.commit()
    log.helped(signs, kind=kind, ref=ref)
    return redirect_to(f"{ASK}/answered/{kind}/{ref}")


@bp.get(f"{ASK}/answered/<any({ARTICLE}, {QUESTION}):kind>/<int(max=2147483647):ref>")
def thanks(kind: str, ref: int) -> Response:
    """Who found their answer may thank for it here."""
    return page("questions/answered.html", found=_beside(kind, ref))


def _note(form: AskForm, found: Similar) -> None:
    """Keep what is shown, after looking: on SQLite a writer keeps others waiting."""
    session = current_session()
    session.commit()
    title = form.title.data or ""
    form.asking.data = noting.show(session, form.asking.data or "", by=viewer(), title=title, found=found.rows)
    session.commit()


def _similar(words: Mapping[str, str], *, final: bool) -> Similar:
    """Return what may answer the question: what its title finds, then what its text is like."""
    session, engine = current_session(), search_reader.engine()
    languages, visit = search_reader.languages(), search_reader.visit()
    found = asking.typed(
        session,
        words["title"],
        viewer(),
        engine=engine,
        source="ask",
        final=final,
        limit=MOST_SIMILAR,
        languages=languages,
        visit=visit,
    )
    text = f"{words['title']}\n{words['body'][:FIRST_WORDS]}"
    alike = asking.similar(session, text, viewer(), engine=engine, limit=MOST_SIMILAR, languages=languages)
    rows = {(one.kind, one.ref): one for one in [*(hit.shown for hit in found.hits), *alike]}
    chosen = tuple(rows.values())[:MOST_SIMILAR]
    return Similar(chosen, tags.likely(session, [one.ref for one in chosen if one.kind == QUESTION]))


def _beside(kind: str, ref: int) -> Beside:
    """Return a document with its best answer; raises NotFound unless the reader may see it."""
    session, key = current_session(), Key(kind, ref)
    found = seeing.shown(session, [key], viewer()).get(key)
    if found is None:
        raise NotFound
    if kind == ARTICLE:
        return Beside(found, reading.html_of(session, ref, viewer()))
    thread = threads.thread(session, ref, viewer())
    if not thread.answers:
        return Beside(found, thread.html)
    best = thread.answers[0]
    return Beside(found, thread.html, best.html, best.id, best.accepted, best.may_rate)
