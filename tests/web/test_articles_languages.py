"""Articles in several languages, as readers, browsers and search engines meet them."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from kb import clock
from kb.articles.models import PublishRun
from kb.people.models import Person
from kb.search import asking
from tests.builders import Cast
from tests.builders_articles import Content, content, publish
from tests.pages import checked, counted_statements, page

Publish = Callable[..., PublishRun]
SignedIn = Callable[[Person], FlaskClient]

__all__ = ["content", "publish"]


@pytest.fixture
def german(content: Content, publish: Publish) -> Content:
    """Publish two articles, one of which is there in German."""
    content.write("a/_section.yml", "title: Start\n")
    content.write("a/one.md", "The printer does not answer.\n", order=1)
    content.write("a/two.md", order=2)
    content.write("de/a/_section.yml", "title: Anfang\n")
    content.write("de/a/one.md", "Der printer antwortet nicht.\n", title="Eins", slug="eins", order=1)
    publish()
    return content


def alternates(shown: object) -> dict[str, str]:
    """Return the versions a page names to search engines."""
    return {link["hreflang"]: link["href"] for link in shown.select("link[rel=alternate][hreflang]")}  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("address", "index"), [("/articles/a/one", "/articles"), ("/de/articles/a/eins", "/de/articles")]
)
def test_history_leads_to_the_list_of_its_language(
    client: FlaskClient, german: Content, address: str, index: str
) -> None:
    for rest in ("/history", "/history/0..1"):
        assert page(client, address + rest).select(".breadcrumb a")[0]["href"] == index


@pytest.mark.parametrize("address", ["/articles/a/one", "/de/articles/a/eins"])
def test_article_offers_its_versions(client: FlaskClient, german: Content, address: str) -> None:
    shown = page(client, address)
    links = shown.select(".languages a")
    assert [(link.text, link["href"], link["lang"], link["hreflang"]) for link in links] == [
        ("English", "/articles/a/one", "en", "en"),
        ("Deutsch", "/de/articles/a/eins", "de", "de"),
    ]
    assert [link["href"] for link in links if link.get("aria-current")] == [address]
    site = "http://127.0.0.1:5000"
    assert alternates(shown) == {
        "en": f"{site}/articles/a/one",
        "de": f"{site}/de/articles/a/eins",
        "x-default": f"{site}/articles/a/one",
    }
    assert shown.find("link", rel="canonical")["href"] == site + address
    assert shown.html["lang"] == ("de" if "/de/" in address else "en")


def test_article_without_translations_offers_none(client: FlaskClient, german: Content) -> None:
    shown = page(client, "/articles/a/two")
    assert not shown.select(".languages")
    assert alternates(shown) == {}


def test_missing_translation_shows_the_original_with_a_note(client: FlaskClient, german: Content) -> None:
    shown = page(client, "/de/articles/a/two")
    assert shown.h1.text == "Two"
    assert shown.html["lang"] == "en"
    assert "no translation yet" in shown.select_one(".banner").text
    assert shown.find("link", rel="canonical")["href"].endswith(":5000/articles/a/two")
    assert shown.find("meta", attrs={"name": "robots"})["content"] == "noindex"
    assert alternates(shown) == {}
    assert [link["href"] for link in shown.select(".breadcrumb a")] == ["/de/articles", "/de/articles/a"]
    assert shown.select_one(".in-section [aria-current]")["href"] == "/de/articles/a/two"


def test_slug_of_the_original_leads_to_the_translation(client: FlaskClient, german: Content) -> None:
    answer = client.get("/de/articles/a/one")
    assert (answer.status_code, answer.location) == (302, "/de/articles/a/eins")


def test_outdated_translation_links_to_the_original(client: FlaskClient, german: Content, publish: Publish) -> None:
    with clock.held_at(clock.now() + timedelta(days=2)):
        german.write("a/one.md", "The printer answers again.\n", order=1)
        publish()
    banner = page(client, "/de/articles/a/eins").select_one(".banner")
    assert "has changed since" in banner.text and "4 March 2026" in banner.text
    assert banner.a["href"] == "/articles/a/one"
    assert not page(client, "/articles/a/one").select(".banner")


def test_lists_mark_what_is_not_translated(client: FlaskClient, german: Content) -> None:
    shown = page(client, "/de/articles/a")
    assert shown.h1.text == "Anfang"
    assert [[chip.text for chip in card.select(".chip")] for card in shown.select(".article-card")] == [[], ["English"]]
    assert alternates(shown)["de"].endswith("/de/articles/a")
    assert [link["href"] for link in page(client, "/de/articles").select(".languages a")] == [
        "/articles",
        "/de/articles",
    ]


def test_section_nobody_translated_names_the_original_as_its_own(
    client: FlaskClient, german: Content, publish: Publish
) -> None:
    german.write("b/three.md")
    publish()
    shown = page(client, "/de/articles/b")
    assert shown.find("link", rel="canonical")["href"].endswith(":5000/articles/b")
    assert alternates(shown) == {}
    assert page(client, "/de/articles/a").find("link", rel="canonical")["href"].endswith("/de/articles/a")


@pytest.mark.parametrize(
    "address",
    ["/fr/articles", "/fr/articles/a", "/fr/articles/a/one", "/xx/articles", "/DE/articles", "/articles/a/eins"],
)
def test_languages_and_addresses_that_are_not_there_answer_alike(
    client: FlaskClient, german: Content, address: str
) -> None:
    assert page(client, address, 404).h1


@pytest.mark.parametrize(
    "address", ["/people/articles", "/questions/articles", "/tags/articles", "/articles/de", "/search/articles"]
)
def test_languages_take_no_other_address(app: Flask, address: str) -> None:
    adapter = app.url_map.bind("localhost")
    if adapter.test(address):
        endpoint, values = adapter.match(address)
        assert "tree" not in values, endpoint


def test_what_a_page_shows_depends_on_its_address_alone(
    app: Flask, german: Content, signed_in: SignedIn, cast: Cast
) -> None:
    for client in (app.test_client(), signed_in(cast.alice)):
        first = client.get("/articles/a/one", headers={"Accept-Language": "de"})
        again = client.get("/articles/a/one", headers={"Accept-Language": "en"})
        assert checked(first).h1 == checked(again).h1
        assert checked(client.get("/de/articles/a/eins")).h1.text == "Eins"


def test_markdown_of_a_translation(client: FlaskClient, german: Content) -> None:
    assert client.get("/de/articles/a/eins.md").text.startswith("# Eins\n")
    assert client.get("/de/articles/a/one.md").status_code == 404


@pytest.mark.parametrize("address", ["/de/articles", "/de/articles/a", "/de/articles/a/000", "/de/articles/a/020"])
def test_pages_in_another_language_take_as_many_statements_for_30_articles(
    signed_in: SignedIn, cast: Cast, content: Content, publish: Publish, address: str
) -> None:
    reader = signed_in(cast.alice)
    seen = []
    for count in (21, 30):
        for number in range(count):
            content.write(f"a/{number:03}.md", f"{number}\n", tags="[same]")
            if number != 20:
                content.write(f"de/a/{number:03}.md", f"{number}\n", tags="[same]")
        publish()
        with counted_statements() as statements:
            page(reader, address)
        seen.append(len(statements))
    assert seen[0] == seen[1] <= 9, statements


@pytest.mark.parametrize(("said", "found"), [("de", "Eins"), ("en-GB,de;q=0.5", "One"), ("", None)])
def test_search_shows_each_page_once_in_the_language_of_the_reader(
    app: Flask, session: Session, client: FlaskClient, german: Content, said: str, found: str | None
) -> None:
    asking.rebuild(session, asking.engine_of(app.extensions))
    shown = page_of(client, "/search?q=printer", said)
    titles = [title.text for title in shown.select(".hit__title")]
    assert len(titles) == 1
    assert titles[0] == found or found is None
    assert shown.select_one(".hit__title")["lang"] in ("en", "de")


def test_search_finds_a_page_in_the_only_language_that_says_it(
    app: Flask, session: Session, client: FlaskClient, german: Content
) -> None:
    asking.rebuild(session, asking.engine_of(app.extensions))
    shown = page_of(client, "/search?q=antwortet", "en")
    assert shown.select_one(".hit__title a")["href"] == "/de/articles/a/eins"
    assert "Deutsch" in shown.select_one(".hit .facts").text


def page_of(client: FlaskClient, address: str, said: str) -> object:
    """Return a page as a browser with these languages gets it."""
    return checked(client.get(address, headers={"Accept-Language": said} if said else {}))
