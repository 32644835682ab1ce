"""Publish runs for writers: the list, each with its findings, and the buttons that ask for another."""

from flask import Blueprint, Response, flash, request
from flask_babel import gettext

from kb.db import current_session
from kb.publishing import run_effects, run_pages, runs
from kb.publishing.run_pages import SHORT
from kb.publishing.sources import place
from kb.web.paging import asked_page
from kb.web.render import page, redirect_to
from kb.web.visitor import person

bp = Blueprint("runs", __name__)


@bp.get("/writing/runs")
def listing() -> Response:
    """All runs, newest first."""
    return page("writing/runs.html", shown=run_pages.listing(current_session(), page=asked_page()))


@bp.get("/writing/runs/<int:run_id>")
def show(run_id: int) -> Response:
    """One run with what was found in it."""
    session = current_session()
    shown = run_pages.run(session, run_id, show=request.args.get("show", ""), page=asked_page())
    return page(
        "writing/run.html",
        shown=shown,
        deeds=run_effects.deeds(session, shown.run),
        edits=run_effects.shared_edits(session, place.current(), shown.run),
    )


@bp.post("/writing/runs")
def again() -> Response:
    """Publish what the branch says now; a pinned site follows it again."""
    runs.request(current_session(), cause="click", by=person())
    current_session().commit()
    return _asked(gettext("Publishing begins. The run appears here when it is done."))


@bp.post("/writing/runs/<int:run_id>/confirmation")
def confirm(run_id: int) -> Response:
    """Say that the articles which the run holds back are gone on purpose."""
    run_pages.waiting(current_session(), run_id)
    runs.request(current_session(), cause="click", by=person(), confirm=True)
    current_session().commit()
    return _asked(gettext("Confirmed. The run that retires them appears here when it is done."))


@bp.post("/writing/runs/<int:run_id>/rollback")
def roll_back(run_id: int) -> Response:
    """Let the site say what it said at the run's commit, and stay there."""
    commit = run_pages.commit_of(current_session(), run_id)
    runs.request(current_session(), cause="click", by=person(), at=commit)
    current_session().commit()
    return _asked(
        gettext("The site goes to commit %(commit)s. The run appears here when it is done.", commit=commit[:SHORT])
    )


def _asked(told: str) -> Response:
    flash(told, "success")
    return redirect_to("/writing/runs")
