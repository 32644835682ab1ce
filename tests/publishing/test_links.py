"""Where relative links lead."""

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


def test_still_true_notices_what_moved_came_and_went() -> None:
    assert still_true([{"target": "Two.md", "address": "/articles/a/two"}], "a/one.md", SITE)
    assert not still_true([{"target": "Two.md", "address": "/articles/a/2"}], "a/one.md", SITE)
    assert not still_true([{"target": "Two.md", "address": ""}], "a/one.md", SITE)
    assert not still_true([{"target": "gone.md", "address": "/articles/a/gone"}], "a/one.md", SITE)
