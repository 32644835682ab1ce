"""Sections and pictures as rows: what articles stand in, and what they show."""

import hashlib
from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.articles.models import Article, Image, Section
from kb.articles.pictures import Picture
from kb.publishing.sources.files import SectionFile, unnamed_section
from kb.publishing.sources.source import Source


def store_sections(session: Session, wanted: Iterable[SectionFile]) -> dict[str, int]:
    """Make the rows of sections say what ``wanted`` says, and return all ids by slug; no title keeps what is there."""
    rows = {row.slug: row for row in session.scalars(select(Section))}
    names: dict[str, dict[str, Any]] = {}
    for section in wanted:
        row = rows.get(section.slug)
        if row is None:
            title = unnamed_section(section.slug).title if section.tree else section.title
            row = rows[section.slug] = Section(
                slug=section.slug, title=title or unnamed_section(section.slug).title, names={}
            )
            session.add(row)
        called = names.setdefault(section.slug, {})
        if section.tree:
            called |= _name(row, section)
        elif section.title:
            _describe(row, section)
    for slug, called in names.items():
        if rows[slug].names != called:
            rows[slug].names = called
    session.flush()
    return {slug: row.id for slug, row in rows.items()}


def drop_sections(session: Session, *, but: Collection[str]) -> None:
    """Delete sections that no article is in, ``but`` those whose folders are there."""
    in_use = set(session.scalars(select(Article.section_id).distinct()))
    for row in session.scalars(select(Section)):
        if row.slug not in but and row.id not in in_use:
            session.delete(row)
    session.flush()


def store_pictures(session: Session, wanted: Iterable[Picture], source: Source) -> None:
    """Keep the bytes of the pictures that are not kept yet; those of former pages stay."""
    there = set(session.scalars(select(Image.sha256)))
    coming = {picture.path: picture for picture in wanted if picture.sha256 not in there}
    for file in source.read(coming):
        picture = coming[file.path]
        if picture.sha256 in there or hashlib.sha256(file.data).hexdigest() != picture.sha256:
            continue  # the same picture under two names, or a file that changed a moment ago
        there.add(picture.sha256)
        session.add(
            Image(
                sha256=picture.sha256,
                path=picture.path[-400:],
                oid=file.oid,
                mime=picture.mime,
                width=picture.width,
                height=picture.height,
                data=file.data,
            )
        )
        session.flush()


def _name(row: Section, section: SectionFile) -> dict[str, Any]:
    """Return what one language calls the section, by that language; what a broken file said last is kept."""
    if section.title:
        return {section.tree: {"title": section.title, "description": section.description}} if section.is_named else {}
    return {section.tree: row.names[section.tree]} if section.tree in row.names else {}


def _describe(row: Section, section: SectionFile) -> None:
    """Set only what differs, because any assignment would count as a change that readers can see."""
    for name in ("title", "description", "icon", "position", "canned"):
        if getattr(row, name) != getattr(section, name):
            setattr(row, name, getattr(section, name))
