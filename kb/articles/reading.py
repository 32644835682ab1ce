"""Articles as pages show them, for one reader each."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Row, and_, func, literal, or_, select
from sqlalchemy.orm import Session

from kb import clock
from kb.articles import care, languages
from kb.articles.addresses import address_of
from kb.articles.languages import language
from kb.articles.models import Article, Image, Section
from kb.articles.shapes import ArticleCard, ArticlePage, IndexPage, Language, SectionCard, SectionPage, Version
from kb.errors import NotFound
from kb.people import rules
from kb.search import related
from kb.search.documents import ARTICLE, QUESTION
from kb.search.engine import Key

PAGE_SIZE = 60
NEIGHBOURS = 10
MOST_RELATED, MOST_THREADS = 5, 3
WORDS_A_MINUTE = 220
DEEPEST_IN_CONTENTS = 3
MOST_IN_CONTENTS = 60
_ORDER = (Article.position, Article.title, Article.id)
_CARD = (Article.slug, Article.title, Article.summary, Article.status, Article.audience, Article.tree, Article.lang)
_PAGE = (
    Article.id,
    Article.section_id,
    Article.title,
    Article.summary,
    Article.html,
    Article.lang,
    Article.tree,
    Article.page_key,
    Article.headings,
    Article.words,
    Article.created_at,
    Article.changed_at,
    Article.reviewed_on,
    Article.review_due_on,
    Article.publish_at,
    Article.expires_at,
    Article.status,
    Article.audience,
    Article.owner,
    Article.authors,
    Article.credits,
    Article.path,
    Article.revision,
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
    return and_(Article.status.in_(("published", "archived")), Article.audience.in_(audiences), in_time(now))


def in_time(now: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    """Return the condition for articles whose time has come and is not over."""
    return and_(
        or_(Article.publish_at.is_(None), Article.publish_at <= now),
        or_(Article.expires_at.is_(None), Article.expires_at > now),
    )


def listed_for(viewer: rules.Reader | None) -> ColumnElement[bool]:
    """Return the condition for articles in lists: archived ones are left to links and search."""
    return and_(visible_to(viewer), Article.status != "archived")


def listed_in(tree: str, viewer: rules.Reader | None) -> ColumnElement[bool]:
    """Return the condition for articles in the lists of one language: its own, and originals it has no version of."""
    own = and_(listed_for(viewer), Article.tree == tree)
    if not tree:
        return own
    translated = select(Article.page_key).where(own).correlate(None)
    return or_(own, and_(listed_for(viewer), Article.tree == "", Article.page_key.not_in(translated)))


def sections(session: Session, viewer: rules.Reader | None, *, top: int = 3, tree: str = "") -> tuple[SectionCard, ...]:
    """Return the sections that hold anything for ``viewer``, in their order, each with its ``top`` articles."""
    place = func.row_number().over(partition_by=Article.section_id, order_by=_ORDER)
    count = func.count().over(partition_by=Article.section_id)
    listed = listed_in(tree, viewer)
    ranked = select(Article.id, place.label("place"), count.label("count")).where(listed).subquery("ranked")
    rows = session.execute(
        select(Section, ranked.c.count, *_CARD)
        .join(Article, Article.section_id == Section.id)
        .join(ranked, ranked.c.id == Article.id)
        .where(ranked.c.place <= top)
        .order_by(Section.position, Section.title, Section.id, ranked.c.place)
    )
    by_section: dict[int, tuple[Section, int, list[ArticleCard]]] = {}
    for section, total, *card in rows:
        by_section.setdefault(section.id, (section, total, []))[2].append(_card(section.slug, card, tree))
    return tuple(
        SectionCard(
            title=languages.called(section.names, tree, "title") or section.title,
            address=address_of(section.slug, tree=tree),
            description=languages.called(section.names, tree, "description") or section.description,
            icon=section.icon,
            count=total,
            articles=tuple(cards),
        )
        for section, total, cards in by_section.values()
    )


def index(session: Session, viewer: rules.Reader | None, *, tree: str = "") -> IndexPage:
    """Return all sections in one language; raises NotFound for one that nothing is written in."""
    offered = languages.offered(session, visible_to(viewer))
    return IndexPage(
        sections=sections(session, viewer, top=5, tree=tree),
        language=_chosen(session, offered, tree),
        languages=tuple((one, address_of("", tree=one.tree)) for one in offered),
    )


def section(session: Session, slug: str, viewer: rules.Reader | None, *, page: int = 1, tree: str = "") -> SectionPage:
    """Return a section with its articles for ``viewer``; raises NotFound where there are none on that page."""
    page = max(1, page)
    rows = session.execute(
        select(Section, func.count().over(), *_CARD)
        .join(Article, Article.section_id == Section.id)
        .where(Section.slug == slug, listed_in(tree, viewer))
        .order_by(*_ORDER)
        .limit(PAGE_SIZE)
        .offset((page - 1) * PAGE_SIZE)
    ).all()
    if not rows:
        raise NotFound
    found, total = rows[0][0], rows[0][1]
    offered = languages.offered(session, visible_to(viewer), section=slug)
    is_own = not tree or any(one.tree == tree for one in offered)
    everywhere = offered if is_own else languages.offered(session, visible_to(viewer))
    return SectionPage(
        id=found.id,
        title=languages.called(found.names, tree, "title") or found.title,
        address=address_of(found.slug, tree=tree),
        description=languages.called(found.names, tree, "description") or found.description,
        icon=found.icon,
        articles=tuple(_card(found.slug, row[2:], tree) for row in rows),
        total=total,
        page=page,
        pages=-(-total // PAGE_SIZE),
        language=_chosen(session, everywhere, tree),
        original_address=address_of(found.slug, tree=tree if is_own else ""),
        index_address=address_of("", tree=tree),
        languages=tuple((one, address_of(found.slug, tree=one.tree)) for one in offered),
    )


def article(
    session: Session, section_slug: str, slug: str, viewer: rules.Reader | None, *, tree: str = ""
) -> ArticlePage:
    """Return the page of an article; raises NotFound unless ``viewer`` may see it.

    In another language than the site's own the original stands in where there is no translation. Where there is
    one by another slug, the page's ``shown_at`` says where.
    """
    row = _article(session, section_slug, slug, viewer, tree)
    versions = languages.versions(session, row.page_key, visible_to(viewer))
    missing = _missing(session, versions, row, tree, viewer)
    own = next((one for one in versions if one.language.tree == tree), None)
    shown_at = own.address if own and row.tree != tree else address_of(section_slug, slug, tree)
    alike = related.refs_for(session, Key(ARTICLE, row.id))
    onward = tuple(dict.fromkeys([*row.related_ids, *alike.get(ARTICLE, ())]))
    in_section, by_id = _around(session, row.section_id, onward, viewer, tree)
    at = next((place for place, card in enumerate(in_section) if card.address == shown_at), None)
    return ArticlePage(
        id=row.id,
        title=row.title,
        address=address_of(section_slug, slug, row.tree),
        summary=row.summary,
        html=row.html,
        language=language(row.lang, row.tree),
        headings=_contents(row.headings),
        minutes=max(1, round(row.words / WORDS_A_MINUTE)),
        created_at=row.created_at,
        changed_at=row.changed_at,
        reviewed_on=row.reviewed_on,
        review_is_due=care.is_overdue(row.review_due_on),
        status=row.status,
        audience=row.audience,
        owner=row.owner,
        tags=tuple(row.tags),
        section=languages.called(row.names, tree, "title") or row.section,
        section_address=address_of(section_slug, tree=tree),
        neighbours=tuple(in_section[max(0, at - NEIGHBOURS) : at + NEIGHBOURS + 1]) if at is not None else (),
        previous=in_section[at - 1] if at else None,
        next=in_section[at + 1] if at is not None and at + 1 < len(in_section) else None,
        related=tuple(by_id[number] for number in onward if number in by_id)[:MOST_RELATED],
        threads=related.shown_of(session, QUESTION, alike.get(QUESTION, ()), viewer)[:MOST_THREADS],
        shown_at=shown_at,
        index_address=address_of("", tree=tree),
        versions=versions if len(versions) > 1 or missing else (),
        missing=missing,
        newer_original=_newer(row, versions),
        opens_at=row.publish_at if row.publish_at and row.publish_at > clock.now() else None,
        closed_at=row.expires_at if row.expires_at and row.expires_at <= clock.now() else None,
        authors=tuple(row.authors),
        credits=tuple(row.credits),
        path=row.path,
        revision=row.revision,
    )


def article_for(
    session: Session, section_slug: str, slug: str, viewer: rules.Reader | None, *, tree: str = ""
) -> Article:
    """Return the article itself, for verbs; raises NotFound unless ``viewer`` may see it."""
    found = session.scalar(
        select(Article)
        .join(Section, Section.id == Article.section_id)
        .where(Section.slug == section_slug, Article.slug == slug, Article.tree == tree, visible_to(viewer))
    )
    if found is None:
        raise NotFound
    return found


def html_of(session: Session, article_id: int, viewer: rules.Reader | None) -> str:
    """Return an article's clean HTML alone; raises NotFound unless ``viewer`` may see it."""
    found = session.scalar(select(Article.html).where(Article.id == article_id, visible_to(viewer)))
    if found is None:
        raise NotFound
    return found


