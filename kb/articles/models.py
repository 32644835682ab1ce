"""Sections, articles, what they were before, where they were before, and what readers said of them."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ColumnElement, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, false, func
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
    names: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """What other languages call it: ``{"de": {"title": "…", "description": "…"}}``."""
    canned: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether its articles are replies to fill in, for those who answer."""


class Article(Base):
    """One published file. Everything a page shows is rendered here when the file is published."""

    __tablename__ = "article"
    __table_args__ = (
        UniqueConstraint("section_id", "tree", "slug"),
        Index(None, "section_id", "position", "title"),
        Index(None, "status", "audience", "changed_at"),
    )
    shown_to_visitors = True

    id: Mapped[int] = mapped_column(primary_key=True)
    section_id: Mapped[int | None] = mapped_column(ForeignKey("section.id"))
    """None once it is retired: the folder it was in may be gone, and its section with it."""
    former_section: Mapped[str] = mapped_column(String(80), default="")
    """The slug of the section that a retired article was in last."""
    slug: Mapped[str] = mapped_column(String(120))
    tree: Mapped[str] = mapped_column(String(12), default="")
    """The language its address starts with, "" for the site's own: ``de`` for ``/de/articles/…``."""
    path: Mapped[str] = mapped_column(String(400), unique=True)
    """The file, relative to the content folder."""
    source_hash: Mapped[str] = mapped_column(String(64))
    """Digest of the file's bytes and of the renderer's version: equal means nothing to do."""
    title: Mapped[str] = mapped_column(String(200))
    summary: Mapped[str] = mapped_column(Text, default="")
    markdown: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    """Plain text, for search and extracts."""
    headings: Mapped[list[dict[str, Any]]]
    """In order: ``{"level": 2, "id": "…", "text": "…"}``."""
    anchors: Mapped[list[str]] = mapped_column(default=list)
    """Every id on its page that a link may lead to."""
    tags: Mapped[list[str]]
    keywords: Mapped[list[str]]
    related: Mapped[list[str]]
    """Paths named by the writer."""
    redirect_from: Mapped[list[str]] = mapped_column(default=list)
    """Former addresses named by the writer."""
    uses: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    """Snippets and variables its page is made with: ``{"path": "_snippets/x.md", "digest": "…"}``."""
    authors: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    """Who wrote it by git, most commits first: ``{"name": "…", "commits": 3}``."""
    related_ids: Mapped[list[int]] = mapped_column(JSON)
    """Other articles to read: those the writer named, then those with the rarest tags in common."""
    links: Mapped[list[dict[str, Any]]]
    """Links within the site as the page was made: ``{"target": as written, "address": "" for nowhere, "line": 7}``."""
    remarks: Mapped[list[dict[str, Any]]]
    """Warnings about the file: ``{"line": 3, "message": "…"}``; repeated by each run while it stays as it is."""
    credits: Mapped[list[str]] = mapped_column(default=list, server_default="[]")
    """Names of people whose words it is made of, as its file gives them."""
    from_question: Mapped[int | None] = mapped_column(index=True)
    """The number of the community's question that it was made from."""
    from_answers: Mapped[list[int]] = mapped_column(JSON, default=list, server_default="[]")
    """The numbers of the answers that it was made from."""
    extra: Mapped[dict[str, Any]]
    """Front matter nobody here knows, kept as it was."""
    audience: Mapped[str] = mapped_column(String(10), default="public")
    """``public``, ``members`` or ``staff``."""
    status: Mapped[str] = mapped_column(String(10), default="published")
    """``draft``, ``published``, ``archived`` or ``retired`` (its file is gone)."""
    owner: Mapped[str] = mapped_column(String(120), default="")
    lang: Mapped[str] = mapped_column(String(12), default="en")
    page_key: Mapped[str] = mapped_column(String(400), default="", index=True)
    """The path of the original; articles that share it are translations of each other."""
    original: Mapped[str] = mapped_column(String(400), default="")
    """What its file or path says it is a version of: a path, an address or a slug."""
    position: Mapped[int] = mapped_column(default=1000)
    words: Mapped[int] = mapped_column(default=0)
    reviewed_on: Mapped[date | None]
    review_every: Mapped[int | None]
    """Days."""
    review_due_on: Mapped[date | None] = mapped_column(index=True)
    """When it should be read again; those that would all fall due at once are spread."""
    review_named_on: Mapped[date | None]
    """The day that its file names for it, which ``review_due_on`` was worked out from."""
    publish_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    """When its file was first written."""
    changed_at: Mapped[datetime]
    """When what it says last changed; renames and bulk edits do not count."""
    revision: Mapped[int] = mapped_column(default=1)
    """The number of the revision that gave it its present text, which is what readers rate."""
    helpful_count: Mapped[int] = mapped_column(default=0)
    not_helpful_count: Mapped[int] = mapped_column(default=0)

    section: Mapped[Section | None] = relationship()


LAST_SECTION: ColumnElement[str] = func.coalesce(Section.slug, Article.former_section)
"""The slug of the section an article is in, or was in last, for statements that join sections to articles outerly."""


class GitCommit(Base):
    """One commit that touched an article."""

    __tablename__ = "git_commit"

    id: Mapped[int] = mapped_column(primary_key=True)
    sha: Mapped[str] = mapped_column(String(64), unique=True)
    author_name: Mapped[str] = mapped_column(String(200))
    author_email: Mapped[str] = mapped_column(String(320))
    authored_at: Mapped[datetime]
    subject: Mapped[str] = mapped_column(String(300), default="")
    bulk: Mapped[bool] = mapped_column(default=False)
    """Whether it touched so many articles at once that it tells nothing about each."""


