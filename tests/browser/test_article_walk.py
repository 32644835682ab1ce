"""From an answer to an article, walked by an expert and whoever keeps the repository: draft, patch, git, thread."""

import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from kb.db import current_session
from kb.people.models import Role
from kb.publishing import runs
from kb.publishing.sources import place
from tests.browser.conftest import Site, axe_violations, running
from tests.browser.people import joined, sign_in
from tests.browser.ways import WAYS, sort_of
from tests.builders_forum import answer, question


def git(repository: Path, *arguments: str) -> str:
    """Run git in a work tree of a test."""
    who = ["-c", "user.name=Keeper", "-c", "user.email=keeper@example.com"]
    done = subprocess.run(["git", *who, *arguments], cwd=repository, check=True, capture_output=True, text=True)
    return done.stdout


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository of articles with one in it."""
    folder = tmp_path_factory.mktemp("repository")
    (folder / "printing").mkdir()
    (folder / "printing/paper.md").write_text("---\ntitle: Load paper\nsummary: How to.\n---\nOpen the tray.\n")
    for command in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-qm", "Begin"]):
        git(folder, *command)
    return folder


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Iterator[Site]:
    """A site whose articles come from that repository."""
    with running(tmp_path_factory.mktemp("site"), content=f"file://{repository}") as started:
        yield started


@pytest.fixture(scope="module")
def thread(site: Site) -> str:
    """Address of a thread with an answer; erin is an expert."""
    with site.app.app_context():
        session = current_session()
        joined("Erin", Role.EXPERT)
        asked = question(session, by=joined("Alice"), title="Why are my pages so pale?")
        answer(session, question=asked, by=joined("Bob"), body="Clean the *drum* with the green wheel.")
        session.commit()
        return f"/questions/{asked.id}/{asked.slug}"


@pytest.mark.parametrize("way", WAYS)
def test_an_answer_becomes_an_article(
    visit: Callable[..., Page], site: Site, thread: str, repository: Path, tmp_path: Path, way: dict[str, bool]
) -> None:
    title, scripts = f"Mend pale pages that are {sort_of(way)}", way["scripts"]
    erin = sign_in(visit(**way), "erin")

    # She makes a draft of the answer, which is chosen already.
    erin.goto(thread)
    erin.locator("#question summary", has_text="More").click()
    erin.get_by_role("link", name="Make an article").click()
    expect(erin.get_by_role("checkbox", name="Bob")).to_be_checked()
    erin.get_by_label("Title of the article").fill(title)
    erin.get_by_role("button", name=re.compile("Make (a|the) draft")).click()
    expect(erin.get_by_label("What the file says")).to_have_value(re.compile(r"Clean the \*drum\*"))
    if scripts:
        assert axe_violations(erin) == []
        erin.emulate_media(color_scheme="dark")
        assert axe_violations(erin) == []

    # A branch of the repository takes it, and so does git am.
    erin.get_by_role("button", name="Push it to a branch").click()
    for _ in range(20):
        if not erin.get_by_text("on its way").count():
            break
        erin.get_by_role("link", name="Look again").click()
    expect(erin.get_by_text("articles/mend-pale-pages")).to_be_visible()
    assert "articles/mend-pale-pages" in git(repository, "branch", "--list", "articles/*")
    with erin.expect_download() as download:
        erin.get_by_role("link", name="Download a patch").click()
    patch = tmp_path / "one.patch"
    download.value.save_as(patch)
    git(repository, "am", "-q", str(patch))
    assert git(repository, "log", "-1", "--format=%an <%ae>").strip() == "Erin <erin@example.com>"

    # Once it is published, every reader of the thread is led there, and the article names who wrote it.
    with site.app.app_context():
        runs.publish(current_session(), place.current(), cause="command")
        current_session().commit()
    reader = visit(scripts=scripts)
    reader.goto(thread)
    expect(reader.get_by_text("This became an article")).to_be_visible()
    reader.get_by_role("main").get_by_role("link", name=title).first.click()
    expect(reader.get_by_role("heading", level=1)).to_have_text(title)
    expect(reader.get_by_text("With words by Bob, Alice")).to_be_visible()
