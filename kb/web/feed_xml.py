"""Feeds and site maps as XML, made by a library that escapes what it is given."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.etree.ElementTree import Element, SubElement, tostring

_NOT_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a feed, with full addresses."""

    id: str
    title: str
    link: str
    summary: str
    published: datetime
    updated: datetime
    authors: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    lang: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a site map, with full addresses; ``translations`` are (language, address)."""

    link: str
    changed: datetime
    translations: tuple[tuple[str, str], ...] = ()


def atom(*, id: str, title: str, link: str, itself: str, author: str, entries: Iterable[Entry]) -> bytes:
    """Return an Atom feed (RFC 4287); ``author`` stands for entries that name none."""
    entries = list(entries)
    feed = Element("feed", xmlns="http://www.w3.org/2005/Atom")
    _text(feed, "id", id)
    _text(feed, "title", title)
    _text(feed, "updated", _moment(max((entry.updated for entry in entries), default=datetime.fromtimestamp(0, UTC))))
    SubElement(feed, "link", rel="self", type="application/atom+xml", href=itself)
    SubElement(feed, "link", rel="alternate", type="text/html", href=link)
    _text(SubElement(feed, "author"), "name", author)
    for entry in entries:
        _atom_entry(feed, entry)
    return _document(feed)


def _atom_entry(feed: Element, entry: Entry) -> None:
    element = SubElement(feed, "entry", {_LANG: entry.lang} if entry.lang else {})
    _text(element, "id", entry.id)
    _text(element, "title", entry.title)
    _text(element, "published", _moment(entry.published))
    _text(element, "updated", _moment(entry.updated))
    SubElement(element, "link", rel="alternate", type="text/html", href=entry.link)
    for name in entry.authors:
        _text(SubElement(element, "author"), "name", name)
    for tag in entry.tags:
        SubElement(element, "category", term=_clean(tag))
    if entry.summary:
        _text(element, "summary", entry.summary)


def site_map(pages: Iterable[Page]) -> bytes:
    """Return a site map (sitemaps.org) with the translations of each page."""
    spaces = {"xmlns": "http://www.sitemaps.org/schemas/sitemap/0.9", "xmlns:xhtml": "http://www.w3.org/1999/xhtml"}
    root = Element("urlset", spaces)
    for page in pages:
        url = SubElement(root, "url")
        _text(url, "loc", page.link)
        _text(url, "lastmod", _moment(page.changed))
        for lang, link in page.translations:
            SubElement(url, "xhtml:link", rel="alternate", hreflang=lang, href=link)
    return _document(root)


def site_map_index(links: Iterable[str]) -> bytes:
    """Return a map of site maps."""
    root = Element("sitemapindex", xmlns="http://www.sitemaps.org/schemas/sitemap/0.9")
    for link in links:
        _text(SubElement(root, "sitemap"), "loc", link)
    return _document(root)


def _text(parent: Element, name: str, text: str) -> None:
    SubElement(parent, name).text = _clean(text)


def _clean(text: str) -> str:
    """Return ``text`` without the characters that XML cannot hold, however they are written."""
    return _NOT_XML.sub("", text)


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _document(root: Element) -> bytes:
    return bytes(tostring(root, encoding="utf-8", xml_declaration=True))
