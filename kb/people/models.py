"""People, the roles they hold, the sessions they are signed in with, and one-use tokens."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kb.db import Base


class Role(StrEnum):
    """What a person may do beyond a member; roles add up."""

    EXPERT = "expert"
    WRITER = "writer"
    MODERATOR = "moderator"
    ADMIN = "admin"


_NO_ROLES: frozenset[Role] = frozenset()
_NO_SCOPES: frozenset[str] = frozenset()


class Person(Base):
    """Someone who joined or was imported; without ``password_hash`` nobody can sign in as them."""

    __tablename__ = "person"
    __table_args__ = (UniqueConstraint("origin", "origin_id"),)
    shown_to_visitors = True

    id: Mapped[int] = mapped_column(primary_key=True)
    handle: Mapped[str] = mapped_column(String(40), unique=True)
    """Lower case, letters, digits and hyphens; the address of the profile."""
    name: Mapped[str] = mapped_column(String(80))
    email: Mapped[str | None] = mapped_column(String(254), unique=True)
    """Lower case."""
    password_hash: Mapped[str | None] = mapped_column(String(200))
    about_md: Mapped[str] = mapped_column(Text, default="")
    about_html: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(index=True)
    photo: Mapped[str] = mapped_column(String(40), default="", server_default="")
    """Name of the upload that shows them; "" for their initials."""
    reputation: Mapped[int] = mapped_column(default=0, server_default="0")
    """The sum of what counts in their ledger (kb.esteem); ``kb check`` proves it."""
    trust: Mapped[int] = mapped_column(default=0, server_default="0")
    """How far they are trusted by what they did, from 0 for a newcomer; see kb.esteem.trust."""
    staff_since: Mapped[datetime | None]
    """Set for people of the company; their answers are marked Official."""
    origin: Mapped[str | None] = mapped_column(String(60))
    """Where an imported account came from, such as ``stackexchange:beer``; ``demo`` for examples."""
    origin_id: Mapped[str | None] = mapped_column(String(60))

    grants: Mapped[list["Grant"]] = relationship(
        foreign_keys="Grant.person_id", lazy="selectin", cascade="all, delete-orphan", back_populates="person"
    )

    @property
    def is_staff(self) -> bool:
        """Whether they are of the company."""
        return self.staff_since is not None

    @property
    def roles(self) -> frozenset[Role]:
        """The roles held everywhere now."""
        grants = self.grants  # a page asks a hundred times
        return frozenset(Role(grant.role) for grant in grants if not grant.scope) if grants else _NO_ROLES

    @property
    def expert_scopes(self) -> frozenset[str]:
        """The parts they are experts of, such as ``category:7``, besides being one everywhere."""
        grants = self.grants
        return frozenset(grant.scope for grant in grants if grant.scope) if grants else _NO_SCOPES


class Grant(Base):
    """That a person holds a role, since when and from whom (nobody: the command line)."""

    __tablename__ = "grant"
    __table_args__ = (UniqueConstraint("person_id", "role", "scope"),)
    shown_to_visitors = True

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    role: Mapped[Role] = mapped_column(String(20))
    scope: Mapped[str] = mapped_column(String(40), default="", server_default="")
    """Where it is held: "" everywhere, or a part such as ``category:7``; only experts have such parts."""
    granted_at: Mapped[datetime]
    granted_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))

    person: Mapped[Person] = relationship(foreign_keys=[person_id], back_populates="grants")


class Session(Base):
    """One sign-in on one device; deleting the row signs it out wherever its cookie was copied to."""

    __tablename__ = "session"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    """SHA-256 of the 256 random bits in the cookie."""
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ip: Mapped[str] = mapped_column(String(45))
    agent: Mapped[str] = mapped_column(String(300))


class Token(Base):
    """One-use permission sent by letter, such as to set a new password."""

    __tablename__ = "token"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    purpose: Mapped[str] = mapped_column(String(30))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
