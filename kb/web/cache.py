"""Whole pages kept for readers who are not signed in, keyed by the version of what such readers can see."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from flask import Flask
from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

from kb.db import db, reading_only
from kb.web.counting import counter_at, is_reader
from kb.web.shelf import Shelf

StartResponse = Any
KEPT_BYTES = 32 * 1024 * 1024
LARGEST_PAGE = 2 * 1024 * 1024
KEEP = "X-Sidekick-Keep"  # set by render.page on answers that are the same for every signed-out reader
_OF_A_BODY = ("Content-Type", "Content-Length")
_VERSION = text("SELECT value FROM site_version WHERE id = 1")


@dataclass(frozen=True, slots=True)
class _Kept:
    status: str
    headers: list[tuple[str, str]]
    body: bytes
    counts: Callable[[], None] | None = None
    """Counts a reader, where it is a page whose readers are counted."""
    etag: str = ""


class PageCache:
    """A WSGI layer that answers a signed-out GET from memory while the site's version stands still.

    A request with the site's cookie is passed through untouched, so nobody's page can reach anybody else. A page is
    kept only when the handler said so, set no cookie, and the version was the same before and after it was made.
    """

    def __init__(self, app: Flask) -> None:
        self._inner = app.wsgi_app
        self._app = app
        self._cookie = app.config["SESSION_COOKIE_NAME"] + "="
        self._hosts = {host.lower() for host in app.config["TRUSTED_HOSTS"]}
        self._pages: Shelf[_Kept] = Shelf(KEPT_BYTES)
        self._engine: Engine | None = None

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] != "GET" or self._cookie in environ.get("HTTP_COOKIE", ""):
            return self._inner(environ, start_response)
        key = self._key(environ)
        version = self._version()
        if key is None or version is None:
            return self._inner(environ, start_response)
        kept = self._pages.find(key, version)
        if kept is not None:
            if kept.counts is not None and is_reader(environ):
                kept.counts()
            return _answer(kept, environ, start_response)
        return self._make(key, version, environ, start_response)

    def _make(
        self, key: tuple[str, ...], version: int, environ: dict[str, Any], start_response: StartResponse
    ) -> Iterable[bytes]:
        said: list[Any] = []

        def listen(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            said[:] = [status, [(name, value) for name, value in headers if name != KEEP], *rest]
            said.append(any(name == KEEP for name, _ in headers))

        answer = self._inner(environ, listen)
        try:
            body = b"".join(answer)
        finally:
            close = getattr(answer, "close", None)
            if close is not None:
                close()
        status, headers, keep = said[0], said[1], said[-1]
        sets_cookie = any(name.lower() == "set-cookie" for name, _ in headers)
        etag = next((value for name, value in headers if name.lower() == "etag"), "")
        counts = counter_at(environ.get("PATH_INFO", "")) if status.startswith("200") else None
        made = _Kept(status, headers, body, counts, etag)
        if keep and not sets_cookie and len(body) <= LARGEST_PAGE and self._version() == version:
            self._pages.keep(key, version, made, len(body))
        return _answer(made, environ, start_response)

    def _key(self, environ: dict[str, Any]) -> tuple[str, ...] | None:
        host = environ.get("HTTP_HOST", "").lower()
        if host not in self._hosts and host.rsplit(":", 1)[0] not in self._hosts:
            return None
        return (
            host,
            environ.get("wsgi.url_scheme", ""),
            environ.get("SCRIPT_NAME", ""),
            environ.get("PATH_INFO", ""),
            environ.get("QUERY_STRING", ""),
            environ.get("HTTP_X_FRAGMENT", ""),
        )

    def _version(self) -> int | None:
        """Read the version in a transaction of its own; None when the database cannot say."""
        if self._engine is None:
            with self._app.app_context():
                self._engine = db.engine
        try:
            with reading_only(), self._engine.connect() as connection:
                return int(connection.execute(_VERSION).scalar() or 0)
        except SQLAlchemyError:
            return None


def _answer(page: _Kept, environ: dict[str, Any], start_response: StartResponse) -> list[bytes]:
    """Send ``page``, or say that it is what the browser has."""
    if page.etag and page.etag in environ.get("HTTP_IF_NONE_MATCH", ""):
        start_response("304 Not Modified", [header for header in page.headers if header[0] not in _OF_A_BODY])
        return []
    start_response(page.status, page.headers)
    return [page.body]


def init_app(app: Flask) -> None:
    """Put the cache in front of ``app``."""
    app.wsgi_app = PageCache(app)  # type: ignore[method-assign]
