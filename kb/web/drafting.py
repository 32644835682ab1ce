"""What somebody wrote and has not posted, put back into the form it came from: on any device, and across joining."""

from collections.abc import Mapping
from urllib.parse import quote

from flask import Response, flash, session
from flask_babel import gettext

from kb.db import current_session
from kb.forum import drafts
from kb.web.render import redirect_to
from kb.web.visitor import viewer

COOKIE_KEY = "draft"


def keep_and_join(address: str, body: Mapping[str, str]) -> Response:
    """Keep ``body`` for the form at ``address``, commit, and send the visitor to join and back to that form."""
    session[COOKIE_KEY] = drafts.keep(current_session(), token=session.get(COOKIE_KEY), subject=address, body=body)
    current_session().commit()
    flash(gettext("Your text is kept. Join or sign in, and it will be waiting for you."), "info")
    return redirect_to(f"/join?next={quote(address)}")


def drafted(address: str) -> dict[str, str]:
    """Return what the reader wrote into the form at ``address`` before; empty when nothing.

    What they wrote in this browser before they signed in comes first: it is why they are here.
    """
    token, by = session.get(COOKIE_KEY), viewer()
    kept = drafts.find(current_session(), token=token, subject=address) if token else {}
    if kept or by is None:
        return kept
    return drafts.saved(current_session(), by=by, subject=address).body


def draft_number(address: str) -> int:
    """Return the number of the member's draft of the form at ``address``, which its next save names; 0 without one."""
    by = viewer()
    return drafts.saved(current_session(), by=by, subject=address).number if by is not None else 0


def posted(address: str) -> None:
    """Forget the drafts of the form at ``address``; the caller commits."""
    drafts.drop(current_session(), token=session.get(COOKIE_KEY), subject=address)
    if (by := viewer()) is not None:
        drafts.throw_away(current_session(), by=by, subject=address)
