"""What people do in the community, walked as they do it: on phones and desks, with scripts and without."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from kb.db import current_session
from kb.forum.asking.models import Asking
from kb.people.models import Person, Role
from tests.browser.conftest import Site
from tests.browser.people import joined, sign_in
from tests.browser.ways import OTHER_WAYS, WAYS, sort_of
from tests.builders_forum import answer, question

Visit = Callable[..., Page]
OUTLINED = """() => {
  for (let one = document.activeElement; one; one = one.parentElement)
    if (getComputedStyle(one).outlineStyle !== "none") return true;
  return false;
}"""
"""Whether what is focused shows that: it has an outline itself, or the row that it fills has."""


@pytest.fixture(scope="module")
def people(site: Site) -> None:
    """Alice asks, bob and cy are members like her, erin and zoe are experts."""
    with site.app.app_context():
        for name in ("Alice", "Bob", "Cy"):
            joined(name)
        for name in ("Erin", "Zoe"):
            joined(name, Role.EXPERT)
        current_session().commit()


def asked(site: Site, title: str, reply: str = "") -> str:
    """Let alice ask, and bob answer when there is a reply; returns the thread's address."""
    with site.app.app_context():
        session = current_session()
        by_handle = {person.handle: person for person in session.query(Person)}
        made = question(session, by=by_handle["alice"], title=title)
        if reply:
            answer(session, question=made, by=by_handle["bob"], body=reply)
        session.commit()
        return f"/questions/{made.id}/{made.slug}"


@pytest.mark.parametrize("way", WAYS)
def test_asking_ends_where_the_answer_is_found(visit: Visit, site: Site, people: None, way: dict[str, bool]) -> None:
    alice = sign_in(visit(**way), "alice")
    alice.goto("/questions/ask")
    alice.get_by_label("Details").fill("I typed it three times.")
    title = alice.get_by_label("Your question in one sentence")
    title.fill("How do I reset my password?")
    if way["scripts"]:
        title.press("Escape")  # the list of addresses; what may answer comes up below by itself
    else:
        alice.get_by_role("button", name="Check for answers").click()
    expect(alice.get_by_role("heading", name="Does one of these answer it?")).to_be_visible()

    # It is read beside the draft, which is there afterwards.
    read = alice.get_by_role("button", name=re.compile("Read it here.*Reset or change"))
    read.click()
    expect(alice.get_by_role("heading", name="Reset or change your password").first).to_be_visible()
    alice.get_by_role("button", name="Back to my draft").click()
    expect(alice.get_by_label("Details")).to_have_value("I typed it three times.")

    # That answered it: nothing is posted, and one press thanks whoever wrote it.
    alice.get_by_role("button", name=re.compile("This answered it.*Reset or change")).click()
    expect(alice.get_by_role("heading", level=1)).to_have_text("Good that you found it")
    alice.get_by_role("button", name="It helped").click()
    expect(alice.get_by_role("main")).to_contain_text("Thank")
    with site.app.app_context():
        visits = current_session().query(Asking).order_by(Asking.at).all()
        assert [visit.outcome for visit in visits] == ["answered"] * len(visits) and visits[-1].opened
        assert visits[-1].question_id is None


@pytest.mark.parametrize("way", OTHER_WAYS)
def test_from_missing_details_to_accepted(visit: Visit, site: Site, people: None, way: dict[str, bool]) -> None:
    title = f"My printer hums {sort_of(way)} at night"
    thread = asked(site, title)
    erin, alice = sign_in(visit(**way), "erin"), sign_in(visit(**way), "alice")

    # An expert takes it from the queue and asks for what is missing.
    erin.goto("/queue")
    erin.get_by_role("button", name=f"I am on it: {title}").click()
    erin.get_by_role("link", name=title).click()
    expect(erin.get_by_text("Erin is working on an answer")).to_be_visible()
    erin.get_by_role("link", name="Ask for details").click()
    erin.get_by_role("textbox").first.fill("Which printer is it, exactly?")
    erin.get_by_role("button", name="Ask for details").click()
    expect(erin.get_by_role("main").get_by_text("Needs details").first).to_be_visible()

    # The asker is told and replies; the queue knows.
    alice.goto("/inbox")
    alice.get_by_role("button", name=f"Your question needs details {title}").click()
    expect(alice.get_by_text("Erin asked for details.")).to_be_visible()
    comment_on_the_question(alice, "It is a small grey one.")
    expect(alice.get_by_role("main").get_by_text("Needs details")).to_have_count(0)
    erin.goto("/queue?tab=asker-replied")
    erin.get_by_role("link", name=title).click()
    erin.get_by_label("Your answer").fill(f"Open the *lid* and close it again: {title}")
    erin.get_by_role("button", name="Post your answer").click()

    # It works for two others, so it probably solves it, and the asker says that it does.
    for handle in ("bob", "cy"):
        other = sign_in(
            visit(**way, user_agent=f"{handle}, {sort_of(way)}"), handle
        )  # from one browser it would be a rush
        other.goto(thread)
        other.get_by_role("button", name="Worked for me").click()
    expect(other.get_by_text("This probably solves it")).to_be_visible()
    alice.goto("/inbox")
    alice.get_by_role("main").get_by_role("button", name=title).first.click()
    alice.get_by_role("button", name="Yes, this solved it").click()
    expect(alice.get_by_role("main").get_by_text("This solved it").first).to_be_visible()
    expect(alice.get_by_role("main").get_by_text("Likely solved")).to_have_count(0)


