"""A word in each article that is not for everybody, and every place where it could come out."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from kb import clock
from kb.articles.models import Article, ArticleRevision, Redirect
from kb.people.models import Person
from kb.search import asking
from tests import builders
from tests.articles.rows import article_row
from tests.builders import Cast

SOON, OVER = {"publish_at": 1}, {"expires_at": 0}
STATES: dict[str, tuple[dict[str, Any], str]] = {
    "public": ({}, "visitor member staff writer"),
    "archived": ({"status": "archived"}, "visitor member staff writer"),
    "draft": ({"status": "draft"}, "writer"),
    "members": ({"audience": "members"}, "member staff writer"),
    "staff": ({"audience": "staff"}, "staff writer"),
    "scheduled": (SOON, "writer"),
    "expired": (OVER, "writer"),
    "retired": ({"status": "retired"}, ""),
    "draft-members": ({"status": "draft", "audience": "members"}, "writer"),
    "draft-staff": ({"status": "draft", "audience": "staff"}, "writer"),
    "members-scheduled": ({"audience": "members", **SOON}, "writer"),
    "members-expired": ({"audience": "members", **OVER}, "writer"),
    "staff-scheduled": ({"audience": "staff", **SOON}, "writer"),
    "archived-staff": ({"status": "archived", "audience": "staff"}, "staff writer"),
    "retired-staff": ({"status": "retired", "audience": "staff"}, ""),
}
HIDDEN = [state for state, (_, who) in STATES.items() if "visitor" not in who]


@dataclass(frozen=True, slots=True)
class Site:
    """A site with three articles of every state: among others, alone in a section, and as a translation."""

    browsers: dict[str, FlaskClient]
    words: dict[str, str]
    """The canary of each state."""

    def asked(self, addresses: list[str]) -> Iterator[tuple[str, str, str, int]]:
        """Yield reader, address, all that was answered, and its status."""
        for name, browser in self.browsers.items():
            for address in addresses:
                answer = browser.get(address)
                yield name, address, f"{answer.headers}\n{answer.text}", answer.status_code

    def may_see(self, state: str, reader: str) -> bool:
        """Whether ``reader`` may see articles of ``state``."""
        return reader in STATES[state][1].split()

    def leaks(self, addresses: list[str], *, everywhere: bool = False) -> tuple[int, list[str]]:
        """Return how many answers were looked at, and where a canary came out that the reader may not see.

        ``everywhere`` says that nobody may see more there than a visitor does.
        """
        looked, found = 0, []
        for reader, address, text, status in self.asked(addresses):
            looked += 1
            assert status < 500, address
            who = "visitor" if everywhere else reader
            found += [
                f"{reader} {address}: {state}"
                for state, word in self.words.items()
                if not self.may_see(state, who) and word in text
            ]
        return looked, found


def values(given: dict[str, Any]) -> dict[str, Any]:
    """Return columns, with hours from now where a moment is meant."""
    moments = ("publish_at", "expires_at")
    return {name: clock.now() + timedelta(hours=value) if name in moments else value for name, value in given.items()}


def add(session: Session, state: str, word: str, path: str, **more: Any) -> Article:
    """Add an article of ``state`` that says ``word`` wherever an article can say anything."""
    article = article_row(
        session,
        path,
        title=f"About {word}",
        summary=f"Summary {word} common",
        html=f'<h2 id="x">{word}</h2><p>{word} find-{state}</p>',
        text=f"{word} find-{state} common",
        markdown=f"{word}",
        headings=[{"level": 2, "id": "x", "text": word}, {"level": 2, "id": "y", "text": word}],
        tags=[word],
        keywords=[word],
        owner=word,
        authors=[{"name": word, "commits": 1}],
        **{**values(STATES[state][0]), **more},
    )
    session.add(ArticleRevision(article_id=article.id, number=1, title=word, markdown=word, created_at=clock.now()))
    return article


@pytest.fixture
def site(
    app: Flask, session: Session, cast: Cast, signed_in: Callable[[Person], FlaskClient], client: FlaskClient
) -> Site:
    words = {state: f"canary{number:02}" for number, state in enumerate(STATES)}
    ids = []
    for state, word in words.items():
        ids.append(add(session, state, word, f"mixed/{state}.md").id)
        alone = add(session, state, word, f"only-{state}/{state}.md")
        alone.section.title = f"Section {word}"
        original = article_row(session, f"mixed/original-{state}.md", related_ids=ids[-1:], lang="en")
        translation = {"tree": "de", "lang": "de", "slug": f"auf-{word}", "page_key": original.path}
        add(session, state, word, f"mixed/de/{state}.md", **translation)
        session.add(Redirect(from_path=f"/old/{state}", article_id=alone.id))
    session.flush()
    stella = builders.person(session, "stella", staff=True)
    session.commit()
    asking.rebuild(session, asking.engine_of(app.extensions))
    session.commit()
    readers = {"member": cast.alice, "staff": stella, "writer": cast.will}
    return Site({"visitor": client, **{name: signed_in(person) for name, person in readers.items()}}, words)


def pages_of(state: str, word: str) -> list[str]:
    """Return every address that belongs to the articles of ``state`` alone."""
    one, alone, german = (
        f"/articles/mixed/{state}",
        f"/articles/only-{state}/{state}",
        f"/de/articles/mixed/original-{state}",
    )
    outlets = ("", ".md", "/feedback", "/feedback?helpful=no", "/history", "/history/1", "/history?from=1&to=1")
    return [f"{one}{outlet}" for outlet in outlets] + [
        alone,
        f"/articles/only-{state}",
        f"/de/articles/only-{state}/{state}",
        german,
        f"/de/articles/mixed/auf-{word}",
        f"/de/articles/mixed/auf-{word}.md",
        f"/old/{state}",
        f"/articles/mixed/original-{state}",
        f"/search?q=find-{state}",
        f"/search/suggest?q=find-{state}",
    ]


LISTS = [
    "/",
    "/articles",
    "/articles/mixed",
    "/articles/mixed?page=2",
    "/de/articles",
    "/de/articles/mixed",
    "/search?q=common",
    *(f"/search?q=common&page={page}" for page in range(2, 6)),
    "/search?q=about&in=articles",
    "/search?q=&in=articles",
    "/search/suggest?q=abo",
    "/search/suggest?q=summary",
    "/questions/ask?title=About+the+common+summary",
    "/tags",
    "/questions",
    "/style",
    "/writing",
    "/writing/articles",
    "/writing/feedback",
]
FOR_PROGRAMS = [
    "/feeds/articles.atom",
    "/feeds/questions.atom",
    "/sitemap.xml",
    "/sitemap/articles-1.xml",
    "/robots.txt",
    "/llms.txt",
]


def test_no_canary_comes_out_where_it_must_not(site: Site) -> None:
    looked = 0
    for addresses, everywhere in (
        ([address for state, word in site.words.items() for address in pages_of(state, word)], False),
        (LISTS, False),
        (FOR_PROGRAMS, True),
    ):
        answers, leaks = site.leaks(addresses, everywhere=everywhere)
        assert leaks == []
        looked += answers
    assert looked >= 400


def test_every_reader_sees_what_is_for_them_and_the_same_404_for_the_rest(site: Site) -> None:
    missing = {name: browser.get("/articles/mixed/nothing").text for name, browser in site.browsers.items()}
    for state, word in site.words.items():
        addresses = [f"/articles/mixed/{state}", f"/articles/mixed/{state}.md", f"/articles/mixed/{state}/feedback"]
        for reader, address, text, status in site.asked(addresses):
            may_see = site.may_see(state, reader)
            assert (status, word in text) == ((200, True) if may_see else (404, False)), (reader, address)
            if not may_see:
                assert text.endswith(missing[reader]), (reader, address)


def test_counts_hold_only_what_the_reader_may_see(site: Site) -> None:
    for reader, browser in site.browsers.items():
        seen = [state for state in STATES if site.may_see(state, reader)]
        findable = [state for state in seen if not state.startswith("draft")]
        listed = [state for state in seen if not state.startswith("archived")]
        results = browser.get("/search?q=common&in=articles").text
        assert f"{3 * len(findable)} results" in " ".join(results.split()), reader
        mixed = browser.get("/articles/mixed").text
        assert f"{len(listed) + len(STATES)} articles" in mixed, reader


def test_old_addresses_lead_only_where_the_reader_may_go(site: Site) -> None:
    for state in STATES:
        for reader, _, _, status in site.asked([f"/old/{state}"]):
            assert status == (301 if site.may_see(state, reader) else 404), (state, reader)


@pytest.mark.parametrize("state", HIDDEN)
def test_an_article_that_is_hidden_is_gone_at_once(
    session: Session, client: FlaskClient, app: Flask, state: str
) -> None:
    one = add(session, "public", "canary", "a/one.md")
    session.commit()
    asking.rebuild(session, asking.engine_of(app.extensions))
    session.commit()
    outlets = [
        "/",
        "/articles",
        "/articles/a",
        "/articles/a/one",
        "/search?q=common",
        "/feeds/articles.atom",
        "/sitemap.xml",
    ]
    told = ["canary" in client.get(address).text or "/a/one" in client.get(address).text for address in outlets]
    assert all(told), "each of them shows it while it is public"
    for name, value in values(STATES[state][0]).items():
        setattr(one, name, value)
    session.commit()
    for address in outlets:
        text = client.get(address).text
        assert "canary" not in text and "/a/one" not in text, address
