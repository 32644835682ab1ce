"""Writing a post in a real browser: pictures, mentions, quotations and drafts."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from kb.db import current_session
from kb.people import accounts, roles
from kb.people.models import Person, Role
from tests.browser.conftest import Site, axe_violations, running
from tests.builders_forum import answer, question
from tests.uploads.drawn import picture

PASSWORD = "purple elephants dance"
PUT_IN = re.compile(r"!\[Two halves\]\(/uploads/[a-z2-7]{24}-40x30\.png\)\n")
OFFER = """(area, [kind, bytes]) => {
  const transfer = new DataTransfer();
  transfer.items.add(new File([new Uint8Array(bytes)], "halves.png", { type: "image/png" }));
  const settings = { clipboardData: transfer, dataTransfer: transfer, bubbles: true, cancelable: true };
  return area.dispatchEvent(new (kind === "paste" ? ClipboardEvent : DragEvent)(kind, settings));
}"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site with one article, one canned reply and one thread."""
    folder = tmp_path_factory.mktemp("content")
    for name, text in {
        "printing/paper.md": "---\ntitle: Load paper into the tray\nsummary: How to.\n---\nOpen the tray.\n",
        "replies/_section.yml": "title: Replies\ncanned: true\n",
        "replies/hello.md": "---\ntitle: Say hello\nsummary: Hi.\naudience: members\n---\nHello {asker}, try *this*.\n",
    }.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    with running(tmp_path_factory.mktemp("site"), content=str(folder)) as started:
        with started.app.app_context():
            for name, role in (("Alice", Role.WRITER), ("Bob", Role.WRITER), ("Erin", Role.EXPERT)):
                person, _ = accounts.join(
                    current_session(),
                    name=name,
                    email=f"{name.lower()}@example.com",
                    password=PASSWORD,
                    ip="127.0.0.1",
                    agent="test",
                )
                roles.change(current_session(), person=person, add=frozenset({role}), by=None)
            current_session().commit()
        yield started


@pytest.fixture
def thread(site: Site) -> str:
    """Address of a new thread with an answer."""
    with site.app.app_context():
        session = current_session()
        alice, bob, _ = session.scalars(select(Person).order_by(Person.id))
        asked = question(session, by=alice, title="Why are my pages so pale?", tags=("printer",))
        answer(
            session, question=asked, by=bob, body=f"Clean the *drum* with the green wheel.\n\nTwice, as in {asked.id}."
        )
        session.commit()
        return f"/questions/{asked.id}/{asked.slug}"


