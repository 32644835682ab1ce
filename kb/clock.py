"""What time it is, in one place, so that tests can hold the clock still."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

_held: datetime | None = None


def now() -> datetime:
    """Return the present moment, in UTC with its time zone attached."""
    return _held if _held is not None else datetime.now(UTC)


@contextmanager
def held_at(moment: datetime) -> Iterator[None]:
    """Hold the clock at ``moment`` (aware) for every thread of this process until the block ends."""
    global _held
    before, _held = _held, moment
    try:
        yield
    finally:
        _held = before


def advance(by: timedelta) -> None:
    """Move a held clock forward; raises RuntimeError when the clock is running."""
    global _held
    if _held is None:
        raise RuntimeError("The clock is running; hold it before moving it.")
    _held = _held + by
