"""Which articles to read next: those the writer named, then those that share the rarest tags."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from math import log
from posixpath import normpath

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from kb.articles.addresses import address_of, folder_of
from kb.articles.models import Article, Section

MOST = 5
_COMMON = 200  # a tag on more articles than this says nothing about any two of them


def store(session: Session) -> None:
    """Work out ``related_ids`` of every listed article and store those that differ."""
    columns = (
        Article.id,
        Article.path,
        Section.slug,
        Article.slug,
        Article.audience,
        Article.tags,
        Article.related,
        Article.related_ids,
        Article.tree,
    )
    rows = session.execute(
        select(*columns).join(Section, Section.id == Article.section_id).where(Article.status == "published")
    ).all()
    by_name = {row.path: row.id for row in rows} | {address_of(row[2], row[3], row.tree): row.id for row in rows}
    by_tag: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        for tag in row.tags:
            by_tag[row.tree][tag.casefold()].append(row.id)
    for row in rows:
        named = [_named(name, row.path, by_name) for name in row.related]
        chosen = [number for number in dict.fromkeys(named) if number and number != row.id]
        alike = _alike(row.id, row.tags, by_tag[row.tree], len(rows))
        chosen += [number for number in alike if number not in chosen]
        if chosen[:MOST] != row.related_ids:
            session.execute(update(Article).where(Article.id == row.id).values(related_ids=chosen[:MOST]))


def _named(name: str, path: str, by_name: Mapping[str, int]) -> int | None:
    """Return the article that ``name`` in the file ``path`` means; one not translated yet is meant in the original."""
    beside = _beside(path, name)
    return by_name.get(name) or by_name.get(beside) or by_name.get(beside.partition("/")[2])


def _beside(path: str, name: str) -> str:
    return normpath(f"{folder_of(path)}/{name.partition('#')[0]}").lstrip("/")


def _alike(article: int, tags: list[str], by_tag: dict[str, list[int]], total: int) -> list[int]:
    """Return the articles with tags in common, rarest tags counting most, in an order that never changes by itself."""
    scores: Counter[int] = Counter()
    for tag in tags:
        others = by_tag[tag.casefold()]
        if len(others) <= _COMMON:
            for other in others:
                scores[other] += log(1 + total / len(others))  # type: ignore[assignment]
    del scores[article]
    return [number for number, _ in sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))[:MOST]]
