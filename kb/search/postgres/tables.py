"""The tables of an index: made and dropped by the engine, since an index is disposable and no part of the schema."""

import re
import secrets
from typing import Any

from sqlalchemy import Connection, text

from kb.search.engine import Gaps, Marks, NoIndex
from kb.search.ranking.fields import VERSION

POINTER = "search_index"
"""One row: which index is in use, and how far it is."""
PATIENCE = 5_000
"""Milliseconds to wait for another process that writes."""
_NAME = re.compile(rf"{VERSION}_[0-9a-f]{{8}}")
_DDL = """
CREATE TABLE {t}_document (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, kind varchar(20) NOT NULL, ref integer NOT NULL,
    version bigint NOT NULL, segment integer, place integer, data text NOT NULL, UNIQUE (kind, ref));
CREATE INDEX ON {t}_document (id) WHERE segment IS NULL;
CREATE INDEX ON {t}_document (segment);
CREATE TABLE {t}_segment (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, size integer NOT NULL, columns bytea NOT NULL);
CREATE TABLE {t}_posting (
    term text COLLATE "C" NOT NULL, segment integer NOT NULL, field smallint NOT NULL, ids bytea NOT NULL,
    counts bytea NOT NULL, places bytea NOT NULL, PRIMARY KEY (term, segment, field));
ALTER TABLE {t}_posting ALTER ids SET STORAGE EXTERNAL, ALTER counts SET STORAGE EXTERNAL,
    ALTER places SET STORAGE EXTERNAL;
CREATE TABLE {t}_gone (segment integer NOT NULL, place integer NOT NULL, PRIMARY KEY (segment, place));
"""
_POINTER_DDL = f"""
CREATE TABLE IF NOT EXISTS {POINTER} (
    id integer PRIMARY KEY, name varchar(20) NOT NULL, settled bigint NOT NULL, reached bigint NOT NULL,
    missing jsonb NOT NULL);
"""


def is_of_the_schema(name: str | None, kind: str, _parents: object) -> bool:
    """Tell Alembic whether what it found in the database is its concern: our tables are not."""
    return not (kind == "table" and (name or "").startswith(POINTER))


def new() -> str:
    """Return a name for another index."""
    return f"{VERSION}_{secrets.token_hex(4)}"


def of(name: str) -> str:
    """Return what the tables of the index ``name`` begin with."""
    return f"{POINTER}_{name}"


def make(connection: Connection, name: str) -> None:
    """Make the tables of a new index."""
    connection.exec_driver_sql(_POINTER_DDL)
    connection.exec_driver_sql(_DDL.format(t=of(name)))


def each(name: str) -> tuple[str, ...]:
    """Return the tables of an index; that of its documents, by which it is known, comes last."""
    return tuple(f"{of(name)}_{table}" for table in ("segment", "posting", "gone", "document"))


def drop(connection: Connection, table: str) -> None:
    """Drop a table of an index."""
    connection.exec_driver_sql(f"DROP TABLE IF EXISTS {table}")


def others(connection: Connection, name: str) -> list[str]:
    """Return which indexes there are beside ``name``, of whatever version."""
    found = connection.execute(
        text("SELECT tablename FROM pg_tables WHERE schemaname = current_schema() AND tablename LIKE :begin"),
        {"begin": f"{POINTER}_%_document"},
    )
    names = {table.removeprefix(f"{POINTER}_").removesuffix("_document") for (table,) in found}
    return sorted(names - {name})


def wait_at_most(connection: Connection, milliseconds: int) -> None:
    """Have this transaction wait no longer for what others have locked; what it then asks raises OperationalError."""
    connection.execute(text("SELECT set_config('lock_timeout', :value, true)"), {"value": str(milliseconds)})


def current(connection: Connection, *, lock: bool = False) -> Marks:
    """Return the index in use and how far it is, being the only one that moves it if ``lock``; raises NoIndex."""
    if connection.scalar(text("SELECT to_regclass(:name)"), {"name": POINTER}) is None:
        raise NoIndex("No index has been built yet.")
    query = f"SELECT name, settled, reached, missing FROM {POINTER}"  # noqa: S608 - the name is ours
    row: Any = connection.execute(text(query + (" FOR UPDATE" if lock else ""))).first()
    if row is None:
        raise NoIndex("No index has been built yet.")
    if not _NAME.fullmatch(row.name):
        raise NoIndex("The index is of another version.")
    return Marks(row.name, row.settled, row.reached, gaps(row.missing))


def point(connection: Connection, marks: Marks) -> None:
    """Take the index of ``marks`` into use, or note that it is as far as they say."""
    statement = f"""INSERT INTO {POINTER} VALUES (1, :name, :settled, :reached, CAST(:missing AS jsonb))
        ON CONFLICT (id) DO UPDATE SET (name, settled, reached, missing) =
        (excluded.name, excluded.settled, excluded.reached, excluded.missing)"""  # noqa: S608 - the name is ours
    missing = str([list(gap) for gap in marks.missing])
    values = {"name": marks.index, "settled": marks.settled, "reached": marks.reached, "missing": missing}
    connection.execute(text(statement), values)


def unpoint(connection: Connection, name: str) -> None:
    """Use the index ``name`` no more."""
    statement = f"DELETE FROM {POINTER} WHERE name = :name"  # noqa: S608 - the name is ours
    connection.execute(text(statement), {"name": name})


def gaps(missing: list[list[int]]) -> Gaps:
    """Return gaps as the table has them."""
    return tuple((int(first), int(last)) for first, last in missing)
