"""What a writer does with git, walked once: break a file, hear of it, mend it, rename it, roll back."""

import hashlib
import hmac
import os
import re
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Page, expect

from kb.db import current_session
from kb.people import accounts, roles
from kb.people.models import Role
from tests.browser.conftest import Site, axe_violations, running

SECRET = "a secret that only the git host knows"
PASSWORD = "purple elephants dance"
ADDRESS = "/articles/billing/invoices"
GOOD = "---\ntitle: Invoices\nsummary: Where to find them.\nowner: ada-author\n---\n{text}\n\nSee [plans](plans.md).\n"
OTHER = "---\ntitle: Plans\nsummary: What there is.\n---\nThree plans.\n"
BROKEN = GOOD.replace("title: Invoices", "title: Invoices: where?")
NOBODY = {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null", "PATH": os.environ["PATH"]}


class Handbook:
    """A writer's repository, pushed nowhere: the site fetches from it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        self.git("init", "--quiet", "--initial-branch", "main")

    def git(self, *arguments: str) -> None:
        """Run git as Ada."""
        who = ("-c", "user.name=Ada Author", "-c", "user.email=ada@example.com")
        subprocess.run(["git", *who, *arguments], cwd=self.folder, env=NOBODY, check=True, capture_output=True)

    def write(self, path: str, text: str, subject: str) -> None:
        """Commit ``text`` as the file at ``path``."""
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        self.commit(subject)

    def commit(self, subject: str) -> None:
        """Commit everything there is."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", subject)


@pytest.fixture
def handbook(tmp_path: Path) -> Handbook:
    """Two articles."""
    book = Handbook(tmp_path / "handbook")
    book.write("billing/plans.md", OTHER, "Begin")
    book.write("billing/invoices.md", GOOD.format(text="Sent each month."), "Explain invoices")
    return book


@pytest.fixture
def site(tmp_path: Path, handbook: Handbook) -> Iterator[Site]:
    """A site that publishes the handbook, with Ada who writes it."""
    with running(tmp_path / "site", content=f"file://{handbook.folder}", hook_secret=SECRET) as started:
        with started.app.app_context():
            session = current_session()
            ada, _ = accounts.join(
                session, name="Ada Author", email="ada@example.com", password=PASSWORD, ip="127.0.0.1", agent="test"
            )
            roles.change(session, person=ada, add=frozenset({Role.WRITER}), by=None)
            session.commit()
        yield started


def push(site: Site) -> None:
    """Ring the bell as GitHub does after a push."""
    body = b'{"ref": "refs/heads/main"}'
    proof = "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    headers = {"X-Hub-Signature-256": proof, "X-GitHub-Event": "push", "Content-Type": "application/json"}
    with urlopen(Request(f"{site.url}/hooks/content", body, headers)) as answer:
        assert answer.status == 202


def eventually(page: Page, address: str, text: str, seconds: float = 10.0) -> None:
    """Reload ``address`` until its main part shows ``text``."""
    end = time.monotonic() + seconds
    while True:
        page.goto(address)
        if page.get_by_role("main").get_by_text(text).count():
            return
        assert time.monotonic() < end, f"{text!r} is not at {address} after {seconds} s"
        time.sleep(0.2)


def publish(page: Page, subject: str) -> None:
    """Publish by the button, and wait until the run stands in the list."""
    page.goto("/writing/runs")
    page.get_by_role("main").get_by_role("button", name="Publish again").click()
    expect(page.get_by_text("Publishing begins.")).to_be_visible()
    eventually(page, "/writing/runs", subject)


@pytest.fixture
def ada(visit: Callable[..., Page]) -> Page:
    """Ada's phone, signed in."""
    page = visit(phone=True, scripts=False)
    page.goto("/sign-in?next=/writing")
    page.get_by_label("E-mail address or handle").fill("ada@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Writing")
    return page


