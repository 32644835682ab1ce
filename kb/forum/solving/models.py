"""What shows whether answers work, as rows."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kb.db import Base


class Trial(Base):
    """That one person tried an answer, and whether it worked for them."""

    __tablename__ = "trial"
    __table_args__ = (
        UniqueConstraint("answer_id", "person_id"),
        Index(None, "person_id", "created_at"),
        Index(None, "source", "created_at"),
    )
    shown_to_visitors = True

    id: Mapped[int] = mapped_column(primary_key=True)
    answer_id: Mapped[int] = mapped_column(ForeignKey("answer.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    worked: Mapped[bool]
    version: Mapped[str] = mapped_column(String(40), default="")
    """Of what they use, in their words."""
    discounted: Mapped[str] = mapped_column(String(20), default="", server_default="")
    """Why it does not count, such as ``burst``; "" for one that counts."""
    source: Mapped[str] = mapped_column(String(16), default="", server_default="")
    """Whose browser it came from, as a rating's."""
    created_at: Mapped[datetime]


class LikelySolution(Base):
    """The answer that several people say worked, nobody says failed, and no asker confirmed."""

    __tablename__ = "likely_solution"
    shown_to_visitors = True

    question_id: Mapped[int] = mapped_column(ForeignKey("question.id", ondelete="CASCADE"), primary_key=True)
    answer_id: Mapped[int] = mapped_column(ForeignKey("answer.id", ondelete="CASCADE"), unique=True)
    found_at: Mapped[datetime]


class SolvedLetter(Base):
    """That an asker was asked by letter whether an answer solved it, which is done once for a question."""

    __tablename__ = "solved_letter"

    question_id: Mapped[int] = mapped_column(ForeignKey("question.id", ondelete="CASCADE"), primary_key=True)
    answer_id: Mapped[int] = mapped_column(ForeignKey("answer.id", ondelete="CASCADE"))
    sent_at: Mapped[datetime]
    said_no_at: Mapped[datetime | None]


class Citation(Base):
    """That an answer links to an article of this site, by its address."""

    __tablename__ = "citation"

    answer_id: Mapped[int] = mapped_column(ForeignKey("answer.id", ondelete="CASCADE"), primary_key=True)
    address: Mapped[str] = mapped_column(String(400), primary_key=True, index=True)


class Adoption(Base):
    """That a question and its answer were made into an article; ``address`` is known once that is live."""

    __tablename__ = "adoption"
    shown_to_visitors = True

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id", ondelete="CASCADE"), index=True)
    answer_id: Mapped[int | None] = mapped_column(ForeignKey("answer.id", ondelete="CASCADE"), index=True)
    title: Mapped[str] = mapped_column(String(200))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    """Who made the draft; nobody where a writer named the question in a file."""
    made_at: Mapped[datetime]
    folder: Mapped[str] = mapped_column(String(400), default="", server_default="")
    """Where among the articles the draft's file is to be."""
    address: Mapped[str] = mapped_column(String(400), default="")
    audience: Mapped[str] = mapped_column(String(10), default="public", server_default="public")
    """Who may read the article, and so be told its title."""
    live_at: Mapped[datetime | None]


class DraftBranch(Base):
    """That somebody asked for their draft on a branch of the articles; it is there when done without a fault."""

    __tablename__ = "draft_branch"

    question_id: Mapped[int] = mapped_column(ForeignKey("question.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    asked_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    fault: Mapped[str] = mapped_column(String(400), default="")
    """Why there is none, in a sentence."""
