"""What people earned, as rows: each point with its cause, each badge with its day."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kb.db import Base


class Point(Base):
    """One line of somebody's public ledger. It goes when its cause goes."""

    __tablename__ = "point"
    __table_args__ = (
        UniqueConstraint("cause", "person_id"),
        Index(None, "person_id", "at"),
        Index(None, "person_id", "counted"),
        Index(None, "subject_kind", "subject_id"),
        Index(None, "at"),
    )
    shown_to_visitors = True

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    cause: Mapped[str] = mapped_column(String(60))
    """The row it is for, such as ``rating:12``; nothing earns twice."""
    kind: Mapped[str] = mapped_column(String(20))
    """Which rule, such as ``accepted``; see kb.esteem.earning."""
    points: Mapped[int]
    counted: Mapped[int]
    """What is left of ``points`` under the most that a day may bring."""
    subject_kind: Mapped[str] = mapped_column(String(20))
    subject_id: Mapped[int]
    """The post it is about, which must be visible to whoever reads the line."""
    at: Mapped[datetime]


class Badge(Base):
    """That somebody has a badge; which there are, and for what, kb.esteem.badges says."""

    __tablename__ = "badge"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(String(40), primary_key=True, index=True)
    at: Mapped[datetime]
