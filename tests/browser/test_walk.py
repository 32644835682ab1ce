"""The whole of what Sidekick is for, walked once by a visitor who becomes a member, and by an expert."""

import re
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from kb.db import current_session
from kb.people import accounts, roles
from kb.people.models import Role
from tests.browser.conftest import Site

TITLE = "My zebra stripes printer prints pale pages"
BODY = "Since this morning every page is **pale**.\n\n- I changed the cartridge\n- I restarted it"
CATEGORY = "Something is not working – Error messages, surprises, and things that used to work."
ANSWER = "Clean the *drum*: open the side door and turn the green wheel twice."
PASSWORD = "purple elephants dance"


@pytest.fixture(scope="module")
def expert(site: Site) -> str:
    """Handle of an expert who can sign in."""
    with site.app.app_context():
        session = current_session()
        person, _ = accounts.join(
            session, name="Erin Expert", email="erin@example.com", password=PASSWORD, ip="127.0.0.1", agent="test"
        )
        roles.change(session, person=person, add=frozenset({Role.EXPERT}), by=None)
        session.commit()
        return person.handle


def eventually_found(page: Page, address: str, text: str, seconds: float = 6.0) -> float:
    """Reload ``address`` until it shows ``text``; returns how long that took."""
    began = time.monotonic()
    while True:
        page.goto(address)
        if page.get_by_role("main").get_by_text(text).count():
            return time.monotonic() - began
        assert time.monotonic() - began < seconds, f"{text!r} is not at {address} after {seconds} s"
        time.sleep(0.2)


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts on", "scripts off"])
def test_a_question_from_search_to_solved(visit: Callable[..., Page], site: Site, expert: str, scripts: bool) -> None:
    title = f"{TITLE} {'slowly' if scripts else 'twice'}"
    asker = visit(phone=True, scripts=scripts)

    # A visitor searches, and reads an article.
    asker.goto("/")
    box = asker.get_by_label("Search articles and questions").first
    box.fill("reset my password")
    box.press("Enter")
    expect(asker.get_by_role("heading", level=1)).to_be_visible()
    asker.get_by_role("main").get_by_role("link", name="password").first.click()
    expect(asker.get_by_role("heading", level=1)).to_contain_text("password")

    # They look for something nobody wrote about, find nothing, and go on to ask with their words carried over.
    asker.goto("/search?q=zebrastripes+palepages")
    asker.get_by_role("main").get_by_role("link", name="Ask the community").first.click()
    expect(asker.get_by_label("Your question in one sentence")).to_have_value("zebrastripes palepages")

    # While the title is typed, what may answer it already shows up.
    asker.get_by_label("Your question in one sentence").fill("How do I reset my password?")
    if not scripts:
        asker.get_by_role("button", name="Check for answers").click()
    expect(asker.get_by_role("region", name="Does one of these answer it?")).to_contain_text("Reset")

    # They write their own question and post it; joining in between loses nothing.
    asker.get_by_label("Your question in one sentence").fill(title)
    asker.get_by_label("Details").fill(BODY)
    asker.get_by_label("Category").select_option(label=CATEGORY)
    asker.get_by_label("Tags").fill("printer")
    if not scripts:
        asker.get_by_role("button", name="Preview").first.click()
        expect(asker.locator("main strong", has_text="pale").first).to_be_visible()
        expect(asker.get_by_label("Details")).to_have_value(BODY)
    asker.get_by_role("button", name="Post your question").click()
    expect(asker).to_have_url(re.compile("/join"))
    asker.get_by_label("Your name").fill(f"Alice {'On' if scripts else 'Off'}")
    asker.get_by_label("E-mail address").fill(f"alice-{scripts}@example.com".lower())
    asker.get_by_label("Password").fill(PASSWORD)
    asker.get_by_role("button", name="Join").click()
    expect(asker.get_by_label("Your question in one sentence")).to_have_value(title)
    expect(asker.get_by_label("Details")).to_have_value(BODY)
    asker.get_by_role("button", name="Post your question").click()
    expect(asker.get_by_role("heading", level=1)).to_have_text(title)
    expect(asker.get_by_role("main").get_by_text("Needs an answer").first).to_be_visible()
    thread = asker.url

    # Within five seconds others find it.
    reader = visit(scripts=scripts)
    took = eventually_found(reader, "/search?q=zebra+stripes+printer&in=questions", title)
    assert took <= 5.5

    # An expert answers.
    helper = visit(scripts=scripts)
    helper.goto("/sign-in")
    helper.get_by_label("E-mail address or handle").fill(expert)
    helper.get_by_label("Password").fill(PASSWORD)
    helper.get_by_role("button", name="Sign in").click()
    helper.goto(thread)
    helper.get_by_label("Your answer").fill(f"{ANSWER} {scripts}")
    helper.get_by_role("button", name="Post your answer").click()
    expect(helper.locator("article.answer em", has_text="drum")).to_be_visible()

    # The asker is told, rates the answer and accepts it.
    asker.goto("/inbox")
    asker.get_by_role("main").get_by_role("button", name="Erin Expert").first.click()
    expect(asker.get_by_role("heading", level=1)).to_have_text(title)
    asker.get_by_role("button", name="Helpful", exact=True).click()
    expect(asker.get_by_role("button", name="Helpful", exact=True)).to_have_attribute("aria-pressed", "true")
    asker.get_by_role("button", name="This solved it").click()
    expect(asker.get_by_role("main").get_by_text("Solved").first).to_be_visible()

    # From then on the thread is found as solved.
    eventually_found(reader, "/search?q=zebra+stripes+printer+is:solved", title)
