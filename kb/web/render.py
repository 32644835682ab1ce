"""From data to HTML: whole pages, fragments, filters and what every template may use."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

from flask import Flask, Response, current_app, g, get_flashed_messages, make_response, render_template, request
from flask_babel import Babel, get_translations, gettext, ngettext
from flask_login import current_user
from flask_wtf.csrf import CSRFProtect, generate_csrf
from jinja2 import StrictUndefined, pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup

from kb import clock
from kb.markup.plain import as_markdown
from kb.web.cache import KEEP
from kb.web.gaps import not_for_many, personal

babel = Babel()
csrf = CSRFProtect()


def page(template: str, status: int = 200, *, keep: bool = False, **context: Any) -> Response:
    """Return ``template`` rendered as an answer.

    ``keep`` says that every signed-out reader gets these very bytes, so that the page cache may keep them: the page
    must hold no token, no flash and nothing of the reader.
    """
    response = make_response(render_template(template, **context), status)
    if keep and not current_user.is_authenticated:
        response.headers[KEEP] = "1"
    return response


def wants_fragment() -> bool:
    """Whether a script of ours asks for the part of the page that it replaces."""
    return request.headers.get("X-Fragment") == "1"


def redirect_to(address: str) -> Response:
    """Send the reader on with 303, so that reloading the next page does not post again."""
    response = make_response("", 303)
    response.headers["Location"] = address
    return response


def csrf_field() -> Markup:
    """Return the hidden field every form that posts must hold."""
    not_for_many("a token")
    return Markup('<input type="hidden" name="csrf_token" value="{}">').format(generate_csrf())


def ago(moment: datetime) -> str:
    """Return how long ago ``moment`` was, in words; from 30 days on, the date."""
    seconds = max(0, int((clock.now() - moment).total_seconds()))
    if seconds < 60:
        return str(gettext("just now"))
    if seconds < 3600:
        return str(ngettext("%(num)d minute ago", "%(num)d minutes ago", seconds // 60))
    if seconds < 86400:
        return str(ngettext("%(num)d hour ago", "%(num)d hours ago", seconds // 3600))
    if seconds < 30 * 86400:
        return str(ngettext("%(num)d day ago", "%(num)d days ago", seconds // 86400))
    return f"{moment.day} {moment:%b %Y}"


def exactly(moment: datetime) -> str:
    """Return ``moment`` for a title attribute, such as ``22 November 2026 at 09:30 UTC``."""
    return f"{moment.day} {moment:%B %Y at %H:%M} UTC"


def with_query(**changes: str | int | None) -> str:
    """Return this page's address with some query arguments changed, or taken away where None."""
    args: Mapping[str, Any] = {**request.args.to_dict(), **changes}
    kept = {name: value for name, value in args.items() if value not in (None, "")}
    return f"{quote(request.path)}?{urlencode(kept)}" if kept else quote(request.path)


def init_app(app: Flask) -> None:
    """Give ``app`` its template language, translations and CSRF protection."""
    babel.init_app(app)
    csrf.init_app(app)
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(ago=ago, exactly=exactly, as_markdown=as_markdown)
    app.jinja_env.globals.update(
        _=_translated,
        gettext=_translated,
        ngettext=_counted,
        csrf_field=csrf_field,
        personal=personal,
        with_query=with_query,
        site_name=app.config["SETTINGS"].site_name,
        flashes=_flashes,
    )


@pass_eval_context
def _translated(context: EvalContext, message: str, **values: Any) -> str:
    """Return ``message`` in the reader's language with ``values`` put in, escaped where the template escapes.

    Flask-Babel's own looks everything up anew for each of a page's hundred messages, which takes a millisecond.
    """
    text = _catalogue().ugettext(message)
    return _for(context, text) % values


@pass_eval_context
def _counted(context: EvalContext, one: str, many: str, num: int, **values: Any) -> str:
    """Return the form of a message that fits ``num``, like ``_translated``."""
    text = _catalogue().ungettext(one, many, num)
    return _for(context, text) % {"num": num, **values}


def _for(context: EvalContext, text: str) -> str:
    """Return a message so that ``%`` escapes what it puts in, where the template escapes."""
    return Markup(text) if context.autoescape else text  # noqa: S704 - messages and translations are the site's own


def _catalogue() -> Any:
    """Return the translations that Flask-Babel chose, asked for once a request: a page is in one language."""
    if "catalogue" not in g:
        g.catalogue = get_translations()
    return g.catalogue


def _flashes() -> list[tuple[str, str]]:
    """Return this reader's messages; asks only where there is a cookie that could hold them."""
    not_for_many("messages")
    has_cookie = current_app.config["SESSION_COOKIE_NAME"] in request.cookies
    return get_flashed_messages(with_categories=True) if has_cookie else []  # type: ignore[return-value]
