"""Where relative links lead."""

from dataclasses import replace

import pytest

from kb.articles.pictures import Picture
from kb.publishing.sources.links import SiteMap, still_true

PICTURE = Picture("a/img/shot one.png", "f" * 64, "image/png", 3, 2)
SITE = SiteMap(
    pages={
        "a/one.md": "/articles/a/one",
        "a/Two.md": "/articles/a/two",
        "b/three.md": "/articles/b/three",
        "b": "/articles/b",
        "b/index.md": "/articles/b",
        "top.md": "/articles/general/top",
    },
    pictures={PICTURE.path: PICTURE},
)


@pytest.mark.parametrize(
    ("target", "address"),
    [
        ("Two.md", "/articles/a/two"),
        ("./two.md", "/articles/a/two"),
        ("../b/three.md#part", "/articles/b/three#part"),
        ("../b/three?x=1#part", "/articles/b/three?x=1#part"),
        ("../B/Three.md", "/articles/b/three"),
        ("../b/", "/articles/b"),
        ("../b/index.md", "/articles/b"),
        ("../top.md", "/articles/general/top"),
        ("img/shot%20one.png", f"/articles/images/{'f' * 64}/shot-one.png"),
        ("/articles/a/one#x", "/articles/a/one#x"),
        ("/articles/a/none", ""),
        ("none.md", ""),
        ("../../etc/passwd", ""),
        ("http:none", None),
        ("https://example.com/one.md", None),
        ("//example.com", None),
        ("mailto:a@example.com", None),
        ("#part", None),
        ("/questions/ask", None),
    ],
)
def test_find_leads(target: str, address: str | None) -> None:
    place = SITE.find("a/one.md", target)
    assert (place.address if place else None) == address


@pytest.mark.parametrize(
    ("target", "address"),
    [
        ("/articles/a/old/#x", "/preview/articles/a/one#x"),
        ("/articles/a/fees?y=1#x", "/preview/articles/a/one#fees"),
        ("/help/old%20page.html", "/preview/articles/a/one"),
        ("stub.md#x", "https://example.com/#x"),
        ("stub", "https://example.com/"),
        ("/articles/a/one", "/preview/articles/a/one"),
        ("one.md", "/preview/articles/a/one"),
    ],
)
def test_find_follows_former_addresses(target: str, address: str) -> None:
    moved = {
        "/articles/a/old": "/articles/a/one",
        "/articles/a/fees": "/articles/a/one#fees",
        "/help/old page.html": "/articles/a/one",
        "a/stub.md": "https://example.com/",
    }
    place = replace(SITE, moved=moved, base="/preview").find("a/two.md", target)
    assert place and place.address == address


@pytest.mark.parametrize(
    ("source", "target", "address"),
    [
        ("a/one.de.md", "two.md#x", "/de/articles/a/zwei#x"),
        ("a/other.de.md", "one.md", "/de/articles/a/one"),
        ("a/one.de.md", "one.md", "/articles/a/one"),  # from a translation to its own original
        ("a/one.de.md", "three.md", "/articles/a/three"),
        ("a/one.de.md", "/articles/a/two", "/articles/a/two"),
        ("a/three.md", "two.md", "/articles/a/two"),
        ("a/three.md", "two.de.md", "/de/articles/a/zwei"),
        ("a/one.fr.md", "two.md", "/articles/a/two"),
    ],
)
def test_find_stays_in_the_language_of_the_page(source: str, target: str, address: str) -> None:
    pages = {f"a/{name}.md": f"/articles/a/{name}" for name in ("one", "two", "three")}
    german = {"a/one.de.md": "/de/articles/a/one", "a/two.de.md": "/de/articles/a/zwei"}
    site = SiteMap(
        pages | german,
        {},
        trees={**dict.fromkeys((*german, "a/other.de.md"), "de"), "a/one.fr.md": "fr"},
        translated={"de": {"a/one.md": "/de/articles/a/one", "a/two.md": "/de/articles/a/zwei"}},
    )
    assert site.end(source, target) == address
    assert site.end("a/other.de.md", "one.md") == "/de/articles/a/one", "remembered for each page apart"


def test_still_true_notices_what_moved_came_and_went() -> None:
    assert still_true([{"target": "Two.md", "address": "/articles/a/two"}], "a/one.md", SITE)
    assert not still_true([{"target": "Two.md", "address": "/articles/a/2"}], "a/one.md", SITE)
    assert not still_true([{"target": "Two.md", "address": ""}], "a/one.md", SITE)
    assert not still_true([{"target": "gone.md", "address": "/articles/a/gone"}], "a/one.md", SITE)


@pytest.mark.parametrize(
    "other",
    [
        replace(SITE, pages={**SITE.pages, "top.md": "/articles/general/bottom"}),
        replace(SITE, pictures={}),
        replace(SITE, pictures={PICTURE.path: replace(PICTURE, width=4)}),
        replace(SITE, home="https://help.example.org"),
        replace(SITE, base="/writing/preview/x"),
        replace(SITE, moved={"/articles/a/zero": "/articles/a/one"}),
        replace(SITE, trees={"de/a/one.md": "de"}),
        replace(SITE, translated={"de": {"a/one.md": "/de/articles/a/one"}}),
    ],
)
def test_mark_tells_maps_apart_by_which_links_lead_elsewhere(other: SiteMap) -> None:
    assert other.mark() != SITE.mark()


def test_mark_does_not_depend_on_the_order_of_files() -> None:
    assert replace(SITE, pages=dict(reversed(SITE.pages.items()))).mark() == SITE.mark()
