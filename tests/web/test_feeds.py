"""Feeds and site maps: valid, complete, of what is public, and quick to ask for again."""

from datetime import timedelta
from xml.etree.ElementTree import Element, fromstring

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from kb import clock
from kb.db import touch_site
from kb.web import feeds
from tests import builders_forum
from tests.articles.rows import article_row
from tests.builders import Cast
from tests.pages import counted_statements, page

ATOM = "{http://www.w3.org/2005/Atom}"
MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
LINK = "{http://www.w3.org/1999/xhtml}link"
BASE = "http://127.0.0.1:5000"


def xml(client: FlaskClient, address: str) -> Element:
    answer = client.get(address)
    assert answer.status_code == 200, answer.status
    assert answer.text.startswith("<?xml")
    return fromstring(answer.data)


def texts(root: Element, path: str) -> list[str | None]:
    return [found.text for found in root.iterfind(path)]


def locations(root: Element) -> list[str | None]:
    return texts(root, f"{MAP}url/{MAP}loc")


def test_articles_feed_lists_what_changed_last(session: Session, client: FlaskClient) -> None:
    for number in range(52):
        article_row(session, f"a/{number:02}.md", changed_at=clock.now() - timedelta(hours=number))
    article_row(
        session,
        "a/best.md",
        title="A & B <c> \x0b \ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"),
        summary="Short.",
        tags=["one", "two"],
        authors=[{"name": "Ann", "commits": 3}],
        lang="en",
        changed_at=clock.now() + timedelta(seconds=1),
    )
    article_row(session, "a/hidden.md", audience="members")
    session.commit()
    feed = xml(client, "/feeds/articles.atom")
    entries = feed.findall(f"{ATOM}entry")
    assert len(entries) == 50
    first = entries[0]
    assert first.findtext(f"{ATOM}title") == "A & B <c>  😀"
    assert first.find(f"{ATOM}link").get("href") == f"{BASE}/articles/a/best"  # type: ignore[union-attr]
    assert first.findtext(f"{ATOM}id", "").startswith("tag:127.0.0.1,2026:article:")
    assert first.findtext(f"{ATOM}author/{ATOM}name") == "Ann"
    assert [tag.get("term") for tag in first.findall(f"{ATOM}category")] == ["one", "two"]
    assert feed.findtext(f"{ATOM}updated") == "2026-03-02T12:00:01Z"
    assert feed.findtext(f"{ATOM}author/{ATOM}name") == "Sidekick"
    ids = texts(feed, f"{ATOM}entry/{ATOM}id")
    assert len(ids) == len(set(ids))
    assert client.get("/feeds/articles.atom").mimetype == "application/atom+xml"


def test_articles_feed_keeps_its_ids_when_a_page_moves(session: Session, client: FlaskClient) -> None:
    one = article_row(session, "a/one.md")
    session.commit()
    before = texts(xml(client, "/feeds/articles.atom"), f"{ATOM}entry/{ATOM}id")
    one.slug = "moved"
    session.commit()
    feed = xml(client, "/feeds/articles.atom")
    assert texts(feed, f"{ATOM}entry/{ATOM}id") == before
    assert feed.find(f"{ATOM}entry/{ATOM}link").get("href") == f"{BASE}/articles/a/moved"  # type: ignore[union-attr]


def test_feed_is_not_sent_again_while_it_is_the_same(session: Session, client: FlaskClient) -> None:
    article_row(session, "a/one.md")
    session.commit()
    first = client.get("/feeds/articles.atom")
    etag = {"If-None-Match": first.headers["ETag"]}
    assert first.headers["Last-Modified"] == "Mon, 02 Mar 2026 12:00:00 GMT"
    with counted_statements() as statements:
        again = client.get("/feeds/articles.atom", headers=etag)
    assert (again.status_code, again.data) == (304, b"")
    assert "Content-Type" not in again.headers
    assert len(statements) == 1, "the page cache asks for the version alone"
    touch_site(session)
    session.commit()
    assert client.get("/feeds/articles.atom", headers=etag).status_code == 304, "made anew, and the same"
    article_row(session, "a/two.md")
    session.commit()
    assert client.get("/feeds/articles.atom", headers=etag).status_code == 200
    assert client.get("/feeds/articles.atom", headers={"If-None-Match": '"other"'}).status_code == 200


