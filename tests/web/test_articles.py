"""The pages of the help centre."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kb.articles.models import Article, ArticleFeedback, Image, PublishRun
from kb.people.models import Person
from tests.builders import Cast
from tests.builders_articles import Content, article, content, png, publish
from tests.pages import checked, counted_statements, page

Publish = Callable[..., PublishRun]
Find = Callable[[str], Article]
SignedIn = Callable[[Person], FlaskClient]
SAME = {"Sec-Fetch-Site": "same-origin"}

__all__ = ["article", "content", "publish"]


@pytest.fixture
def one(content: Content, publish: Publish) -> None:
    """Publish a section with one article that has everything, and two plain ones."""
    content.write("a/_section.yml", "title: Getting started\ndescription: The first steps.\n")
    content.write("a/p.png", png(3, 2))
    content.write(
        "a/one.md",
        "## First\n\n![P](p.png)\n\n```sh\nls\n```\n\n### Deeper\n\n> [!NOTE]\n> N\n\n## Last\n\n- [ ] t\n",
        order=2,
        summary="What & why.",
        related="[three.md]",
        reviewed="2026-02-01",
    )
    content.write("a/two.md", order=1)
    content.write("a/three.md", order=3)
    publish()


def test_index_lists_sections(client: FlaskClient, one: None) -> None:
    shown = page(client, "/articles")
    assert shown.find("a", href="/articles/a").text == "Getting started"
    assert [link["href"] for link in shown.select(".section-card__articles a")] == [
        "/articles/a/two",
        "/articles/a/one",
        "/articles/a/three",
    ]


def test_index_has_a_word_for_an_empty_site(client: FlaskClient) -> None:
    assert "No articles yet" in page(client, "/articles").text


def test_section_lists_its_articles(client: FlaskClient, one: None) -> None:
    shown = page(client, "/articles/a")
    assert shown.h1.text == "Getting started"
    assert "The first steps." in shown.text
    assert "3 articles" in shown.text


@pytest.mark.parametrize("address", ["/articles/a?page=2", "/articles/nowhere", "/articles/a/x"])
def test_unknown_addresses_answer_alike(client: FlaskClient, one: None, address: str) -> None:
    assert page(client, address, 404).h1


def test_section_refuses_a_page_that_is_no_number(client: FlaskClient, one: None) -> None:
    assert client.get("/articles/a?page=-1").status_code == 422


def test_article_shows_everything_a_reader_needs(client: FlaskClient, one: None) -> None:
    shown = page(client, "/articles/a/one")
    assert shown.h1.text == "One"
    assert [link.text for link in shown.select(".breadcrumb a")] == ["Articles", "Getting started"]
    assert [link["href"] for link in shown.select("details.contents a")] == ["#first", "#deeper", "#last"]
    assert shown.find("meta", attrs={"name": "description"})["content"] == "What & why."
    facts = shown.select_one(".facts").text
    assert "1 minute to read" in facts
    assert "1 Feb 2026" in facts
    assert shown.find("a", rel="prev")["href"] == "/articles/a/two"
    assert shown.find("a", rel="next")["href"] == "/articles/a/three"
    assert [link["href"] for link in shown.select(".related a")] == ["/articles/a/three"]
    assert shown.select_one(".in-section [aria-current]").text == "One"
    assert shown.select_one(".prose .callout--note")
    assert shown.select_one(".highlight code")


def test_article_is_read_from_right_to_left_in_such_languages(
    client: FlaskClient, content: Content, publish: Publish
) -> None:
    content.write("a/one.md", "مرحبا\n", lang="ar")
    publish()
    shown = page(client, "/ar/articles/a/one")
    assert (shown.html["lang"], shown.html["dir"]) == ("ar", "rtl")
    assert (shown.header["lang"], shown.header["dir"]) == ("en", "ltr")


def test_article_sends_readers_of_its_former_address_on(
    client: FlaskClient, content: Content, publish: Publish, one: None
) -> None:
    content.move("a/one.md", "b/uno.md")
    content.write("a/two.md", "New.\n", redirect_from="/old/two.html")
    publish()
    moved = client.get("/articles/a/one?x=1")
    assert (moved.status_code, moved.location) == (301, "/articles/b/uno?x=1")
    assert client.get("/old/two.html").location == "/articles/a/two"
    assert client.get("/old/three.html").status_code == 404


def test_article_for_members_is_a_404_like_any_other_to_visitors(
    client: FlaskClient, signed_in: SignedIn, cast: Cast, content: Content, publish: Publish
) -> None:
    content.write("a/inner.md", audience="members")
    content.write("a/open.md")
    publish()
    nothing = client.get("/articles/a/nothing").data
    for end in ("", ".md", "/feedback"):
        hidden = client.get(f"/articles/a/inner{end}")
        assert hidden.status_code == 404
        assert hidden.data.replace(f"inner{end}".encode(), b"nothing") == nothing
    assert client.post("/articles/a/inner/feedback", data={"helpful": "yes"}, headers=SAME).status_code == 404
    assert "inner" not in client.get("/articles/a").text.lower()
    member = signed_in(cast.alice)
    assert "For members" in page(member, "/articles/a/inner").text
    assert member.get("/articles/a/inner").headers["Cache-Control"] == "no-store"


def test_article_shows_a_draft_to_writers_and_says_so(
    client: FlaskClient, signed_in: SignedIn, cast: Cast, content: Content, publish: Publish
) -> None:
    content.write("a/one.md", status="draft")
    content.write("a/two.md", status="archived")
    publish()
    assert client.get("/articles/a/one").status_code == 404
    assert "draft" in page(signed_in(cast.will), "/articles/a/one").text
    assert "no longer maintained" in page(client, "/articles/a/two").text


def test_markdown_is_plain(client: FlaskClient, one: None) -> None:
    answer = client.get("/articles/a/one.md")
    assert answer.mimetype == "text/markdown"
    assert answer.text.startswith("# One\n\nWhat & why.\n\n## First\n")


def test_image_may_be_kept_for_good_and_runs_nothing(client: FlaskClient, session: Session, one: None) -> None:
    shown = page(client, "/articles/a/one").select_one(".prose img")
    answer = client.get(shown["src"])
    assert (answer.mimetype, answer.data) == ("image/png", session.scalars(select(Image.data)).one())
    assert "immutable" in answer.headers["Cache-Control"]
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert client.get(f"/articles/images/{'0' * 64}/p.png").status_code == 404


def test_feedback_thanks_for_a_yes(client: FlaskClient, one: None, article: Find) -> None:
    form = page(client, "/articles/a/one").select_one(".helpful form")
    answer = client.post(form["action"], data={"helpful": "yes"}, headers=SAME)
    assert (answer.status_code, answer.location) == (303, "/articles/a/one/feedback?thanks=yes")
    assert "Thank you" in page(client, answer.location).text
    assert article("a/one.md").helpful_count == 1


def test_feedback_asks_why_after_a_no(client: FlaskClient, session: Session, one: None) -> None:
    answer = client.post("/articles/a/one/feedback", data={"helpful": "no"}, headers=SAME)
    assert answer.location == "/articles/a/one/feedback?helpful=no"
    form = page(client, answer.location).find("form", attrs={"data-same-origin": True})
    assert {field["value"] for field in form.find_all("input", type="radio")} >= {"wrong", "outdated", "unclear"}
    more = {"helpful": "no", "reason": "outdated", "comment": "Step 3 is gone."}
    assert client.post(form["action"], data=more, headers=SAME).location.endswith("?thanks=yes")
    [kept] = session.scalars(select(ArticleFeedback))
    assert (kept.helpful, kept.reason, kept.comment) == (False, "outdated", "Step 3 is gone.")
    assert "person" not in kept.reader
    assert "127" not in kept.reader


def test_feedback_shows_a_comment_again_that_is_too_long(client: FlaskClient, session: Session, one: None) -> None:
    long = {"helpful": "no", "comment": "x" * 1001}
    answer = client.post("/articles/a/one/feedback", data=long, headers=SAME)
    assert answer.status_code == 422
    assert "x" * 1001 in checked(answer).textarea.text
    assert session.scalar(select(func.count(ArticleFeedback.id))) == 0


def test_feedback_of_a_member_is_theirs_and_shown_to_them(
    session: Session, signed_in: SignedIn, cast: Cast, one: None
) -> None:
    alice = signed_in(cast.alice)
    alice.post("/articles/a/one/feedback", data={"helpful": "yes"}, headers=SAME)
    assert session.scalars(select(ArticleFeedback.reader)).all() == [f"person:{cast.alice.id}"]
    yes = page(alice, "/articles/a/one").select_one(".helpful button[value=yes]")
    assert yes["aria-pressed"] == "true"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "same-origin", "Origin": "https://evil.example"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"},
    ],
)
def test_feedback_refuses_a_form_of_another_site(
    client: FlaskClient, session: Session, one: None, headers: dict[str, str]
) -> None:
    answer = client.post("/articles/a/one/feedback", data={"helpful": "yes"}, headers=headers)
    assert answer.status_code == 400
    assert session.scalar(select(func.count(ArticleFeedback.id))) == 0


def test_feedback_takes_the_word_of_an_older_browser(client: FlaskClient, one: None) -> None:
    answer = client.post("/articles/a/one/feedback", data={"helpful": "yes"}, headers={"Origin": "http://localhost"})
    assert answer.status_code == 303


def test_feedback_needs_yes_or_no(client: FlaskClient, one: None) -> None:
    assert client.post("/articles/a/one/feedback", data={"helpful": "maybe"}, headers=SAME).status_code == 400
    assert page(client, "/articles/a/one/feedback").find("button", value="yes")


@pytest.mark.parametrize("address", ["/articles", "/articles/a", "/articles/a/000"])
def test_pages_take_as_many_statements_for_30_articles_as_for_one(
    signed_in: SignedIn, cast: Cast, content: Content, publish: Publish, address: str
) -> None:
    reader = signed_in(cast.alice)
    seen = []
    for number in range(30):
        content.write(f"a/{number:03}.md", f"{number}\n", title=f"Title {number:03}", tags="[same]")
        if number in (0, 29):
            publish()
            with counted_statements() as statements:
                page(reader, address)
            seen.append(len(statements))
    assert seen[0] == seen[1] <= 8


def test_pages_of_visitors_are_kept_until_the_next_publish(
    client: FlaskClient, content: Content, publish: Publish, one: None
) -> None:
    client.get("/articles/a/one")
    with counted_statements() as statements:
        assert client.get("/articles/a/one").status_code == 200
    assert len(statements) == 1
    content.write("a/one.md", "Quite new.\n")
    publish()
    assert "Quite new." in client.get("/articles/a/one").text
