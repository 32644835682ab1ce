"""Searching by keyboard and by thumb, with scripts and without: what people type, and where it leads them."""

import re
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from kb.db import current_session
from kb.exchange import demo
from kb.search.models import Click, Query
from tests.browser.conftest import Site, axe_violations
from tests.browser.test_walk import eventually_found

HALF = "how do i reset my passw"
BOX = "Search articles and questions"


@pytest.fixture(scope="module", autouse=True)
def community(site: Site) -> None:
    """Fill the site with the example community."""
    with site.app.app_context():
        demo.fill(current_session())
        current_session().commit()


@pytest.mark.parametrize("scripts", [True, False], ids=["phone, scripts on", "desk, scripts off"])
def test_every_search_leads_somewhere(visit: Callable[..., Page], scripts: bool) -> None:
    phone = scripts
    page = visit(phone=phone, dark=phone, scripts=scripts)
    main = page.get_by_role("main")

    # Half a sentence.
    eventually_found(page, "/search?q=password+reset", "Reset or change your password")
    search(page, "cant reset my passw")
    expect(main.locator(".hit").first).to_be_visible()

    # A typo: what was searched is said, and the way back works.
    search(page, "passwrod reset")
    expect(main.locator(".made-of strong")).to_have_text("password reset")
    expect(main.locator(".hit__title").first).to_contain_text("password", ignore_case=True)
    main.get_by_role("link", name="passwrod reset").click()
    expect(main.locator(".made-of strong")).to_have_count(0)

    # Narrowing, on phones out of a fold, and widening again.
    search(page, "question")
    if phone:
        main.get_by_text("Filters", exact=True).click()
    main.locator(".facets").get_by_role("link", name="Solved").first.click()
    expect(main.locator(".hit .chip--solved").first).to_be_visible()
    main.get_by_role("link", name="Solved Remove this filter").click()
    expect(main.locator(".chosen")).to_have_count(0)

    # How to be exact, without leaving the results.
    main.get_by_role("button", name="Ways to be exact").click()
    expect(page.get_by_text("by:handle")).to_be_visible()
    page.get_by_role("button", name="Close").click()
    expect(page.get_by_text("by:handle")).to_be_hidden()

    # An error code, which nobody wrote about: on to asking, with the words carried over.
    search(page, "0x80070005 qwfpgj")
    main.get_by_role("link", name="Ask the community").first.click()
    expect(page.get_by_label("Your question in one sentence")).to_have_value("0x80070005 qwfpgj")


def test_what_is_offered_while_typing_is_reached_by_keyboard(visit: Callable[..., Page]) -> None:
    page = visit()
    eventually_found(page, "/search?q=password+reset", "Reset or change your password")
    page.goto("/articles")
    page.keyboard.press("/")
    box = page.get_by_role("combobox", name=BOX)
    expect(box).to_be_focused()
    box.press_sequentially(HALF)
    options = page.locator("live-search [role=option]")
    expect(options.first).to_be_visible()
    expect(page.locator("live-search [role=status]")).to_have_text(re.compile(r"^\d+ articles?, \d+ questions?$"))
    assert axe_violations(page) == []

    box.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    assert box.get_attribute("aria-activedescendant") == options.first.get_attribute("id")
    box.press("End")
    expect(options.last).to_have_attribute("aria-selected", "true")
    box.press("Home")
    expect(options.first).to_have_attribute("aria-selected", "true")
    box.press("ArrowUp")
    expect(page.locator("live-search [aria-selected=true]")).to_have_count(0)
    box.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(box).to_have_value(HALF)

    box.press("ArrowDown")
    title = options.first.locator(".suggestion__title").text_content() or "?"
    box.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text(title)


def test_typing_asks_once_for_each_text_and_counts_once(visit: Callable[..., Page], site: Site) -> None:
    page = visit()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/search/suggest" in request.url else None)
    page.goto("/")
    box = page.get_by_role("main").get_by_role("combobox", name=BOX)
    box.press_sequentially("moderators", delay=20)
    expect(page.locator("live-search [role=option]").first).to_be_visible()
    expect(page.locator("live-search [role=option][ping]").first).to_be_visible()
    assert [url for url in asked if "final=1" in url] == [asked[-1]]
    before = len(asked)
    assert before < len("moderators"), "keys that follow each other quickly ask together"
    box.press("Backspace")
    page.wait_for_timeout(400)
    box.press("s")
    page.wait_for_timeout(1300)
    assert len(asked) == before + 1, "what was asked on this page is known"

    box.fill("markdown tables")
    page.locator("live-search [role=option]", has_text="Markdown").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Markdown")
    assert stored(site, "markdown tables") == [("live", 1)]


def test_arrows_lead_over_the_hits(visit: Callable[..., Page]) -> None:
    page = visit()
    eventually_found(page, "/search?q=password", "Reset or change your password")
    page.keyboard.press("/")
    expect(page.get_by_role("combobox", name=BOX)).to_be_focused()
    titles = page.locator(".hit__title a")
    page.keyboard.press("ArrowDown")
    expect(titles.first).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(titles.nth(1)).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(page.get_by_role("combobox", name=BOX)).to_be_focused()
    page.keyboard.press("ArrowDown")
    address = titles.first.get_attribute("href") or "?"
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(re.escape(address)))


def test_a_question_being_written_meets_those_like_it(visit: Callable[..., Page]) -> None:
    page = visit(phone=True)
    eventually_found(page, "/search?q=password+reset", "Reset or change your password")
    page.goto("/questions/ask")
    title = page.get_by_label("Your question in one sentence")
    title.fill("How do I reset my password?")
    page.get_by_label("Details").fill("I forgot it.")
    expect(page.get_by_role("heading", name="Does one of these answer it?")).to_be_visible()
    assert axe_violations(page) == []
    expect(title).to_have_value("How do I reset my password?")
    page.locator(".similar a").first.click()
    beside = page.get_by_role("dialog")
    expect(beside.get_by_role("heading", level=2).first).to_contain_text("password", ignore_case=True)
    assert axe_violations(page) == []
    page.keyboard.press("Escape")
    expect(beside).to_be_hidden()
    expect(page.locator(".similar a").first).to_be_focused()
    expect(page.get_by_label("Details")).to_have_value("I forgot it.")
    page.get_by_role("button", name="This answered it").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Good that you found it")


def search(page: Page, text: str) -> None:
    """Ask for ``text`` in the box of the page of results."""
    box = page.locator("main input[name=q]")
    box.fill(text)
    box.press("Enter")
    page.wait_for_url(lambda url: "q=" in url)
    expect(box).to_have_value(text)


def stored(site: Site, normal: str, seconds: float = 6.0) -> list[tuple[str, int]]:
    """Return what the log has of a search and how many hits were opened from it, as soon as it has something."""
    until = time.monotonic() + seconds
    while True:
        site.app.extensions["storer"].store()
        with site.app.app_context():
            session = current_session()
            found = [
                (one.source, len(session.scalars(select(Click).where(Click.query_id == one.id)).all()))
                for one in session.scalars(select(Query).where(Query.normal == normal))
            ]
        if found or time.monotonic() > until:
            return found
        time.sleep(0.2)
