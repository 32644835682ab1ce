"""What search is about: documents going in, hits coming out, and who provides them."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from sqlalchemy import Select
from sqlalchemy.orm import Session

from kb.people.models import Person
from kb.people.rules import Reader

ARTICLE, QUESTION = "article", "question"
WRITERS = "writers"
"""The audience of what only those who write may find: its time has not come, or is over."""
KEEPERS = "keepers"
"""The audience of threads for staff, which moderators find too; articles for staff are what writers find too."""


@dataclass(frozen=True, slots=True)
class Document:
    """One thing that can be found, as text. ``audience``: ``public``, ``members``, ``staff``, WRITERS or KEEPERS."""

    kind: str
    ref: int
    title: str
    text: str
    at: datetime
    """When an article was last changed, or a question asked: what ``sort:new``, ``after:`` and ``before:`` go by."""
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
    people: tuple[str, ...] = ()
    """Handles of those who wrote it: an article's owner, who asked and who answered; what ``by:`` goes by."""
    helpful: float = 0.0
    """How sure it is that it helps, 0 to 1 (Wilson's lower bound of its ratings); what ``sort:helpful`` goes by."""
    boost: float = 1.0
    """A gentle factor around 1 for how well it has helped."""
    reasons: tuple[tuple[str, float], ...] = ()
    """What ``boost`` is the product of, as short English phrases and factors, such as ``("solved", 1.15)``."""
    version: int = 0
    """The newest change of it that was noted when it was read; 0 where none was."""


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
    headings: tuple[tuple[str, str], ...] = ()
    """The id on its page and the words of each heading, in order; each stands on a line of its own in ``text``."""


class Source(Protocol):
    """A room's side of search. Each room registers one for its kind."""

    kind: str

    def audiences(self, viewer: Reader | None) -> frozenset[str]:
        """Return whose documents of this kind ``viewer`` may find.

        They are a reach for all kinds together: what not everybody of an audience may find has one of its own.
        """

    def refs(self, session: Session) -> Sequence[int]:
        """Return the ids of all documents that belong in an index, in ascending order."""

    def documents(self, session: Session, refs: Sequence[int]) -> Iterator[Document]:
        """Yield the documents of ``refs`` as they are now; those that may not be found by anyone are left out."""

    def shown(
        self, session: Session, refs: Sequence[int], viewer: Reader | None, *, brief: bool = False
    ) -> dict[int, Shown]:
        """Return what ``viewer`` may see of ``refs``: the one place where the database decides.

        What is ``brief`` comes without its text, which takes the most time.
        """

    def visible(self, viewer: Reader | None) -> Select[int]:
        """Return the statement for the ids of all that ``shown`` shows: the same one for all who see as much.

        It may name the moment as ``:now``.
        """

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
class Version:
    """Of which page a document is one version, and in which language."""

    page: str
    lang: str


class Versions(Protocol):
    """What the room of a kind whose documents are translated says of them."""

    def there_are(self, session: Session) -> bool:
        """Return whether any document has another language version."""

    def of(self, session: Session, refs: Sequence[int]) -> Mapping[int, Version]:
        """Return which page each of ``refs`` is a version of, leaving out those that can have no other."""


_versions: dict[str, Versions] = {}


def register_versions(kind: str, versions: Versions) -> None:
    """Let ``versions`` say which documents of ``kind`` are translations of each other."""
    _versions[kind] = versions


def kinds_in_languages(session: Session) -> frozenset[str]:
    """Return the kinds of which some document has another language version."""
    return frozenset(kind for kind, versions in _versions.items() if versions.there_are(session))


def versions_of(session: Session, kind: str, refs: Sequence[int]) -> Mapping[int, Version]:
    """Return which page each of ``refs`` is a version of, leaving out those that can have no other."""
    return _versions[kind].of(session, refs) if kind in _versions and refs else {}


@dataclass(frozen=True, slots=True)
class Hit:
    """One result on a page; ``title`` and ``extract`` hold ``<mark>`` around the words found and are escaped HTML."""

    shown: Shown
    position: int
    title_html: str
    extract_html: str
    score: float
    heading: str = ""
    """The words of the heading that the extract stands under, "" at the top of a page or of a short one."""
    anchor: str = ""
    """The id of that heading."""
    promoted: bool = False
    """Whether it stands here because a writer chose it for this search."""

    @property
    def address(self) -> str:
        """Where the page is, and the place on it."""
        return f"{self.shown.address}#{self.anchor}" if self.anchor else self.shown.address


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
    """Facets: ``{"kind": {"article": 3}, "status": {…}, "section": {…}, "category": {…}, "tag": {…}}``."""
    ignored: tuple[str, ...] = ()
    degraded: bool = False
    """Whether only titles were searched because there is no index at the moment."""
    late: bool = False
    """Whether time ran out, so that there may be more to find."""
    sort: str = "relevance"
    """What they are in order of: ``relevance``, ``new`` or ``helpful``."""
    corrected: str = ""
    """What was searched in place of ``text``, because nothing holds a word of it and something much like it."""
    did_you_mean: str = ""
    """What may have been meant by ``text``, which found little; it was not searched."""
    nearest: tuple[Hit, ...] = ()
    """Where nothing was found: what is nearest in meaning."""
    similar_searches: tuple[str, ...] = ()
    """What others searched that is like it, and found something by."""
    completions: tuple[str, ...] = ()
    """While typing: what others searched that begins like it."""
