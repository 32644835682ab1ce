"""Random deeds of a community, then everything that is stored worked out anew.

    python -m bench.forum_deeds [--deeds 10000] [--seed 1] [--postgres postgresql+psycopg://…]

Works on an empty SQLite database of its own, or on the empty PostgreSQL one that is named. Prints what was found and
exits with 1 when a counter, a line, a sum, a badge or a trust is not what the rows say.
"""

import argparse
import tempfile
import time
from pathlib import Path

from flask_migrate import upgrade
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from kb import clock
from kb.app import create_app
from kb.db import current_session, db
from kb.esteem.models import Badge, Point
from kb.forum import checking, merits, worth
from kb.people.models import Person
from kb.settings import Settings
from tests.builders import Cast
from tests.forum.deeds import Deeds

STORED = (
    select(Point.person_id, Point.cause, Point.kind, Point.points, Point.counted, Point.at),
    select(Badge.person_id, Badge.name),
    select(Person.id, Person.reputation, Person.trust),
)


def main() -> None:
    """Do the deeds, compare, print, and exit with 1 when anything differs."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--deeds", type=int, default=10_000)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--postgres", default=None)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(
            Settings(data_dir=Path(folder), database_url=chosen.postgres, mail_url="memory:", secret_key="deeds-" * 8)
        )
        with clock.held_at(clock.now()), app.app_context():
            upgrade()
            wrong = _run(current_session(), chosen.deeds, chosen.seed)
            db.session.remove()
            db.engine.dispose()
    if wrong:
        raise SystemExit(1)


def _run(session: Session, number: int, seed: int) -> int:
    started = time.perf_counter()
    cast = Cast.make(session)
    session.commit()
    done = Deeds(session, cast, seed).do(number)
    print(f"{done:,} of {number:,} deeds were allowed, {time.perf_counter() - started:.0f} s")
    started = time.perf_counter()
    merits.give(session)
    session.commit()
    print(f"badges and trust given, {time.perf_counter() - started:.2f} s")
    faults = [*checking.faults(session), *worth.faults(session), *merits.faults(session)]
    stored = [set(session.execute(one)) for one in STORED]
    for wipe in (delete(Point), delete(Badge), update(Person).values(reputation=0, trust=0)):
        session.execute(wipe)
    started = time.perf_counter()
    worth.recount(session)
    merits.give(session)
    print(f"all of it made anew, {time.perf_counter() - started:.2f} s")
    different = sum(len(set(session.execute(one)) ^ before) for one, before in zip(STORED, stored, strict=True))
    lines, sums = session.execute(select(func.count(), func.sum(Point.counted)).select_from(Point)).one()
    print(f"{lines:,} lines of {sums:,} points; {len(stored[1])} badges")
    print(f"{len(faults)} faults, {different} rows different from the stored ones")
    for fault in faults[:20]:
        print(fault)
    return len(faults) + different


if __name__ == "__main__":
    main()