class ArticleRevision(Base):
    """What an article's file said: from one publish run on, or in one commit."""

    __tablename__ = "article_revision"
    __table_args__ = (UniqueConstraint("article_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id", ondelete="CASCADE"))
    number: Mapped[int]
    """From 1, the oldest first; by git in the order of ``git log``."""
    kind: Mapped[str] = mapped_column(String(10), default="content")
    """``content``; or ``moved``, ``bulk`` and ``removed``, which change no date that readers see."""
    title: Mapped[str] = mapped_column(String(200), default="")
    markdown: Mapped[str] = mapped_column(Text, default="")
    """Empty where ``blob`` names the text in the repository."""
    path: Mapped[str] = mapped_column(String(400), default="", index=True)
    """The file, relative to the repository."""
    blob: Mapped[str] = mapped_column(String(64), default="")
    address: Mapped[str] = mapped_column(String(400), default="")
    """Where its page was by that revision's path and slug."""
    audience: Mapped[str] = mapped_column(String(10), default="public")
    """Whom it was for: ``public``, ``members``, ``staff``, or ``writers`` while it was a draft or could not be read."""
    text_digest: Mapped[str] = mapped_column(String(64), default="")
    """Of title and text as git has them; equal ones read the same."""
    created_at: Mapped[datetime]
    run_id: Mapped[int | None] = mapped_column(ForeignKey("publish_run.id"))
    commit_id: Mapped[int | None] = mapped_column(ForeignKey("git_commit.id"), index=True)


class EndedPage(Base):
    """An address of a file that git says was deleted, while everybody could read its page."""

    __tablename__ = "ended_page"
    __table_args__ = (UniqueConstraint("path", "address"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    path: Mapped[str] = mapped_column(String(400))
    """The file, relative to the repository, as it was called last."""
    address: Mapped[str] = mapped_column(String(400))
    title: Mapped[str] = mapped_column(String(200))
    left_at: Mapped[datetime]


class Redirect(Base):
    """A path that starts with ``/`` where something used to be: an article that moved, or one that is gone."""

    __tablename__ = "redirect"
    shown_to_visitors = True

    id: Mapped[int] = mapped_column(primary_key=True)
    from_path: Mapped[str] = mapped_column(String(400), unique=True)
    article_id: Mapped[int | None] = mapped_column(ForeignKey("article.id", ondelete="CASCADE"), index=True)
    """Where to; None with no ``to_url`` says that what was here is gone."""
    to_url: Mapped[str] = mapped_column(String(1000), default="")
    """An address outside the articles, of a file that only redirects; or ``#…``, a place on the article's page."""
    gone_title: Mapped[str] = mapped_column(String(200), default="")
    """What was here was called so."""
    left_at: Mapped[datetime | None]
    """When it left; of two that were at one address the later one counts."""
    by_folder: Mapped[bool] = mapped_column(default=False)
    """Whether it was seen while articles came from a folder, so that git, which came later, need not know of it."""


class Image(Base):
    """A picture beside the articles, addressed by its content so that it can be kept for good."""

    __tablename__ = "image"

    id: Mapped[int] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    path: Mapped[str] = mapped_column(String(400))
    oid: Mapped[str] = mapped_column(String(64), default="")
    """What git calls its bytes, so that a file which is the same is not read to learn its digest."""
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
    cause: Mapped[str] = mapped_column(String(10), default="command")
    """``command``, ``start``, ``hook``, ``poll`` or ``click``."""
    state: Mapped[str] = mapped_column(String(10), default="done")
    """``done``; ``waiting``: all but the retiring of many articles is done; ``failed``: nothing was changed."""
    problem: Mapped[str] = mapped_column(Text, default="")
    """Why it failed or waits, one sentence."""
    pinned: Mapped[bool] = mapped_column(default=False)
    """Whether the site was rolled to this commit and stays there until somebody publishes again."""
    ref: Mapped[str] = mapped_column(String(200), default="")
    sha: Mapped[str] = mapped_column(String(64), default="", index=True)
    author_name: Mapped[str] = mapped_column(String(200), default="")
    author_email: Mapped[str] = mapped_column(String(320), default="")
    subject: Mapped[str] = mapped_column(String(300), default="")
    authored_at: Mapped[datetime | None]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    """Who clicked."""
    added: Mapped[int] = mapped_column(default=0)
    changed: Mapped[int] = mapped_column(default=0)
    moved: Mapped[int] = mapped_column(default=0)
    retired: Mapped[int] = mapped_column(default=0)
    unchanged: Mapped[int] = mapped_column(default=0)
    held: Mapped[int] = mapped_column(default=0)
    """Articles without a file that stay until somebody confirms."""
    errors: Mapped[int] = mapped_column(default=0)
    warnings: Mapped[int] = mapped_column(default=0)

    findings: Mapped[list["Finding"]] = relationship(order_by="Finding.id", cascade="all, delete-orphan")


class Finding(Base):
    """Something wrong or doubtful in one file of a run; ``line`` counts from 1, 0 is the file as a whole."""

    __tablename__ = "finding"

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("publish_run.id", ondelete="CASCADE"), index=True)
    severity: Mapped[str] = mapped_column(String(10))
    """``error`` (the file was not published) or ``warning``."""
    code: Mapped[str] = mapped_column(String(40), default="")
    """What kind of fault, such as ``broken-link``."""
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
    search: Mapped[str] = mapped_column(String(256), default="")
    """What the reader had searched for when they came."""
    created_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    """When a writer said that it is dealt with."""
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class ArticleViews(Base):
    """How often an article was opened on one day."""

    __tablename__ = "article_views"

    article_id: Mapped[int] = mapped_column(ForeignKey("article.id", ondelete="CASCADE"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    views: Mapped[int] = mapped_column(default=0)
