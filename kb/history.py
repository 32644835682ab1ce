"""What happened, in the order it happened: rows are added and never changed."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, Session, mapped_column

from kb import clock
from kb.db import Base


class Event(Base):
    """One thing that happened to one subject; ``person_id`` is no foreign key, so that the record outlives people."""

    __tablename__ = "event"
    __table_args__ = (Index(None, "subject_kind", "subject_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    what: Mapped[str] = mapped_column(String(60), index=True)
    subject_kind: Mapped[str] = mapped_column(String(30))
    subject_id: Mapped[int]
    person_id: Mapped[int | None]
    details: Mapped[dict[str, Any]]


def record(
    session: Session, what: str, *, subject_kind: str, subject_id: int, person_id: int | None, **details: Any
) -> Event:
    """Add to the record that ``what`` (such as ``answer.accepted``) happened just now; ``details`` must be JSON."""
    happened = Event(
        at=clock.now(),
        what=what,
        subject_kind=subject_kind,
        subject_id=subject_id,
        person_id=person_id,
        details=details,
    )
    session.add(happened)
    return happened
