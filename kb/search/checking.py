"""Does the index hold what the database does?"""

from collections.abc import Iterator

from sqlalchemy.orm import Session

from kb.search.engine import Engine, NoIndex
from kb.search.reconciling import difference


def faults(session: Session, engine: Engine) -> Iterator[str]:
    """Yield a sentence for each thing that index and database do not agree on; follow the changes first."""
    try:
        found = difference(session, engine)
    except NoIndex as problem:
        yield f"search: {problem}"
        return
    for key in sorted(found.doubled):
        yield f"search: {key.kind} {key.ref} is in the index more than once"
    for key in sorted(found.missing):
        yield f"search: {key.kind} {key.ref} is not in the index"
    for key in sorted(found.stale):
        yield f"search: {key.kind} {key.ref} is in the index as it was before it changed"
    for key in sorted(found.needless):
        yield f"search: {key.kind} {key.ref} is in the index but should not be"
