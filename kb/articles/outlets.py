"""Public articles as other programs read them: for feeds, and for maps of the site."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from kb.articles.addresses import address_of
from kb.articles.models import Article, Section
from kb.articles.reading import listed_for

NEWEST = 50


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """An article in a feed. ``id`` stays the same wherever the article moves."""

    id: int
    title: str
    address: str
    summary: str
    lang: str
    tags: tuple[str, ...]
    authors: tuple[str, ...]
    created_at: datetime
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class MapEntry:
    """A page on the map of the site; ``translations`` are (language, address), itself among them, or none."""

    address: str
    changed_at: datetime
    translations: tuple[tuple[str, str], ...] = ()


def newest(session: Session, *, limit: int = NEWEST) -> tuple[FeedEntry, ...]:
    """Return the public articles that changed last, the latest first."""
    rows = session.execute(
        select(
            Article.id,
            Article.title,
            Section.slug.label("section"),
            Article.slug,
            Article.tree,
            Article.summary,
            Article.lang,
            Article.tags,
            Article.authors,
            Article.created_at,
            Article.changed_at,
        )
        .join(Section, Section.id == Article.section_id)
        .where(_public())
        .order_by(Article.changed_at.desc(), Article.id.desc())
        .limit(limit)
    )
    return tuple(
        FeedEntry(
            id=row.id,
            title=row.title,
            address=address_of(row.section, row.slug, row.tree),
            summary=row.summary,
            lang=row.lang,
            tags=tuple(row.tags),
            authors=tuple(author["name"] for author in row.authors),
            created_at=row.created_at,
            changed_at=row.changed_at,
        )
        for row in rows
    )


def count_public(session: Session) -> int:
    """Return how many entries ``public_pages`` has in all, sections left out."""
    return session.scalar(select(func.count(Article.id)).where(_public())) or 0


def public_sections(session: Session) -> tuple[MapEntry, ...]:
    """Return the sections that hold a public article of the site's own language."""
    rows = session.execute(
        select(Section.slug, func.max(Article.changed_at))
        .join(Article, Article.section_id == Section.id)
        .where(_public(), Article.tree == "")
        .group_by(Section.id, Section.slug)
        .order_by(Section.id)
    )
    return tuple(MapEntry(address_of(slug), changed_at) for slug, changed_at in rows)


def public_pages(session: Session, *, limit: int, offset: int = 0) -> tuple[MapEntry, ...]:
    """Return public articles in the order they came, each with its translations."""
    rows = session.execute(
        select(Article.page_key, Section.slug, Article.slug, Article.tree, Article.changed_at)
        .join(Section, Section.id == Article.section_id)
        .where(_public())
        .order_by(Article.id)
        .limit(limit)
        .offset(offset)
    ).all()
    translated = _translations(session)
    return tuple(
        MapEntry(address_of(section, slug, tree), changed_at, tuple(translated.get(key, ())))
        for key, section, slug, tree, changed_at in rows
    )


def _public() -> ColumnElement[bool]:
    return listed_for(None)


def _translations(session: Session) -> dict[str, Iterable[tuple[str, str]]]:
    """Return language and address of every public article that is there in several languages, by its page."""
    several = (
        select(Article.page_key)
        .where(_public(), Article.page_key != "")
        .group_by(Article.page_key)
        .having(func.count(func.distinct(Article.lang)) > 1)
    )
    rows = session.execute(
        select(Article.page_key, Article.lang, Section.slug, Article.slug, Article.tree)
        .join(Section, Section.id == Article.section_id)
        .where(_public(), Article.page_key.in_(several))
        .order_by(Article.lang, Article.id)
    )
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for key, lang, section, slug, tree in rows:
        found[key].setdefault(lang, address_of(section, slug, tree))
    return {key: tuple(by_lang.items()) for key, by_lang in found.items()}
