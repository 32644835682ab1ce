"""Feeds and site maps for other programs: what everybody may read, whoever asks."""

from datetime import datetime
from hashlib import sha256
from urllib.parse import quote, urlsplit

from flask import Blueprint, Response, abort, current_app
from flask_babel import gettext
from flask_login import current_user

from kb.articles import outlets as article_outlets
from kb.db import current_session
from kb.forum import listing
from kb.forum import outlets as forum_outlets
from kb.settings import PROJECT
from kb.web import feed_xml
from kb.web.cache import KEEP

bp = Blueprint("feeds", __name__)
MOST_IN_ONE = 10_000
"""Pages that one site map may hold; above, it becomes a list of site maps."""
A_PART = 5_000
PARTS = ("articles", "questions")
ATOM, XML = "application/atom+xml", "application/xml"


@bp.get("/feeds/articles.atom")
def articles() -> Response:
    """The articles that changed last."""
    entries = [
        feed_xml.Entry(
            id=_name(f"article:{entry.id}"),
            title=entry.title,
            link=_full(entry.address),
            summary=entry.summary,
            published=entry.created_at,
            updated=entry.changed_at,
            authors=entry.authors,
            tags=entry.tags,
            lang=entry.lang,
        )
        for entry in article_outlets.newest(current_session())
    ]
    return _feed("articles", gettext("Articles of %(site)s", site=_site_name()), entries)


@bp.get("/feeds/questions.atom")
def questions() -> Response:
    """The newest questions of the community."""
    entries = [
        feed_xml.Entry(
            id=_name(f"question:{row.id}"),
            title=row.title,
            link=_full(row.address),
            summary=row.extract,
            published=row.created_at,
            updated=row.active_at,
            authors=(row.asker.name,),
            tags=row.tags,
        )
        for row in listing.listing(current_session(), None, tab="newest").rows
    ]
    return _feed("questions", gettext("Questions to %(site)s", site=_site_name()), entries)


@bp.get("/sitemap.xml")
def site_map() -> Response:
    """Every page that search engines may know, or where the maps of them are."""
    session = current_session()
    counts = {"articles": article_outlets.count_public(session), "questions": forum_outlets.count_open(session)}
    if sum(counts.values()) <= MOST_IN_ONE:
        pages = [*_pages("articles", 0, MOST_IN_ONE), *_pages("questions", 0, MOST_IN_ONE)]
        return _answer(feed_xml.site_map(pages), XML)
    parts = [f"{kind}-{part + 1}" for kind in PARTS for part in range(-(-counts[kind] // A_PART))]
    return _answer(feed_xml.site_map_index(_full(f"/sitemap/{part}.xml") for part in parts), XML)


@bp.get("/sitemap/<any(articles, questions):kind>-<int:part>.xml")
def part_of_site_map(kind: str, part: int) -> Response:
    """A part of the map of a large site."""
    pages = _pages(kind, (part - 1) * A_PART, A_PART) if 0 < part <= 100_000 else []
    if not pages:
        abort(404)
    return _answer(feed_xml.site_map(pages), XML)


@bp.get("/robots.txt")
def robots() -> Response:
    """Keep crawlers out of pages that only repeat others or are nobody's to read, and show them the map."""
    rules = (PROJECT / "static" / "robots.txt").read_text("utf-8")
    answer = Response(f"{rules}\nSitemap: {_full('/sitemap.xml')}\n", mimetype="text/plain")
    answer.headers["Cache-Control"] = "public, max-age=86400"
    return answer


def _pages(kind: str, offset: int, limit: int) -> list[feed_xml.Page]:
    session = current_session()
    if kind == "questions":
        found = forum_outlets.open_questions(session, limit=limit, offset=offset)
        return [feed_xml.Page(_full(address), at) for address, at in found]
    sections = article_outlets.public_sections(session) if offset == 0 else ()
    entries = [*sections, *article_outlets.public_pages(session, limit=limit, offset=offset)]
    return [
        feed_xml.Page(
            _full(entry.address),
            entry.changed_at,
            tuple((lang, _full(address)) for lang, address in entry.translations),
        )
        for entry in entries
    ]


def _feed(of: str, title: str, entries: list[feed_xml.Entry]) -> Response:
    body = feed_xml.atom(
        id=_name(of),
        title=title,
        link=_full(f"/{of}"),
        itself=_full(f"/feeds/{of}.atom"),
        author=_site_name(),
        entries=entries,
    )
    return _answer(body, ATOM, max((entry.updated for entry in entries), default=None))


def _answer(body: bytes, mimetype: str, changed: datetime | None = None) -> Response:
    """Return a document that is the same for everybody, so that the page cache keeps it and compares its ETag."""
    answer = Response(body, mimetype=mimetype)
    answer.set_etag(sha256(body).hexdigest()[:32])
    answer.last_modified = changed
    if not current_user.is_authenticated:
        answer.headers[KEEP] = "1"
    return answer


def _full(path: str) -> str:
    return str(current_app.config["SETTINGS"].public_url) + quote(path, safe="/%:@!$&'()*+,;=~")


def _name(what: str) -> str:
    """Return a name that stays when pages move (RFC 4151)."""
    return f"tag:{urlsplit(current_app.config['SETTINGS'].public_url).hostname},2026:{what}"


def _site_name() -> str:
    return str(current_app.config["SETTINGS"].site_name)
