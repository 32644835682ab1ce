"""The moments people name in a search: a day, a month, a year, or how long ago."""

import re
from datetime import UTC, datetime, timedelta

from kb import clock

_DATE = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")
_AGO = re.compile(r"(\d{1,4})([dwmy])")
_DAYS = {"d": 1, "w": 7, "m": 30, "y": 365}


def moment(text: str) -> datetime | None:
    """Return when the day, month or year ``text`` begins (UTC), or how long ago it says; None where it says neither.

    ``2026``, ``2026-03`` and ``2026-03-09``; ``30d``, ``2w``, ``6m`` of 30 days and ``1y`` of 365.
    """
    try:
        if found := _DATE.fullmatch(text):
            year, month, day = (int(part or 1) for part in found.groups())
            return datetime(year, month, day, tzinfo=UTC)
        if found := _AGO.fullmatch(text):
            return clock.now() - timedelta(days=int(found[1]) * _DAYS[found[2]])
    except (ValueError, OverflowError):  # the 31st of June, the year 0, or ten thousand years ago
        return None
    return None
