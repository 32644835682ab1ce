"""Every kind of page in a real browser: accessible in both themes, whole at 320 px, and light to load."""

from collections.abc import Callable
from itertools import product
from typing import Final

import pytest
from playwright.sync_api import Page, Response, ViewportSize

from kb.db import current_session
from kb.exchange import demo
from kb.forum.models import Question
from kb.people import accounts
from tests.browser.conftest import DESK, PHONE, Site, axe_violations

THEMES: Final = ("light", "dark")
PASSWORD = "purple elephants dance"
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
FOR_MEMBERS = ["/", "{thread}", "/questions/ask", "/inbox", "/settings", "/settings/sessions", "/search?q=markdown"]


@pytest.fixture(scope="module")
def thread(site: Site) -> str:
    """Fill the site with the example community and return the address of a busy thread."""
    with site.app.app_context():
        session = current_session()
        demo.fill(session)
        accounts.join(session, name="Mel", email="mel@example.com", password=PASSWORD, ip="127.0.0.1", agent="test")
        session.commit()
        busiest = session.query(Question).order_by(Question.answers_count.desc(), Question.id).first()
        assert busiest is not None
        return f"/questions/{busiest.id}/{busiest.slug}"


def sign_in(page: Page) -> None:
    page.goto("/sign-in")
    page.get_by_label("E-mail address or handle").fill("mel@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_load_state()


def check(page: Page, addresses: list[str], thread: str, *sizes: ViewportSize) -> list[str]:
    """Return what is wrong on each page in each size: what axe finds in both themes, and what sticks out sideways."""
    wrong = []
    for address in addresses:
        page.goto(address.format(thread=thread))
        for size, theme in product(sizes, THEMES):  # which change how a page looks and not what it is
            page.set_viewport_size(size)
            page.emulate_media(color_scheme=theme)
            seen = f"{address}, {size['width']} px, {theme}"
            wrong += [f"{seen}: {violation}" for violation in axe_violations(page)]
            wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            if wide > 0:
                wrong.append(f"{seen}: {wide} px too wide")
    return wrong


def test_pages_for_all_are_accessible(visit: Callable[..., Page], thread: str) -> None:
    assert check(visit(), FOR_ALL, thread, DESK, PHONE) == []


def test_pages_for_members_are_accessible(visit: Callable[..., Page], thread: str) -> None:
    page = visit(phone=True)
    sign_in(page)
    assert check(page, FOR_MEMBERS, thread, PHONE) == []


def test_nothing_sticks_out_at_320_px(visit: Callable[..., Page], thread: str) -> None:
    page = visit(phone=True)
    page.set_viewport_size({"width": 320, "height": 640})
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
