"""What somebody wrote while signed out: kept while they join or sign in, and put back into the form it came from."""

from collections.abc import Mapping
from urllib.parse import quote

from flask import Response, flash, session
from flask_babel import gettext

from kb.db import current_session
from kb.forum import drafts
from kb.web.render import redirect_to

COOKIE_KEY = "draft"


def keep_and_join(address: str, body: Mapping[str, str]) -> Response:
    """Keep ``body`` for the form at ``address``, commit, and send the visitor to join and back to that form."""
    session[COOKIE_KEY] = drafts.keep(current_session(), token=session.get(COOKIE_KEY), subject=address, body=body)
    current_session().commit()
    flash(gettext("Your text is kept. Join or sign in, and it will be waiting for you."), "info")
    return redirect_to(f"/join?next={quote(address)}")


def drafted(address: str) -> dict[str, str]:
    """Return what this browser's reader wrote into the form at ``address`` before; empty when nothing."""
    token = session.get(COOKIE_KEY)
    return drafts.find(current_session(), token=token, subject=address) if token else {}


def posted(address: str) -> None:
    """Forget the draft of the form at ``address``; the caller commits."""
    drafts.drop(current_session(), token=session.get(COOKIE_KEY), subject=address)
