"""Following: the button on every page there is something to follow, and the list of what one follows."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, request

from kb.db import current_session
from kb.notices import follows, subjects
from kb.web.paging import asked_page
from kb.web.render import page, redirect_to
from kb.web.visitor import person, safe_next, sign_in_first, viewer

bp = Blueprint("following", __name__)


@bp.app_context_processor
def _state() -> dict[str, Callable[..., Any]]:
    """Let templates ask ``followed(kind, id)``; pages for many readers ask it in a gap."""
    return {"followed": _followed}


def _followed(kind: str, subject_id: int) -> tuple[str, int]:
    """Return at which level the reader follows a subject, "" for not at all, and how many people do."""
    return follows.seen_by(current_session(), viewer(), kind, subject_id)


@bp.get("/settings/following")
@sign_in_first
def show() -> Response:
    """What the reader follows, and how they hear of each."""
    return page("following/list.html", found=subjects.following(current_session(), person(), page=asked_page()))


@bp.post("/following/<kind>/<int:subject_id>")
@sign_in_first
def choose(kind: str, subject_id: int) -> Response:
    """Follow a subject at a level (``level=each``, ``digest`` or ``none``), or no longer (``level=``)."""
    session, level = current_session(), request.form.get("level", "")
    if level:
        subjects.find(session, kind, subject_id, person())
        follows.set_level(session, person=person(), subject_kind=kind, subject_id=subject_id, level=level)
    else:
        follows.unfollow(session, person=person(), subject_kind=kind, subject_id=subject_id)
    session.commit()
    return redirect_to(safe_next(request.form.get("next")))
