"""A domain error becomes its page, once."""

from flask import Flask, Response, current_app, request
from flask_babel import gettext, ngettext
from flask_limiter import RateLimitExceeded
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException

from kb.db import db
from kb.errors import Conflict, DomainError, Invalid, NotFound, Refused, TooMany

STATUS: dict[type[DomainError], int] = {Refused: 403, NotFound: 404, Conflict: 409, Invalid: 422, TooMany: 429}
KEPT_HEADERS = ("Allow", "Retry-After")


def sentence(error: DomainError) -> str:
    """Return the error's message in the reader's language."""
    text: str = gettext(error.message)
    return text % error.params if error.params else text


def error_page(status: int, message: str = "", *, retry_after: int = 0) -> Response:
    """Return the page for ``status``; a 404 is the same bytes whatever was asked for, and whoever asked.

    It asks no database and nothing about the reader: it must be there when neither can be had. For the same reason it
    says by itself that it must not be stored, which would otherwise depend on who is reading.
    """
    template = current_app.jinja_env.get_template("errors/error.html")
    again = request.full_path.rstrip("?") if status in (500, 503) and request.method == "GET" else ""
    text = template.render(viewer=None, status=status, message=message, wait=_wait(retry_after), again=again)
    answer = Response(text, status, mimetype="text/html")
    answer.headers["Cache-Control"] = "no-store"
    if retry_after:
        answer.headers["Retry-After"] = str(retry_after)
    return answer


def init_app(app: Flask) -> None:
    """Teach ``app`` the pages of errors."""

    @app.errorhandler(DomainError)
    def domain(error: DomainError) -> Response:
        db.session.rollback()
        status = next((code for kind, code in STATUS.items() if isinstance(error, kind)), 400)
        wait = error.retry_after if isinstance(error, TooMany) else 0
        return error_page(status, "" if status == 404 else sentence(error), retry_after=wait)

    @app.errorhandler(RateLimitExceeded)
    def too_fast(error: RateLimitExceeded) -> Response:
        return error_page(429, retry_after=error.limit.limit.get_expiry() if error.limit else 60)

    @app.errorhandler(CSRFError)
    def stale_form(error: CSRFError) -> Response:
        return error_page(400, gettext("This form was open for too long. Go back, reload the page and send it again."))

    @app.errorhandler(OperationalError)
    def no_database(error: OperationalError) -> Response:
        app.logger.exception("the database refused on %s %s", request.method, request.path)
        db.session.rollback()
        return error_page(503, retry_after=30)

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> Response:
        if error.code is None or error.code < 400:
            return Response(error.get_response().get_data(), error.code, dict(error.get_headers()))
        answer = error_page(error.code)
        answer.headers.extend((name, value) for name, value in error.get_headers() if name in KEPT_HEADERS)
        return answer

    @app.errorhandler(Exception)
    def unexpected(error: Exception) -> Response:
        app.logger.exception("unexpected on %s %s", request.method, request.path)
        db.session.rollback()
        return error_page(500)


def _wait(seconds: int) -> str:
    """Say when to try again, rounded up, so that nobody is sent back too early."""
    if seconds <= 0:
        return ""
    if seconds < 60:
        return str(ngettext("Try again in %(num)d second.", "Try again in %(num)d seconds.", seconds))
    if seconds <= 3600:
        return str(ngettext("Try again in %(num)d minute.", "Try again in %(num)d minutes.", -(-seconds // 60)))
    return str(ngettext("Try again in %(num)d hour.", "Try again in %(num)d hours.", -(-seconds // 3600)))
