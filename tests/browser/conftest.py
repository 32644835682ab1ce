"""A running site and a real browser in front of it."""

import logging
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from flask import Flask
from flask_migrate import upgrade
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, ViewportSize, sync_playwright
from werkzeug.serving import make_server

from kb.app import create_app
from kb.cli import worker
from kb.db import current_session, db
from kb.forum import categories
from kb.publishing import runs
from kb.publishing.sources import place
from tests.conftest import ON_POSTGRES, settings_for

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
PHONE: ViewportSize = {"width": 390, "height": 844}
DESK: ViewportSize = {"width": 1280, "height": 900}
# All rules are checked; of what they say only the failures are fetched.
VIOLATIONS = """axe.run({resultTypes: ["violations"]}).then(({violations}) => violations.map(
    ({id, help, nodes}) => `${id}: ${help} at ${JSON.stringify(nodes.slice(0, 3).map(({target}) => target))}`))"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is here, and skip it where it cannot run."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            if CHROMIUM is None:
                item.add_marker(pytest.mark.skip(reason="Chromium is not installed"))
            if ON_POSTGRES:
                item.add_marker(pytest.mark.skip(reason="walked on SQLite"))


@dataclass(slots=True)
class Site:
    """A site that answers at ``url`` with a worker beside it."""

    app: Flask
    url: str
    log: list[str] = field(default_factory=list)


@contextmanager
def running(folder: Path, **settings: object) -> Iterator[Site]:
    """Run a site with its data in ``folder``, its content published and a worker beside it, until the block ends."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    app = create_app(settings_for(folder, None, **settings))
    server = make_server("127.0.0.1", 0, app, threaded=True)
    app.config["TRUSTED_HOSTS"] = ["127.0.0.1"]
    with app.app_context():
        upgrade()
        categories.ensure_defaults(current_session())
        runs.publish(current_session(), place.current(), cause="start")
        current_session().commit()
    stop = threading.Event()
    threads = [threading.Thread(target=server.serve_forever), *worker.start_threads(app, stop)]
    threads[0].start()
    yield Site(app, f"http://127.0.0.1:{server.server_port}")
    app.extensions["storer"].stop()
    stop.set()
    server.shutdown()
    for thread in threads:
        thread.join(timeout=10)
    with app.app_context():
        db.engine.dispose()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The shipped content, an empty community, the real clock; ready for people."""
    with running(tmp_path_factory.mktemp("site")) as started:
        yield started


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for all; each visit is a context of its own."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium: Browser, site: Site) -> Iterator[Callable[..., Page]]:
    """Return new visitors: ``visit(phone=True, dark=True, scripts=False)``. Errors on their console fail the test."""
    contexts: list[BrowserContext] = []
    problems: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type == "error" and "status of 4" not in message.text:
            problems.append(message.text)

    def new(*, phone: bool = False, dark: bool = False, scripts: bool = True, **more: Any) -> Page:
        context = chromium.new_context(
            base_url=site.url,
            viewport=PHONE if phone else DESK,
            color_scheme="dark" if dark else "light",
            java_script_enabled=scripts,
            reduced_motion="reduce",
            **more,
        )
        contexts.append(context)
        context.set_default_timeout(10_000)
        page = context.new_page()
        page.on("console", note)
        page.on("pageerror", lambda error: problems.append(str(error)))
        return page

    yield new
    for context in contexts:
        context.close()
    assert not problems, problems


def axe_violations(page: Page) -> list[str]:
    """Return what axe finds wrong on ``page``, one line each."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    return list(page.evaluate(VIOLATIONS))
