"""Sections and pictures as rows: what articles stand in, and what they show."""

import hashlib
from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.articles.models import Image, Section
from kb.articles.pictures import Picture
from kb.publishing.sources.files import SectionFile, unnamed_section
from kb.publishing.sources.source import Source


def store_sections(session: Session, wanted: Iterable[SectionFile]) -> dict[str, int]:
    """Make the rows of sections say what ``wanted`` says, and return all ids by slug; no title keeps what is there."""
    rows = {row.slug: row for row in session.scalars(select(Section))}
    for section in wanted:
        row = rows.get(section.slug)
        if row is None:
            title = unnamed_section(section.slug).title if section.tree else section.title
            row = rows[section.slug] = Section(
                slug=section.slug, title=title or unnamed_section(section.slug).title, names={}
            )
            session.add(row)
        if section.tree:
            _name(row, section)
        elif section.title:
            _describe(row, section)
    session.flush()
    return {slug: row.id for slug, row in rows.items()}


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
                mime=picture.mime,
                width=picture.width,
                height=picture.height,
                data=file.data,
            )
        )
        session.flush()


def _name(row: Section, section: SectionFile) -> None:
    """Set what one language calls the section; one whose folder says nothing keeps the name it has."""
    said = {"title": section.title, "description": section.description}
    if section.is_named and row.names.get(section.tree) != said:
        row.names = {**row.names, section.tree: said}


def _describe(row: Section, section: SectionFile) -> None:
    """Set only what differs, because any assignment would count as a change that readers can see."""
    for name in ("title", "description", "icon", "position"):
        if getattr(row, name) != getattr(section, name):
            setattr(row, name, getattr(section, name))
