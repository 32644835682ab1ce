"""What a site needs before its doors open: its tables, its categories, its articles and an index."""

import logging

import click
from flask import Flask, current_app
from flask_migrate import upgrade

from kb.articles import publishing
from kb.articles.source import open_source
from kb.db import current_session
from kb.forum import categories
from kb.search import asking


def prepare(app: Flask) -> None:
    """Migrate, publish and index, doing only what is not done yet; safe to run at every start."""
    with app.app_context():
        migrate_database()
        session = current_session()
        categories.ensure_defaults(session)
        run = publishing.publish(session, open_source(current_app.config["SETTINGS"].content))
        session.commit()
        for finding in run.findings:
            if finding.severity == "error":
                click.echo(f"{finding.path}:{finding.line}: {finding.message}", err=True)
        asking.follow(session, app.extensions["search"])
        session.commit()


def migrate_database() -> None:
    """Run the migrations this database has not seen."""
    logging.getLogger("alembic").setLevel(logging.WARNING)
    upgrade()
