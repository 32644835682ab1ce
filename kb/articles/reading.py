"""Articles as pages show them, for one reader each."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Row, and_, func, literal, or_, select
from sqlalchemy.orm import Session

from kb import clock
from kb.articles.addresses import address_of
from kb.articles.models import Article, Image, Section
from kb.articles.shapes import ArticleCard, ArticlePage, SectionCard, SectionPage
from kb.errors import NotFound
from kb.people import rules

PAGE_SIZE = 60
NEIGHBOURS = 10
WORDS_A_MINUTE = 220
DEEPEST_IN_CONTENTS = 3
_ORDER = (Article.position, Article.title, Article.id)
_CARD = (Article.slug, Article.title, Article.summary, Article.status, Article.audience)
_PAGE = (
    Article.id,
    Article.section_id,
    Article.title,
    Article.summary,
    Article.html,
    Article.lang,
    Article.headings,
    Article.words,
    Article.changed_at,
    Article.reviewed_on,
    Article.review_every,
    Article.status,
    Article.audience,
    Article.owner,
    Article.tags,
    Article.related_ids,
)


def visible_to(viewer: rules.Reader | None) -> ColumnElement[bool]:
    """Return the condition for articles that ``viewer`` may see; every outlet of articles uses it.

    Writers see everything that has a file. Others see what is published or archived, is for an audience of theirs,
    and is within its time.
    """
    writer = viewer is not None and rules.is_writer(viewer)
    return visible(clock.now(), writer=writer, audiences=rules.audiences(viewer))


def visible(
    now: datetime | BindParameter[datetime], *, writer: bool, audiences: tuple[str, ...]
) -> ColumnElement[bool]:
    """Return that condition for a moment that may be named later, so that a statement can be made once."""
    if writer:
        return Article.status != "retired"
    return and_(
        Article.status.in_(("published", "archived")),
        Article.audience.in_(audiences),
        or_(Article.publish_at.is_(None), Article.publish_at <= now),
        or_(Article.expires_at.is_(None), Article.expires_at > now),
    )


def listed_for(viewer: rules.Reader | None) -> ColumnElement[bool]:
    """Return the condition for articles in lists: archived ones are left to links and search."""
    return and_(visible_to(viewer), Article.status != "archived")


def sections(session: Session, viewer: rules.Reader | None, *, top: int = 3) -> tuple[SectionCard, ...]:
    """Return the sections that hold anything for ``viewer``, in their order, each with its ``top`` articles."""
    place = func.row_number().over(partition_by=Article.section_id, order_by=_ORDER)
    count = func.count().over(partition_by=Article.section_id)
    ranked = select(Article.id, place.label("place"), count.label("count")).where(listed_for(viewer)).subquery("ranked")
    rows = session.execute(
        select(Section, ranked.c.count, *_CARD)
        .join(Article, Article.section_id == Section.id)
        .join(ranked, ranked.c.id == Article.id)
        .where(ranked.c.place <= top)
        .order_by(Section.position, Section.title, Section.id, ranked.c.place)
    )
    by_section: dict[int, tuple[Section, int, list[ArticleCard]]] = {}
    for section, total, *card in rows:
        by_section.setdefault(section.id, (section, total, []))[2].append(_card(section.slug, card))
    return tuple(
        SectionCard(section.title, address_of(section.slug), section.description, section.icon, total, tuple(cards))
        for section, total, cards in by_section.values()
    )


def section(session: Session, slug: str, viewer: rules.Reader | None, *, page: int = 1) -> SectionPage:
    """Return a section with its articles for ``viewer``; raises NotFound where there are none on that page."""
    page = max(1, page)
    rows = session.execute(
        select(Section, func.count().over(), *_CARD)
        .join(Article, Article.section_id == Section.id)
        .where(Section.slug == slug, listed_for(viewer))
        .order_by(*_ORDER)
        .limit(PAGE_SIZE)
        .offset((page - 1) * PAGE_SIZE)
    ).all()
    if not rows:
        raise NotFound
    found, total = rows[0][0], rows[0][1]
    return SectionPage(
        title=found.title,
        address=address_of(found.slug),
        description=found.description,
        icon=found.icon,
        articles=tuple(_card(found.slug, row[2:]) for row in rows),
        total=total,
        page=page,
        pages=-(-total // PAGE_SIZE),
    )


def article(session: Session, section_slug: str, slug: str, viewer: rules.Reader | None) -> ArticlePage:
    """Return the page of an article; raises NotFound unless ``viewer`` may see it."""
    row = _article(session, section_slug, slug, viewer)
    here = address_of(section_slug, slug)
    in_section, by_id = _around(session, row, viewer)
    at = next((place for place, card in enumerate(in_section) if card.address == here), None)
    return ArticlePage(
        id=row.id,
        title=row.title,
        address=here,
        summary=row.summary,
        html=row.html,
        lang=row.lang,
        headings=tuple(heading for heading in row.headings if heading["level"] <= DEEPEST_IN_CONTENTS),
        minutes=max(1, round(row.words / WORDS_A_MINUTE)),
        changed_at=row.changed_at,
        reviewed_on=row.reviewed_on,
        review_is_due=_is_due(row.reviewed_on, row.review_every),
        status=row.status,
        audience=row.audience,
        owner=row.owner,
        tags=tuple(row.tags),
        section=row.section,
        section_address=address_of(section_slug),
        neighbours=tuple(in_section[max(0, at - NEIGHBOURS) : at + NEIGHBOURS + 1]) if at is not None else (),
        previous=in_section[at - 1] if at else None,
        next=in_section[at + 1] if at is not None and at + 1 < len(in_section) else None,
        related=tuple(by_id[number] for number in row.related_ids if number in by_id),
    )


def article_for(session: Session, section_slug: str, slug: str, viewer: rules.Reader | None) -> Article:
    """Return the article itself, for verbs; raises NotFound unless ``viewer`` may see it."""
    found = session.scalar(
        select(Article)
        .join(Section, Section.id == Article.section_id)
        .where(Section.slug == section_slug, Article.slug == slug, visible_to(viewer))
    )
    if found is None:
        raise NotFound
    return found


def markdown(session: Session, section_slug: str, slug: str, viewer: rules.Reader | None) -> str:
    """Return an article as Markdown, its title and summary first; raises NotFound like its page."""
    found = article_for(session, section_slug, slug, viewer)
    parts = [f"# {found.title}", found.summary, found.markdown.strip()]
    return "\n\n".join(part for part in parts if part) + "\n"


def image(session: Session, sha256: str) -> Image:
    """Return a picture by the digest of its bytes, which nobody can guess; raises NotFound."""
    found = session.scalar(select(Image).where(Image.sha256 == sha256))
    if found is None:
        raise NotFound
    return found


def _article(session: Session, section_slug: str, slug: str, viewer: rules.Reader | None) -> Row[Any]:
    """Return what the page shows of the article."""
    row = session.execute(
        select(*_PAGE, Section.title.label("section"))
        .join(Section, Section.id == Article.section_id)
        .where(Section.slug == section_slug, Article.slug == slug, visible_to(viewer))
    ).first()
    if row is None:
        raise NotFound
    return row


def _around(
    session: Session, row: Row[Any], viewer: rules.Reader | None
) -> tuple[list[ArticleCard], dict[int, ArticleCard]]:
    """Return the cards of its section in order, and those of related articles by id, in one statement."""
    rows = session.execute(
        select(Article.id, Article.section_id, Section.slug, Article.slug, Article.title, literal(""), *_CARD[3:])
        .join(Section, Section.id == Article.section_id)
        .where(or_(Article.section_id == row.section_id, Article.id.in_(row.related_ids)), listed_for(viewer))
        .order_by(*_ORDER)
    )
    in_section, by_id = [], {}
    for number, section_id, section_slug, *card in rows:
        by_id[number] = _card(section_slug, card)
        if section_id == row.section_id:
            in_section.append(by_id[number])
    return in_section, by_id


def _card(section_slug: str, columns: Sequence[Any]) -> ArticleCard:
    slug, title, summary, status, audience = columns
    return ArticleCard(title, address_of(section_slug, slug), summary, status, audience)


def _is_due(reviewed: date | None, every: int | None) -> bool:
    return reviewed is not None and every is not None and clock.now().date() > reviewed + timedelta(days=every)
