"""The production web server: gunicorn, with the application loaded once and shared by its processes."""

import os
import socket
import tempfile
import threading
from pathlib import Path
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication

from kb.cli import manners
from kb.cli.web_worker import Desks, FairWorker, seat
from kb.errors import Conflict
from kb.search import asking

THREADS = 3
WARM_AFTER = 1.0


class Server(BaseApplication):  # type: ignore[misc]
    """Gunicorn around an application that is already made."""

    def __init__(self, app: Flask, options: dict[str, Any]) -> None:
        self._app = app
        self._options = options
        super().__init__()

    def load_config(self) -> None:
        """Take the options, and none from files or the environment."""
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """Return the application."""
        return self._app


def require_free(address: str) -> None:
    """Raise Conflict when another program listens at ``address``, before anything is prepared for nothing."""
    host, _, port = address.rpartition(":")
    try:
        socket.create_server((host.strip("[]"), int(port)), family=_family(host)).close()
    except OSError as problem:
        why = os.strerror(problem.errno or 0)
        raise Conflict("Cannot listen at %(address)s: %(why)s.", address=address, why=why) from None


def run(app: Flask, address: str) -> None:
    """Answer requests at ``address`` until told to stop; requests under way get ten seconds to finish."""
    processes = app.config["SETTINGS"].processes
    desks = Desks(processes)
    manners.look_seldom()
    shared_memory = Path("/dev/shm")  # noqa: S108 - heartbeat files there never wait for a disk
    Server(
        app,
        {
            "bind": address,
            "workers": processes,
            "worker_class": FairWorker,
            "threads": THREADS,
            "preload_app": True,
            "keepalive": 15,
            "timeout": 30,
            "graceful_timeout": 10,
            "worker_tmp_dir": str(shared_memory) if os.access(shared_memory, os.W_OK) else tempfile.gettempdir(),
            "control_socket_disable": True,
            "forwarded_allow_ips": "",  # ProxyFix decides whom to believe, by KB_TRUSTED_PROXIES
            "loglevel": "warning",
            "proc_name": "kb-web",
            "pre_fork": lambda server, worker: seat(server, worker, desks),
            "post_fork": lambda _server, _worker: _warm_soon(app),
        },
    ).run()


def _warm_soon(app: Flask) -> None:
    """Warm this process once it has had a moment to answer: readers and `/readyz` come first."""
    timer = threading.Timer(WARM_AFTER, _warm, args=(app,))
    timer.daemon = True
    timer.start()


def _warm(app: Flask) -> None:
    """Open the index and compile the templates beside a new process's first requests, so that later ones need not."""
    asking.engine_of(app.extensions).warm()
    for name in app.jinja_env.list_templates(extensions=["html"]):
        app.jinja_env.get_template(name)


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET
