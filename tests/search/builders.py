"""Documents for tests of search, and a source that gives them without a table behind it."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from kb.db import current_session
from kb.people.models import Person
from kb.people.rules import Reader, audiences
from kb.search.documents import Document, Shown
from kb.search.engine import Key
from kb.search.models import Change

MOST_NAMED = 1_000
"""Ids that one statement names."""
FIRST_DAY = datetime(2026, 1, 1, tzinfo=UTC)


def document(kind: str, ref: int, title: str, text: str = "", **more: object) -> Document:
    """Return a public document; the higher its id, the newer it is."""
    values: dict[str, object] = {
        "at": FIRST_DAY + timedelta(minutes=ref),
        "section": "accounts" if kind == "article" else "general",
        "status": "published" if kind == "article" else "needs_answer",
        **more,
    }
    return Document(kind=kind, ref=ref, title=title, text=text, **values)  # type: ignore[arg-type]


def article(ref: int, title: str, text: str = "", **more: object) -> Document:
    """Return a public article."""
    return document("article", ref, title, text, **more)


def question(ref: int, title: str, text: str = "", **more: object) -> Document:
    """Return a public question."""
    return document("question", ref, title, text, **more)


class Pile:
    """A source of one kind whose documents a test puts down, changes and hides."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.held: dict[int, Document] = {}
        self.hidden: set[int] = set()
        self.headings: dict[int, tuple[tuple[str, str], ...]] = {}

    def put(self, *documents: Document) -> None:
        """Hold ``documents``."""
        self.held.update({one.ref: one for one in documents})

    def audiences(self, viewer: Reader | None) -> frozenset[str]:
        """See Source."""
        return frozenset(audiences(viewer))

    def refs(self, session: Session) -> Sequence[int]:
        """See Source."""
        return sorted(self.held.keys() - self.hidden)

    def documents(self, session: Session, refs: Sequence[int]) -> Iterator[Document]:
        """See Source."""
        return (self.held[ref] for ref in refs if ref in self.held and ref not in self.hidden)

    def shown(
        self, session: Session, refs: Sequence[int], viewer: Reader | None, *, brief: bool = False
    ) -> dict[int, Shown]:
        """See Source."""
        seen = [one for one in self.documents(session, refs) if one.audience in audiences(viewer)]
        return {one.ref: _shown(one, self.headings.get(one.ref, ())) for one in seen}

    def visible(self, viewer: Reader | None) -> Select[int]:
        """See Source; a large pile looks only at what search was told of last."""
        refs: Sequence[int] = sorted(self.held)
        if len(refs) > MOST_NAMED:
            told = select(Change.ref).where(Change.kind == self.kind).order_by(Change.id.desc()).limit(MOST_NAMED)
            refs = current_session().scalars(told).all()
        seen = self.shown(current_session(), refs, viewer)
        return select(Change.ref).where(Change.kind == self.kind, Change.ref.in_(sorted(seen)))

    def titles(self, session: Session, words: Sequence[str], viewer: Person | None, limit: int) -> list[int]:
        """See Source."""
        seen = self.shown(session, sorted(self.held), viewer)
        return [ref for ref, one in seen.items() if any(word.lower() in one.title.lower() for word in words)][:limit]


def key(one: Document) -> Key:
    """Return which document it is."""
    return Key(one.kind, one.ref)


def _shown(one: Document, headings: tuple[tuple[str, str], ...]) -> Shown:
    return Shown(
        kind=one.kind,
        ref=one.ref,
        title=one.title,
        address=f"/{one.kind}s/{one.ref}",
        text=one.text,
        place=one.section.capitalize(),
        place_address=f"/{one.section}",
        status=one.status,
        facts=("Needs an answer",) if one.kind == "question" else (),
        at=one.at,
        lang=one.lang,
        headings=headings,
    )
