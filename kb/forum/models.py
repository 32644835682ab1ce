"""Questions, answers, comments and everything people do to them."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kb.db import Base
from kb.people.models import Person


class Status(StrEnum):
    """Where a question stands; kept on its row so that lists can be indexed by it."""

    NEEDS_ANSWER = "needs_answer"
    ANSWERED = "answered"
    SOLVED = "solved"
    CLOSED = "closed"


class CloseReason(StrEnum):
    """Why a question takes no more answers."""

    SOLVED_ELSEWHERE = "solved_elsewhere"
    NOT_SUPPORTED = "not_supported"
    AS_DESIGNED = "as_designed"
    CANNOT_REPRODUCE = "cannot_reproduce"
    DECLINED = "declined"
    OFF_TOPIC = "off_topic"
    DUPLICATE = "duplicate"
    IMPORTED = "imported"


class Category(Base):
    """A part of the community; every question is in one."""

    __tablename__ = "category"
    shown_to_visitors = True

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    description: Mapped[str] = mapped_column(Text, default="")
    position: Mapped[int] = mapped_column(default=1000)
    questions_count: Mapped[int] = mapped_column(default=0)
    """Visible questions."""
    origin: Mapped[str | None] = mapped_column(String(60))


class Tag(Base):
    """A word that questions are found by: lower case letters, digits, ``-``, ``.``, ``+`` and ``#``."""

    __tablename__ = "tag"
    __table_args__ = (Index(None, "questions_count"),)
    shown_to_visitors = True

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40), unique=True)
    questions_count: Mapped[int] = mapped_column(default=0)
    """Visible questions."""


class QuestionTag(Base):
    """That a question carries a tag. ``question_id`` in the key's second place lists a tag's newest first."""

    __tablename__ = "question_tag"
    __table_args__ = (Index(None, "question_id"),)

    tag_id: Mapped[int] = mapped_column(ForeignKey("tag.id", ondelete="CASCADE"), primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id", ondelete="CASCADE"), primary_key=True)


class Question(Base):
    """What somebody asked. Counters count what is visible; ``kb check`` proves them."""

    __tablename__ = "question"
    __table_args__ = (
        UniqueConstraint("origin", "origin_id"),
        Index(None, "hidden_at", "created_at", "id"),
        Index(None, "hidden_at", "active_at", "id"),
        Index(None, "hidden_at", "status", "created_at", "id"),
        Index(None, "hidden_at", "status", "solved_at", "id"),
        Index(None, "category_id", "hidden_at", "created_at", "id"),
        Index(None, "category_id", "hidden_at", "active_at", "id"),
        Index(None, "category_id", "hidden_at", "status", "created_at", "id"),
        Index(None, "author_id", "created_at"),
    )
    shown_to_visitors = True

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(200))
    slug: Mapped[str] = mapped_column(String(100))
    body_md: Mapped[str] = mapped_column(Text)
    body_html: Mapped[str] = mapped_column(Text)
    author_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    category_id: Mapped[int] = mapped_column(ForeignKey("category.id"))
    status: Mapped[Status] = mapped_column(String(15), default=Status.NEEDS_ANSWER)
    created_at: Mapped[datetime]
    edited_at: Mapped[datetime | None]
    active_at: Mapped[datetime]
    """When it or anything below it was last posted or edited."""
    solved_at: Mapped[datetime | None]
    answers_count: Mapped[int] = mapped_column(default=0)
    me_too_count: Mapped[int] = mapped_column(default=0)
    imported_up: Mapped[int] = mapped_column(default=0)
    imported_down: Mapped[int] = mapped_column(default=0)
    views: Mapped[int] = mapped_column(default=0)
    tag_names: Mapped[list[str]]
    """The names of its QuestionTag rows, so that a list needs no join."""
    hidden_at: Mapped[datetime | None]
    hidden_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    hidden_why: Mapped[str | None] = mapped_column(String(60))
    origin: Mapped[str | None] = mapped_column(String(60))
    origin_id: Mapped[str | None] = mapped_column(String(60))

    author: Mapped[Person] = relationship(foreign_keys=[author_id])
    category: Mapped[Category] = relationship()


class Answer(Base):
    """What somebody answered. ``score`` is the lower bound of the Wilson 95 % interval of its ratings."""

    __tablename__ = "answer"
    __table_args__ = (
        UniqueConstraint("origin", "origin_id"),
        Index(None, "question_id", "hidden_at", "score", "created_at"),
        Index(None, "author_id", "created_at"),
        Index(None, "created_at"),
    )
    shown_to_visitors = True

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id", ondelete="CASCADE"))
    author_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    body_md: Mapped[str] = mapped_column(Text)
    body_html: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    edited_at: Mapped[datetime | None]
    helpful_count: Mapped[int] = mapped_column(default=0)
    """Ratings on this site and imported ones together."""
    not_helpful_count: Mapped[int] = mapped_column(default=0)
    imported_helpful: Mapped[int] = mapped_column(default=0)
    """Votes of an import that named no voter; part of ``helpful_count``."""
    imported_not_helpful: Mapped[int] = mapped_column(default=0)
    score: Mapped[float] = mapped_column(default=0.0)
    hidden_at: Mapped[datetime | None]
    hidden_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    hidden_why: Mapped[str | None] = mapped_column(String(60))
    origin: Mapped[str | None] = mapped_column(String(60))
    origin_id: Mapped[str | None] = mapped_column(String(60))

    author: Mapped[Person] = relationship(foreign_keys=[author_id])
    question: Mapped[Question] = relationship()


