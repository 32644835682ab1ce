"""On which day each article is to be read again, so that nobody gets two hundred at once."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

A_DAY = 5
"""Articles of one owner that may fall due on one day."""
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Wanted:
    """An article that asks to be read again; ``named_on`` is the day that its file names for it."""

    id: int
    path: str
    owner: str
    named_on: date
    planned_for: date | None = None
    """The day named when it was last planned."""
    due_on: date | None = None
    """What was decided then."""

    @property
    def is_planned(self) -> bool:
        """Whether what was decided still holds: a plan is kept, so that no day moves away as it comes near."""
        return self.due_on is not None and self.planned_for == self.named_on


def spread(articles: Iterable[Wanted], today: date) -> dict[int, date]:
    """Return the day on which each article falls due, by its id; the same for the same articles in any order.

    It is the day that the file names while that leaves an owner with at most five a day, else the next working day
    with room. What is overdue already when it is first planned counts as today's: five may be, the others follow
    from tomorrow on, those that waited longest first.
    """
    due: dict[int, date] = {}
    taken: Counter[tuple[str, date]] = Counter()
    waiting: list[Wanted] = []
    for article in articles:
        if article.is_planned and article.due_on is not None:
            due[article.id] = article.due_on
            taken[owner_key(article.owner), max(article.due_on, today)] += 1
        else:
            waiting.append(article)
    for article in sorted(waiting, key=lambda one: (one.named_on, one.path)):
        owner = owner_key(article.owner)
        asked = max(article.named_on, today)
        day = asked
        while taken[owner, day] >= A_DAY:
            day = _next_working_day(day)
        taken[owner, day] += 1
        due[article.id] = article.named_on if day == asked else day
    return due


def owner_key(owner: str) -> str:
    """Return what tells owners apart, however they are written."""
    return " ".join(owner.casefold().split()).removeprefix("@")


def _next_working_day(day: date) -> date:
    day += timedelta(days=1)
    while day.weekday() >= _SATURDAY:
        day += timedelta(days=1)
    return day
