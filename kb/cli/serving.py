"""``kb serve``, ``kb web``, ``kb work`` and ``kb migrate``."""

import logging
import os
import signal
import sys
import time
from collections.abc import Callable
from types import FrameType
from typing import NoReturn

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from kb.cli import preparing, web_server, worker

log = logging.getLogger(__name__)

RESTART_AFTER = 1.0
GRACE = 20.0
NEVER_CAME_UP = 3.0


def register(group: click.Group) -> None:
    """Add this module's commands to ``kb``."""
    for command in (serve, web, work, migrate):
        group.add_command(command)


@click.command()
@click.option("--host", help="Address to listen on, in place of KB_HOST.")
@click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on, in place of KB_PORT.")
@with_appcontext
def serve(host: str | None, port: int | None) -> None:
    """Prepare the site, then run web processes and the worker until told to stop."""
    app = _this_app()
    _log_to_stderr()
    address = _address(app, host, port)
    web_server.require_free(address)
    supervisor = Supervisor()
    # Preparing happens in a child, so that this process never holds a database connection or a thread to fork.
    if supervisor.run_once(lambda: preparing.prepare(app)) != 0:
        raise SystemExit(1)
    click.echo(f"{app.config['SETTINGS'].site_name} is at http://{address}  (stop with Ctrl+C)")
    raise SystemExit(supervisor.keep({"web": lambda: web_server.run(app, address), "worker": lambda: worker.run(app)}))


@click.command()
@click.option("--host", help="Address to listen on, in place of KB_HOST.")
@click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on, in place of KB_PORT.")
@with_appcontext
def web(host: str | None, port: int | None) -> None:
    """Run the web processes alone; the worker runs elsewhere by `kb work`."""
    _log_to_stderr()
    app = _this_app()
    web_server.run(app, _address(app, host, port))


@click.command()
@with_appcontext
def work() -> None:
    """Run the worker alone: letters, and following changes into the search index."""
    _log_to_stderr()
    worker.run(_this_app())


@click.command()
@with_appcontext
def migrate() -> None:
    """Bring the database up to date."""
    preparing.migrate_database()
    click.echo("The database is up to date.")


class Supervisor:
    """Keeps child processes running until told to stop, and then stops them all."""

    def __init__(self) -> None:
        self._children: dict[int, tuple[str, Callable[[], None], float]] = {}
        self._stopping = False

    def run_once(self, work: Callable[[], None]) -> int:
        """Run ``work`` in a child and return its exit code."""
        _, status = os.waitpid(self._fork(work), 0)
        return os.waitstatus_to_exitcode(status)

    def keep(self, jobs: dict[str, Callable[[], None]]) -> int:
        """Run each of ``jobs`` in a child, again when it dies; returns the exit code once all have stopped.

        SIGTERM and SIGINT stop them in order and end with 0. A child that dies within three seconds of its start
        would only die again, so that stops the others too and ends with 1.
        """
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        for name, work in jobs.items():
            self._start(name, work)
        failed = False
        while self._children:
            pid, status = os.wait()
            name, work, started = self._children.pop(pid)
            if self._stopping:
                continue
            code = os.waitstatus_to_exitcode(status)
            log.error("the %s process stopped with %s", name, code)
            if time.monotonic() - started < NEVER_CAME_UP:
                failed = True
                self._stop(signal.SIGTERM, None)
            else:
                time.sleep(RESTART_AFTER)
                if not self._stopping:
                    self._start(name, work)
        return 1 if failed else 0

    def _start(self, name: str, work: Callable[[], None]) -> None:
        self._children[self._fork(work)] = (name, work, time.monotonic())

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stopping = True
        for pid in self._children:
            os.kill(pid, signal.SIGTERM)
        signal.signal(signal.SIGALRM, self._kill)
        signal.setitimer(signal.ITIMER_REAL, GRACE)

    def _kill(self, _number: int, _frame: FrameType | None) -> None:
        for pid in self._children:
            os.kill(pid, signal.SIGKILL)

    def _fork(self, work: Callable[[], None]) -> int:
        sys.stdout.flush()
        sys.stderr.flush()
        pid = os.fork()
        if pid == 0:
            _run_and_exit(work)
        return pid


def _run_and_exit(work: Callable[[], None]) -> NoReturn:
    """Run ``work`` in a fresh child and leave without unwinding into the parent's command."""
    code = 1
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)
    try:
        work()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    except KeyboardInterrupt:
        code = 0
    except Exception as error:
        log.debug("a child process failed", exc_info=True)
        click.echo(f"kb: {error}", err=True)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _this_app() -> Flask:
    return current_app._get_current_object()  # type: ignore[attr-defined,no-any-return]


def _address(app: Flask, host: str | None, port: int | None) -> str:
    settings = app.config["SETTINGS"]
    name = host or settings.host
    return f"{f'[{name}]' if ':' in name else name}:{port or settings.port}"


def _log_to_stderr() -> None:
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
