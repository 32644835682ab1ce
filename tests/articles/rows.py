"""Article rows as a publish would leave them, for tests of what comes after."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from kb import clock
from kb.articles.models import Article, Section


def article_row(session: Session, path: str, **values: Any) -> Article:
    """Add the article of ``path`` (``section/slug.md``), published and public unless ``values`` say otherwise."""
    folder, _, name = path.partition("/")
    section = session.scalar(select(Section).where(Section.slug == folder))
    if section is None:
        section = Section(slug=folder, title=folder.capitalize())
        session.add(section)
        session.flush()
    slug = name.removesuffix(".md")
    usual: dict[str, Any] = {
        "section_id": section.id,
        "slug": slug,
        "path": path,
        "page_key": path,
        "source_hash": path,
        "title": slug.replace("-", " ").capitalize(),
        "markdown": "Text.",
        "html": "<p>Text.</p>",
        "text": "Text.",
        "headings": [],
        "tags": [],
        "keywords": [],
        "related": [],
        "related_ids": [],
        "links": [],
        "remarks": [],
        "extra": {},
        "created_at": clock.now(),
        "changed_at": clock.now(),
    }
    article = Article(**{**usual, **values})
    session.add(article)
    session.flush()
    return article
