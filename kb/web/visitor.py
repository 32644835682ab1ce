"""Who is asking: nobody, or the person whose session the cookie names."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast
from urllib.parse import quote

from flask import Flask, Response, g, request
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user

from kb.db import current_session, reading_only
from kb.people import rules, sessions
from kb.people.models import Person
from kb.people.models import Session as SignIn
from kb.web.render import redirect_to

login_manager = LoginManager()
View = TypeVar("View", bound=Callable[..., Any])


class SignedIn(UserMixin):  # type: ignore[misc]
    """What Flask-Login keeps for a request: the person, and the token that the cookie holds in place of an id."""

    def __init__(self, person: Person, token: str, sign_in: SignIn | None = None) -> None:
        self.person = person
        self.token = token
        self.sign_in = sign_in

    def get_id(self) -> str:
        """Return the session token; the cookie never holds a person's id."""
        return self.token


def viewer() -> Person | None:
    """Return who is asking, None for a visitor."""
    return current_user.person if current_user.is_authenticated else None


def reader() -> rules.Reader | None:
    """Return who is asking as far as it decides what they may read; on shared pages nothing else can be known."""
    standing: rules.Standing | None = g.get("standing")
    return standing or viewer()


def person() -> Person:
    """Return who is asking, behind ``sign_in_first``."""
    return cast(Person, current_user.person)


def sign_in_first(view: View) -> View:
    """Let only signed-in people into ``view``; others are sent to sign in and come back to the page they were on."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if current_user.is_authenticated:
            return view(*args, **kwargs)
        return to_sign_in()

    return cast(View, guarded)


def to_sign_in() -> Response:
    """Send the reader to the sign-in page, and back afterwards: to this page, or to the one a form was posted from."""
    here = request.full_path.rstrip("?") if request.method == "GET" else request.form.get("next", "/")
    return redirect_to(f"/sign-in?next={quote(safe_next(here))}")


def enter(signed_in_person: Person, token: str) -> None:
    """Give the browser the cookie of a new sign-in."""
    login_user(SignedIn(signed_in_person, token))


def leave() -> None:
    """Take the cookie's sign-in away; the row is deleted by accounts.sign_out."""
    logout_user()


def safe_next(address: str | None) -> str:
    """Return ``address`` if it is a path on this site, else ``/``.

    Browsers read ``//host``, ``/\\host`` and paths with control characters as other sites, so none of them passes.
    """
    if not address or not address.startswith("/") or address.startswith("//") or "\\" in address:
        return "/"
    return "/" if any(ord(c) < 32 or ord(c) == 127 for c in address) else address


def init_app(app: Flask) -> None:
    """Let Flask-Login find people by session token, and open reading requests as readers."""
    login_manager.init_app(app)
    login_manager.session_protection = None

    @login_manager.user_loader  # type: ignore[untyped-decorator]
    def load(token: str) -> SignedIn | None:
        found = sessions.find(current_session(), token)
        return SignedIn(found[0], token, found[1]) if found else None

    @app.context_processor
    def everywhere() -> dict[str, Any]:
        return {"viewer": reader()}

    inner = app.wsgi_app

    def open_as_reader(environ: dict[str, Any], start_response: Any) -> Any:
        if environ["REQUEST_METHOD"] in ("GET", "HEAD", "OPTIONS"):
            with reading_only():
                return inner(environ, start_response)
        return inner(environ, start_response)

    app.wsgi_app = open_as_reader  # type: ignore[method-assign]
