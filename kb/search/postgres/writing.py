"""Writing an index: documents as they come, and segments of many made of them."""

from collections.abc import Collection, Iterable, Sequence
from itertools import islice
from typing import Any

from sqlalchemy import Connection, text

from kb.search.documents import Document
from kb.search.engine import Key
from kb.search.postgres import tables
from kb.search.postgres.building import Built, build, packed, read, written
from kb.search.scoring import FIELDS

ENOUGH_FRESH = 32
"""Documents in no segment from which on they are made one; until then each process makes one of them in memory."""
MOST_IN_SEGMENT = 20_000


def put(connection: Connection, name: str, documents: Iterable[Document], drop: Collection[Key]) -> None:
    """Have ``documents`` in the index ``name`` instead of what it holds of them, and ``drop`` no more.

    A document that is there as it is stays untouched. Of two transactions that put the same document at once one waits
    for the other and then leaves its own out: whoever follows the changes afterwards mends that.
    """
    coming = {Key(one.kind, one.ref): (one.version, written(one)) for one in documents}
    keys = sorted({*coming, *drop})
    values = {
        "kinds": [key.kind for key in keys],
        "refs": [key.ref for key in keys],
        "versions": [coming[key][0] if key in coming else 0 for key in keys],
        "data": [coming[key][1] if key in coming else None for key in keys],
    }
    if not keys:
        return
    t = tables.of(name)
    connection.execute(text(_TAKE_OUT.format(t=t)), values)
    connection.execute(text(_PUT_IN.format(t=t)), values)


def add_segments(connection: Connection, name: str, documents: Iterable[Document]) -> Iterable[int]:
    """Store ``documents`` in segments, committing each; yields how many documents are in so far."""
    coming, done = iter(documents), 0
    while batch := list(islice(coming, MOST_IN_SEGMENT // 2)):
        with connection.begin():
            segment = _add_segment(connection, name, build(batch))
            statement = f"COPY {tables.of(name)}_document (kind, ref, version, segment, place, data) FROM STDIN"
            _copy(
                connection,
                statement,
                ((one.kind, one.ref, one.version, segment, at, written(one)) for at, one in enumerate(batch)),
            )
        done += len(batch)
        yield done


def fold(connection: Connection, name: str) -> None:
    """Make a segment of the documents that are in none, once they are many, and of smaller segments with them.

    A segment is taken in once the others together are as large, so that there are few and each document is written
    again seldom; or when much of it is gone.
    """
    t = tables.of(name)
    fresh: int = connection.scalar(text(f"SELECT count(*) FROM {t}_document WHERE segment IS NULL")) or 0  # noqa: S608
    if fresh < ENOUGH_FRESH:
        return
    taken = _chosen(connection.execute(text(_SIZES.format(t=t))).all(), fresh)
    rows = connection.execute(text(_FOLDED.format(t=t)), {"segments": taken}).all()
    segment = _add_segment(connection, name, build(read(row.data) for row in rows))
    moved = {"ids": [row.id for row in rows], "segment": segment}
    connection.execute(text(_MOVE.format(t=t)), moved)
    for table, column in (("posting", "segment"), ("gone", "segment"), ("segment", "id")):
        connection.execute(text(f"DELETE FROM {t}_{table} WHERE {column} = ANY(:taken)"), {"taken": taken})  # noqa: S608


def _chosen(sizes: Sequence[Any], fresh: int) -> list[int]:
    taken, total = [], fresh
    for row in sorted(sizes, key=lambda row: row.living):
        is_hollow = row.living < row.size * 0.75
        if total + row.living <= MOST_IN_SEGMENT and (row.living <= total or is_hollow):
            taken.append(row.id)
            total += row.living
    return taken


def _add_segment(connection: Connection, name: str, built: Built) -> int:
    t = tables.of(name)
    insert = text(f"INSERT INTO {t}_segment (size, columns) VALUES (:size, :columns) RETURNING id")  # noqa: S608
    segment = int(connection.execute(insert, {"size": built.size, "columns": packed(built.arrays)}).scalar_one())
    rows = (
        (term, segment, FIELDS.index(field), one.ids.tobytes(), one.counts.tobytes(), one.places.tobytes())
        for (field, term), one in sorted(built.entries.items(), key=lambda item: item[0][1])
    )
    _copy(connection, f"COPY {t}_posting (term, segment, field, ids, counts, places) FROM STDIN", rows)
    return segment


def _copy(connection: Connection, statement: str, rows: Iterable[tuple[object, ...]]) -> None:
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


# Documents that come, a row each; those without data go.
_TAKE_OUT = """WITH old AS (DELETE FROM {t}_document d
    USING unnest(CAST(:kinds AS varchar[]), CAST(:refs AS integer[]), CAST(:data AS text[])) AS n (kind, ref, data)
    WHERE d.kind = n.kind AND d.ref = n.ref AND d.data IS DISTINCT FROM n.data RETURNING d.segment, d.place)
INSERT INTO {t}_gone SELECT segment, place FROM old WHERE segment IS NOT NULL"""
_PUT_IN = """INSERT INTO {t}_document (kind, ref, version, data) SELECT kind, ref, version, data
FROM unnest(CAST(:kinds AS varchar[]), CAST(:refs AS integer[]), CAST(:versions AS bigint[]), CAST(:data AS text[]))
    AS n (kind, ref, version, data)
WHERE data IS NOT NULL ON CONFLICT (kind, ref) DO NOTHING"""
_SIZES = """SELECT s.id, s.size, s.size - (SELECT count(*) FROM {t}_gone g WHERE g.segment = s.id) AS living
FROM {t}_segment s"""
_FOLDED = """SELECT id, data FROM {t}_document WHERE segment IS NULL OR segment = ANY(:segments)
ORDER BY id FOR UPDATE"""
_MOVE = """UPDATE {t}_document d SET segment = :segment, place = n.place - 1
FROM unnest(CAST(:ids AS bigint[])) WITH ORDINALITY AS n (id, place) WHERE d.id = n.id"""
