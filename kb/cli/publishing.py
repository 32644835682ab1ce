"""``kb publish``."""

from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

from kb.articles import publishing
from kb.articles.models import PublishRun
from kb.articles.source import open_source
from kb.db import current_session, reading_only
from kb.errors import Conflict, NotFound


def register(group: click.Group) -> None:
    """Add this module's command to ``kb``."""
    group.add_command(publish)


@click.command()
@click.option("--check", is_flag=True, help="Say what is wrong and change nothing; exit 1 when a file has an error.")
@click.option("--retire", is_flag=True, help="Confirm that a large part of the files is gone on purpose.")
@with_appcontext
def publish(check: bool, retire: bool) -> None:
    """Bring the articles of the site up to date with the content folder."""
    session = current_session()
    folder: Path = current_app.config["SETTINGS"].content
    with reading_only():  # making pages may take minutes, in which others must be able to write
        drafted = publishing.draft(session, open_source(folder), retire_many=retire)
        session.rollback()
    run = publishing.store(session, drafted)
    for finding in run.findings:
        click.echo(f"{finding.path or folder}:{finding.line}: {finding.severity}: {finding.message}")
    click.echo(_summary(run))
    if run.added + run.changed + run.moved + run.unchanged == 0:
        session.rollback()
        raise NotFound("No article could be read in %(path)s.", path=str(folder))
    if not check:
        session.commit()
        return
    session.rollback()
    click.echo("Nothing was changed.")
    errors = [finding for finding in run.findings if finding.severity == "error"]
    if errors:
        raise Conflict("%(n)s files have an error.", n=len({finding.path for finding in errors}))


def _summary(run: PublishRun) -> str:
    done = [f"{getattr(run, kind)} {kind}" for kind in ("added", "changed", "moved", "retired", "unchanged")]
    found = [
        f"{number} {severity}{'' if number == 1 else 's'}"
        for severity in ("error", "warning")
        for number in [sum(finding.severity == severity for finding in run.findings)]
    ]
    return f"{', '.join(done)}; {', '.join(found)}"