def markdown(session: Session, section_slug: str, slug: str, viewer: rules.Reader | None, *, tree: str = "") -> str:
    """Return an article as Markdown, its title and summary first; raises NotFound like its page."""
    found = article_for(session, section_slug, slug, viewer, tree=tree)
    parts = [f"# {found.title}", found.summary, found.markdown.strip()]
    return "\n\n".join(part for part in parts if part) + "\n"


def image(session: Session, sha256: str) -> Image:
    """Return a picture by the digest of its bytes, which nobody can guess; raises NotFound."""
    found = session.scalar(select(Image).where(Image.sha256 == sha256))
    if found is None:
        raise NotFound
    return found


def _article(session: Session, section_slug: str, slug: str, viewer: rules.Reader | None, tree: str) -> Row[Any]:
    """Return what the page shows of the article, or of its original where there is none in that language."""
    row = session.execute(
        select(*_PAGE, Section.title.label("section"), Section.names)
        .join(Section, Section.id == Article.section_id)
        .where(Section.slug == section_slug, Article.slug == slug, Article.tree.in_({tree, ""}), visible_to(viewer))
        .order_by(Article.tree.desc())
        .limit(1)
    ).first()
    if row is None:
        raise NotFound
    return row


def _contents(headings: Sequence[dict[str, Any]]) -> tuple[dict[str, Any], ...]:
    """Return the headings of the contents list; a list nobody could look through holds only the upper level."""
    listed = [heading for heading in headings if heading["level"] <= DEEPEST_IN_CONTENTS]
    if len(listed) <= MOST_IN_CONTENTS:
        return tuple(listed)
    top = min(heading["level"] for heading in listed)
    return tuple(heading for heading in listed if heading["level"] == top)


