"""Questions, answers, comments and everything people do to them."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kb.db import Base
from kb.people.models import Person


class Status(StrEnum):
    """Where a question stands; kept on its row so that lists can be indexed by it."""

    NEEDS_ANSWER = "needs_answer"
    NEEDS_INFO = "needs_info"
    ANSWERED = "answered"
    LIKELY_SOLVED = "likely_solved"
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
    NO_REPLY = "no_reply"
    MERGED = "merged"
    IMPORTED = "imported"


class RatingReason(StrEnum):
    """Why an answer did not help; the author reads it."""

    WRONG = "wrong"
    OUTDATED = "outdated"
    UNCLEAR = "unclear"
    OFF_TOPIC = "off_topic"


def _where_there_is(column: str, *more: str) -> Index:
    """Return an index of the rows that have ``column``; one that held all the nulls too would look useless and be."""
    there_is = text(f"{column} IS NOT NULL")
    return Index(None, column, *more, sqlite_where=there_is, postgresql_where=there_is)


class Category(Base):
    """A part of the community; every question is in one."""

    __tablename__ = "category"
    shown_to_visitors = True

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    description: Mapped[str] = mapped_column(Text, default="")
    position: Mapped[int] = mapped_column(default=1000)
    audience: Mapped[str] = mapped_column(String(10), default="public", server_default="public")
    """``public``, ``members`` or ``staff``: who may see it and what is in it; copied to its questions."""
    template_md: Mapped[str] = mapped_column(Text, default="", server_default="")
    """What a question here starts with, such as headings to fill in."""
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
    description: Mapped[str] = mapped_column(Text, default="", server_default="")
    """One plain sentence; what the tag is for."""
    questions_count: Mapped[int] = mapped_column(default=0)
    """Questions that everybody sees: a number must not tell of those for members or staff."""


class TagSynonym(Base):
    """Another name of a tag: one that was renamed or merged, or what people type; its page leads to the tag's."""

    __tablename__ = "tag_synonym"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    tag_id: Mapped[int] = mapped_column(ForeignKey("tag.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    created_at: Mapped[datetime]


class CategoryAddress(Base):
    """A slug that a category had before; its page leads to the category's."""

    __tablename__ = "category_address"

    slug: Mapped[str] = mapped_column(String(80), primary_key=True)
    category_id: Mapped[int] = mapped_column(ForeignKey("category.id", ondelete="CASCADE"), index=True)
    left_at: Mapped[datetime]


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
        Index(None, "hidden_at", "created_at", "id", "audience"),
        Index(None, "hidden_at", "active_at", "id", "audience"),
        Index(None, "hidden_at", "status", "created_at", "id", "audience"),
        Index(None, "hidden_at", "status", "solved_at", "id", "audience"),
        Index(None, "category_id", "hidden_at", "created_at", "id"),
        Index(None, "category_id", "hidden_at", "active_at", "id"),
        Index(None, "category_id", "hidden_at", "status", "created_at", "id"),
        Index(None, "author_id", "created_at"),
        _where_there_is("asker_replied_at", "id"),
        _where_there_is("continues_id"),
    )
    shown_to_visitors = True

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(200))
    slug: Mapped[str] = mapped_column(String(100))
    body_md: Mapped[str] = mapped_column(Text)
    body_html: Mapped[str] = mapped_column(Text)
    author_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    category_id: Mapped[int] = mapped_column(ForeignKey("category.id"))
    audience: Mapped[str] = mapped_column(String(10), default="public", server_default="public")
    """Who may see it: its category's audience."""
    status: Mapped[Status] = mapped_column(String(15), default=Status.NEEDS_ANSWER)
    created_at: Mapped[datetime]
    edited_at: Mapped[datetime | None]
    active_at: Mapped[datetime]
    """When it or anything below it was last posted or edited."""
    solved_at: Mapped[datetime | None]
    asker_replied_at: Mapped[datetime | None]
    """When the asker wrote last, while nobody else wrote after them; None otherwise."""
    archived_at: Mapped[datetime | None]
    """Since when it takes no replies because nobody wrote for long; a reply opens a new question that continues it."""
    continues_id: Mapped[int | None] = mapped_column(ForeignKey("question.id", ondelete="SET NULL"))
    """The archived question that this one goes on from, or the one it was split from."""
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
    worked_count: Mapped[int] = mapped_column(default=0, server_default="0")
    failed_count: Mapped[int] = mapped_column(default=0, server_default="0")
    """How many said that it worked for them, and that it did not."""
    outdated_at: Mapped[datetime | None]
    outdated_why: Mapped[str] = mapped_column(String(10), default="", server_default="")
    """``readers`` said so, or an ``article`` it cites was retired."""
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
    __table_args__ = (
        UniqueConstraint("answer_id", "person_id"),
        Index(None, "person_id", "created_at"),
        Index(None, "source", "created_at"),
    )
    shown_to_visitors = True

    id: Mapped[int] = mapped_column(primary_key=True)
    answer_id: Mapped[int] = mapped_column(ForeignKey("answer.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    helpful: Mapped[bool]
    reason: Mapped[str] = mapped_column(String(10), default="", server_default="")
    """A RatingReason where it did not help and the reader said why."""
    note: Mapped[str] = mapped_column(String(300), default="", server_default="")
    """What the reader added, for the author alone."""
    discounted: Mapped[str] = mapped_column(String(20), default="", server_default="")
    """Why it does not count, such as ``burst``; "" for one that counts."""
    source: Mapped[str] = mapped_column(String(16), default="", server_default="")
    """Whose browser it came from, hashed with a key that changes daily: ratings in bursts are found by it."""
    created_at: Mapped[datetime]
    """When they last said so."""


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


class DuplicateVote(Base):
    """That an experienced member says a question was asked before; three who name the same one mark it."""

    __tablename__ = "duplicate_vote"

    question_id: Mapped[int] = mapped_column(ForeignKey("question.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    original_id: Mapped[int] = mapped_column(ForeignKey("question.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]


class Merge(Base):
    """That a question's answers and comments were moved to another; its address leads there for good."""

    __tablename__ = "question_merge"

    question_id: Mapped[int] = mapped_column(ForeignKey("question.id", ondelete="CASCADE"), primary_key=True)
    into_id: Mapped[int] = mapped_column(ForeignKey("question.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
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
    """What somebody wrote and has not posted: a visitor's is found by the token in their cookie, a member's by them."""

    __tablename__ = "draft"
    __table_args__ = (UniqueConstraint("token_hash", "subject"), UniqueConstraint("person_id", "subject"))

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    """SHA-256 of the random bits in the cookie; None for a member's."""
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    number: Mapped[int] = mapped_column(default=0, server_default="0")
    """Grows with every save, so that one device does not overwrite what another saved after it."""
    subject: Mapped[str] = mapped_column(String(60))
    """Path of the page whose form it fills, such as ``/questions/ask``."""
    body: Mapped[dict[str, Any]]
    """The form's fields by name."""
    expires_at: Mapped[datetime] = mapped_column(index=True)
