"""``kb search`` and ``kb reindex``: what is found and why, and a new index of everything."""

import click
from flask import current_app
from flask.cli import with_appcontext

from kb.cli import manners
from kb.db import current_session
from kb.errors import Conflict, NotFound
from kb.people import accounts
from kb.search import asking
from kb.search.engine import Busy, NoIndex, Reason
from kb.search.explaining import Explanation, Placed, explained
from kb.search.query import Group


def register(group: click.Group) -> None:
    """Add this module's commands to ``kb``."""
    group.add_command(search)
    group.add_command(reindex)


@click.command()
@click.argument("words", nargs=-1, required=True)
@click.option("--explain", is_flag=True, help="Say what puts each hit in its place.")
@click.option("--as", "handle", default="", help="Search as this person; as a visitor unless given.")
@click.option("--in", "within", type=click.Choice(["all", "articles", "questions"]), default="all")
@click.option("--exact", is_flag=True, help="Take no word for mistyped.")
@with_appcontext
def search(words: tuple[str, ...], explain: bool, handle: str, within: str, exact: bool) -> None:
    """Search WORDS as the site's search page does and print the first ten hits."""
    session = current_session()
    viewer = accounts.named(session, handle.removeprefix("@")) if handle else None
    engine = asking.engine_of(current_app.extensions)
    engine.warm()
    try:
        found = explained(session, " ".join(words), viewer, engine=engine, within=within, exact=exact)
    except NoIndex:
        raise NotFound("There is no search index. `kb reindex` builds one.") from None
    for line in _lines(found, explain=explain):
        click.echo(line)


@click.command()
@with_appcontext
def reindex() -> None:
    """Build the search index anew; the site goes on searching the old one until the new one is whole.

    A worker may run meanwhile: it keeps the old one up to date, and catches the new one up once that is in use.
    """
    manners.readers_first()
    engine = asking.engine_of(current_app.extensions)
    try:
        count = asking.rebuild(current_session(), engine, progress=lambda done: click.echo(f"{done} documents"))
    except Busy:
        raise Conflict("The index is being built already.") from None
    click.echo(f"The index is in use: {count} documents.")


def _lines(found: Explanation, *, explain: bool) -> list[str]:
    """Return what is said of a search, line by line."""
    lines = []
    if found.corrected:
        lines.append(f"Searched as: {found.corrected}")
    lines += [f"Also: {' '.join(one.words)} = {', '.join(map(' '.join, one.others))}" for one in _widened(found)]
    lines += [f"Read as words or left out: {piece}" for piece in found.query.ignored]
    lines.append("Nothing found." if not found.total else f"{found.total} found.")
    for hit in found.hits:
        lines.append(f"{hit.position:3}. {hit.score:7.3f}  {hit.shown.title}  {hit.shown.address}")
        lines += [f"     {_said(reason)}" for reason in _reasons(hit)] if explain else []
    return lines


def _widened(found: Explanation) -> list[Group]:
    return [group for group in found.query.groups if group.others]


def _reasons(hit: Placed) -> tuple[Reason, ...]:
    return hit.reasons if not hit.promoted else (Reason("chosen by a writer for this search", 1.0, times=True),)


def _said(reason: Reason) -> str:
    return f"{'×' if reason.times else '+'}{reason.value:7.3f}  {reason.words}"