def test_a_file_from_broken_to_renamed_to_rolled_back(
    ada: Page, visit: Callable[..., Page], site: Site, handbook: Handbook
) -> None:
    reader = visit()
    expect(ada.get_by_role("main").get_by_role("link", name="Explain invoices")).to_be_visible()

    # Ada breaks a file and pushes. Readers go on seeing what was there; the run names the file and the line.
    handbook.write("billing/invoices.md", BROKEN.format(text="Sent each week."), "Ask where invoices are")
    push(site)
    eventually(ada, "/writing/runs", "Ask where invoices are")
    ada.get_by_role("link", name="Ask where invoices are").click()
    expect(ada.get_by_role("main")).to_contain_text("billing/invoices.md")
    expect(ada.locator(".finding--error")).to_contain_text("line 2")
    run = ada.url
    reader.goto(ADDRESS)
    expect(reader.get_by_role("main")).to_contain_text("Sent each month.")

    # She hears of it in her inbox and by letter, and finds the file on her desk.
    eventually(ada, "/inbox", "1 file was not published")
    ada.get_by_role("button", name="1 file was not published").click()
    expect(ada).to_have_url(run)
    letters = site.app.extensions["post"].sent
    end = time.monotonic() + 10
    while not letters and time.monotonic() < end:
        time.sleep(0.1)
    assert [letter.to for letter in letters] == ["ada@example.com"]
    assert "billing/invoices.md, line 2" in letters[0].text
    ada.goto("/writing")
    expect(ada.get_by_role("heading", name="Files with errors")).to_be_visible()

    # She mends it on a branch, looks at the preview, merges, and it is live.
    handbook.git("checkout", "--quiet", "-b", "mend/invoices")
    handbook.write("billing/invoices.md", GOOD.format(text="Sent each week."), "Mend the page on invoices")
    ada.goto("/writing/preview")
    ada.get_by_role("button", name="Fetch now").click()
    ada.get_by_role("link", name="mend/invoices").click()
    ada.get_by_role("main").get_by_role("link", name="Word by word").click()
    expect(ada.locator(".diff ins")).to_contain_text("week")
    ada.get_by_role("link", name="See the page").click()
    expect(ada.get_by_role("main")).to_contain_text("Sent each week.")
    ada.get_by_role("main").get_by_role("link", name="plans", exact=True).click()
    expect(ada).to_have_url(re.compile("/writing/preview/.*/articles/billing/plans"))
    reader.goto(ADDRESS)
    expect(reader.get_by_role("main")).to_contain_text("Sent each month.")
    handbook.git("checkout", "--quiet", "main")
    handbook.git("merge", "--quiet", "mend/invoices")
    publish(ada, "Mend the page on invoices")
    reader.goto(ADDRESS)
    expect(reader.get_by_role("main")).to_contain_text("Sent each week.")
    ada.goto("/writing")
    expect(ada.get_by_role("heading", name="Files with errors")).to_have_count(0)

    # She renames it; the old address leads to the new one.
    handbook.git("mv", "billing/invoices.md", "billing/your-invoices.md")
    handbook.commit("Call the page your invoices")
    publish(ada, "Call the page your invoices")
    reader.goto(ADDRESS)
    expect(reader).to_have_url(f"{site.url}/articles/billing/your-invoices")

    # She rolls the whole site back to the first commit, and lets it follow the branch again.
    ada.goto("/writing/runs")
    ada.get_by_role("link", name="Explain invoices").click()
    ada.get_by_role("button", name="Roll the site back to this commit").click()
    eventually(ada, "/writing", "The site is pinned")
    reader.goto(ADDRESS)
    expect(reader).to_have_url(f"{site.url}{ADDRESS}")
    expect(reader.get_by_role("main")).to_contain_text("Sent each month.")
    ada.get_by_role("main").get_by_role("button", name="Follow the branch again").click()
    eventually(reader, "/articles/billing/your-invoices", "Sent each week.")
    ada.goto("/writing")
    expect(ada.get_by_text("The site is pinned")).to_have_count(0)


ON_THE_DESK = [
    "/writing",
    "{run}",
    "{preview}",
    "{preview}/articles/billing/invoices",
    f"{ADDRESS}/history",
    f"{ADDRESS}/history/1..2",
]
ON_THE_PHONE = [
    *ON_THE_DESK,
    "/writing/runs",
    "/writing/articles",
    "/writing/feedback",
    "/writing/preview",
    "{preview}/changes/billing/invoices.md",
]


@pytest.mark.parametrize("phone", [False, True], ids=["desk light", "phone dark"])
def test_pages_for_writers_are_accessible(
    visit: Callable[..., Page], site: Site, handbook: Handbook, phone: bool
) -> None:
    handbook.write("billing/invoices.md", GOOD.format(text="Sent each day."), "Correct how often")
    handbook.git("checkout", "--quiet", "-b", "mend/invoices")
    handbook.write("billing/invoices.md", GOOD.format(text="Sent each week."), "Mend the page on invoices")
    handbook.git("checkout", "--quiet", "main")
    handbook.write("billing/plans.md", "---\ntitle: [\n---\n", "Break the page on plans")
    push(site)
    page = visit(phone=phone, dark=phone)
    page.goto("/sign-in")
    page.get_by_label("E-mail address or handle").fill("ada@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_load_state()
    eventually(page, "/writing/runs", "Break the page on plans")
    page.get_by_role("link", name="Break the page on plans").click()
    run = page.url.removeprefix(site.url)
    page.goto("/writing/preview?ref=mend/invoices")
    preview = page.url.removeprefix(site.url)
    wrong = []
    for address in [one.format(preview=preview, run=run) for one in (ON_THE_PHONE if phone else ON_THE_DESK)]:
        answer = page.goto(address)
        assert answer and answer.status == 200, address
        wrong += [f"{address}: {violation}" for violation in axe_violations(page)]
        if phone:
            page.set_viewport_size({"width": 320, "height": 640})
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        wrong += [f"{address}: {wide} px too wide"] if wide > 0 else []
    assert wrong == []
