"""What search is about: documents going in, hits coming out, and who provides them."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from sqlalchemy.orm import Session

from kb.people.models import Person

ARTICLE, QUESTION = "article", "question"
WRITERS = "writers"
"""The audience of what only those who write may find: its time has not come, or is over."""


@dataclass(frozen=True, slots=True)
class Document:
    """One thing that can be found, as text. ``audience``: ``public``, ``members``, ``staff`` or WRITERS may find it."""

    kind: str
    ref: int
    title: str
    text: str
    created_at: datetime
    keywords: str = ""
    headings: str = ""
    tags: tuple[str, ...] = ()
    section: str = ""
    """An article's section slug, a question's category slug."""
    status: str = ""
    """``published`` or ``archived``; ``needs_answer``, ``answered``, ``solved`` or ``closed``."""
    audience: str = "public"
    lang: str = ""
    """The language it is written in, such as ``pt-BR``; "" where nobody says."""
    boost: float = 1.0
    """A gentle factor around 1 for how well it has helped."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One document as the database has it now, for one reader: what a hit on a page is made of."""

    kind: str
    ref: int
    title: str
    address: str
    text: str
    """Plain text the extract is cut from."""
    place: str
    """Section or category, as its name."""
    place_address: str
    status: str
    facts: tuple[str, ...] = ()
    """Short English phrases, such as ``3 answers``; a question's first one says where it stands."""
    at: datetime | None = None
    lang: str = ""
    """The language it is written in, "" where nobody says."""
    page: str = ""
    """What it shares with its translations: of one page only one is shown. "" for what is never translated."""


class Source(Protocol):
    """A room's side of search. Each room registers one for its kind."""

    kind: str

    def refs(self, session: Session) -> Sequence[int]:
        """Return the ids of all documents that belong in an index, in ascending order."""

    def documents(self, session: Session, refs: Sequence[int]) -> Iterator[Document]:
        """Yield the documents of ``refs`` as they are now; those that may not be found by anyone are left out."""

    def shown(self, session: Session, refs: Sequence[int], viewer: Person | None) -> dict[int, Shown]:
        """Return what ``viewer`` may see of ``refs``: the one place where the database decides."""

    def titles(self, session: Session, words: Sequence[str], viewer: Person | None, limit: int) -> list[int]:
        """Return ids whose title holds any of ``words``, most first: the way out while there is no index."""


_sources: dict[str, Source] = {}


def register(source: Source) -> None:
    """Make ``source`` the provider of its kind."""
    _sources[source.kind] = source


def sources() -> Iterable[Source]:
    """Return every registered source."""
    return _sources.values()


def source_of(kind: str) -> Source:
    """Return the source of ``kind``."""
    return _sources[kind]


PlaceNames = Callable[[Session], Mapping[str, str]]
_place_names: dict[str, PlaceNames] = {}


def register_places(kind: str, names: PlaceNames) -> None:
    """Let ``names`` say what the sections or categories of ``kind`` are called, by slug."""
    _place_names[kind] = names


def place_names(session: Session, kind: str) -> Mapping[str, str]:
    """Return what the sections or categories of ``kind`` are called; nothing where its room does not say."""
    return _place_names[kind](session) if kind in _place_names else {}


@dataclass(frozen=True, slots=True)
class Hit:
    """One result on a page; ``title`` and ``extract`` hold ``<mark>`` around the words found and are escaped HTML."""

    shown: Shown
    position: int
    title_html: str
    extract_html: str
    score: float


@dataclass(frozen=True, slots=True)
class Results:
    """One page of results. ``total`` counts what the reader may find; ``ignored`` says what was left unused."""

    query_id: str
    text: str
    hits: tuple[Hit, ...]
    total: int
    page: int
    pages: int
    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    """Facets: ``{"kind": {"article": 3}, "status": {…}, "section": {…}, "tag": {…}}``."""
    ignored: tuple[str, ...] = ()
    degraded: bool = False
    """Whether only titles were searched because there is no index at the moment."""
    late: bool = False
    """Whether time ran out, so that there may be more to find."""
