"""What safe HTML is, said anew and read by a parser of its own, so that a hole in the cleaner cannot hide itself."""

import re

import html5lib

ELEMENTS = {
    "a": {"href", "title", "rel"},
    "blockquote": set(),
    "br": set(),
    "code": {"class"},
    "del": set(),
    "div": {"class"},
    "em": set(),
    "h3": {"id"},
    "h4": {"id"},
    "h5": {"id"},
    "h6": {"id"},
    "hr": set(),
    "img": {"src", "alt", "title", "loading", "width", "height"},
    "li": set(),
    "ol": {"start"},
    "p": set(),
    "pre": set(),
    "span": {"class"},
    "strong": set(),
    "table": set(),
    "tbody": set(),
    "td": {"class"},
    "th": {"class"},
    "thead": set(),
    "tr": set(),
    "ul": set(),
}
CLASS = re.compile(r"highlight|language-[\w+#.-]+|align-(left|center|right)|[a-z][a-z0-9]{0,3}")
SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)
IGNORED_IN_ADDRESSES = re.compile(r"[\x00-\x20\x7f-\xa0\u2028\u2029\ufeff]")


def assert_safe(html: str) -> None:
    """Fail unless ``html``, put into a page, stays where it was put and holds only what a post may hold."""
    page = html5lib.parse(
        f'<!doctype html><title>t</title><main>{html}</main><p id="after">', namespaceHTMLElements=False
    )
    body = page.find("body")
    assert body is not None
    assert [child.tag for child in body] == ["main", "p"], f"breaks out of its place: {html!r}"
    for element in body[0].iter():
        if element is not body[0]:
            _assert_allowed(element.tag, dict(element.attrib), html)


def _assert_allowed(tag: object, attributes: dict[str, str], html: str) -> None:
    assert tag in ELEMENTS, f"<{tag}> in {html!r}"
    unknown = set(attributes) - ELEMENTS[str(tag)]
    assert not unknown, f"{tag} {unknown} in {html!r}"
    for name in attributes.get("class", "").split():
        assert CLASS.fullmatch(name), f"class {name!r} in {html!r}"
    scheme = SCHEME.match(IGNORED_IN_ADDRESSES.sub("", attributes.get("href", "")))
    assert scheme is None or scheme[1].lower() in {"http", "https", "mailto"}, f"{attributes['href']!r} in {html!r}"
    source = attributes.get("src", "/own")
    assert re.match(r"/[^/\\]", source), f"an image from elsewhere, {source!r}, in {html!r}"
    if "href" in attributes:
        assert attributes["rel"] == "nofollow ugc noopener noreferrer"
    if "id" in attributes:
        assert attributes["id"].startswith("user-content-")
