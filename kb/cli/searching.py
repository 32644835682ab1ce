"""``kb reindex``: a new search index of everything, built beside the one in use."""

import click
from flask import current_app
from flask.cli import with_appcontext

from kb.db import current_session
from kb.errors import Conflict
from kb.search import asking
from kb.search.engine import Busy


def register(group: click.Group) -> None:
    """Add this module's command to ``kb``."""
    group.add_command(reindex)


@click.command()
@with_appcontext
def reindex() -> None:
    """Build the search index anew; the site goes on searching the old one until the new one is whole.

    A worker may run meanwhile: it keeps the old one up to date, and catches the new one up once that is in use.
    """
    engine = asking.engine_of(current_app.extensions)
    try:
        count = asking.rebuild(current_session(), engine, progress=lambda done: click.echo(f"{done} documents"))
    except Busy:
        raise Conflict("The index is being built already.") from None
    click.echo(f"The index is in use: {count} documents.")
