"""What others searched and found something by: offered to those who type the same, or something like it."""

import time
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from weakref import WeakKeyDictionary

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from kb import clock
from kb.jobs import job, later
from kb.search import query
from kb.search.analysis import common_words, spoken, words
from kb.search.engine import Engine, Key, NoIndex, Reach
from kb.search.models import Completion, Query
from kb.search.noted import HELPFUL, READ

FEWEST_VISITS = 3
"""What fewer searched might be known to one reader alone."""
MOST = 5_000
WINDOW = timedelta(days=90)
EVERY = timedelta(minutes=10)
SECONDS = 60.0
"""How long a process goes by what it read."""


@dataclass(frozen=True, slots=True)
class _Known:
    """What one process has read."""

    visits: Mapping[str, int]
    texts: Sequence[str]
    """In the order of their letters."""
    stems: Mapping[str, frozenset[str]]
    """Of each text."""
    saying: Mapping[str, Sequence[str]]
    """The texts with each stem."""
    read_at: float


def begin(
    session: Session, text: str, engine: Engine, *, limit: int = 3, hidden: frozenset[Key] = frozenset()
) -> tuple[str, ...]:
    """Return what others searched that begins like ``text``, most frequent first; nothing without an index.

    ``hidden`` are documents that the index has and nobody is to know of any more.
    """
    prefix = query.normal(text) + (" " if text[-1:].isspace() and text.strip() else "")
    if not prefix:
        return ()
    known = _known(session, engine)
    begun = known.texts[bisect_left(known.texts, prefix) :]
    found = [one for one in _while(begun, prefix) if one != prefix.strip()]
    return _public(sorted(found, key=lambda one: (-known.visits[one], one)), engine, hidden, limit)


def alike(
    session: Session, text: str, engine: Engine, *, limit: int = 4, hidden: frozenset[Key] = frozenset()
) -> tuple[str, ...]:
    """Return what others searched that shares half of its words with ``text`` or more; see ``begin``."""
    asked = _stems(text)
    if not asked:
        return ()
    known = _known(session, engine)
    shared = Counter(one for stem in asked for one in known.saying.get(stem, ()))
    likeness = {one: count / len(asked | known.stems[one]) for one, count in shared.items()}
    found = [one for one, share in likeness.items() if share >= 0.5 and one != query.normal(text)]
    return _public(sorted(found, key=lambda one: (-likeness[one], -known.visits[one], one)), engine, hidden, limit)


@job
def gather(session: Session) -> None:
    """Bring the stored completions up to date with what was searched, and come back in ten minutes."""
    visits = func.count(Query.visit.distinct())
    rows = session.execute(
        select(Query.normal, visits)
        .where(
            Query.at >= clock.now() - WINDOW,
            Query.audience == "public",
            Query.visit != "",
            Query.ended.in_((READ, HELPFUL)),
        )
        .group_by(Query.normal)
        .having(visits >= FEWEST_VISITS)
        .order_by(visits.desc(), Query.normal)
        .limit(MOST)
    )
    wanted = {text: count for text, count in rows if _is_plain(text)}
    there = _stored(session)
    changed = {text for text in wanted.keys() | there.keys() if wanted.get(text) != there.get(text)}
    if changed:
        session.execute(delete(Completion).where(Completion.normal.in_(changed)))
        added = [{"normal": text, "visits": wanted[text]} for text in sorted(changed & wanted.keys())]
        if added:
            session.execute(insert(Completion), added)
    later(session, gather, after=EVERY, key="kb.search.completions.gather")


def _is_plain(text: str) -> bool:
    """Whether ``text`` is nothing but words, none of which stands for something that was taken out."""
    asked = query.parse(text)
    return "[" not in text and asked == query.Query(text=asked.text, words=asked.words)


def _stored(session: Session) -> dict[str, int]:
    return {row.normal: row.visits for row in session.execute(select(Completion.normal, Completion.visits))}


def _known(session: Session, engine: Engine) -> _Known:
    kept = _kept.get(engine)
    if kept is not None and time.monotonic() - kept.read_at < SECONDS:
        return kept
    rows = _stored(session)
    if kept is not None and kept.visits == rows:
        _kept[engine] = replace(kept, read_at=time.monotonic())
    else:
        _kept[engine] = _read(rows)
    return _kept[engine]


def _read(visits: Mapping[str, int]) -> _Known:
    stems = {text: _stems(text) for text in visits}
    saying: defaultdict[str, list[str]] = defaultdict(list)
    for text, its in stems.items():
        for stem in its:
            saying[stem].append(text)
    return _Known(visits, sorted(visits), stems, saying, time.monotonic())


def _stems(text: str) -> frozenset[str]:
    return frozenset(word.whole for _, word in words(text) if not word.stop)


def _while(texts: Iterable[str], prefix: str) -> Iterable[str]:
    for text in texts:
        if not text.startswith(prefix):
            return
        yield text


def _public(texts: Iterable[str], engine: Engine, hidden: frozenset[Key], limit: int) -> tuple[str, ...]:
    """Return the first of ``texts`` all of whose words are in titles, headings, keywords or tags everyone may find."""
    found: list[str] = []
    try:
        known = engine.vocabulary()
        for text in texts:
            # Nobody's secret is made of common words; those of other languages than English are in no vocabulary.
            telling = [word for word in spoken(text) if word not in common_words()]
            if telling and all(word in known for word in telling) and _is_left(telling, engine, hidden):
                found.append(text)
                if len(found) == limit:
                    break
    except NoIndex:
        return ()
    return tuple(found)


def _is_left(words: Sequence[str], engine: Engine, hidden: frozenset[Key]) -> bool:
    """Return whether each of ``words`` that the index knows is in a document that is not ``hidden``."""
    return not hidden or all(engine.frequencies(words, Reach(hidden=hidden)))


_kept: "WeakKeyDictionary[Engine, _Known]" = WeakKeyDictionary()
