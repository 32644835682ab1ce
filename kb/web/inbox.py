"""The inbox, the number beside its icon, and the links in letters that stop them."""

from collections.abc import Callable

from flask import Blueprint, Response, request

from kb.db import current_session
from kb.notices import inbox, stops
from kb.notices.kinds import KINDS
from kb.web.paging import asked_page
from kb.web.render import csrf, page, redirect_to
from kb.web.visitor import person, sign_in_first, viewer

bp = Blueprint("inbox", __name__)


@bp.app_context_processor
def _count() -> dict[str, Callable[[], int]]:
    """Let templates ask ``inbox_unread()``; only those that show the number pay for it."""
    return {"inbox_unread": _unread}


def _unread() -> int:
    reader = viewer()
    return inbox.unread(current_session(), reader) if reader is not None else 0


@bp.get("/inbox")
@sign_in_first
def show() -> Response:
    """What the reader was told, newest first."""
    return page("inbox/inbox.html", kinds=KINDS, told=inbox.listing(current_session(), person(), page=asked_page()))


@bp.post("/inbox/<int:notice_id>")
@sign_in_first
def open_notice(notice_id: int) -> Response:
    """Mark a notice as read and lead to what it is about."""
    address = inbox.open_notice(current_session(), person=person(), notice_id=notice_id)
    current_session().commit()
    return redirect_to(address)


@bp.post("/inbox/read")
@sign_in_first
def read_all() -> Response:
    """Mark everything as read."""
    inbox.read_all(current_session(), person=person())
    current_session().commit()
    return redirect_to("/inbox")


@bp.get("/letters/stop/<token>")
def stopping(token: str) -> Response:
    """What the link of a letter stops, with the button that does; a link alone changes nothing."""
    reader, kind = stops.read(current_session(), token)
    stopped = kind in stops.stopped(current_session(), reader.id)
    return page("inbox/stop.html", kind=KINDS[kind], token=token, stopped=stopped)


@bp.post("/letters/stop/<token>")
@csrf.exempt  # type: ignore[untyped-decorator]
def stop(token: str) -> Response:
    """Stop letters of one kind. The token is the proof: mail programs post here by themselves (RFC 8058)."""
    reader, kind = stops.read(current_session(), token)
    stops.stop(current_session(), person_id=reader.id, kind=kind)
    current_session().commit()
    if "List-Unsubscribe" in request.form:  # the RFC asks for an answer that does not lead elsewhere
        return Response(status=204)
    return redirect_to(f"/letters/stop/{token}")


@bp.post("/letters/resume/<token>")
@csrf.exempt  # type: ignore[untyped-decorator]
def resume(token: str) -> Response:
    """Take the stop back."""
    reader, kind = stops.read(current_session(), token)
    stops.resume(current_session(), person_id=reader.id, kind=kind)
    current_session().commit()
    return redirect_to(f"/letters/stop/{token}")
