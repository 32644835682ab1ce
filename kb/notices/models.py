"""What people follow, what they are told, and the letters that carry it to them."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kb.db import Base
from kb.people.models import Person


class Follow(Base):
    """That a person wants to hear about a subject, such as ``("question", 7)``."""

    __tablename__ = "follow"
    __table_args__ = (
        UniqueConstraint("person_id", "subject_kind", "subject_id"),
        Index(None, "subject_kind", "subject_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    subject_kind: Mapped[str] = mapped_column(String(30))
    subject_id: Mapped[int]
    level: Mapped[str] = mapped_column(String(6), default="each", server_default="each")
    """``each`` event by letter, a daily ``digest``, or ``none``: heard of in the inbox alone."""
    created_at: Mapped[datetime]


class Notice(Base):
    """One thing one person was told. ``cause`` names the act, so that it is told once however often the verb runs."""

    __tablename__ = "notice"
    __table_args__ = (
        UniqueConstraint("person_id", "cause"),
        Index(None, "person_id", "id"),
        Index(None, "person_id", "read_at"),
        Index(None, "waits", "person_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(30))
    """``answer``, ``comment``, ``acceptance``, ``mention``, ``publish`` or ``review``: letters of it can be stopped."""
    cause: Mapped[str] = mapped_column(String(80))
    """Such as ``answer:12``."""
    subject_kind: Mapped[str] = mapped_column(String(30))
    subject_id: Mapped[int]
    """What must still be visible to the person for the notice to be shown or sent."""
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    title: Mapped[str] = mapped_column(String(300))
    """Title of the thread, as it was."""
    extract: Mapped[str] = mapped_column(Text, default="")
    """Plain text of what was said, shortened."""
    address: Mapped[str] = mapped_column(String(400))
    """Path on this site, with its fragment."""
    created_at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    digested_at: Mapped[datetime | None]
    """When a digest carried it; one that waits for a digest has ``waits`` set."""
    waits: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether the next digest is to carry it."""

    actor: Mapped[Person | None] = relationship(foreign_keys=[actor_id])


class Letter(Base):
    """One e-mail in the outbox, written with its notice; ``settled_at`` without ``sent_at`` means it was not wanted."""

    __tablename__ = "letter"
    __table_args__ = (Index(None, "settled_at", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    notice_id: Mapped[int] = mapped_column(ForeignKey("notice.id", ondelete="CASCADE"), unique=True)
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    outcome: Mapped[str] = mapped_column(String(60), default="")


class LetterStop(Base):
    """That a person wants no letters of one kind."""

    __tablename__ = "letter_stop"
    __table_args__ = (UniqueConstraint("person_id", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(30))
    created_at: Mapped[datetime]
