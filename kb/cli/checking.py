"""``kb check``: every counter, reference and index entry against the database."""

from collections.abc import Callable, Iterator

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy import select

from kb.articles import checking as articles_checking
from kb.db import current_session
from kb.errors import Conflict
from kb.forum import checking as forum_checking
from kb.forum import counters, merits, worth
from kb.forum.models import Question
from kb.search import asking
from kb.search import checking as search_checking

MOST_SHOWN = 50


def register(group: click.Group) -> None:
    """Add this module's command to ``kb``."""
    group.add_command(check)
    group.add_command(recount)


@click.command()
@with_appcontext
def check() -> None:
    """Compare counters, references and the index with the database; exit 1 when something disagrees."""
    session = current_session()
    engine = current_app.extensions["search"]
    merits.give(session)  # what is due is given within ten minutes anyway; what was given must then be right
    session.commit()
    while asking.follow(session, engine):  # what was just written may be in the database and not yet in the index
        pass
    found = 0
    for name, faults in _checks(engine):
        here = 0
        for fault in faults():
            here += 1
            if here <= MOST_SHOWN:
                click.echo(f"{name}: {fault}", err=True)
        if here > MOST_SHOWN:
            click.echo(f"{name}: and {here - MOST_SHOWN} more", err=True)
        click.echo(f"{name}: {'all agree' if not here else f'{here} wrong'}")
        found += here
    if found:
        raise Conflict("%(n)s things disagree with the database.", n=found)


@click.command()
@with_appcontext
def recount() -> None:
    """Work out every counter, score, point, badge and trust anew from the rows they sum up."""
    session = current_session()
    numbers = session.scalars(select(Question.id).order_by(Question.id)).all()
    session.rollback()
    for start in range(0, len(numbers), counters.CHUNK):  # others can write between two chunks
        counters.recount_questions(session, numbers[start : start + counters.CHUNK])
        session.commit()
    for verb in (counters.recount_places, worth.recount, merits.give):
        verb(session)
        session.commit()
    click.echo(f"Counted {len(numbers):,} questions, their places, every ledger and badge anew.")


def _checks(engine: object) -> Iterator[tuple[str, Callable[[], Iterator[str]]]]:
    session = current_session()
    yield "articles", lambda: articles_checking.faults(session)
    yield "forum", lambda: forum_checking.faults(session)
    yield "ledger", lambda: worth.faults(session)
    yield "badges", lambda: merits.faults(session)
    yield "index", lambda: search_checking.faults(session, engine)  # type: ignore[arg-type]
