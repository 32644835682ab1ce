"""A domain error becomes its page, once."""

from flask import Flask, Response, render_template, request
from flask_babel import gettext
from flask_limiter import RateLimitExceeded
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException

from kb.db import db
from kb.errors import Conflict, DomainError, Invalid, NotFound, Refused, TooMany

STATUS: dict[type[DomainError], int] = {Refused: 403, NotFound: 404, Conflict: 409, Invalid: 422, TooMany: 429}


def sentence(error: DomainError) -> str:
    """Return the error's message in the reader's language."""
    text: str = gettext(error.message)
    return text % error.params if error.params else text


def error_page(status: int, message: str = "") -> Response:
    """Return the page for ``status``; a 404 is the same bytes whatever was asked for."""
    return Response(render_template("errors/error.html", status=status, message=message), status, mimetype="text/html")


def init_app(app: Flask) -> None:
    """Teach ``app`` the pages of errors."""

    @app.errorhandler(DomainError)
    def domain(error: DomainError) -> Response:
        db.session.rollback()
        status = next((code for kind, code in STATUS.items() if isinstance(error, kind)), 400)
        answer = error_page(status, "" if status == 404 else sentence(error))
        if isinstance(error, TooMany):
            answer.headers["Retry-After"] = str(error.retry_after)
        return answer

    @app.errorhandler(RateLimitExceeded)
    def too_fast(error: RateLimitExceeded) -> Response:
        answer = error_page(429, gettext("That was a little fast. Wait a moment, then try again."))
        answer.headers["Retry-After"] = str(error.limit.limit.get_expiry() if error.limit else 60)
        return answer

    @app.errorhandler(CSRFError)
    def stale_form(error: CSRFError) -> Response:
        return error_page(400, gettext("This form was open for too long. Go back, reload the page and send it again."))

    @app.errorhandler(OperationalError)
    def no_database(error: OperationalError) -> Response:
        app.logger.exception("the database refused on %s %s", request.method, request.path)
        db.session.rollback()
        answer = error_page(503, gettext("Nothing was saved. Try again in a minute."))
        answer.headers["Retry-After"] = "30"
        return answer

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> Response:
        if error.code is None or error.code < 400:
            return Response(error.get_response().get_data(), error.code, dict(error.get_headers()))
        return error_page(error.code)

    @app.errorhandler(Exception)
    def unexpected(error: Exception) -> Response:
        app.logger.exception("unexpected on %s %s", request.method, request.path)
        db.session.rollback()
        return error_page(500)
