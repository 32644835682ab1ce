"""The application factory: wiring and nothing else."""

import logging
from datetime import timedelta

from flask import Flask
from flask_migrate import Migrate
from werkzeug.middleware.proxy_fix import ProxyFix

from kb import settings as settings_module
from kb.articles import indexing as article_indexing
from kb.articles import review_letters
from kb.articles import subjects as article_subjects
from kb.db import db
from kb.forum import indexing as forum_indexing
from kb.forum import subjects as forum_subjects
from kb.mail import open_post
from kb.people import stationery
from kb.publishing import run_letters
from kb.publishing.sources import place
from kb.search import asking
from kb.settings import PROJECT, Settings
from kb.web import (
    answers,
    articles,
    assets,
    background,
    cache,
    counting,
    drafts,
    errors,
    feeds,
    following,
    headers,
    health,
    home,
    hooks,
    inbox,
    limits,
    metrics,
    people,
    questions,
    queue,
    render,
    search,
    uploads,
    visitor,
    writing,
)

migrate = Migrate(directory=str(PROJECT / "kb" / "migrations"))
AREAS = (
    home,
    articles,
    search,
    questions,
    queue,
    answers,
    people,
    following,
    inbox,
    drafts,
    uploads,
    writing,
    hooks,
    feeds,
    health,
    metrics,
    assets,
)


def create_app(settings: Settings | None = None) -> Flask:
    """Return a site with ``settings`` (the environment's when not given); touches no database and no network."""
    settings = settings or settings_module.load()
    app = Flask("kb", template_folder=str(PROJECT / "templates"), static_folder=str(PROJECT / "static"))
    app.config.from_mapping(
        SETTINGS=settings,
        SECRET_KEY=settings.signing_key(),
        SQLALCHEMY_DATABASE_URI=settings.database,
        MAX_CONTENT_LENGTH=2 * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024,
        TRUSTED_HOSTS=_trusted_hosts(settings),
        SESSION_COOKIE_NAME="__Host-sidekick" if settings.secure else "sidekick",
        SESSION_COOKIE_SECURE=settings.secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=timedelta(days=28),
        WTF_CSRF_TIME_LIMIT=None,
        RATELIMIT_ENABLED=settings.rate_limits,
    )
    app.url_map.strict_slashes = False
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    db.init_app(app)
    migrate.init_app(app, db)
    post = app.extensions["post"] = open_post(settings.mail_url, sender=settings.letters_from, data=settings.data)
    stationery.use(post, base_url=settings.public_url, site_name=settings.site_name, secret=settings.signing_key())
    place.configure(settings)
    asking.open_engine(app.extensions, settings)
    for source in (article_indexing, article_subjects, forum_indexing, forum_subjects, review_letters, run_letters):
        source.register()
    for part in (render, headers, errors, limits, visitor, counting, background):
        part.init_app(app)
    for area in AREAS:
        app.register_blueprint(area.bp)
    cache.init_app(app)
    if settings.trusted_proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=settings.trusted_proxies, x_proto=settings.trusted_proxies
        )
    logging.getLogger("kb").setLevel(logging.INFO)
    return app


def _trusted_hosts(settings: Settings) -> list[str]:
    """Hosts a request may name: the public one, the one listened on, and this machine's own."""
    public = settings.public_url.split("://", 1)[1].split("/", 1)[0]
    return sorted({public, public.rsplit(":", 1)[0], settings.host, "localhost", "127.0.0.1"})
