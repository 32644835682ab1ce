"""Full text search as everybody has it, the neutral measure beside our engines: SQLite's FTS5, PostgreSQL's ts_rank."""

import sqlite3
from collections.abc import Iterable
from pathlib import Path

import psycopg

from kb.search.analysis import WORD
from kb.search.documents import Document
from kb.search.engine import Key


class Fts5:
    """Documents in an FTS5 table, ranked by BM25: a title's words count twice, nothing is stemmed, no word left out."""

    name = "SQLite FTS5 bm25"

    def __init__(self, file: Path) -> None:
        self._base = sqlite3.connect(file)
        self._base.execute(
            "CREATE VIRTUAL TABLE IF NOT EXISTS held USING fts5(kind UNINDEXED, ref UNINDEXED, title, text)"
        )

    def put(self, documents: Iterable[Document]) -> None:
        """Add ``documents`` in one transaction."""
        rows = ((one.kind, one.ref, one.title, one.text) for one in documents)
        with self._base:
            self._base.executemany("INSERT INTO held VALUES (?, ?, ?, ?)", rows)

    def find(self, text: str, *, limit: int = 10, without: Key | None = None) -> list[Key]:
        """Return the documents that hold any word of ``text``, best first, ``without`` left out."""
        return self._found(" OR ".join(f'"{word}"' for word in WORD.findall(text)), limit, without)

    def begun(self, text: str) -> list[Key]:
        """Return the documents whose title holds any word of ``text``, the last perhaps only begun."""
        words = [f'"{word}"' for word in WORD.findall(text)]
        return self._found(f"title: ({' OR '.join(words)}*)" if words else "")

    def _found(self, query: str, limit: int = 10, without: Key | None = None) -> list[Key]:
        statement = "SELECT kind, ref FROM held WHERE held MATCH ? ORDER BY bm25(held, 0, 0, 2.0, 1.0) LIMIT ?"
        rows = self._base.execute(statement, (query, limit + 1)) if query else ()
        return [key for kind, ref in rows if (key := Key(kind, ref)) != without][:limit]


class TsRank:
    """Documents in a PostgreSQL table with a weighted ``tsvector`` under GIN, ranked by ``ts_rank``."""

    name = "PostgreSQL ts_rank"

    def __init__(self, address: str) -> None:
        self._base = psycopg.connect(address.replace("postgresql+psycopg", "postgresql"), autocommit=True)
        self._base.execute("CREATE TABLE IF NOT EXISTS plain (kind text, ref int, title tsvector, held tsvector)")
        for column in ("title", "held"):
            self._base.execute(f"CREATE INDEX IF NOT EXISTS plain_{column} ON plain USING gin ({column})")

    def put(self, documents: Iterable[Document]) -> None:
        """Add ``documents`` in one transaction."""
        rows = [(one.kind, one.ref, one.title, one.title, one.text) for one in documents]
        with self._base.transaction(), self._base.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO plain VALUES (%s, %s, to_tsvector('english', %s),"
                " setweight(to_tsvector('english', %s), 'A') || setweight(to_tsvector('english', %s), 'D'))",
                rows,
            )

    def find(self, text: str) -> list[Key]:
        """Return the ten best documents that hold any word of ``text``."""
        return self._found("held", " | ".join(f"'{word}'" for word in _quoted(text)))

    def begun(self, text: str) -> list[Key]:
        """Return the documents whose title holds any word of ``text``, the last perhaps only begun."""
        words = [f"'{word}'" for word in _quoted(text)]
        return self._found("title", f"{' | '.join(words)}:*" if words else "")

    def _found(self, column: str, query: str) -> list[Key]:
        rows = self._base.execute(
            f"SELECT kind, ref FROM plain, to_tsquery('english', %s) AS wanted WHERE {column} @@ wanted"
            f" ORDER BY ts_rank({column}, wanted) DESC LIMIT 10",
            (query,),
        )
        return [Key(kind, ref) for kind, ref in rows]


def _quoted(text: str) -> list[str]:
    return [word.replace("'", "''") for word in WORD.findall(text)]
