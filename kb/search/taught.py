"""What writers taught search, in lists: words that mean the same, and what comes first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.db import Fact
from kb.errors import NotFound
from kb.people.models import Person
from kb.search import synonyms
from kb.search.documents import Shown
from kb.search.engine import Key
from kb.search.models import Promotion, Synonym
from kb.search.seeing import shown


@dataclass(frozen=True, slots=True)
class Line:
    """A line of synonyms added on the site."""

    id: int
    line: str
    by: str
    """The name of who added it, "" when they are gone."""
    at: datetime


@dataclass(frozen=True, slots=True)
class First:
    """A page that comes first for a search; ``shown`` is None when there is no such page any more."""

    id: int
    text: str
    shown: Shown | None
    by: str
    at: datetime


def lines(session: Session) -> Sequence[Line]:
    """Return the lines added on the site, the newest first."""
    rows = session.execute(
        select(Synonym.id, Synonym.line, Person.name, Synonym.added_at)
        .outerjoin(Person, Person.id == Synonym.added_by_id)
        .order_by(Synonym.id.desc())
    )
    return [Line(number, line, by or "", at) for number, line, by, at in rows]


def published_lines(session: Session) -> Sequence[str]:
    """Return the lines of the content's own file."""
    published = session.get(Fact, synonyms.FACT, populate_existing=True)
    return [*published.value["lines"]] if published else []


def firsts(session: Session, viewer: Person) -> Sequence[First]:
    """Return what comes first for a search, by search, as ``viewer`` sees it."""
    rows = session.execute(
        select(Promotion, Person.name)
        .outerjoin(Person, Person.id == Promotion.added_by_id)
        .order_by(Promotion.normal, Promotion.id)
    ).all()
    pages = shown(session, [Key(row.kind, row.ref) for row, _ in rows], viewer)
    return [First(row.id, row.normal, pages.get(Key(row.kind, row.ref)), by or "", row.added_at) for row, by in rows]


def line_with(session: Session, number: int) -> Synonym:
    """Return the line with an id; raises NotFound."""
    found = session.get(Synonym, number)
    if found is None:
        raise NotFound
    return found


def first_with(session: Session, number: int) -> Promotion:
    """Return the choice with an id; raises NotFound."""
    found = session.get(Promotion, number)
    if found is None:
        raise NotFound
    return found