class Comment(Base):
    """A remark on a question, or on one of its answers."""

    __tablename__ = "comment"
    __table_args__ = (
        UniqueConstraint("origin", "origin_id"),
        Index(None, "question_id", "created_at"),
        Index(None, "answer_id"),
        Index(None, "author_id", "created_at"),
    )
    shown_to_visitors = True

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id", ondelete="CASCADE"))
    answer_id: Mapped[int | None] = mapped_column(ForeignKey("answer.id", ondelete="CASCADE"))
    author_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    body_md: Mapped[str] = mapped_column(Text)
    body_html: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    edited_at: Mapped[datetime | None]
    hidden_at: Mapped[datetime | None]
    hidden_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    hidden_why: Mapped[str | None] = mapped_column(String(60))
    origin: Mapped[str | None] = mapped_column(String(60))
    origin_id: Mapped[str | None] = mapped_column(String(60))

    author: Mapped[Person] = relationship(foreign_keys=[author_id])


class PostRevision(Base):
    """What a question, answer or comment said before an edit; exactly one of the three ids is set."""

    __tablename__ = "post_revision"
    __table_args__ = (
        Index(None, "question_id"),
        Index(None, "answer_id"),
        Index(None, "comment_id"),
        CheckConstraint(
            "(CASE WHEN question_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN answer_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN comment_id IS NULL THEN 0 ELSE 1 END) = 1",
            name="one_post",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int | None] = mapped_column(ForeignKey("question.id", ondelete="CASCADE"))
    answer_id: Mapped[int | None] = mapped_column(ForeignKey("answer.id", ondelete="CASCADE"))
    comment_id: Mapped[int | None] = mapped_column(ForeignKey("comment.id", ondelete="CASCADE"))
    was: Mapped[dict[str, Any]]
    """``{"body_md": …}``, for a question also ``title``, ``tags`` and ``category``."""
    edited_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    edited_at: Mapped[datetime]

    edited_by: Mapped[Person] = relationship(foreign_keys=[edited_by_id])


class Acceptance(Base):
    """The one answer that solved a question, by whose word and when."""

    __tablename__ = "acceptance"
    shown_to_visitors = True

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id", ondelete="CASCADE"), unique=True)
    answer_id: Mapped[int] = mapped_column(ForeignKey("answer.id", ondelete="CASCADE"), unique=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    """Nobody: the acceptance was imported."""
    created_at: Mapped[datetime]


class Rating(Base):
    """What one person thinks of one answer."""

    __tablename__ = "rating"
    __table_args__ = (UniqueConstraint("answer_id", "person_id"), Index(None, "person_id", "created_at"))
    shown_to_visitors = True

    id: Mapped[int] = mapped_column(primary_key=True)
    answer_id: Mapped[int] = mapped_column(ForeignKey("answer.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    helpful: Mapped[bool]
    created_at: Mapped[datetime]


class MeToo(Base):
    """That one person has the same problem."""

    __tablename__ = "me_too"
    __table_args__ = (UniqueConstraint("question_id", "person_id"),)
    shown_to_visitors = True

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]


class Duplicate(Base):
    """That a question was asked before; both questions stay."""

    __tablename__ = "duplicate"
    shown_to_visitors = True

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id", ondelete="CASCADE"), unique=True)
    original_id: Mapped[int] = mapped_column(ForeignKey("question.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]


class Closure(Base):
    """That a question takes no more answers, and the honest reason."""

    __tablename__ = "closure"
    shown_to_visitors = True

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id", ondelete="CASCADE"), unique=True)
    reason: Mapped[CloseReason] = mapped_column(String(20))
    note: Mapped[str] = mapped_column(Text, default="")
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]


class Draft(Base):
    """What a visitor wrote before joining; found by the token in their cookie, so that signing in loses nothing."""

    __tablename__ = "draft"
    __table_args__ = (UniqueConstraint("token_hash", "subject"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    """SHA-256 of the random bits in the cookie."""
    subject: Mapped[str] = mapped_column(String(60))
    """Path of the page whose form it fills, such as ``/questions/ask``."""
    body: Mapped[dict[str, Any]]
    """The form's fields by name."""
    expires_at: Mapped[datetime] = mapped_column(index=True)
