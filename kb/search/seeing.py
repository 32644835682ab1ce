"""What one reader may see of what an engine finds: the database decides, and is asked until it agrees."""

import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from sqlalchemy import Select, and_, bindparam, false, or_, select
from sqlalchemy.orm import Session

from kb import clock
from kb.people.models import Person
from kb.search.documents import Shown, Version, sources, versions_of
from kb.search.engine import Engine, Found, Key, Reach
from kb.search.models import Change
from kb.search.query import Query
from kb.search.told import told

SECONDS = 1.0
"""After this long a search looks no further: what there is by then is what it returns."""
DEEP = 1_000
"""Hits among which of each page one language version is chosen: as many as can be paged to."""
_MOST_LOOKS = 5
_MOST_PENDING = 200
Look = Callable[[Reach, int, int], Found]
"""Asks an engine within a reach for so many documents, from the one at an offset on."""


class Seen(NamedTuple):
    """What was found, and each document of it as this reader sees it."""

    found: Found
    shown: Mapping[Key, Shown]


class Reader:
    """Somebody who is searching, for as long as that takes.

    Raises NoIndex when it is made, and whenever it looks, while there is none.
    """

    def __init__(
        self,
        session: Session,
        viewer: Person | None,
        engine: Engine,
        *,
        languages: Sequence[str] = (),
        brief: bool = False,
    ) -> None:
        """Begin; one who is ``brief`` is shown documents without their text."""
        self.session, self.viewer, self.engine, self.languages = session, viewer, engine, languages
        self._brief = brief
        self.told = told(session, engine)
        self._until = time.monotonic() + SECONDS
        self._audiences = _audiences(viewer)
        self._hidden = self._hidden_since()

    @property
    def reach(self) -> Reach:
        """What they may find, as far as is known."""
        return Reach(self._audiences, self._hidden)

    def is_late(self) -> bool:
        """Whether they have waited long enough."""
        return time.monotonic() > self._until

    def hide(self, keys: Iterable[Key]) -> None:
        """Find none of ``keys`` from now on."""
        self._hidden |= frozenset(keys)

    def look(self, look: Look, *, limit: int, offset: int = 0, deep: int = DEEP) -> Seen:
        """Look, and look again without what the database does not show, until all that was found is shown.

        Of a page's language versions one is found: the one in the first of the reader's languages, else the best of
        the first ``deep``.
        """
        among, versions = self._versions(look, deep)
        for number in range(_MOST_LOOKS):
            others = superseded([key for key in among if key not in self._hidden], versions, self.languages)
            found = look(Reach(self._audiences, self._hidden | others), limit, offset)
            shown = self.shown(found.keys)
            missing = [key for key in found.keys if key not in shown]
            if not missing or (number and self.is_late()):
                break
            self.hide(missing)
        return Seen(_without(found, missing), shown)

    def shown(self, keys: Iterable[Key]) -> dict[Key, Shown]:
        """Return those of ``keys`` that they may see, as they are now."""
        return shown(self.session, keys, self.viewer, brief=self._brief)

    def _versions(self, look: Look, deep: int) -> tuple[tuple[Key, ...], dict[Key, Version]]:
        """Return the best hits and which of them are versions of a page; nothing on a site in one language."""
        kinds = self.told.in_languages
        if not kinds:
            return (), {}
        among = look(self.reach, deep, 0).keys
        versions: dict[Key, Version] = {}
        for kind in kinds:
            refs = [key.ref for key in among if key.kind == kind]
            versions.update({Key(kind, ref): one for ref, one in versions_of(self.session, kind, refs).items()})
        return among, versions

    def _hidden_since(self) -> frozenset[Key]:
        """Return what changed since the index was written and is not to be seen, so that not even a total counts it.

        The database picks these out, as hardly any are hidden: to fetch all that changed and see which are left would
        cost each search as much as its hits do while somebody publishes.
        """
        statement = _hidden(tuple((one.kind, one.visible(self.viewer)) for one in sources()))
        rows = self.session.execute(statement, {"reached": self.engine.reached(), "now": clock.now()})
        return frozenset(Key(kind, ref) for kind, ref in rows)


