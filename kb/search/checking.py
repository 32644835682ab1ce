"""Does the index hold what the database does?"""

from collections.abc import Iterator

from sqlalchemy.orm import Session

from kb.search.documents import sources
from kb.search.engine import Engine, Key, NoIndex


def faults(session: Session, engine: Engine) -> Iterator[str]:
    """Yield a sentence for each thing that only one of index and database has; follow the changes first."""
    try:
        indexed = engine.held()
    except NoIndex as problem:
        yield f"search: {problem}"
        return
    held = set(indexed)
    if len(held) < len(indexed):
        yield f"search: {len(indexed) - len(held)} documents are in the index twice"
    meant = {Key(source.kind, ref) for source in sources() for ref in source.refs(session)}
    for key in sorted(meant - held):
        yield f"search: {key.kind} {key.ref} is not in the index"
    for key in sorted(held - meant):
        yield f"search: {key.kind} {key.ref} is in the index but should not be"
