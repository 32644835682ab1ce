"""What a site needs before its doors open: its tables, its categories, its articles and an index."""

import logging

import click
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kb.articles import publishing
from kb.articles.models import Article
from kb.articles.source import open_source
from kb.db import current_session
from kb.errors import NotFound
from kb.forum import categories
from kb.forum.models import Question
from kb.search import asking
from kb.settings import BadSetting, Settings

BUILT_AT_ONCE = 2_000
"""An index of so few documents is built before the doors open; for more, titles are searched until it is there."""


def prepare(app: Flask) -> None:
    """Migrate, publish and index, doing only what is not done yet; safe to run at every start."""
    with app.app_context():
        migrate_database()
        session = current_session()
        categories.ensure_defaults(session)
        _publish(session, app.config["SETTINGS"])
        session.commit()
        engine = asking.engine_of(app.extensions)
        if engine.needs_rebuild() and _documents(session) <= BUILT_AT_ONCE:
            asking.follow(session, engine)


def migrate_database() -> None:
    """Run the migrations this database has not seen."""
    logging.getLogger("alembic").setLevel(logging.WARNING)
    upgrade()


def _publish(session: Session, settings: Settings) -> None:
    """Publish the content folder. A site that has articles goes on with them when the folder is away."""
    try:
        run = publishing.publish(session, open_source(settings.content))
    except NotFound as missing:
        if not session.scalar(select(func.count(Article.id))):
            raise BadSetting(f"KB_CONTENT: {missing}") from None
        click.echo(f"KB_CONTENT: {missing} The articles published before are served.", err=True)
        return
    for finding in run.findings:
        if finding.severity == "error":
            click.echo(f"{finding.path}:{finding.line}: {finding.message}", err=True)


def _documents(session: Session) -> int:
    return sum(session.scalar(select(func.count(noun.id))) or 0 for noun in (Article, Question))
