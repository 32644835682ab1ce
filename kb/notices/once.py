"""Adding rows that may be there already: the database's unique constraints decide, also between two writers."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import InstrumentedAttribute, Session

from kb.db import Base

INSERT: dict[str, Callable[[type[Base]], Any]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def add_once(
    session: Session,
    model: type[Base],
    rows: Sequence[Mapping[str, Any]],
    returning: Sequence[InstrumentedAttribute[int]],
) -> list[tuple[int, ...]]:
    """Add those of ``rows`` that break no unique constraint; return the columns ``returning`` of the added ones."""
    if not rows:
        return []
    insert = INSERT[session.get_bind().dialect.name]
    added = session.execute(insert(model).on_conflict_do_nothing().returning(*returning), [dict(row) for row in rows])
    return [tuple(row) for row in added]
