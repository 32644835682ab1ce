"""What is being done about questions, as rows that only those who help see."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kb.db import Base
from kb.people.models import Person


class Claim(Base):
    """That somebody is working on an answer: others see it, nobody is kept from answering, and it ends by itself."""

    __tablename__ = "claim"

    question_id: Mapped[int] = mapped_column(ForeignKey("question.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    until: Mapped[datetime] = mapped_column(index=True)

    person: Mapped[Person] = relationship()


class InfoRequest(Base):
    """That an asker was asked for details; the open one of a question has no ``ended_at``."""

    __tablename__ = "info_request"
    __table_args__ = (Index(None, "question_id", "ended_at"), Index(None, "ended_at", "created_at"))
    shown_to_visitors = True

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    comment_id: Mapped[int | None] = mapped_column(ForeignKey("comment.id", ondelete="SET NULL"))
    """What they asked, where everybody reads it."""
    created_at: Mapped[datetime]
    reminded_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    ended_how: Mapped[str] = mapped_column(String(10), default="")
    """``replied``, ``withdrawn``, ``answered`` or ``closed``."""


class Group(Base):
    """Experts who share questions, such as a team."""

    __tablename__ = "expert_group"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    created_at: Mapped[datetime]


class GroupMember(Base):
    """That an expert is in a group."""

    __tablename__ = "expert_group_member"

    group_id: Mapped[int] = mapped_column(ForeignKey("expert_group.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, index=True)


class Handover(Base):
    """That a question is somebody's or a group's to answer, and why; the one that stands has no ``ended_at``."""

    __tablename__ = "handover"
    __table_args__ = (
        Index(None, "question_id", "ended_at"),
        Index(None, "to_person_id", "ended_at"),
        Index(None, "to_group_id", "ended_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id", ondelete="CASCADE"))
    to_person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    to_group_id: Mapped[int | None] = mapped_column(ForeignKey("expert_group.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(String(300))
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class Note(Base):
    """What experts tell each other about a question; nobody else ever sees it."""

    __tablename__ = "internal_note"
    __table_args__ = (UniqueConstraint("question_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    body_md: Mapped[str] = mapped_column(Text)
    body_html: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
