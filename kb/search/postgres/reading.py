"""Reading an index: what is new since the last look, and the postings of words as they are asked for."""

from collections import OrderedDict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any

from sqlalchemy import Connection, Engine, text

from kb.search.postgres import tables
from kb.search.postgres.building import build, read, unpacked
from kb.search.postgres.segments import InMemory, Places, Segment, places, postings
from kb.search.ranking.segment import NOTHING, Ints, Postings
from kb.search.scoring import FIELDS

Kept = Mapping[int, Mapping[int, Postings]]
"""The postings of a word, by segment and then by the number of the field."""
_KEPT_BYTES = 16 * 1024 * 1024


class Moved(Exception):
    """A segment that was open has been made part of another meanwhile."""


@dataclass(frozen=True, slots=True)
class Glance:
    """What tells whether an index changed: its segments, how many of their documents are gone, and which are new."""

    name: str
    segments: tuple[int, ...]
    gone: int
    fresh: tuple[int, ...]


def glance(connection: Connection, name: str) -> Glance:
    """Return what the index ``name`` holds, as little as tells it from before."""
    row: Any = connection.execute(text(_GLANCE.format(t=tables.of(name)))).one()
    return Glance(name, tuple(row.segments or ()), row.gone, tuple(row.fresh or ()))


def gone(connection: Connection, name: str) -> dict[int, list[int]]:
    """Return the places of documents that are gone, by segment."""
    query = f"SELECT segment, array_agg(place) AS places FROM {tables.of(name)}_gone GROUP BY segment"  # noqa: S608
    return {row.segment: row.places for row in connection.execute(text(query))}


def fresh(connection: Connection, seen: Glance) -> Segment:
    """Return the documents that are in no segment as one of their own."""
    query = f"SELECT data FROM {tables.of(seen.name)}_document WHERE id = ANY(:ids) ORDER BY id"  # noqa: S608
    built = build(read(data) for (data,) in connection.execute(text(query), {"ids": list(seen.fresh)}))
    return Segment(built.arrays, InMemory(built.entries))


class Shelf:
    """The segments of one index that are open, and the postings that were read of them and are still in memory."""

    def __init__(self, database: Engine, name: str) -> None:
        self.name = name
        self._database = database
        self._table = tables.of(name)
        self._open: dict[int, Segment] = {}
        self._kept: OrderedDict[str, Kept] = OrderedDict()
        self._kept_bytes = 0
        self._lock = Lock()

    def segments(self, connection: Connection, wanted: Sequence[int]) -> list[Segment]:
        """Return the segments ``wanted``, opening those that are not; the others are closed."""
        new = [number for number in wanted if number not in self._open]
        query = text(f"SELECT id, columns FROM {self._table}_segment WHERE id = ANY(:ids)")  # noqa: S608
        rows = connection.execute(query, {"ids": new}).all() if new else []
        opened = {row.id: Segment(unpacked(row.columns), _Stored(self, row.id)) for row in rows}
        self._open = {number: opened.get(number) or self._open[number] for number in wanted}
        return list(self._open.values())

    def postings(self, segment: int, field: str, term: str) -> Postings:
        """Return the postings of a word, read for all fields and segments at once; raises Moved."""
        with self._lock:
            kept = self._kept.get(term)
            if kept is not None and segment in kept:
                self._kept.move_to_end(term)
                return kept[segment].get(FIELDS.index(field), NOTHING)
        found = self._read([term])[term]
        if segment not in found:
            raise Moved
        return found[segment].get(FIELDS.index(field), NOTHING)

    def fetch(self, terms: Collection[str]) -> None:
        """Have the postings of all ``terms`` in memory, as far as they fit; raises Moved."""
        with self._lock:
            new = [term for term in terms if self._kept.get(term, {}).keys() != self._open.keys()]
        if new and self._open:
            self._read(new)

    def places(self, segment: int, field: str, term: str, wanted: Ints) -> Places:
        """Return where a word stands in one field of the ``wanted`` documents of a segment; raises Moved."""
        where = {"term": term, "segment": segment, "field": FIELDS.index(field)}
        with self._database.connect() as connection:
            row: Any = connection.execute(text(_PLACES.format(t=self._table)), where).first()
        if row is None:  # it was there, or its places would not be asked for
            raise Moved
        return places(row.ids, row.counts, row.places, wanted)

    def terms(self, segment: int, field: str) -> list[tuple[str, int]]:
        """Return the words of a field of a segment, and in how many documents each is."""
        with self._database.connect() as connection:
            rows = connection.execute(
                text(_TERMS.format(t=self._table)), {"segment": segment, "field": FIELDS.index(field)}
            )
            return [(term, size // 4) for term, size in rows]

    def _read(self, terms: Collection[str]) -> dict[str, Kept]:
        wanted = list(self._open)
        with self._database.connect() as connection:
            query = text(_POSTINGS.format(t=self._table))
            rows = connection.execute(query, {"terms": list(terms), "ids": wanted}).all()
        if len({row.id for row in rows}) < len(wanted):
            raise Moved
        found: dict[str, dict[int, dict[int, Postings]]] = {term: {one: {} for one in wanted} for term in terms}
        for segment, term, field, ids, counts in rows:
            if term is not None:
                found[term][segment][field] = postings(ids, counts)
        with self._lock:
            for term in terms:
                self._keep(term, found[term])
        return dict(found)

    def _keep(self, term: str, found: Kept) -> None:
        self._kept_bytes += _size(found) - _size(self._kept.pop(term, {}))
        self._kept[term] = found
        while self._kept_bytes > _KEPT_BYTES:
            self._kept_bytes -= _size(self._kept.popitem(last=False)[1])


class _Stored:
    """The words of a segment in the database."""

    def __init__(self, shelf: Shelf, segment: int) -> None:
        self._shelf = shelf
        self._segment = segment

    def postings(self, field: str, term: str) -> Postings:
        """See Words."""
        return self._shelf.postings(self._segment, field, term)

    def places(self, field: str, term: str, wanted: Ints) -> Places:
        """See Words."""
        return self._shelf.places(self._segment, field, term, wanted)

    def terms(self, field: str) -> list[tuple[str, int]]:
        """See Words."""
        return self._shelf.terms(self._segment, field)


def _size(found: Kept) -> int:
    return 500 + sum(one.nbytes for fields in found.values() for one in fields.values())


_GLANCE = """SELECT (SELECT array_agg(id ORDER BY id) FROM {t}_segment) AS segments,
    (SELECT count(*) FROM {t}_gone) AS gone,
    (SELECT array_agg(id ORDER BY id) FROM {t}_document WHERE segment IS NULL) AS fresh"""
_POSTINGS = """SELECT s.id, p.term, p.field, p.ids, p.counts FROM {t}_segment s
LEFT JOIN {t}_posting p ON p.term = ANY(:terms) AND p.segment = s.id WHERE s.id = ANY(:ids)"""
_PLACES = "SELECT ids, counts, places FROM {t}_posting WHERE term = :term AND segment = :segment AND field = :field"
_TERMS = "SELECT term, length(ids) FROM {t}_posting WHERE segment = :segment AND field = :field ORDER BY term"