def test_empty_feeds_and_map_are_valid(client: FlaskClient) -> None:
    for address in ("/feeds/articles.atom", "/feeds/questions.atom"):
        feed = xml(client, address)
        assert feed.findtext(f"{ATOM}updated") and feed.findall(f"{ATOM}entry") == []
    assert locations(xml(client, "/sitemap.xml")) == []


def test_questions_feed_lists_the_newest(session: Session, client: FlaskClient, cast: Cast) -> None:
    builders_forum.question(session, by=cast.alice, title="Where is my invoice?")
    session.commit()
    feed = xml(client, "/feeds/questions.atom")
    [entry] = feed.findall(f"{ATOM}entry")
    assert entry.findtext(f"{ATOM}title") == "Where is my invoice?"
    assert entry.find(f"{ATOM}link").get("href", "").startswith(f"{BASE}/questions/")  # type: ignore[union-attr]


def test_map_lists_public_pages_with_their_translations(session: Session, client: FlaskClient, cast: Cast) -> None:
    article_row(session, "a/one.md", lang="en")
    article_row(session, "a/eins.md", lang="de", tree="de", page_key="a/one.md")
    article_row(session, "a/un.md", lang="fr", tree="fr", page_key="a/one.md", audience="members")
    article_row(session, "b/draft.md", status="draft")
    builders_forum.question(session, by=cast.alice, title="Where is my invoice?")
    session.commit()
    found = xml(client, "/sitemap.xml")
    assert locations(found)[:3] == [f"{BASE}/articles/a", f"{BASE}/articles/a/one", f"{BASE}/de/articles/a/eins"]
    assert len(locations(found)) == 4
    one = found.findall(f"{MAP}url")[1]
    assert [(link.get("hreflang"), link.get("href")) for link in one.iterfind(LINK)] == [
        ("de", f"{BASE}/de/articles/a/eins"),
        ("en", f"{BASE}/articles/a/one"),
    ]


def test_map_of_a_large_site_comes_in_parts(
    session: Session, client: FlaskClient, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feeds, "MOST_IN_ONE", 6)
    monkeypatch.setattr(feeds, "A_PART", 3)
    for number in range(7):
        article_row(session, f"a/{number}.md")
    builders_forum.question(session, by=cast.alice, title="Where is my invoice?")
    session.commit()
    parts = texts(xml(client, "/sitemap.xml"), f"{MAP}sitemap/{MAP}loc")
    assert parts == [f"{BASE}/sitemap/{name}.xml" for name in ("articles-1", "articles-2", "articles-3", "questions-1")]
    pages = [place for part in parts for place in locations(xml(client, str(part).removeprefix(BASE)))]
    assert len(pages) == len(set(pages)) == 9
    for past in ("articles-4", "articles-0", "questions-2", "people-1", "articles-999999999999"):
        assert client.get(f"/sitemap/{past}.xml").status_code == 404


def test_feeds_and_map_cost_the_same_for_thirty(session: Session, client: FlaskClient) -> None:
    def costs() -> list[int]:
        found = []
        for address in ("/feeds/articles.atom", "/feeds/questions.atom", "/sitemap.xml"):
            with counted_statements() as statements:
                client.get(address)
            found.append(len(statements))
        return found

    article_row(session, "a/first.md")
    session.commit()
    few = costs()
    for number in range(30):
        article_row(session, f"a/{number}.md")
    session.commit()
    assert costs() == few
    assert max(few) <= 12


def test_robots_are_told_of_the_map_and_pages_of_the_feeds(client: FlaskClient) -> None:
    robots = client.get("/robots.txt")
    assert f"\nSitemap: {BASE}/sitemap.xml\n" in robots.text
    assert "Disallow: /search" in robots.text
    heads = page(client, "/").select("link[type='application/atom+xml']")
    assert [head["href"] for head in heads] == ["/feeds/articles.atom", "/feeds/questions.atom"]
