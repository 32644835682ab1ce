"""What members write never acts in a browser, also where nothing but our own care stops it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from kb.db import current_session
from tests.browser.conftest import Site, running
from tests.browser.hostile import Watched, reflecting, write

ATTACKS = (
    "\"'></textarea></title></script><img src=x onerror=alert(1)><script>alert(1)</script>",
    "[x](javascript:alert(1)//\" autofocus onfocus=alert(1) x='",
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site without articles."""
    empty = tmp_path_factory.mktemp("content")
    with running(tmp_path_factory.mktemp("site"), content=str(empty)) as started:
        yield started


def test_nothing_that_is_written_or_asked_for_acts(site: Site, chromium: Browser) -> None:
    with site.app.app_context():
        pages = write(current_session(), ATTACKS)
    tab = Watched(chromium, site)
    for address in (*pages, *reflecting(ATTACKS[1])):
        tab.visit(address)
    with_scripts = Watched(chromium, site, policy=True, assets=True)
    with_scripts.visit("/questions/2/answers")
    with_scripts.preview(ATTACKS)
    assert tab.problems + with_scripts.problems == []


def test_what_acts_is_noticed(site: Site, chromium: Browser) -> None:
    for policy in (False, True):
        tab = Watched(chromium, site, policy=policy)
        tab.visit("/badges")
        assert tab.problems == []
        tab.page.evaluate("document.querySelector('main').innerHTML = '<img src=x onerror=alert(1)>'")
        tab.page.wait_for_function("ran.length")
        tab.look()
        assert any("stopped by the policy" in problem if policy else "alert1" in problem for problem in tab.problems)
        assert any("onerror=alert(1) on img" in problem for problem in tab.problems)
