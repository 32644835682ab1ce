"""What changed, what was searched and opened and what came of it, and what writers and the worker add to finding."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kb.db import Base


class Change(Base):
    """That a document may differ from what an index holds; every index follows these in order of ``id``."""

    __tablename__ = "search_change"
    __table_args__ = (Index(None, "kind", "ref"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    ref: Mapped[int]
    at: Mapped[datetime] = mapped_column(index=True)


class Query(Base):
    """One search that somebody finished; no address, no name and no personal data in its text is kept with it."""

    __tablename__ = "search_query"
    __table_args__ = (
        Index(None, "normal", "at"),
        Index(None, "visit", "at"),
        Index("ix_search_query_counted", "at", "source", "hits", "ended", "normal"),
    )

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    """Random, made by the web process so that a click can name its search before the row is stored."""
    at: Mapped[datetime]
    source: Mapped[str] = mapped_column(String(10))
    """``page``, ``narrowed`` (such a page, narrowed), ``live`` (while typing in the box) or ``ask`` (a title)."""
    text: Mapped[str] = mapped_column(Text)
    normal: Mapped[str] = mapped_column(String(256))
    """Lower case, single spaces: what counts as the same search."""
    hits: Mapped[int]
    took_ms: Mapped[int]
    visit: Mapped[str] = mapped_column(String(16), default="", server_default="")
    """Which searches of one day belong together: a hash whose key changes daily and is then forgotten."""
    refines: Mapped[str] = mapped_column(String(22), default="", server_default="")
    """The search of the same visit that this one says in other words, a few minutes later."""
    corrected: Mapped[str] = mapped_column(String(256), default="", server_default="")
    """What was searched instead, where a word was taken for mistyped."""
    audience: Mapped[str] = mapped_column(String(10), default="public", server_default="public")
    """``public`` for a visitor, ``members`` or ``staff``: whose documents the search could find."""
    ended: Mapped[str] = mapped_column(String(10), default="", server_default="")
    """What followed: ``read`` (a hit was opened), ``helpful`` (and said to help), ``asked`` (a question was posted)."""


class Click(Base):
    """That a hit was opened from a search, once however often; ``position`` counts from 1."""

    __tablename__ = "search_click"
    __table_args__ = (UniqueConstraint("query_id", "position"), Index(None, "kind", "ref"))

    id: Mapped[int] = mapped_column(primary_key=True)
    query_id: Mapped[str] = mapped_column(String(22))
    kind: Mapped[str] = mapped_column(String(20))
    ref: Mapped[int]
    position: Mapped[int]
    at: Mapped[datetime]


class QueryDay(Base):
    """What is left of a day's searches of one text once the searches themselves are deleted."""

    __tablename__ = "search_query_day"

    day: Mapped[date] = mapped_column(primary_key=True)
    normal: Mapped[str] = mapped_column(String(256), primary_key=True)
    source: Mapped[str] = mapped_column(String(10), primary_key=True)
    searches: Mapped[int]
    without_hits: Mapped[int]
    clicked: Mapped[int]
    helped: Mapped[int]
    asked: Mapped[int]


class Synonym(Base):
    """A line of words that mean the same, added on the site; those of the content's own file are no rows."""

    __tablename__ = "search_synonym"

    id: Mapped[int] = mapped_column(primary_key=True)
    line: Mapped[str] = mapped_column(String(400), unique=True)
    """As in the file: ``sign in, log in``, or one way, ``wifi => wireless network``."""
    added_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    added_at: Mapped[datetime]


class Promotion(Base):
    """That a document comes first for a query, because a writer says so."""

    __tablename__ = "search_promotion"
    __table_args__ = (UniqueConstraint("normal", "kind", "ref"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    normal: Mapped[str] = mapped_column(String(256), index=True)
    """The query, as ``Query.normal`` has it."""
    kind: Mapped[str] = mapped_column(String(20))
    ref: Mapped[int]
    added_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    added_at: Mapped[datetime]


class Completion(Base):
    """A query that several people made and found something by: offered to others while they type."""

    __tablename__ = "search_completion"

    normal: Mapped[str] = mapped_column(String(256), primary_key=True)
    visits: Mapped[int]
    """How many visits searched it and opened a hit: the more, the earlier it is offered."""


class Vector(Base):
    """What a document means, as numbers; written by the worker, read by every process that searches."""

    __tablename__ = "search_vector"

    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    ref: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(index=True)
    """Grows with every vector written, so that processes read only what is new to them."""
    version: Mapped[int]
    """The document's version (see Document) that it was made of."""
    model: Mapped[str] = mapped_column(String(60))
    title: Mapped[bytes] = mapped_column(LargeBinary)
    """One signed byte a dimension, in proportion to the largest."""
    text: Mapped[bytes] = mapped_column(LargeBinary)


class Related(Base):
    """A document that is about the same as another, worked out by the worker; of each kind, the nearest comes first."""

    __tablename__ = "search_related"
    __table_args__ = (Index(None, "other_kind", "other_ref"),)

    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    ref: Mapped[int] = mapped_column(primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True)
    other_kind: Mapped[str] = mapped_column(String(20))
    other_ref: Mapped[int]
    score: Mapped[float]
