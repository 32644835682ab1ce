"""Articles as search sees them."""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Row, Select, bindparam, func, or_, select
from sqlalchemy.orm import Session

from kb import clock
from kb.articles.addresses import address_of
from kb.articles.languages import called, language
from kb.articles.models import Article, Section
from kb.articles.reading import in_time, visible, visible_to
from kb.db import UtcDateTime
from kb.people import rules
from kb.people.models import Person
from kb.search import documents
from kb.search.documents import ARTICLE, WRITERS, Document, Shown

FINDABLE = ("published", "archived")
MOST_SHOWN = 20_000
"""Characters of an article that a hit's extract is cut from."""
_INDEXED = (
    Article.id,
    Article.title,
    Article.summary,
    Article.text,
    Article.created_at,
    Article.keywords,
    Article.headings,
    Article.tags,
    Article.status,
    Article.audience,
    Article.lang,
    Article.helpful_count,
    Article.not_helpful_count,
)
_PRIOR = 5.0
_STRENGTH = 0.3


class Articles:
    """The help centre's side of search. An article whose time has not come, or is over, is for writers to find."""

    kind = ARTICLE

    def refs(self, session: Session) -> Sequence[int]:
        """Return the ids of every published or archived article."""
        return session.scalars(select(Article.id).where(Article.status.in_(FINDABLE)).order_by(Article.id)).all()

    def documents(self, session: Session, refs: Sequence[int]) -> Iterator[Document]:
        """Yield those of ``refs`` that somebody may find."""
        rows = session.execute(
            select(*_INDEXED, Section.slug.label("section"), in_time(clock.now()).label("in_time"))
            .join(Section, Section.id == Article.section_id)
            .where(Article.id.in_(refs), Article.status.in_(FINDABLE))
        )
        for row in rows:
            yield Document(
                kind=ARTICLE,
                ref=row.id,
                title=row.title,
                text=f"{row.summary}\n{row.text}".strip(),
                created_at=row.created_at,
                keywords=", ".join(row.keywords),
                headings="\n".join(heading["text"] for heading in row.headings),
                tags=tuple(row.tags),
                section=row.section,
                status=row.status,
                audience=row.audience if row.in_time else WRITERS,
                lang=row.lang,
                boost=boost(row.helpful_count, row.not_helpful_count),
            )

    def shown(self, session: Session, refs: Sequence[int], viewer: Person | None) -> dict[int, Shown]:
        """Return what ``viewer`` may see of ``refs``; a draft is not for search, even a writer's."""
        writer = viewer is not None and rules.is_writer(viewer)
        statement = _shown_to(writer=writer, audiences=rules.audiences(viewer))
        rows = session.execute(statement, {"refs": refs, "now": clock.now()})
        return {row.id: _shown(row) for row in rows}

    def titles(self, session: Session, words: Sequence[str], viewer: Person | None, limit: int) -> list[int]:
        """Return ids whose title holds any of ``words``, most first."""
        if not words:
            return []
        title = func.lower(Article.title)
        holds = [title.contains(word.lower(), autoescape=True) for word in words]
        found = session.execute(
            select(Article.id, title).where(Article.status.in_(FINDABLE), visible_to(viewer), or_(*holds))
        )
        scored = [(sum(word.lower() in text for word in words), -number) for number, text in found]
        return [-number for _, number in sorted(scored, reverse=True)[:limit]]


def register() -> None:
    """Make articles searchable."""
    documents.register(Articles())
    documents.register_places(ARTICLE, _section_titles)


def boost(helpful: int, not_helpful: int) -> float:
    """Return a factor from 0.85 to 1.15: how well the article helped, drawn to 1 while few have said."""
    share = (helpful + _PRIOR / 2) / (helpful + not_helpful + _PRIOR)
    return 1.0 + _STRENGTH * (share - 0.5)


def _section_titles(session: Session) -> dict[str, str]:
    return {row.slug: row.title for row in session.execute(_sections())}


@cache
def _sections() -> Select[str, str]:
    return select(Section.slug, Section.title)


@cache
def _shown_to(*, writer: bool, audiences: tuple[str, ...]) -> Select[Any]:
    now = bindparam("now", type_=UtcDateTime())
    return (
        select(
            Article.id,
            Article.title,
            Article.slug,
            Article.tree,
            Article.lang,
            Article.page_key,
            Article.summary,
            func.substr(Article.text, 1, MOST_SHOWN).label("text"),
            Article.status,
            Article.changed_at,
            Section.slug.label("section_slug"),
            Section.title.label("section"),
            Section.names,
        )
        .join(Section, Section.id == Article.section_id)
        .where(
            Article.id.in_(bindparam("refs", expanding=True)),
            Article.status.in_(FINDABLE),
            visible(now, writer=writer, audiences=audiences),
        )
    )


def _shown(row: Row[*tuple[Any, ...]]) -> Shown:
    return Shown(
        kind=ARTICLE,
        ref=row.id,
        title=row.title,
        address=address_of(row.section_slug, row.slug, row.tree),
        text=f"{row.summary}\n{row.text}".strip(),
        place=called(row.names, row.tree, "title") or row.section,
        place_address=address_of(row.section_slug, tree=row.tree),
        status=row.status,
        facts=(language(row.lang, row.tree).name,) if row.tree else (),
        at=row.changed_at,
        lang=row.lang,
        page=row.page_key,
    )
