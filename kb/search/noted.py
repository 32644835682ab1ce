"""What pages note of searches until it is stored."""

from dataclasses import dataclass
from datetime import datetime

PAGE, NARROWED, LIVE, ASK = "page", "narrowed", "live", "ask"
"""Where was searched: see kb.search.models.Query.source."""
READ, HELPFUL, ASKED = "read", "helpful", "asked"
"""What followed: see kb.search.models.Query.ended."""


@dataclass(frozen=True, slots=True)
class Search:
    """One search, with the columns of kb.search.models.Query; ``visit`` is a reader's sign until it is stored."""

    id: str
    at: datetime
    source: str
    text: str
    normal: str
    hits: int
    took_ms: int
    visit: str
    corrected: str
    audience: str
    refines: str = ""


@dataclass(frozen=True, slots=True)
class Opened:
    """That a hit was opened, with the columns of kb.search.models.Click."""

    query_id: str
    kind: str
    ref: int
    position: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a reader did after searching: HELPFUL was the document named, or ASKED, where no document is named."""

    signs: tuple[str, ...]
    """Of the reader, under which they may have searched."""
    what: str
    at: datetime
    kind: str = ""
    ref: int = 0
