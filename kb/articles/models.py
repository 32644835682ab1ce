"""Sections, articles, what they were before, where they were before, and what readers said of them."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kb.db import Base


class Section(Base):
    """A folder of articles."""

    __tablename__ = "section"
    shown_to_visitors = True

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    title: Mapped[str] = mapped_column(String(120))
    description: Mapped[str] = mapped_column(Text, default="")
    icon: Mapped[str] = mapped_column(String(30), default="")
    position: Mapped[int] = mapped_column(default=1000)
    """Sections are listed by this, then by title."""


class Article(Base):
    """One published file. Everything a page shows is rendered here when the file is published."""

    __tablename__ = "article"
    __table_args__ = (
        UniqueConstraint("section_id", "slug"),
        Index(None, "section_id", "position", "title"),
        Index(None, "status", "audience", "changed_at"),
    )
    shown_to_visitors = True

    id: Mapped[int] = mapped_column(primary_key=True)
    section_id: Mapped[int] = mapped_column(ForeignKey("section.id"))
    slug: Mapped[str] = mapped_column(String(120))
    path: Mapped[str] = mapped_column(String(400), unique=True)
    """The file, relative to the content folder."""
    source_hash: Mapped[str] = mapped_column(String(64))
    """SHA-256 of the file's bytes and of the renderer's version: equal means nothing to do."""
    title: Mapped[str] = mapped_column(String(200))
    summary: Mapped[str] = mapped_column(Text, default="")
    markdown: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    """Plain text, for search and extracts."""
    headings: Mapped[list[dict[str, Any]]]
    """In order: ``{"level": 2, "id": "…", "text": "…"}``."""
    tags: Mapped[list[str]]
    keywords: Mapped[list[str]]
    related: Mapped[list[str]]
    """Paths named by the writer."""
    related_ids: Mapped[list[int]] = mapped_column(JSON)
    """Other articles to read: those the writer named, then those with the rarest tags in common."""
    links: Mapped[list[dict[str, Any]]]
    """Links within the site as the page was made: ``{"target": as written, "address": "" for nowhere}``."""
    remarks: Mapped[list[dict[str, Any]]]
    """Warnings about the file: ``{"line": 3, "message": "…"}``; repeated by each run while it stays as it is."""
    extra: Mapped[dict[str, Any]]
    """Front matter nobody here knows, kept as it was."""
    audience: Mapped[str] = mapped_column(String(10), default="public")
    """``public``, ``members`` or ``staff``."""
    status: Mapped[str] = mapped_column(String(10), default="published")
    """``draft``, ``published``, ``archived`` or ``retired`` (its file is gone)."""
    owner: Mapped[str] = mapped_column(String(120), default="")
    lang: Mapped[str] = mapped_column(String(12), default="en")
    position: Mapped[int] = mapped_column(default=1000)
    words: Mapped[int] = mapped_column(default=0)
    reviewed_on: Mapped[date | None]
    review_every: Mapped[int | None]
    """Days."""
    publish_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    revision: Mapped[int] = mapped_column(default=1)
    helpful_count: Mapped[int] = mapped_column(default=0)
    not_helpful_count: Mapped[int] = mapped_column(default=0)

    section: Mapped[Section] = relationship()


class ArticleRevision(Base):
    """What an article's file said from one publish run on."""

    __tablename__ = "article_revision"
    __table_args__ = (UniqueConstraint("article_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id", ondelete="CASCADE"))
    number: Mapped[int]
    title: Mapped[str] = mapped_column(String(200))
    markdown: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    run_id: Mapped[int] = mapped_column(ForeignKey("publish_run.id"))


class Redirect(Base):
    """An address an article had before, as a path that starts with ``/``."""

    __tablename__ = "redirect"
    shown_to_visitors = True

    id: Mapped[int] = mapped_column(primary_key=True)
    from_path: Mapped[str] = mapped_column(String(400), unique=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id", ondelete="CASCADE"), index=True)


class Image(Base):
    """A picture beside the articles, addressed by its content so that it can be kept for good."""

    __tablename__ = "image"

    id: Mapped[int] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    path: Mapped[str] = mapped_column(String(400))
    mime: Mapped[str] = mapped_column(String(40))
    width: Mapped[int | None]
    height: Mapped[int | None]
    data: Mapped[bytes] = mapped_column(LargeBinary)


class PublishRun(Base):
    """One publish: when, from where, and what it did."""

    __tablename__ = "publish_run"

    id: Mapped[int] = mapped_column(primary_key=True)
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime]
    source: Mapped[str] = mapped_column(String(400))
    added: Mapped[int] = mapped_column(default=0)
    changed: Mapped[int] = mapped_column(default=0)
    moved: Mapped[int] = mapped_column(default=0)
    retired: Mapped[int] = mapped_column(default=0)
    unchanged: Mapped[int] = mapped_column(default=0)

    findings: Mapped[list["Finding"]] = relationship(order_by="Finding.id", cascade="all, delete-orphan")


class Finding(Base):
    """Something wrong or doubtful in one file of a run; ``line`` counts from 1, 0 is the file as a whole."""

    __tablename__ = "finding"

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("publish_run.id", ondelete="CASCADE"), index=True)
    severity: Mapped[str] = mapped_column(String(10))
    """``error`` (the file was not published) or ``warning``."""
    path: Mapped[str] = mapped_column(String(400))
    line: Mapped[int]
    message: Mapped[str] = mapped_column(Text)


class ArticleFeedback(Base):
    """Whether one reader found one revision helpful; a reader may change their mind, which changes the row."""

    __tablename__ = "article_feedback"
    __table_args__ = (
        UniqueConstraint("article_id", "revision", "reader"),
        Index(None, "article_id", "created_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id", ondelete="CASCADE"))
    revision: Mapped[int]
    reader: Mapped[str] = mapped_column(String(64))
    """``person:7``, or a keyed hash of a visitor's address and browser that changes daily."""
    helpful: Mapped[bool]
    reason: Mapped[str] = mapped_column(String(30), default="")
    comment: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]
