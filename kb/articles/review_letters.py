"""The weekly letter that tells a writer which of their articles are to be read again."""

from collections import defaultdict
from datetime import date, datetime, time, timedelta

from sqlalchemy import Select, false, select
from sqlalchemy.orm import Session

from kb import clock
from kb.articles.care import Review, due
from kb.jobs import job, later
from kb.notices import inbox
from kb.people import rules
from kb.people.models import Person

KIND = "review"
ADDRESS = "/writing"
MOST_LISTED = 20
SENT_AT = time(6)  # on Mondays, UTC


@job
def write_letters(session: Session) -> None:
    """Tell every owner what is overdue or falls due within seven days, once in a calendar week; come back on Monday.

    An owner is a writer whom articles name by handle, e-mail address or name. Articles of others are on the writers'
    list and in nobody's letter.
    """
    by_owner: dict[str, list[Review]] = defaultdict(list)
    reviews = due(session)
    for review in (*reviews.overdue, *reviews.soon):
        if review.owner_handle:
            by_owner[review.owner_handle].append(review)
    owners = session.execute(select(Person.handle, Person.id).where(Person.handle.in_(by_owner))).all()
    year, week, _ = clock.now().isocalendar()
    for handle, person_id in owners:
        mine = by_owner[handle]
        inbox.tell(
            session,
            person_ids=[person_id],
            kind=KIND,
            cause=f"{KIND}:{year}-W{week:02}",
            subject_kind=KIND,
            subject_id=person_id,
            actor=None,
            title=_title(len(mine)),
            extract="",
            lines=_lines(mine),
            address=ADDRESS,
        )
    later(session, write_letters, after=_next_monday(clock.now()) - clock.now(), key=f"{__name__}.write_letters")


def register() -> None:
    """Let notices of this kind be seen by those who still write."""
    inbox.register_visibility(KIND, _visible_to)


def _visible_to(person: Person) -> Select[int]:
    """A notice about somebody's articles names that person as its subject."""
    own = select(Person.id).where(Person.id == person.id)
    return own if rules.is_writer(person) else own.where(false())


def _title(count: int) -> str:
    return f"{count} article{'' if count == 1 else 's'} of yours {'is' if count == 1 else 'are'} due for another look"


def _lines(reviews: list[Review]) -> list[str]:
    lines = [f"{review.title} ({_when(review)})" for review in reviews[:MOST_LISTED]]
    rest = len(reviews) - MOST_LISTED
    return [*lines, f"and {rest} more"] if rest > 0 else lines


def _when(review: Review) -> str:
    return f"overdue since {_day(review.due_on)}" if review.is_overdue else f"due on {_day(review.due_on)}"


def _day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"


def _next_monday(now: datetime) -> datetime:
    days = 7 - now.weekday()
    return datetime.combine(now.date() + timedelta(days=days), SENT_AT, now.tzinfo)