def comment_on_the_question(page: Page, text: str) -> None:
    """Write the first comment of a thread, which unfolds where the reader pressed."""
    page.locator("summary", has_text="Comment").first.click()
    page.get_by_label("Your comment").first.fill(text)
    page.get_by_role("button", name="Post your comment").first.click()


@pytest.mark.parametrize("way", WAYS)
def test_a_duplicate_shows_the_first_answers(visit: Visit, site: Site, people: None, way: dict[str, bool]) -> None:
    word = sort_of(way)
    first = asked(site, f"Why is my screen {word} today?", f"Turn the {word} knob.")
    again = asked(site, f"Everything is {word} on my screen")
    erin = sign_in(visit(**way), "erin")
    erin.goto(again)
    erin.locator("#question summary", has_text="More").click()
    erin.get_by_role("link", name="Asked before").click()
    erin.get_by_label("Address or number of the question").fill(site.url + first)
    erin.get_by_role("button", name="Mark as asked before").click()
    reader = visit(**way)
    reader.goto(again)
    expect(reader.get_by_text("This was asked before.")).to_be_visible()
    expect(reader.get_by_role("region", name="What was answered there")).to_contain_text(f"Turn the {word} knob.")
    reader.get_by_role("main").get_by_role("link", name=f"Why is my screen {word} today?").first.click()
    expect(reader.get_by_role("heading", level=1)).to_have_text(f"Why is my screen {word} today?")


@pytest.mark.parametrize("way", OTHER_WAYS)
def test_a_question_is_handed_over(visit: Visit, site: Site, people: None, way: dict[str, bool]) -> None:
    title = f"Which invoice is {sort_of(way)} of these two?"
    thread = asked(site, title)
    erin, zoe = sign_in(visit(**way), "erin"), sign_in(visit(**way), "zoe")
    erin.goto(thread)
    erin.get_by_role("link", name="Hand over").click()
    erin.get_by_label("Who is to answer?").select_option(label="Zoe")
    erin.get_by_label("Why them?").fill("You know invoices.")
    erin.get_by_role("button", name="Hand over").click()
    zoe.goto("/inbox")
    zoe.get_by_role("button", name=f"Erin handed a question to you {title}").click()
    expect(zoe.get_by_text("You know invoices.")).to_be_visible()
    zoe.goto("/queue?tab=mine")
    expect(zoe.get_by_role("link", name=title)).to_be_visible()
    reader = visit(**way)
    reader.goto(thread)
    expect(reader.get_by_role("heading", level=1)).to_have_text(title)
    assert "You know invoices." not in reader.content()


def test_the_keyboard_alone_is_enough(visit: Visit, site: Site, people: None) -> None:
    thread = asked(site, "How do I mend a broken key?", "Ask for a *new* one.")
    alice = sign_in(visit(), "alice")

    # Asking: what may answer it is read beside the draft, and leaving that leads back to where it was opened.
    alice.goto("/questions/ask")
    tab_to(alice, "Your question in one sentence")
    alice.keyboard.type("How do I reset my password?")
    expect(alice.get_by_role("heading", name="Does one of these answer it?")).to_be_visible()
    alice.keyboard.press("Escape")
    read = tab_to(alice, "Read it here")
    alice.keyboard.press("Enter")
    expect(alice.get_by_role("dialog").get_by_role("heading").first).to_be_focused()
    alice.keyboard.press("Escape")
    assert focused(alice) == read

    # A thread: the answer is accepted and taken back.
    alice.goto(thread)
    tab_to(alice, "This solved it")
    alice.keyboard.press("Enter")
    expect(alice.locator("article.answer--accepted")).to_be_visible()
    tab_to(alice, "Not solved after all")
    alice.keyboard.press("Space")
    expect(alice.locator("article.answer--accepted")).to_have_count(0)

    # The queue: down to the second question, up again, take it, open it; and the keys can be switched off.
    for title in ("Where do lost keys go in the end?", "Which key opens both of these doors?"):
        asked(site, title)
    erin = sign_in(visit(), "erin")
    erin.goto("/queue?tab=oldest")
    tab_to(erin, "", ".question-row__title a")
    first = focused(erin)
    erin.keyboard.press("j")
    assert focused(erin) != first
    erin.keyboard.press("k")
    assert focused(erin) == first
    erin.get_by_label("Use these keys").uncheck()
    erin.reload()
    erin.keyboard.press("j")
    assert erin.evaluate("document.activeElement === document.body")
    erin.get_by_label("Use these keys").check()
    tab_to(erin, "", ".question-row__title a")
    erin.keyboard.press("c")
    expect(erin.get_by_role("button", name=f"Give back: {first}")).to_be_visible()
    erin.get_by_role("button", name="Filter").focus()
    tab_to(erin, "", ".question-row__title a")
    title = focused(erin)
    erin.keyboard.press("o")
    expect(erin.get_by_role("heading", level=1)).to_have_text(title)


def tab_to(page: Page, name: str, selector: str = "*") -> str:
    """Press Tab until what is focused is called ``name`` and shows that it is; returns what it says."""
    for _ in range(120):
        page.keyboard.press("Tab")
        said = focused(page)
        if said.startswith(name) and page.evaluate("css => document.activeElement.matches(css)", selector):
            assert page.evaluate(OUTLINED)
            return said
    raise AssertionError(f"the Tab key does not lead to {name or selector}")


def focused(page: Page) -> str:
    """Return what is focused says: its label, or its text."""
    said = page.evaluate(
        "(e => e.labels?.length ? e.labels[0].innerText : e.getAttribute('aria-label') || e.innerText || '')"
        "(document.activeElement)"
    )
    return re.sub(r"\s+", " ", str(said)).strip()
