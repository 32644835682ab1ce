"""Sections as something to follow, and which articles and sections a person may still hear of."""

from collections.abc import Collection, Mapping

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from kb.articles.addresses import address_of
from kb.articles.models import Article, Section
from kb.articles.reading import listed_for, visible_to
from kb.notices import inbox
from kb.notices.subjects import Subject, register_subject
from kb.people.models import Person
from kb.search.documents import ARTICLE

SECTION = "section"


def register() -> None:
    """Let sections be followed, and notices about them and about articles be seen by those who may read them."""
    register_subject(SECTION, _sections)
    inbox.register_visibility(SECTION, _visible_sections)
    inbox.register_visibility(ARTICLE, _visible_articles)


def _sections(session: Session, ids: Collection[int], person: Person) -> Mapping[int, Subject]:
    found = session.execute(
        select(Section.id, Section.title, Section.slug).where(Section.id.in_(ids), _holds_something_for(person))
    )
    return {row.id: Subject(row.title, address_of(row.slug)) for row in found}


def _visible_sections(person: Person) -> Select[int]:
    return select(Section.id).where(_holds_something_for(person))


def _visible_articles(person: Person) -> Select[int]:
    return select(Article.id).where(visible_to(person))


def _holds_something_for(person: Person) -> ColumnElement[bool]:
    return select(Article.id).where(Article.section_id == Section.id, listed_for(person)).exists()
