"""What every import has in common: where it comes from, what it added, what it had to skip, and how it commits."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Protocol, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.db import glance
from kb.forum.models import Answer, Comment, Question
from kb.people.models import Person

BATCH = 500
LONGEST_ORIGIN = 60
T = TypeVar("T")
Imported = type[Person] | type[Question] | type[Answer] | type[Comment]


class Watch(Protocol):
    """Who looks on while an import runs."""

    def step(self, name: str) -> None:
        """Be told that the next part begins."""

    def advance(self, number: int) -> None:
        """Be told that so many more rows were dealt with."""

    def skipped(self, place: str, why: str) -> None:
        """Be told of a row that could not be used."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What an import did: how many of each noun it added, and how many rows it left out."""

    added: dict[str, int]
    skipped: int


@dataclass(slots=True)
class Intake:
    """One run of an import. Every row it adds carries ``origin`` and its id there, so a second run adds nothing.

    Unlike other verbs an import commits, by the ``commit`` it is given: after each few hundred rows, each time with
    every counter true, so that memory stays flat, nobody waits long to write, and a run cut short can be repeated.
    """

    session: Session
    commit: Callable[[], None]
    origin: str
    watch: Watch
    added: Counter[str] = field(default_factory=Counter)
    skips: int = 0

    def skip(self, place: str, why: str) -> None:
        """Count and name a row that is left out."""
        self.skips += 1
        self.watch.skipped(place, why)

    def summary(self) -> Summary:
        """Return what was done so far, nouns without any left out."""
        return Summary({name: number for name, number in self.added.items() if number}, self.skips)

    def ids(self, model: Imported, keys: Collection[str]) -> dict[str, int]:
        """Return our ids of those of ``keys`` (ids of the origin) that are here already."""
        found: dict[str, int] = {}
        for some in batches(set(keys)):
            here = select(model.origin_id, model.id).where(model.origin == self.origin, model.origin_id.in_(some))
            found.update((str(key), row_id) for key, row_id in self.session.execute(here))
        return found

    def glimpse(self, model: Imported, keys: Collection[str]) -> dict[str, int]:
        """The same between two transactions: holds none open afterwards, as what follows takes its time."""
        with glance(self.session):
            return self.ids(model, keys)


def batches(items: Iterable[T], size: int = BATCH) -> Iterator[list[T]]:
    """Yield ``items`` in lists of ``size``."""
    rest = iter(items)
    while some := list(islice(rest, size)):
        yield some
