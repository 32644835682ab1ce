"""What a site needs before its doors open: its tables, its categories, its articles and an index."""

import logging

import click
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kb.articles.models import Article
from kb.articles.remarks import ERROR
from kb.db import current_session
from kb.forum import categories, worth
from kb.forum.models import Question
from kb.publishing import runs
from kb.publishing.sources.place import place_of
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
        worth.begin(session)
        session.commit()  # publishing may take minutes, in which others must be able to write
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
    """Publish the content. A site that has articles opens with them: from git, the worker looks for what is new."""
    place = place_of(settings)
    has_articles = session.scalar(select(func.count(Article.id))) != 0
    if place.is_git and has_articles:
        runs.request(session, cause="start")
        return
    run = runs.publish(session, place, cause="start")
    if run.state != runs.FAILED:
        for finding in run.findings:
            if finding.severity == ERROR:
                click.echo(f"{finding.path}:{finding.line}: {finding.message}", err=True)
    elif has_articles:
        click.echo(f"KB_CONTENT: {run.problem} The articles published before are served.", err=True)
    else:
        raise BadSetting(f"KB_CONTENT: {run.problem}")


def _documents(session: Session) -> int:
    return sum(session.scalar(select(func.count(noun.id))) or 0 for noun in (Article, Question))
