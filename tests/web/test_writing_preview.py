"""Branches and commits as the site would show them: made on the way, and leaving no trace."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kb.articles import views
from kb.articles.models import Article
from kb.db import Base, site_version
from kb.people.models import Person
from kb.publishing import preview_site, runs
from kb.publishing.sources import place
from tests.builders import Cast
from tests.conftest import settings_for
from tests.git.repositories import Repository
from tests.pages import counted_statements, page, post

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763f8cfc0000003010100"
    "18dd8db00000000049454e44ae426082"
)
LIVE = {
    "billing/_section.yml": b"title: Money\n",
    "billing/invoices.md": b"---\ntitle: Invoices\nsummary: S.\n---\nSent each month. See [plans](plans.md).\n",
    "billing/plans.md": b'---\ntitle: Plans\nsummary: S.\n---\nThree plans.\n\n--8<-- "contact.md"\n',
    "billing/refunds.md": b"---\ntitle: Refunds\nsummary: S.\n---\nWithin 14 days.\n",
    "account/password.md": b"---\ntitle: Password\nsummary: S.\n---\nChoose *Forgot*.\n",
    "_snippets/contact.md": b"Write to help@example.com.\n",
}
NEW = {
    "billing/_section.yml": LIVE["billing/_section.yml"],
    "billing/invoices.md": b"---\ntitle: Invoices\nsummary: T.\n---\nSent on the first of each month. See "
    b"[plans](plans.md), [paying](/articles/billing/paying) and [nowhere](x.md).\n\n![](menu.png)\n",
    "billing/plans.md": LIVE["billing/plans.md"],
    "billing/paying.md": b"---\ntitle: Paying\nsummary: S.\n---\nBy card.\n",
    "billing/broken.md": b"---\ntitle: A: b\n---\nText.\n",
    "billing/menu.png": PNG,
    "account/reset.md": LIVE["account/password.md"],
    "_snippets/contact.md": b"Write to support@example.com.\n",
}


@dataclass
class Draft:
    """A repository whose main branch is live and whose branch ``fix/billing`` is to be looked at."""

    repository: Repository
    live: str
    new: str
    base: str = field(init=False)

    def __post_init__(self) -> None:
        self.base = f"/writing/preview/{self.new}"


@pytest.fixture
def draft(session: Session, tmp_path: Path) -> Draft:
    """The published main branch, and the branch beside it."""
    repository = Repository(tmp_path / "origin.git")
    live = repository.commit(LIVE, subject="Begin")
    new = repository.commit(NEW, "fix/billing", on=live, subject="Rework billing")
    place.configure(settings_for(tmp_path, None, content=repository.url))
    runs.publish(session, place.current(), cause="command")
    session.commit()
    return Draft(repository, live, new)


@pytest.fixture
def writer(signed_in: Callable[[Person], FlaskClient], cast: Cast) -> FlaskClient:
    """A browser of will, who writes."""
    return signed_in(cast.will)


def test_preview_offers_the_branches(writer: FlaskClient, draft: Draft) -> None:
    shown = page(writer, "/writing/preview")
    assert [link["href"] for link in shown.select(".run-row__title a")] == [
        f"/writing/preview/{draft.live}",
        draft.base,
    ]
    assert "Rework billing" in shown.text


@pytest.mark.parametrize("ref", ["fix/billing", "refs/heads/fix/billing", "{new}", "{short}"])
def test_preview_leads_from_a_name_to_the_commit(writer: FlaskClient, draft: Draft, ref: str) -> None:
    answer = writer.get("/writing/preview", query_string={"ref": ref.format(new=draft.new, short=draft.new[:8])})
    assert (answer.status_code, answer.headers["Location"]) == (303, draft.base)
    answer = writer.get(f"/writing/preview/{draft.new[:8]}")
    assert (answer.status_code, answer.headers["Location"]) == (303, draft.base)


def test_preview_says_that_a_name_is_unknown(writer: FlaskClient, draft: Draft) -> None:
    shown = page(writer, "/writing/preview?ref=no-such", 404)
    assert "no branch, tag or commit called no-such" in shown.text
    assert shown.find("input", attrs={"name": "ref", "value": "no-such"})


@pytest.mark.parametrize("at", ["0" * 40, "no-such", "-x", "folder", "HEAD~1"])
def test_preview_of_no_commit_is_not_found(writer: FlaskClient, draft: Draft, at: str) -> None:
    assert writer.get(f"/writing/preview/{at}").status_code == 404


def test_preview_lists_what_differs_from_live(writer: FlaskClient, draft: Draft) -> None:
    shown = page(writer, draft.base)
    changes = [
        (row.select_one(".found").get_text(strip=True), row.select_one(".change__title").get_text(strip=True))
        for row in shown.select(".change")
    ]
    assert changes == [
        ("Moved", "Password"),
        ("Cannot be published", "billing/broken.md"),
        ("Changed", "Invoices"),
        ("Added", "Paying"),
        ("Retired", "Refunds"),
    ]
    assert "needs quotes" in shown.text and "line 2" in shown.text
    assert "1 article as it is live" in shown.text


def test_preview_lists_whom_an_edit_of_a_snippet_reaches(writer: FlaskClient, draft: Draft) -> None:
    edit = page(writer, draft.base).select_one(".edit")
    assert edit
    assert edit.code and edit.code.text == "_snippets/contact.md"
    assert [link["href"] for link in edit.select("a")] == [f"{draft.base}/articles/billing/plans"]


def test_preview_of_what_is_live_says_that_nothing_differs(writer: FlaskClient, draft: Draft) -> None:
    assert "Nothing differs." in page(writer, f"/writing/preview/{draft.live}").text


def test_article_is_shown_as_it_would_be_with_its_findings(writer: FlaskClient, draft: Draft) -> None:
    shown = page(writer, f"{draft.base}/articles/billing/invoices")
    assert shown.h1 and shown.h1.text == "Invoices"
    assert "Sent on the first of each month." in shown.text
    findings = shown.find("section", attrs={"aria-labelledby": "findings"})
    assert findings and "The link leads nowhere: x.md" in findings.text and "no alt text" in findings.text
    assert shown.find("meta", attrs={"name": "robots", "content": "noindex"})
    assert not shown.find("form", action=lambda to: bool(to and to.endswith("/feedback")))


def test_links_and_pictures_of_an_article_stay_in_the_preview(writer: FlaskClient, draft: Draft) -> None:
    shown = page(writer, f"{draft.base}/articles/billing/invoices")
    links = [link["href"] for link in shown.select(".prose a")]
    assert links == [f"{draft.base}/articles/billing/plans", f"{draft.base}/articles/billing/paying"]
    picture = shown.select_one(".prose img")
    assert picture and str(picture["src"]).startswith(f"{draft.base}/articles/images/")
    answer = writer.get(str(picture["src"]))
    assert (answer.data, answer.mimetype) == (PNG, "image/png")
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    inside = [link["href"] for link in shown.select(".breadcrumb a, .in-section a, .onward a")]
    assert inside and all(str(href).startswith(draft.base) for href in inside)


def test_article_is_made_with_the_snippets_of_its_commit(writer: FlaskClient, draft: Draft) -> None:
    assert "support@example.com" in page(writer, f"{draft.base}/articles/billing/plans").text
    assert "help@example.com" in page(writer, "/articles/billing/plans").text


def test_section_lists_its_articles_within_the_preview(writer: FlaskClient, draft: Draft) -> None:
    shown = page(writer, f"{draft.base}/articles/billing")
    assert shown.h1 and shown.h1.text == "Money"
    assert [link["href"] for link in shown.select(".article-card a")] == [
        f"{draft.base}/articles/billing/{slug}" for slug in ("invoices", "paying", "plans")
    ]


def test_former_address_leads_on_within_the_preview(writer: FlaskClient, draft: Draft) -> None:
    answer = writer.get(f"{draft.base}/articles/account/password")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{draft.base}/articles/account/reset")
    assert writer.get(f"{draft.base}/articles/billing/refunds").status_code == 404
    assert writer.get(f"{draft.base}/articles/images/{'0' * 64}/x.png").status_code == 404


def test_file_that_cannot_be_published_shows_what_readers_go_on_seeing(writer: FlaskClient, draft: Draft) -> None:
    broken = {**LIVE, "billing/invoices.md": b"---\ntitle: A: b\n---\nNew text.\n"}
    sha = draft.repository.commit(broken, "broken", on=draft.live)
    post(writer, "/writing/preview/fetch", form_at="/writing/preview")
    shown = page(writer, f"/writing/preview/{sha}/articles/billing/invoices")
    assert "cannot be published as it is" in shown.text and "Sent each month." in shown.text
    assert "needs quotes" in shown.text


def test_change_is_shown_word_by_word(writer: FlaskClient, draft: Draft) -> None:
    shown = page(writer, f"{draft.base}/changes/billing/invoices.md")
    diff = shown.select_one(".diff")
    assert diff and any("on the first of" in tag.text for tag in diff.select("ins"))
    values = shown.select_one(".values")
    assert values and [tag.text for tag in values.select("dt, del, ins")] == ["summary", "[removed: S.]", "[added: T.]"]
    gone = page(writer, f"{draft.base}/changes/billing/refunds.md").select_one(".diff")
    assert gone and gone.select_one("del") and not gone.select_one("ins")
    assert writer.get(f"{draft.base}/changes/billing/plans.md").status_code == 404


def everything(session: Session) -> dict[str, int]:
    counts = {
        table.name: session.scalar(select(func.count()).select_from(table)) or 0
        for table in Base.metadata.sorted_tables
    }
    return {**counts, "site version": site_version(session)}


def test_preview_leaves_no_trace(writer: FlaskClient, session: Session, draft: Draft) -> None:
    texts = [article.html for article in session.scalars(select(Article).order_by(Article.id))]
    before = everything(session)
    for rest in ("", "/articles/billing", "/articles/billing/invoices", "/changes/billing/invoices.md"):
        answer = writer.get(draft.base + rest)
        assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    with views.storing(session) as anything:
        assert not anything
    assert everything(session) == before
    assert [article.html for article in session.scalars(select(Article).order_by(Article.id))] == texts
    assert "Paying" not in page(writer, "/search?q=paying+card").get_text()


def test_only_writers_see_a_preview(
    client: FlaskClient, signed_in: Callable[[Person], FlaskClient], cast: Cast, draft: Draft
) -> None:
    for address in (draft.base, f"{draft.base}/articles/billing/paying", f"{draft.base}/articles/images/0/x.png"):
        assert client.get(address).status_code == 303
        assert signed_in(cast.alice).get(address).status_code == 403


def test_looking_asks_nothing_of_the_repository_until_somebody_fetches(writer: FlaskClient, draft: Draft) -> None:
    draft.repository.commit(LIVE, "later", on=draft.live, subject="Later work")
    assert "Later work" not in page(writer, "/writing/preview").text
    assert post(writer, "/writing/preview/fetch", form_at="/writing/preview").status_code == 303
    assert "Later work" in page(writer, "/writing/preview").text


def test_fetch_says_why_it_failed(writer: FlaskClient, draft: Draft) -> None:
    draft.repository.folder.rename(draft.repository.folder.with_name("away.git"))
    post(writer, "/writing/preview/fetch", form_at="/writing/preview")
    shown = page(writer, "/writing/preview")
    assert shown.select(".toast--error")
    assert "Rework billing" in shown.text


def test_look_is_taken_once_for_each_state_of_the_site(session: Session, draft: Draft) -> None:
    def look() -> preview_site.PreviewSite:
        return preview_site.look(session, place.open_place(place.current(), fetch=False, at=draft.new))

    first = look()
    assert look() is first
    runs.publish(session, place.current(), cause="command", at=draft.new)
    again = look()
    assert again is not first
    assert [change.kind for change in again.changes] == ["broken"]


def test_preview_costs_the_same_for_one_change_and_for_thirty(writer: FlaskClient, draft: Draft) -> None:
    counts = []
    for many in (1, 30):
        text = b"---\ntitle: Page\nsummary: S.\n---\nText.\n"
        files = {**LIVE, **{f"more/{many}-{number}.md": text for number in range(many)}}
        sha = draft.repository.commit(files, f"more-{many}", on=draft.live)
        post(writer, "/writing/preview/fetch", form_at="/writing/preview")
        for rest in ("", f"/articles/more/{many}-0"):
            with counted_statements() as seen:
                page(writer, f"/writing/preview/{sha}{rest}")
            counts.append(len(seen))
    assert counts[:2] == counts[2:]
    assert max(counts) <= 12


def test_folder_is_shown_as_it_is_on_disk(writer: FlaskClient, session: Session, tmp_path: Path) -> None:
    folder = tmp_path / "content"
    folder.mkdir()
    place.configure(settings_for(tmp_path, None, content=str(folder)))
    (folder / "join.md").write_text("---\ntitle: Join\nsummary: S.\n---\nOld.\n")
    runs.publish(session, place.current(), cause="command")
    session.commit()
    (folder / "join.md").write_text("---\ntitle: Join\nsummary: S.\n---\nNew.\n")
    answer = writer.get("/writing/preview")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/writing/preview/folder")
    assert "1 file differs" in page(writer, "/writing/preview/folder").text
    shown = page(writer, "/writing/preview/folder/articles/general/join")
    assert "New." in shown.text and "Old." not in shown.text
    (folder / "join.md").write_text("---\ntitle: Join\nsummary: S.\n---\nNewer.\n")
    assert "Newer." in page(writer, "/writing/preview/folder/articles/general/join").text


def test_changes_are_paged(writer: FlaskClient, draft: Draft) -> None:
    text = b"---\ntitle: Page\nsummary: S.\n---\nText.\n"
    sha = draft.repository.commit({**LIVE, **{f"more/{number}.md": text for number in range(101)}}, on=draft.live)
    post(writer, "/writing/preview/fetch", form_at="/writing/preview")
    assert len(page(writer, f"/writing/preview/{sha}").select(".change")) == 100
    assert len(page(writer, f"/writing/preview/{sha}?page=2").select(".change")) == 1
    assert writer.get(f"/writing/preview/{sha}?page=3").status_code == 404
