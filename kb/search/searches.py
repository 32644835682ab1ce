"""What readers searched, as writers look at it: which texts, how often, and what came of them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, func, select, union_all
from sqlalchemy.orm import Session

from kb import clock
from kb.errors import Invalid, NotFound
from kb.search.models import Query
from kb.search.noted import LIVE, PAGE
from kb.search.sums import HELPED, LED_TO_QUESTION, WITHOUT_CLICKS, WITHOUT_HITS, how_many

PAGE_OF_TEXTS = 20
PERIODS = (7, 30, 90)
"""Days to look back."""
FREQUENT, NO_HITS, NO_CLICKS = "frequent", "no-hits", "no-clicks"
MOST_AFTERWARDS = 3
NEWEST = 200
"""Searches of a text that are followed up: of a frequent one all would take seconds."""

_SEARCHED = Query.source.in_((PAGE, LIVE))  # a question's title is none of these, nor is a page narrowed further
_OFTEN = {FREQUENT: "searches", NO_HITS: "without_hits", NO_CLICKS: "without_clicks"}
_COUNTED = (
    func.count().label("searches"),
    how_many(WITHOUT_HITS).label("without_hits"),
    how_many(WITHOUT_CLICKS).label("without_clicks"),
)


@dataclass(frozen=True, slots=True)
class Counts:
    """How many searches there were, how many of them without a hit, and with hits of which none was opened."""

    searches: int
    without_hits: int
    without_clicks: int


@dataclass(frozen=True, slots=True)
class Searched:
    """One text that readers searched; ``afterwards`` is what the same readers then searched, and how often."""

    text: str
    counts: Counts
    helped: int
    asked: int
    """How many searches a question was posted after."""
    last_at: datetime
    afterwards: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class SearchList:
    """A page of texts. ``counts`` are of all searches of the last ``days``, ``total`` how many texts the list has."""

    show: str
    days: int
    counts: Counts
    rows: tuple[Searched, ...]
    total: int
    page: int
    pages: int


def listing(session: Session, *, show: str = FREQUENT, days: int = 30, page: int = 1) -> SearchList:
    """Return 20 of the texts that were searched in the last ``days``, what happened most often first.

    Raises NotFound for a list or period nobody offered and past the last page, Invalid for a page below 1.
    """
    if show not in _OFTEN or days not in PERIODS:
        raise NotFound
    if page < 1:
        raise Invalid("page", "Pages are numbered from 1.")
    since = and_(_SEARCHED, Query.at >= clock.now() - timedelta(days=days))
    counts = _counts(session.execute(select(*_COUNTED).where(since)).one())
    rows = session.execute(_grouped(since, show).limit(PAGE_OF_TEXTS).offset((page - 1) * PAGE_OF_TEXTS)).all()
    if not rows and page > 1:
        raise NotFound("This list has fewer pages.")
    total = rows[0].total if rows else 0
    afterwards = _afterwards(session, [row.text for row in rows], since)
    found = tuple(_searched(row, afterwards[row.text]) for row in rows)
    return SearchList(show, days, counts, found, total, page, max(1, -(-total // PAGE_OF_TEXTS)))


def _grouped(since: ColumnElement[bool], show: str) -> Select[*tuple[Any, ...]]:
    """Return the statement for what is counted of each text in the list, in its order, and how many texts it has."""
    text = func.coalesce(Query.normal, "")  # else SQLite goes by text, through the searches of all times
    grouped = (
        select(
            text.label("text"),
            *_COUNTED,
            how_many(HELPED).label("helped"),
            how_many(LED_TO_QUESTION).label("asked"),
            func.max(Query.at).label("last_at"),
        )
        .where(since)
        .group_by(text)
        .subquery()
    )
    often = grouped.c[_OFTEN[show]]
    total = func.count().over().label("total")
    return select(grouped, total).where(often > 0).order_by(often.desc(), grouped.c.last_at.desc(), grouped.c.text)


def _searched(row: Row[*tuple[Any, ...]], afterwards: Sequence[tuple[str, int]]) -> Searched:
    then = tuple(afterwards[:MOST_AFTERWARDS])
    return Searched(row.text, _counts(row), int(row.helped), int(row.asked), row.last_at, then)


def _afterwards(
    session: Session, texts: Sequence[str], since: ColumnElement[bool]
) -> defaultdict[str, list[tuple[str, int]]]:
    """Return what readers searched after the newest searches of each of ``texts``, most often first."""
    found: defaultdict[str, list[tuple[str, int]]] = defaultdict(list)
    if not texts:
        return found
    columns = (Query.id, Query.visit, Query.normal)
    newest = (
        select(*columns).where(since, Query.normal == text, Query.visit != "").order_by(Query.at.desc()).limit(NEWEST)
        for text in texts
    )
    before = union_all(*(select(one.subquery()) for one in newest)).subquery()
    times = func.count(Query.visit.distinct())
    rows = session.execute(
        select(before.c.normal, Query.normal, times)
        .join(Query, and_(Query.visit == before.c.visit, Query.refines == before.c.id))
        .where(Query.normal != before.c.normal)
        .group_by(before.c.normal, Query.normal)
        .order_by(times.desc(), Query.normal)
    )
    for text, other, count in rows:
        found[text].append((other, count))
    return found


def _counts(row: Row[*tuple[Any, ...]]) -> Counts:
    return Counts(int(row.searches), int(row.without_hits), int(row.without_clicks))
