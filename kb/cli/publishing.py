"""``kb publish``."""

import sys
import time

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy import inspect
from sqlalchemy.orm import Session

from kb.articles.models import Article, PublishRun
from kb.cli import reports
from kb.cli.reports import Report
from kb.db import current_session, db, glance
from kb.errors import Conflict, NotFound
from kb.git.faults import GitFault
from kb.publishing import drafting, runs
from kb.publishing.drafting import Draft
from kb.publishing.planning import ADDED, ALL, CHANGED, MOVED
from kb.publishing.sources.place import Place, open_place, place_of

STEPS = {
    "fetch": "Fetching",
    "read": "Reading",
    "render": "Making pages",
    "history": "Reading the history",
    "store": "Storing",
}


def register(group: click.Group) -> None:
    """Add this module's command to ``kb``."""
    group.add_command(publish)


@click.command()
@click.option("--check", is_flag=True, help="Say what is wrong and change nothing; exit 1 when a file has an error.")
@click.option("--yes", is_flag=True, help="Confirm that a large part of the files is gone on purpose.")
@click.option("--at", default="", metavar="COMMIT", help="Roll the site to a commit, branch or tag, and keep it there.")
@click.option(
    "--format",
    "form",
    type=click.Choice(list(reports.FORMS)),
    default="text",
    help="How findings are written: for people, for programs, or as notes on a pull request.",
)
@with_appcontext
def publish(check: bool, yes: bool, at: str, form: str) -> None:
    """Bring the articles of the site up to date with the content folder or the git repository."""
    place = place_of(current_app.config["SETTINGS"])
    with Steps() as steps:
        if check:
            report = _checked(current_session(), place, at, steps)
        else:
            report = _published(current_session(), place, at, yes, steps)
    click.echo(reports.FORMS[form](report), nl=False)
    if check and report.has_errors:
        raise Conflict("%(n)s files have an error.", n=len({found.path for found in report.findings if found.is_error}))


def _checked(session: Session, place: Place, at: str, steps: "Steps") -> Report:
    """Work a run out and write nothing; a database without tables is a site without articles."""
    with glance(session):
        has_tables = inspect(db.engine).has_table(Article.__tablename__)
    steps("fetch", 0, 0)
    try:
        source = open_place(place, at=at)
        if has_tables:
            drafted = drafting.draft(session, source, may_retire=ALL, progress=steps)
        else:
            drafted = drafting.draft_anew(source, progress=steps)
    except GitFault as fault:
        raise NotFound("%(problem)s", problem=fault.sentence) from None
    _require_articles(drafted, place)
    kinds = [step.kind for step in drafted.plan.steps]
    return Report(
        title="Nothing was changed.",
        sha=source.commit.sha if source.commit else "",
        counts={
            **{kind: kinds.count(kind) for kind in (ADDED, CHANGED, MOVED)},
            "retired": len(drafted.plan.retired),
            "unchanged": len(drafted.plan.unchanged),
        },
        findings=tuple(
            reports.Found(one.path, one.line, one.severity, one.code, one.message) for one in drafted.remarks
        ),
        prefix=reports.prefix_of(place),
        place=place.name,
    )


def _require_articles(drafted: Draft, place: Place) -> None:
    if not (drafted.plan.steps or drafted.plan.unchanged or drafted.plan.kept):
        raise NotFound("No article could be read in %(path)s.", path=place.name)


def _published(session: Session, place: Place, at: str, confirm: bool, steps: "Steps") -> Report:
    """Publish and commit; a run that failed is on record too."""
    run = runs.publish(session, place, cause="command", at=at, confirm=confirm, progress=steps)
    if run.state == runs.FAILED:
        session.commit()
        raise NotFound("%(problem)s", problem=run.problem)
    if run.added + run.changed + run.moved + run.unchanged + run.held == 0:
        session.rollback()
        raise NotFound("No article could be read in %(path)s.", path=place.name)
    session.commit()
    return Report(
        title=_what_now(run),
        sha=run.sha,
        counts={name: getattr(run, name) for name in reports.COUNTS},
        findings=tuple(reports.Found(one.path, one.line, one.severity, one.code, one.message) for one in run.findings),
        prefix=reports.prefix_of(place),
        place=place.name,
    )


def _what_now(run: PublishRun) -> str:
    if run.state == runs.WAITING:
        return f"{run.held} articles without a file stay until kb publish --yes confirms that they are gone."
    return f"The site stays at {run.sha[:12]} until somebody publishes again." if run.pinned else ""


class Steps:
    """Says on the terminal what is being done: a bar where there is somebody to watch it, else a line a step."""

    def __init__(self) -> None:
        self._is_watched = sys.stderr.isatty()
        self._step = ""
        self._began = time.monotonic()

    def __enter__(self) -> "Steps":
        return self

    def __exit__(self, *_: object) -> None:
        if self._is_watched and self._step:
            click.echo("\r\033[K", nl=False, err=True)

    def __call__(self, step: str, done: int, of: int) -> None:
        """Show where the run is."""
        if self._is_watched:
            how_far = f" {done * 100 // of:3} % of {of}" if of else ""
            click.echo(f"\r\033[K{STEPS[step]}{how_far} …", nl=False, err=True)
        elif step != self._step:
            click.echo(f"{STEPS[step]}{f' ({of})' if of else ''} …", err=True)
        self._step = step
