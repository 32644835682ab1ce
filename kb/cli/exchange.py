"""``kb import``: bringing a community here from elsewhere."""

import resource
import sys
import time
from pathlib import Path
from typing import Any

import click
from flask.cli import with_appcontext

from kb.db import current_session
from kb.exchange import community, stackexchange
from kb.exchange.intake import Summary

_KIB_PER_MIB = 1024


def register(group: click.Group) -> None:
    """Add this module's commands to ``kb``."""
    group.add_command(import_)


@click.group("import")
def import_() -> None:
    """Bring a community here from elsewhere; running an import again adds nothing."""


@import_.command("stackexchange")
@click.argument("folder", type=click.Path(path_type=Path))
@with_appcontext
def import_stackexchange(folder: Path) -> None:
    """Import the Stack Exchange dump in FOLDER: Posts.xml, and what there is of its other files."""
    with _Progress() as progress:
        session = current_session()
        progress.end(stackexchange.import_site(session, folder=folder, commit=session.commit, watch=progress))


@import_.command("community")
@click.argument("file", type=click.Path(path_type=Path))
@with_appcontext
def import_community(file: Path) -> None:
    """Import the community archive FILE: .jsonl or .jsonl.gz, one question a line."""
    with _Progress() as progress:
        session = current_session()
        progress.end(community.import_archive(session, file=file, commit=session.commit, watch=progress))


class _Progress:
    """Shows how far an import is: one line that counts up on a terminal, one line a step elsewhere."""

    def __init__(self) -> None:
        self._began = self._shown = time.monotonic()
        self._live = sys.stdout.isatty()
        self._from_the_left = "\r" if self._live else ""
        self._step = ""
        self._rows = 0

    def __enter__(self) -> "_Progress":
        return self

    def __exit__(self, *_: Any) -> None:
        self._close()

    def step(self, name: str) -> None:
        """Begin the next part."""
        self._close()
        self._step, self._rows = name, 0

    def advance(self, number: int) -> None:
        """Count rows on."""
        self._rows += number
        if self._live and time.monotonic() - self._shown > 0.2:
            self._shown = time.monotonic()
            click.echo(f"\r{self._step}: {self._rows:,} …", nl=False)

    def skipped(self, place: str, why: str) -> None:
        """Name a row that was left out."""
        click.echo(f"{self._from_the_left}kb: {place}: {why}; skipped", err=True)

    def end(self, summary: Summary) -> None:
        """Say what was done, how long it took and how much memory at most."""
        self._close()
        added = ", ".join(f"{number:,} {noun}" for noun, number in summary.added.items())
        click.echo(f"Added {added or '0, as all of it is here already'}.")
        click.echo(f"Skipped {summary.skipped:,} rows that could not be used.")
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _KIB_PER_MIB
        click.echo(f"It took {time.monotonic() - self._began:.1f} s and at most {peak:.0f} MiB of memory.")

    def _close(self) -> None:
        if self._step:
            click.echo(f"{self._from_the_left}{self._step}: {self._rows:,} read" if self._rows else self._step)
        self._step = ""
