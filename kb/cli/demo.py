"""``kb demo``: an example community to look around in, and its removal."""

import click
from flask import current_app
from flask.cli import with_appcontext

from kb.db import current_session
from kb.exchange import demo as example
from kb.exchange import demo_removal


def register(group: click.Group) -> None:
    """Add this module's command to ``kb``."""
    group.add_command(demo)


@click.command()
@click.option("--remove", is_flag=True, help="Take the example community away again.")
@click.option("--if-empty", is_flag=True, help="Do nothing, quietly, on a site that has questions.")
@with_appcontext
def demo(remove: bool, if_empty: bool) -> None:
    """Fill an empty site with example threads, and say how to sign in to it."""
    if remove:
        _remove()
    elif not if_empty or example.is_empty(current_session()):
        _fill()


def _fill() -> None:
    session = current_session()
    filled = example.fill(session)
    session.commit()
    click.echo(f"Filled the site with {filled.threads} threads by {filled.people} example people.")
    click.echo(f"Sign in at {current_app.config['SETTINGS'].public_url}/sign-in; the passwords are shown only now:")
    for way in filled.ways:
        click.echo(f"  {way.role:<10} {way.handle:<20} {way.password}")
    click.echo("Take it all away with: kb demo --remove")


def _remove() -> None:
    session = current_session()
    gone = demo_removal.remove(session)
    session.commit()
    click.echo(f"Removed {gone.threads} threads, {gone.posts} posts in other threads and {gone.people} example people.")
    if gone.kept_threads:
        click.echo(f"Kept {gone.kept_threads} example threads, because real people posted in them or point at them.")
    if gone.kept_people:
        click.echo(f"Kept {gone.kept_people} example people who are named in what stays; nobody can sign in as them.")
