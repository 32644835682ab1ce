"""Documents that are about the same: worked out by the worker, shown to each reader as far as the database allows."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from kb.db import Fact, reading_only, touch_site
from kb.people.rules import Reader
from kb.search import changes
from kb.search.documents import KEEPERS, WRITERS, Document, Shown, source_of, sources, versions_of
from kb.search.engine import Engine, Key, NoIndex, Reach
from kb.search.meaning.fused import Fused
from kb.search.models import Change, Related
from kb.search.seeing import superseded

MOST = 8
"""Documents of each kind that are kept for one; some may be hidden from whoever looks."""
ENOUGH = 0.25
"""How like it another has to be, where the document itself would be 1."""
MOST_AT_ONCE = 10
TOLD_BY = 1_500
"""Characters of its text that say what a document is about."""
_AMONG = 60
_NEIGHBOURS = 4
_FACT = "search_related"
_EVERYTHING = Reach(frozenset({"public", "members", "staff", WRITERS, KEEPERS}))
"""Who may see which is decided when they are shown."""


@dataclass(frozen=True, slots=True)
class Alike:
    """A document that is about the same as the one on the page, as a line in a list."""

    kind: str
    ref: int
    title: str
    address: str
    place: str
    status: str
    facts: tuple[str, ...]
    lang: str


Lists = Mapping[Key, list[tuple[Key, float]]]


@dataclass(slots=True)
class _Progress:
    """How far the lists are; kept as a Fact."""

    settled: int
    """Every change up to this one was looked at."""
    checked: dict[str, int | None] = field(default_factory=dict)
    """Up to which id the documents of each kind were all looked at once; None for a kind that is done."""


def refs_for(session: Session, key: Key) -> Mapping[str, list[int]]:
    """Return the documents that are about the same as ``key`` by kind, nearest first, whoever may see them."""
    about = select(Related.other_kind, Related.other_ref).where(Related.kind == key.kind, Related.ref == key.ref)
    found: dict[str, list[int]] = defaultdict(list)
    for kind, ref in session.execute(about.order_by(Related.place)):
        found[kind].append(ref)
    return found


def shown_of(session: Session, kind: str, refs: Sequence[int], viewer: Reader | None) -> tuple[Alike, ...]:
    """Return those of ``refs`` that ``viewer`` may see, in their order; archived ones are left to links and search."""
    seen = source_of(kind).shown(session, refs, viewer, brief=True) if refs else {}
    return among(kind, refs, {Key(kind, ref): one for ref, one in seen.items()})


def among(kind: str, refs: Sequence[int], seen: Mapping[Key, Shown]) -> tuple[Alike, ...]:
    """Return those of ``refs`` that are among ``seen``, as ``shown_of`` does."""
    return tuple(
        Alike(kind, ref, one.title, one.address, one.place, one.status, one.facts, one.lang)
        for ref in refs
        if (one := seen.get(Key(kind, ref))) and one.status != "archived"
    )


def go_on() -> None:
    """Wait for nothing."""


def refresh(session: Session, engine: Engine, *, pause: Callable[[], None] = go_on) -> bool:
    """Work out what is related to a few documents that are new or changed; returns whether there may be more to do.

    A change counts once the index is sure to have all before it, about a minute after it was made. Those that are near
    a changed document are worked out again with it. Without an index nothing is done. Reads and computes before it
    writes; whatever the session has not committed is lost. Before each document ``pause()`` is asked, which may wait.
    """
    session.rollback()
    try:
        with reading_only():
            settled = engine.marks().settled
            known = session.get(Fact, _FACT)
            progress = _Progress(**known.value) if known is not None else _Progress(settled)
            changed = _changed(session, progress, settled)
            keys = changed or changes.next_in_turn(session, progress.checked, most=MOST_AT_ONCE)
            if keys is None:
                return False
            session.rollback()  # what follows takes time, and a reader that stays keeps SQLite's writers waiting
            if isinstance(engine, Fused):
                engine.vectors.warm()  # what is worked out now is kept until the document changes
            lists = _worked_out(session, engine, keys, pause)
            if changed:
                lists |= _worked_out(session, engine, _neighbours(session, lists), pause)
    except NoIndex:
        return False
    finally:
        session.rollback()
    _store(session, lists, progress)
    return True


def _changed(session: Session, progress: _Progress, settled: int) -> list[Key]:
    """Return the next documents that changed, and move ``progress`` over those changes."""
    between = select(Change.id, Change.kind, Change.ref).where(Change.id > progress.settled, Change.id <= settled)
    rows = session.execute(between.order_by(Change.id).limit(MOST_AT_ONCE)).all()
    progress.settled = rows[-1].id if len(rows) == MOST_AT_ONCE else settled
    return list(dict.fromkeys(Key(row.kind, row.ref) for row in rows))


def _worked_out(
    session: Session, engine: Engine, keys: Collection[Key], pause: Callable[[], None]
) -> dict[Key, list[tuple[Key, float]]]:
    """Return what is related to each of ``keys``, nothing for those that nobody may find; raises NoIndex."""
    documents = list(changes.documents(session, keys))
    lists = {}
    for one in documents:
        session.rollback()
        pause()
        lists[Key(one.kind, one.ref)] = list(_chosen(session, one, _alike(engine, one)))
    session.rollback()
    return {key: lists.get(key, []) for key in keys}


def _alike(engine: Engine, document: Document) -> list[tuple[Key, float]]:
    """Return what is like ``document`` enough, the nearest first; raises NoIndex."""
    text = "\n".join((document.title, document.title, " ".join(document.tags), document.text[:TOLD_BY]))
    found = engine.similar(text, _EVERYTHING, limit=_AMONG)
    itself, scores = Key(document.kind, document.ref), dict(zip(found.keys, found.scores, strict=True))
    whole = scores.pop(itself, None) or max(scores.values(), default=1.0)
    return [(key, score / whole) for key, score in scores.items() if score >= ENOUGH * whole]


def _chosen(session: Session, document: Document, alike: list[tuple[Key, float]]) -> Iterator[tuple[Key, float]]:
    """Yield the first few of each kind, one version of each page and none of the document's own."""
    itself = Key(document.kind, document.ref)
    for source in sources():
        near = [(key, score) for key, score in alike if key.kind == source.kind]
        refs = [key.ref for key, _ in [*near, (itself, 1.0)] if key.kind == source.kind]
        versions = {Key(source.kind, ref): one for ref, one in versions_of(session, source.kind, refs).items()}
        own = versions.get(itself)
        others = [key for key, _ in near if own is None or key not in versions or versions[key].page != own.page]
        left = {*others} - superseded(others, versions, (document.lang,))
        yield from [(key, score) for key, score in near if key in left][:MOST]


