"""Every kind of page in a real browser: accessible in both themes, whole at 320 px, and light to load."""

from collections.abc import Callable
from itertools import product
from typing import Final

import pytest
from playwright.sync_api import Page, Response, ViewportSize

from tests.browser import scenes
from tests.browser.conftest import DESK, PHONE, Site, axe_violations
from tests.browser.people import sign_in

THEMES: Final = ("light", "dark")
SMALL: ViewportSize = {"width": 320, "height": 640}
FOR_ALL = [
    "/",
    "/articles",
    "/articles/writing",
    "/articles/writing/markdown-for-articles",
    "/articles/writing/markdown-for-articles/feedback",
    "/questions",
    "/questions?tab=solved",
    "/questions/ask",
    "/tags",
    "/tags/search",
    "{thread}",
    "/search",
    "/search?q=reset+my+password",
    "/search?q=nobodywroteaboutthis",
    "/people/example-expert-1",
    "/join",
    "/sign-in",
    "/password",
    "/style",
    "/nothing-here",
]
COMMUNITY = [
    "/categories",
    "/categories/problems",
    "{likely}",
    "{again}",
    "{quiet}",
    "{quiet}/continuation",
    "{answer}/history",
    "/people",
    "/people/example-expert-1/ledger",
    "/badges",
    "/badges/solver",
    "/trust",
    "/search/links",
    "/search/links?q=password",
]
FOR_MEMBERS = [
    "/",
    "{thread}",
    "{likely}",
    "{answer}/solved",
    "/questions/ask",
    "/inbox",
    "/drafts",
    "/people/mel",
    "/settings",
    "/settings/following",
    "/settings/photo",
    "/settings/sessions",
    "/search?q=markdown",
]
FOR_HELPERS = [
    "/queue",
    "/queue?tab=mine",
    "/queue/groups",
    "/drafts",
    "/categories/new",
    "/categories/problems/edit",
    "/tags/search/edit",
    "/uploads/new",
    "{helped}",
    "{helped}/details",
    "{helped}/notes",
    "{helped}/handover",
    "{helped}/replies",
    "{likely}",
    "{likely}/answers?quote=question",
    "{likely}/comments/all",
    "{likely}/draft",
    "{likely}/duplicate",
    "{likely}/closure",
    "{likely}/edit",
    "{likely}/merge",
    "{likely}/split",
    "{likely}/visibility",
    "{answer}/objections",
    "{poor}/rating",
    "{poor}/trial",
]
"""For whoever helps, looks after the community and keeps its places, who is one person here."""


@pytest.fixture(scope="module")
def scene(site: Site) -> dict[str, str]:
    """Fill the site and return the addresses of what there is to see."""
    with site.app.app_context():
        return scenes.play()


@pytest.fixture(scope="module")
def thread(scene: dict[str, str]) -> str:
    """Address of a busy thread."""
    return scene["thread"]


def check(page: Page, addresses: list[str], scene: dict[str, str], *sizes: ViewportSize) -> list[str]:
    """Return what is wrong on each page in each size: what axe finds in both themes, and what sticks out sideways."""
    wrong = []
    for address in addresses:
        answer = page.goto(address.format(**scene))
        assert answer is not None and answer.ok is (address != "/nothing-here"), address
        for size, theme in product(sizes, THEMES):  # which change how a page looks and not what it is
            page.set_viewport_size(size)
            page.emulate_media(color_scheme=theme)
            seen = f"{address}, {size['width']} px, {theme}"
            wrong += [f"{seen}: {violation}" for violation in axe_violations(page)]
            wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            if wide > 0:
                wrong.append(f"{seen}: {wide} px too wide")
    return wrong


def test_pages_for_all_are_accessible(visit: Callable[..., Page], scene: dict[str, str]) -> None:
    assert check(visit(), FOR_ALL, scene, DESK, PHONE) == []


@pytest.mark.parametrize(
    ("handle", "addresses"), [("", COMMUNITY), ("mel", FOR_MEMBERS), ("ada", FOR_HELPERS)], ids=["all", "mel", "ada"]
)
def test_pages_of_the_community_are_accessible(
    visit: Callable[..., Page], scene: dict[str, str], handle: str, addresses: list[str]
) -> None:
    page = sign_in(visit(), handle) if handle else visit()
    assert check(page, addresses, scene, SMALL) == []


def test_nothing_sticks_out_at_320_px(visit: Callable[..., Page], thread: str) -> None:
    page = visit()
    page.set_viewport_size(SMALL)
    wrong = []
    for address in FOR_ALL:
        page.goto(address.format(thread=thread))
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if wide > 0:
            wrong.append(f"{address}: {wide} px too wide")
    assert wrong == []


@pytest.mark.parametrize("address", ["/", "/articles/writing/markdown-for-articles", "{thread}"])
def test_first_view_stays_within_its_budget(visit: Callable[..., Page], thread: str, address: str) -> None:
    page = visit(phone=True)
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer))
    page.goto(address.format(thread=thread), wait_until="networkidle")
    own = [answer.url for answer in answers if "/articles/images/" not in answer.url]  # an article's pictures aside
    assert len(own) <= 6, own
    assert {answer.url.split("/")[2] for answer in answers} == {page.url.split("/")[2]}, "only this site is asked"
    code = [answer for answer in answers if answer.url.endswith((".css", ".js"))]
    assert sum(int(answer.headers["content-length"]) for answer in code) <= 40_000


def test_keyboard_reaches_the_content_first(visit: Callable[..., Page], thread: str) -> None:
    page = visit()
    page.goto(thread)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#main"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("!!document.activeElement.closest('main')")
