"""``kb serve``, ``kb web``, ``kb work`` and ``kb migrate``."""

import click
from flask import current_app
from flask.cli import with_appcontext
from flask_migrate import upgrade


def register(group: click.Group) -> None:
    """Add this module's commands to ``kb``."""
    group.add_command(migrate)


@click.command()
@with_appcontext
def migrate() -> None:
    """Bring the database up to date."""
    upgrade()
    click.echo(f"Database up to date: {current_app.config['SETTINGS'].data}")