def _neighbours(session: Session, lists: Lists) -> set[Key]:
    """Return the nearest to those of ``lists``, and those that were near to them before."""
    found = {other for near in lists.values() for other, _ in near[:_NEIGHBOURS]}
    for key in lists:
        naming = select(Related.kind, Related.ref).where(Related.other_kind == key.kind, Related.other_ref == key.ref)
        rows = session.execute(naming.order_by(Related.place).limit(MOST)).all()
        found.update(Key(kind, ref) for kind, ref in rows)
    return found - lists.keys()


def _store(session: Session, lists: Lists, progress: _Progress) -> None:
    """Have ``lists`` in place of what was kept for the same documents; pages are made anew where that shows."""
    kept = _kept(session, lists)
    differing = {key: near for key, near in lists.items() if [other for other, _ in near] != kept.get(key, [])}
    for key in differing:
        session.execute(delete(Related).where(Related.kind == key.kind, Related.ref == key.ref))
    rows = [
        {"kind": key.kind, "ref": key.ref, "place": place, "other_kind": one.kind, "other_ref": one.ref, "score": score}
        for key, near in differing.items()
        for place, (one, score) in enumerate(near, 1)
    ]
    if rows:
        session.execute(insert(Related), rows)
    is_first_time = any(progress.checked.get(source.kind, 0) is not None for source in sources())
    if not is_first_time and (differing or not lists):  # no lists: the first time is over
        touch_site(session)
    session.merge(Fact(name=_FACT, value=asdict(progress)))
    session.flush()


def _kept(session: Session, keys: Collection[Key]) -> Mapping[Key, list[Key]]:
    found: dict[Key, list[Key]] = defaultdict(list)
    for kind in {key.kind for key in keys}:
        of_kind = Related.kind == kind, Related.ref.in_([key.ref for key in keys if key.kind == kind])
        for row in session.scalars(select(Related).where(*of_kind).order_by(Related.place)):
            found[Key(kind, row.ref)].append(Key(row.other_kind, row.other_ref))
    return found
