"""What somebody who wanted to ask was shown, as rows."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from kb.db import Base


class Asking(Base):
    """One visit to the ask form: what it showed, what was opened, and how it ended."""

    __tablename__ = "asking"
    __table_args__ = (Index(None, "outcome", "at"),)

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    """Random; the form carries it."""
    at: Mapped[datetime] = mapped_column(index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    title: Mapped[str] = mapped_column(String(256), default="")
    """As last typed, personal data masked."""
    searched: Mapped[list[str]]
    """What the same visit searched before, newest first, masked."""
    shown: Mapped[list[dict[str, Any]]]
    """``{"kind": …, "ref": …, "title": …}`` of what stood under the title, each once."""
    opened: Mapped[list[dict[str, Any]]]
    """``{"kind": …, "ref": …}`` of what was opened."""
    outcome: Mapped[str] = mapped_column(String(10), default="")
    """``answered`` (one of these was the answer: deflected), ``posted``, or "" for who left."""
    answer_kind: Mapped[str] = mapped_column(String(20), default="")
    answer_ref: Mapped[int | None]
    """What the asker said was the answer."""
    question_id: Mapped[int | None] = mapped_column(ForeignKey("question.id", ondelete="CASCADE"), unique=True)