def signed_in(page: Page) -> Page:
    """Sign in as erin."""
    page.goto("/sign-in")
    page.get_by_label("E-mail address or handle").fill("erin@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    return page


def test_pictures_are_pasted_dropped_and_picked(visit: Callable[..., Page], thread: str) -> None:
    page = signed_in(visit(phone=True))
    page.goto(thread)
    area = page.get_by_label("Your answer")
    alt = page.get_by_label("What does the picture show?")
    red = picture()
    for way in ("paste", "drop"):
        area.fill("")
        assert area.evaluate(OFFER, [way, list(red)]) is False, "the browser must not open it itself"
        expect(alt).to_be_focused()
        alt.fill("Two halves")
        alt.press("Enter")
        expect(area).to_have_value(PUT_IN)
        expect(area).to_be_focused()
    area.fill("")
    with page.expect_file_chooser() as chosen:
        page.get_by_role("link", name="Add a picture").click()
    chosen.value.set_files([{"name": "a.png", "mimeType": "image/png", "buffer": red}] * 2)
    alt.fill("Two [halves]")
    assert axe_violations(page) == []
    page.get_by_role("button", name="Put it in").click()
    expect(area).to_have_value(PUT_IN)
    expect(alt).to_have_value("")
    alt.press("Escape")
    expect(alt).to_be_hidden()
    expect(area).to_have_value(PUT_IN)
    page.get_by_role("button", name="Preview").first.click()
    shown = page.get_by_role("img", name="Two halves")
    expect(shown).to_be_visible()
    assert shown.evaluate("img => img.complete ? img.naturalWidth : img.decode().then(() => img.naturalWidth)") == 40


def test_what_is_no_picture_is_refused_and_harms_nothing(visit: Callable[..., Page], thread: str) -> None:
    page = signed_in(visit())
    page.goto(thread)
    area = page.get_by_label("Your answer")
    area.fill("My text")
    area.evaluate(OFFER, ["drop", list(picture()[:60])])
    expect(page.locator("md-picture > [role=status]")).to_contain_text("could not be read")
    expect(page.get_by_label("What does the picture show?")).to_be_hidden()
    expect(area).to_have_value("My text")


def test_people_are_named_while_typing_and_words_quoted(visit: Callable[..., Page], thread: str) -> None:
    page = signed_in(visit())
    page.goto(thread)
    area = page.get_by_label("Your answer")
    area.press_sequentially("Thank you (@al")
    people = page.get_by_role("listbox", name="People").get_by_role("option")
    expect(people).to_have_count(1)
    expect(page.locator("md-mentions [role=status]")).to_have_text("1 person")
    assert area.get_attribute("aria-activedescendant") == people.first.get_attribute("id")
    assert axe_violations(page) == []
    area.press("Enter")
    expect(area).to_have_value("Thank you (@alice ")
    expect(people).to_have_count(0)
    area.press_sequentially("and @bo")
    people.first.click()
    area.press_sequentially("or @er")
    expect(people.first).to_be_visible()
    area.press("Escape")
    area.press("Enter")
    expect(area).to_have_value("Thank you (@alice and @bob or @er\n")
    area.press("Control+z")
    expect(area).to_have_value("Thank you (@alice and @bob or @er")

    answered = page.locator(".answer").filter(has_text="green wheel")
    words = answered.get_by_text("green wheel")
    area.fill("")
    words.evaluate("one => getSelection().setBaseAndExtent(one.firstChild, 0, one.lastChild, 9)")
    answered.get_by_role("link", name="Quote").click()
    expect(area).to_have_value(re.compile(r"^> Clean the drum with the\n>\n> – \[Bob\]\(/answers/\d+\)\n\n$"))
    words.evaluate("one => getSelection().removeAllRanges()")
    area.press("Control+End")
    answered.get_by_role("link", name="Quote").click()
    expect(area).to_have_value(
        re.compile(r"\n\n> Clean the drum with the green wheel\.\n>\n> Twice, as in \d+\.\n>\n> – ")
    )


def test_a_draft_is_kept_while_typing_and_comes_back_elsewhere(
    visit: Callable[..., Page], site: Site, thread: str
) -> None:
    page = signed_in(visit())
    page.goto(thread)
    area = page.get_by_label("Your answer")
    with page.expect_response("**/drafts") as saved:
        area.press_sequentially("Half an answer")
        typed_at = page.evaluate("performance.now()")
    assert page.evaluate("performance.now()") - typed_at > 1500, "it waits until typing stops"
    assert saved.value.ok
    expect(page.get_by_text("Saved as a draft.")).to_be_visible()

    phone = signed_in(visit(phone=True))
    phone.goto(thread)
    there = phone.get_by_label("Your answer")
    there.focus()
    expect(there).to_have_value("Half an answer")
    expect(phone.get_by_text("This is your draft, as you left it.")).to_be_visible()
    with phone.expect_response("**/drafts"):
        there.press_sequentially(", and the rest")

    # The first device goes on with what it had, and is asked.
    with page.expect_response("**/drafts") as conflict:
        area.press_sequentially("!")
    assert conflict.value.status == 409
    page.get_by_role("button", name="Take the other text").click()
    expect(area).to_have_value("Half an answer, and the rest")
    with page.expect_response("**/drafts") as saved:
        area.press_sequentially(".")
    assert saved.value.ok
    page.goto("/drafts")
    expect(page.get_by_role("main")).to_contain_text("Half an answer, and the rest.")
    page.goto(thread)
    area.focus()
    expect(area).to_have_value("Half an answer, and the rest.")
    area.press("Control+Enter")
    expect(page.get_by_text("Half an answer, and the rest.")).to_be_visible()
    page.goto("/drafts")
    expect(page.get_by_role("main")).not_to_contain_text("Half an answer")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts on", "scripts off"])
def test_pages_and_canned_replies_are_put_in(visit: Callable[..., Page], thread: str, scripts: bool) -> None:
    page = signed_in(visit(phone=scripts, scripts=scripts))
    page.goto(thread)
    area = page.get_by_label("Your answer")
    link = "[Load paper into the tray](/articles/printing/paper)"
    if not scripts:
        with page.expect_popup() as opened:
            page.get_by_role("link", name="Link an article").click()
        opened.value.get_by_role("searchbox", name="Words of the page").fill("load paper")
        opened.value.get_by_role("searchbox", name="Words of the page").press("Enter")
        expect(opened.value.get_by_label("Load paper into the tray")).to_have_value(link)
        with page.expect_popup() as opened:
            page.get_by_role("link", name="Canned reply").click()
        expect(opened.value.get_by_label("The reply “Say hello”")).to_have_value("Hello Alice, try *this*.")
        return
    area.fill("See . Bye")
    area.evaluate("area => area.setSelectionRange(4, 4)")
    page.get_by_role("link", name="Link an article").click()
    box = page.get_by_role("combobox", name="Words of the page")
    expect(box).to_be_focused()
    box.press("Enter")
    box.fill("load pap")
    expect(page.get_by_role("dialog").get_by_role("option").first).to_contain_text("Load paper")
    assert axe_violations(page) == []
    box.press("ArrowDown")
    box.press("Enter")
    expect(area).to_have_value(f"See {link}. Bye")
    expect(area).to_be_focused()
    area.press("Control+End")
    page.get_by_role("link", name="Canned reply").click()
    assert axe_violations(page) == []
    page.get_by_role("button", name="Say hello").click()
    expect(area).to_have_value(f"See {link}. ByeHello Alice, try *this*.\n\n")
    page.get_by_role("link", name="Canned reply").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_links_are_copied_tags_offered_and_the_queue_walked_by_keys(
    visit: Callable[..., Page], site: Site, thread: str
) -> None:
    with site.app.app_context():
        alice = current_session().scalars(select(Person).where(Person.handle == "alice")).one()
        for title in ("Where is the tray of mine?", "Who has moved the tray?"):
            question(current_session(), by=alice, title=title)
        current_session().commit()
    page = signed_in(visit(permissions=["clipboard-read", "clipboard-write"]))
    page.goto(thread)
    page.locator("#question").get_by_role("link", name="Link", exact=True).click()
    expect(page.get_by_text("Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == page.url.partition("#")[0]

    page.goto("/questions/ask")
    page.get_by_label("Tags").press_sequentially("paper pri")
    expect(page.locator("#tag-options option")).to_have_attribute("value", "paper printer")

    page.goto("/queue")
    titles = page.locator("queue-keys .question-row__title a")
    expect(titles).to_have_text(["Who has moved the tray?", "Where is the tray of mine?"])
    for key, row in ("j", 0), ("j", 1), ("j", 1), ("k", 0):
        page.keyboard.press(key)
        expect(titles.nth(row)).to_be_focused()
    page.keyboard.press("c")
    expect(page.get_by_role("button", name="Give back: Who has moved the tray?")).to_be_focused()
    page.keyboard.press("o")
    expect(page.get_by_role("heading", level=1)).to_have_text("Who has moved the tray?")