@lru_cache(maxsize=64)
def _hidden(visible: tuple[tuple[str, Select[int]], ...]) -> Select[str, int]:
    """Return the statement for what changed after ``:reached`` and is not among the ids ``visible`` of its kind."""
    recent = (
        select(Change.kind, Change.ref)
        .where(Change.id > bindparam("reached"))
        .order_by(Change.id.desc())
        .limit(_MOST_PENDING)
        .subquery()
    )
    gone = [
        and_(recent.c.kind == kind, ~ids.where(ids.selected_columns[0] == recent.c.ref).correlate(recent).exists())
        for kind, ids in visible
    ]
    return select(recent.c.kind, recent.c.ref).distinct().where(or_(false(), *gone))


def shown(session: Session, keys: Iterable[Key], viewer: Person | None, *, brief: bool = False) -> dict[Key, Shown]:
    """Return those of ``keys`` that ``viewer`` may see, as they are now; without their text where ``brief``."""
    keys = tuple(keys)
    found: dict[Key, Shown] = {}
    for source in sources():
        refs = [key.ref for key in keys if key.kind == source.kind]
        if refs:
            seen = source.shown(session, refs, viewer, brief=brief)
            found.update({Key(source.kind, ref): one for ref, one in seen.items()})
    return found


def titled(session: Session, query: Query, viewer: Person | None, limit: int) -> Seen:
    """Return what the database finds in titles, of every kind in turn: the way out while there is no index."""
    words = query.wanted.split()
    wanted = [one for one in sources() if query.kind in ("", one.kind)] if words else []
    lists = [[Key(one.kind, ref) for ref in one.titles(session, words, viewer, limit)] for one in wanted]
    mixed = [keys[at] for at in range(limit) for keys in lists if at < len(keys)][:limit]
    seen = shown(session, mixed, viewer)
    keys = tuple(key for key in mixed if key in seen)
    return Seen(Found(keys, (0.0,) * len(keys), len(keys)), seen)


def superseded(keys: Sequence[Key], versions: Mapping[Key, Version], languages: Sequence[str]) -> frozenset[Key]:
    """Return those of ``keys`` in place of which another version of their page is shown; ``keys`` come best first."""
    if not versions:
        return frozenset()
    places = {_primary(one): place for place, one in reversed(list(enumerate(languages)))}
    best: dict[str, Key] = {}

    def place(key: Key) -> int:
        return places.get(_primary(versions[key].lang), len(places))

    among = [key for key in keys if key in versions]
    for key in among:
        page = versions[key].page
        if place(key) < place(best.setdefault(page, key)):
            best[page] = key
    return frozenset(key for key in among if best[versions[key].page] != key)


def _primary(tag: str) -> str:
    return tag.partition("-")[0].lower()


def whose(viewer: Person | None) -> str:
    """Return the widest of the audiences whose documents ``viewer`` may find: public, members or staff."""
    within = _audiences(viewer)
    if not within <= {"public", "members"}:
        return "staff"
    return "members" if "members" in within else "public"


def _audiences(viewer: Person | None) -> frozenset[str]:
    """Return whose documents ``viewer`` may find, of every kind."""
    return frozenset[str]().union(*(source.audiences(viewer) for source in sources()))


def _without(found: Found, keys: Collection[Key]) -> Found:
    """Return ``found`` without ``keys``, which were not counted among its facts when they were looked for."""
    if not keys:
        return found
    kept = [(key, score) for key, score in zip(found.keys, found.scores, strict=True) if key not in keys]
    return Found(
        tuple(key for key, _ in kept),
        tuple(score for _, score in kept),
        found.total - len(keys),
        found.counts,
        late=True,
    )
