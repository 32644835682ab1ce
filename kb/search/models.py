"""What was searched, what was opened, and what changed since an index was written."""

from datetime import datetime

from sqlalchemy import Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kb.db import Base


class Change(Base):
    """That a document may differ from what an index holds; every index follows these in order of ``id``."""

    __tablename__ = "search_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    ref: Mapped[int]
    at: Mapped[datetime] = mapped_column(index=True)


class Query(Base):
    """One search that somebody finished; no address and no name is kept with it."""

    __tablename__ = "search_query"
    __table_args__ = (Index(None, "normal", "at"), Index(None, "hits", "at"))

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    """Random, made by the web process so that a click can name its search before the row is stored."""
    at: Mapped[datetime] = mapped_column(index=True)
    source: Mapped[str] = mapped_column(String(10))
    """``page``, ``live`` (while typing in the box) or ``ask`` (while typing a question's title)."""
    text: Mapped[str] = mapped_column(Text)
    normal: Mapped[str] = mapped_column(String(256))
    """Lower case, single spaces: what counts as the same search."""
    hits: Mapped[int]
    took_ms: Mapped[int]


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
