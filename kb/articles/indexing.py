"""Articles as search sees them."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from math import prod
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Row, Select, and_, bindparam, func, or_, select
from sqlalchemy.orm import Session

from kb import clock
from kb.articles.addresses import address_of
from kb.articles.care import is_overdue, owners_of, unhelpful_share
from kb.articles.languages import called, language
from kb.articles.models import Article, Section
from kb.articles.reading import in_time, visible, visible_to
from kb.articles.review_days import owner_key
from kb.db import UtcDateTime
from kb.people import rules
from kb.people.models import Person
from kb.search import documents
from kb.search.analysis import folded
from kb.search.documents import ARTICLE, WRITERS, Document, Shown, Version

FINDABLE = ("published", "archived")
MOST_SHOWN = 20_000
"""Characters of an article that a hit's extract is cut from."""
_INDEXED = (
    Article.id,
    Article.title,
    Article.summary,
    Article.text,
    Article.changed_at,
    Article.keywords,
    Article.headings,
    Article.tags,
    Article.status,
    Article.audience,
    Article.lang,
    Article.owner,
    Article.review_due_on,
    Article.helpful_count,
    Article.not_helpful_count,
)
_PRIOR = 5.0
_STRENGTH = 0.3
_ARCHIVED, _OVERDUE = 0.8, 0.95
_FEWEST_TOLD = 3
"""Readers who said so before a hit tells how many an article helped."""


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
        owners = owners_of(session)
        for row in rows:
            why = reasons(row.helpful_count, row.not_helpful_count, status=row.status, due_on=row.review_due_on)
            yield Document(
                kind=ARTICLE,
                ref=row.id,
                title=row.title,
                text=f"{row.summary}\n{row.text}".strip(),
                at=row.changed_at,
                keywords=", ".join(row.keywords),
                headings="\n".join(heading["text"] for heading in row.headings),
                tags=tuple(row.tags),
                section=row.section,
                status=row.status,
                audience=row.audience if row.in_time else WRITERS,
                lang=row.lang,
                people=_people(row.owner, owners),
                helpful=sure_share(row.helpful_count, row.not_helpful_count),
                boost=prod(factor for _, factor in why),
                reasons=why,
            )

    def audiences(self, viewer: rules.Reader | None) -> frozenset[str]:
        """Return whose articles ``viewer`` may find: writers find all, also what has not come yet or is over."""
        everybodys = rules.audiences(viewer)
        writes = viewer is not None and rules.is_writer(viewer)
        return frozenset((*everybodys, "staff", WRITERS) if writes else everybodys)

    def shown(
        self, session: Session, refs: Sequence[int], viewer: rules.Reader | None, *, brief: bool = False
    ) -> dict[int, Shown]:
        """Return what ``viewer`` may see of ``refs``; a draft is not for search, even a writer's."""
        writer = viewer is not None and rules.is_writer(viewer)
        statement = _shown_to(writer=writer, audiences=rules.audiences(viewer))
        rows = session.execute(statement, {"refs": refs, "now": clock.now(), "room": 0 if brief else MOST_SHOWN})
        return {row.id: _shown(row) for row in rows}

    def visible(self, viewer: rules.Reader | None) -> Select[int]:
        """See Source."""
        writer = viewer is not None and rules.is_writer(viewer)
        return _visible_to(writer=writer, audiences=rules.audiences(viewer))

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


class Translations:
    """What search is told of articles in several languages."""

    def there_are(self, session: Session) -> bool:
        """See Versions."""
        return session.scalar(select(Article.id).where(Article.tree != "").limit(1)) is not None

    def of(self, session: Session, refs: Sequence[int]) -> dict[int, Version]:
        """See Versions."""
        rows = session.execute(_pages(), {"refs": refs})
        return {row.id: Version(row.page_key, row.lang) for row in rows}


def register() -> None:
    """Make articles searchable."""
    documents.register(Articles())
    documents.register_places(ARTICLE, _section_titles)
    documents.register_versions(ARTICLE, Translations())


