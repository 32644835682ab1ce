"""Requests a second and p50/p95/p99 of each page, beside a bare Flask page of the same size with one SELECT.

    python -m bench.pages [--site DIR] [--seconds 4] [--connections 1,8,32]

The site in DIR (made from the real data on the first run and kept) and the bare pages run on the same server, in the
same run, one after the other, two processes each. Prints a table and the SQL statements of each page when it is made,
and writes bench/out/pages.json.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from flask import Flask
from sqlalchemy import event, func, select

from bench.load import Load, measure
from bench.site import EXPERT, SITE, a_cookie, make_site, paths_of
from kb.app import create_app
from kb.cli import web_server
from kb.db import current_session, db
from kb.people.models import Person
from kb.search import asking
from kb.settings import Settings

OUT = Path(__file__).parent / "out"
SITE_PORT, BARE_PORT = 5701, 5702
WARM_UP = 3.0  # a new process opens the index and compiles templates beside its first requests
TARGETS = {"out": 0.50, "in": 0.20, "expert": 0.20, "search": 0.05}


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--site", type=Path, default=SITE)
    arguments.add_argument("--seconds", type=float, default=4.0)
    arguments.add_argument("--connections", default="1,8,32")
    options = arguments.parse_args()
    make_site(options.site)
    settings = Settings(data_dir=options.site, port=SITE_PORT, rate_limits=False)
    app = create_app(settings)
    pages, cookies = paths_of(app), {"out": "", "in": a_cookie(app), "expert": a_cookie(app, EXPERT)}
    counted = {
        (name, who): statements(app, paths[0], cookies[who]) for name, paths in pages.items() for who in by(name)
    }
    rows: list[dict[str, object]] = []
    with Server(lambda: web_server.run(app, f"127.0.0.1:{SITE_PORT}"), SITE_PORT) as server:
        time.sleep(WARM_UP)
        for connections in (int(number) for number in options.connections.split(",")):
            for name, paths in pages.items():
                for who in by(name):
                    load = measure(
                        SITE_PORT, paths, connections=connections, seconds=options.seconds, cookie=cookies[who]
                    )
                    rows.append({"page": name, "who": who, "connections": connections, **asdict(load)})
        memory = server.memory()
    add_bare(rows, options.seconds)
    show(rows)
    print("\nSQL statements:", ", ".join(f"{name} (signed {who}) {n}" for (name, who), n in counted.items()))
    print(f"\nMemory of each web process, its own and its share (MB): {', '.join(f'{mb:.0f}' for mb in memory)}")
    print(f"Start of kb serve on this folder until /readyz answers 200: {seconds_to_start(options.site):.2f} s")
    OUT.mkdir(exist_ok=True)
    (OUT / "pages.json").write_text(json.dumps(rows, indent=1))


def by(name: str) -> tuple[str, ...]:
    """Return as whom a page is measured: the queue is for experts alone."""
    return ("expert",) if name == "queue" else ("out", "in")


def statements(app: Flask, path: str, cookie: str) -> int:
    """Return how many SQL statements ``path`` takes when no process has made it before."""
    seen: list[object] = []
    with app.app_context():
        engine = db.engine

    def note(*told: object) -> None:
        if told[2] != "BEGIN":
            seen.append(told[2])

    event.listen(engine, "before_cursor_execute", note)
    try:
        answer = app.test_client(use_cookies=False).get(path, headers={"Cookie": cookie} if cookie else {})
    finally:
        event.remove(engine, "before_cursor_execute", note)
    if answer.status_code != 200:
        raise SystemExit(f"{path} answers {answer.status_code}.")
    return len(seen)


def add_bare(rows: list[dict[str, object]], seconds: float) -> None:
    """Measure bare pages of each row's size, by a plain SELECT and through the ORM, and note the ratios."""
    bare = bare_app()
    with Server(lambda: web_server.run(bare, f"127.0.0.1:{BARE_PORT}"), BARE_PORT):
        known: dict[tuple[str, int, int], Load] = {}
        for row in rows:
            for kind in ("core", "orm"):
                size, connections = round(int(str(row["size"])), -3), int(str(row["connections"]))
                key = (kind, size, connections)
                if key not in known:
                    known[key] = measure(
                        BARE_PORT, [f"/{kind}/{size}"], connections=connections, seconds=min(seconds, 2.0)
                    )
                row[f"bare_{kind}"] = known[key].per_second