def _missing(
    session: Session, versions: Sequence[Version], row: Row[Any], tree: str, viewer: rules.Reader | None
) -> Language | None:
    """Return the language a page stands in for; raises NotFound for one that nothing here is written in."""
    if row.tree == tree:
        return None
    translated = any(one.language.tree == tree for one in versions)
    if not translated and tree not in languages.foreign(session, visible_to(viewer)):
        raise NotFound
    return language(tree, tree)


def _chosen(session: Session, offered: Sequence[Language], tree: str) -> Language:
    if not tree:
        return offered[0] if offered else language(languages.site_language(session))
    for one in offered:
        if one.tree == tree:
            return one
    raise NotFound


def _newer(row: Row[Any], versions: Sequence[Version]) -> Version | None:
    """Return the original of a translation that it changed after."""
    originals = (one for one in versions if row.tree and not one.language.tree)
    return next((one for one in originals if one.changed_at > row.changed_at), None)


def _around(
    session: Session, home: int, others: Sequence[int], viewer: rules.Reader | None, tree: str
) -> tuple[list[ArticleCard], dict[int, ArticleCard]]:
    """Return the cards of the section ``home`` in order, and of those and ``others`` by id, in one statement."""
    number, section_id = Article.id, Article.section_id
    rows = session.execute(
        select(number, section_id, Section.slug, Article.slug, Article.title, literal(""), *_CARD[3:])
        .join(Section, Section.id == section_id)
        .where(or_(section_id == home, number.in_(others)), listed_in(tree, viewer))
        .order_by(*_ORDER)
    )
    in_section, by_id = [], {}
    for article_id, in_which, section_slug, *card in rows:
        by_id[article_id] = _card(section_slug, card, tree)
        if in_which == home:
            in_section.append(by_id[article_id])
    return in_section, by_id


def _card(section_slug: str, columns: Sequence[Any], tree: str = "") -> ArticleCard:
    """Return a card that leads to the article within ``tree``, and names its language where that is another."""
    slug, title, summary, status, audience, own_tree, lang = columns
    other = language(lang, own_tree) if own_tree != tree else None
    return ArticleCard(title, address_of(section_slug, slug, tree), summary, status, audience, other)
