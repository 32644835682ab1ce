"""Pictures as rows."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from kb.db import Base


class Upload(Base):
    """One picture, made anew from what was sent so that nothing but its pixels is kept."""

    __tablename__ = "upload"
    __table_args__ = (Index(None, "person_id", "created_at"), Index(None, "used", "created_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40), unique=True)
    """Random, with an ending: the last part of its address."""
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    purpose: Mapped[str] = mapped_column(String(10), default="post")
    """``post``, or ``photo`` of a person."""
    mime: Mapped[str] = mapped_column(String(20))
    width: Mapped[int]
    height: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    data: Mapped[bytes] = mapped_column(LargeBinary)
    used: Mapped[bool] = mapped_column(default=False)
    """Whether a post or a profile ever showed it; what nobody used for two days is deleted."""
    created_at: Mapped[datetime]


class Showing(Base):
    """That a post or a profile shows a picture: whoever may see one of these may see the picture."""

    __tablename__ = "upload_showing"
    __table_args__ = (Index(None, "subject_kind", "subject_id"),)

    upload_id: Mapped[int] = mapped_column(ForeignKey("upload.id", ondelete="CASCADE"), primary_key=True)
    subject_kind: Mapped[str] = mapped_column(String(10), primary_key=True)
    """``question``, ``answer``, ``comment``, ``note`` or ``person``."""
    subject_id: Mapped[int] = mapped_column(primary_key=True)