def bare_app() -> Flask:
    """Return a Flask application whose only page makes one SELECT and answers with as many bytes as asked for."""
    settings = Settings(data_dir=SITE)
    bare = Flask("bare", template_folder=None)
    bare.config.update(SETTINGS=settings, SQLALCHEMY_DATABASE_URI=settings.database)
    db.init_app(bare)
    asking.open_engine(bare.extensions, settings)  # the server opens one in every application

    @bare.get("/core/<int:size>")
    def core(size: int) -> str:
        people = current_session().connection().execute(select(func.max(Person.id))).scalar()
        return f"{people:010d}" + "x" * (size - 10)

    @bare.get("/orm/<int:size>")
    def orm(size: int) -> str:
        person = current_session().scalars(select(Person).where(Person.id == 1)).first()
        return f"{person.id if person else 0:010d}" + "x" * (size - 10)

    return bare


class Server:
    """A server in a process group of its own, up when entered and gone when left."""

    def __init__(self, run: Callable[[], None], port: int) -> None:
        self._run, self._port = run, port
        self._pid = 0

    def __enter__(self) -> "Server":
        self._pid = os.fork()
        if self._pid == 0:
            os.setsid()
            try:
                self._run()
            finally:
                os._exit(0)
        wait_for(self._port, "/healthz", any_status=True)
        return self

    def __exit__(self, *_: object) -> None:
        os.kill(self._pid, signal.SIGTERM)
        os.waitpid(self._pid, 0)

    def memory(self) -> list[float]:
        """Return the proportional set size of each worker process, in MB."""
        tasks = Path(f"/proc/{self._pid}/task").glob("*/children")
        found = []
        for pid in " ".join(path.read_text() for path in tasks).split():
            rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
            found.append(int(rollup.split("\nPss:", 1)[1].split("kB", 1)[0]) / 1024)
        return found


def wait_for(port: int, path: str, *, any_status: bool = False) -> None:
    """Wait until ``path`` answers."""
    for _ in range(600):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5).read()
            return
        except urllib.error.HTTPError:
            if any_status:
                return
        except OSError:
            pass
        time.sleep(0.02)
    raise RuntimeError(f"nothing answers on port {port}")


def seconds_to_start(site: Path) -> float:
    """Return how long `kb serve` takes on a filled folder until it says it is ready."""
    environment = {**os.environ, "KB_DATA_DIR": str(site), "KB_PORT": str(SITE_PORT)}
    began = time.perf_counter()
    server = subprocess.Popen([sys.executable, "-m", "kb.cli", "serve"], env=environment, stdout=subprocess.DEVNULL)
    try:
        wait_for(SITE_PORT, "/readyz")
        return time.perf_counter() - began
    finally:
        server.terminate()
        server.wait(timeout=30)


def show(rows: list[dict[str, object]]) -> None:
    """Print the table; the ratio is against the quicker of the two bare pages."""
    print(f"{'page':10} {'reader':7} {'conn':>4} {'req/s':>8} {'p50':>7} {'p95':>7} {'p99':>7} {'kB':>5}"
          f" {'bare':>7} {'bare ORM':>8} {'ratio':>6} {'to ORM':>6} {'failed':>6}")  # fmt: skip
    for row in rows:
        rate, core, orm = (float(str(row[key])) for key in ("per_second", "bare_core", "bare_orm"))
        goal = TARGETS["search" if row["page"] == "search" else str(row["who"])]
        mark = "" if rate >= goal * core or row["connections"] != 8 else f"  below {goal:.0%}"
        print(f"{row['page']:10} {'signed ' + str(row['who']):10} {row['connections']:>1} {rate:8.0f} {row['p50']:7.1f}"
              f" {row['p95']:7.1f} {row['p99']:7.1f} {int(str(row['size'])) / 1000:5.0f} {core:7.0f} {orm:8.0f}"
              f" {rate / core:6.2f} {rate / orm:6.2f} {row['failed']:>6}{mark}")  # fmt: skip


if __name__ == "__main__":
    main()