def reasons(helpful: int, not_helpful: int, *, status: str, due_on: date | None) -> tuple[tuple[str, float], ...]:
    """Return why an article is likelier to help than its words say, or less likely, as phrases and factors."""
    found = [(f"{helpful} of {helpful + not_helpful} readers found it helpful", _rated(helpful, not_helpful))]
    if status == "archived":
        found.append(("archived", _ARCHIVED))
    if status == "published" and is_overdue(due_on):
        found.append(("overdue for review", _OVERDUE))
    return tuple((words, round(factor, 3)) for words, factor in found if factor != 1.0)


def sure_share(helpful: int, not_helpful: int) -> float:
    """Return the share of readers an article helped that is sure by 95 %; 0 while nobody said."""
    return unhelpful_share(not_helpful, helpful)  # the same bound, of the other answer


def _rated(helpful: int, not_helpful: int) -> float:
    """Return a factor from 0.85 to 1.15: how well the article helped, drawn to 1 while few have said."""
    share = (helpful + _PRIOR / 2) / (helpful + not_helpful + _PRIOR)
    return 1.0 + _STRENGTH * (share - 0.5)


def _people(owner: str, owners: Mapping[str, str]) -> tuple[str, ...]:
    """Return what ``by:`` finds an owner by: the handle of the writer who is meant, and the words of the file."""
    said = folded(owner).strip().removeprefix("@")
    return tuple(dict.fromkeys(name for name in (owners.get(owner_key(owner), ""), said) if name)) if owner else ()


def _section_titles(session: Session) -> dict[str, str]:
    return {row.slug: row.title for row in session.execute(_sections())}


@cache
def _sections() -> Select[str, str]:
    return select(Section.slug, Section.title)


@cache
def _pages() -> Select[int, str, str]:
    refs: BindParameter[Any] = bindparam("refs", expanding=True)
    return select(Article.id, Article.page_key, Article.lang).where(Article.id.in_(refs), Article.page_key != "")


@cache
def _visible_to(*, writer: bool, audiences: tuple[str, ...]) -> Select[int]:
    return select(Article.id).where(_is_visible_to(writer=writer, audiences=audiences))


@cache
def _shown_to(*, writer: bool, audiences: tuple[str, ...]) -> Select[Any]:
    return (
        select(
            Article.id,
            Article.title,
            Article.slug,
            Article.tree,
            Article.lang,
            Article.page_key,
            Article.summary,
            func.substr(Article.text, 1, bindparam("room")).label("text"),
            Article.headings,
            Article.status,
            Article.changed_at,
            Article.reviewed_on,
            Article.helpful_count,
            Article.not_helpful_count,
            Section.slug.label("section_slug"),
            Section.title.label("section"),
            Section.names,
        )
        .join(Section, Section.id == Article.section_id)
        .where(Article.id.in_(bindparam("refs", expanding=True)), _is_visible_to(writer=writer, audiences=audiences))
    )


def _is_visible_to(*, writer: bool, audiences: tuple[str, ...]) -> ColumnElement[bool]:
    now = bindparam("now", type_=UtcDateTime())
    return and_(Article.status.in_(FINDABLE), visible(now, writer=writer, audiences=audiences))


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
        facts=tuple(_facts(row)),
        at=row.changed_at,
        lang=row.lang,
        page=row.page_key,
        headings=tuple((heading["id"], heading["text"]) for heading in row.headings),
    )


def _facts(row: Row[*tuple[Any, ...]]) -> Iterator[str]:
    """Yield what a reader wants to know before opening an article, in plain words."""
    if row.tree:
        yield language(row.lang, row.tree).name
    if row.status == "archived":
        yield "Archived"
    answers = row.helpful_count + row.not_helpful_count
    if answers >= _FEWEST_TOLD:
        yield f"Helped {row.helpful_count} of {answers} readers"
    if row.reviewed_on:
        yield f"Reviewed {row.reviewed_on.day} {row.reviewed_on:%B %Y}"
