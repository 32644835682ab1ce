"""Which articles to read next according to their writers; those that are alike are found by kb.search.related."""

from collections.abc import Mapping
from posixpath import normpath

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from kb.articles.addresses import address_of, folder_of
from kb.articles.models import Article, Section


def store(session: Session) -> None:
    """Work out ``related_ids`` of every listed article, the articles its writer named, and store those that differ."""
    columns = (
        Article.id,
        Article.path,
        Section.slug,
        Article.slug,
        Article.related,
        Article.related_ids,
        Article.tree,
    )
    rows = session.execute(
        select(*columns).join(Section, Section.id == Article.section_id).where(Article.status == "published")
    ).all()
    by_name = {row.path: row.id for row in rows} | {address_of(row[2], row[3], row.tree): row.id for row in rows}
    for row in rows:
        named = dict.fromkeys(_named(name, row.path, by_name) for name in row.related)
        chosen = [number for number in named if number and number != row.id]
        if chosen != row.related_ids:
            session.execute(update(Article).where(Article.id == row.id).values(related_ids=chosen))


def _named(name: str, path: str, by_name: Mapping[str, int]) -> int | None:
    """Return the article that ``name`` in the file ``path`` means; one not translated yet is meant in the original."""
    beside = _beside(path, name)
    return by_name.get(name) or by_name.get(beside) or by_name.get(beside.partition("/")[2])


def _beside(path: str, name: str) -> str:
    return normpath(f"{folder_of(path)}/{name.partition('#')[0]}").lstrip("/")
