"""What a helper's desk beside a thread is made of: frozen."""

from dataclasses import dataclass
from datetime import datetime

from kb.forum.shapes import Who


@dataclass(frozen=True, slots=True)
class Lead:
    """An article or a question that the asker was shown."""

    kind: str
    title: str
    address: str


@dataclass(frozen=True, slots=True)
class Tried:
    """What the asker searched and was shown before they asked, as far as the reader may see it."""

    searched: tuple[str, ...]
    opened: tuple[Lead, ...]
    passed_over: tuple[Lead, ...]
    """Shown, and not opened."""


@dataclass(frozen=True, slots=True)
class Handed:
    """Whose question it is, by whom, and why."""

    to: str
    by: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class NoteView:
    """One note; its anchor on the page is ``note-<id>``."""

    id: int
    html: str
    author: Who
    created_at: datetime
    may_remove: bool


@dataclass(frozen=True, slots=True)
class Desk:
    """All of it, for one question."""

    tried: Tried | None
    handed: Handed | None
    notes: tuple[NoteView, ...]
    """The oldest first."""
    claimed: bool
    """Whether it is the reader who is working on an answer."""
