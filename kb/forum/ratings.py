"""Rating answers: helpful, or not and why."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from kb import clock
from kb.errors import Conflict, Refused
from kb.forum import bursts, limits, rules, standing, telling, writing
from kb.forum.models import Answer, Rating, RatingReason
from kb.people.models import Person

NOTE_TO = 300
OBJECTIONS = 100


@dataclass(frozen=True, slots=True)
class Opinion:
    """What somebody thinks of an answer; None for ``helpful`` takes back what they said."""

    helpful: bool | None
    reason: str = ""
    note: str = ""


def rate(
    session: Session,
    *,
    answer: Answer,
    by: Person,
    helpful: bool | None,
    reason: RatingReason | None = None,
    note: str = "",
    sign: str = "",
) -> None:
    """Let ``by`` find an answer helpful, not helpful, or take back what they said (None).

    ``reason`` and ``note`` say why it did not help; the author reads them, and not whose they are. ``sign`` tells one
    browser from another. Five ratings of one author's answers within ten minutes, by one person or from one browser,
    are kept and do not count. Raises Conflict when the answer is hidden; Refused when ``by`` wrote it; Invalid naming
    note over 300 characters; TooMany after fifty ratings in a day.
    """
    note = writing.note_of(note, most=NOTE_TO)
    limits.queue_up(session, by)
    source = bursts.source_of(session, sign)
    rush = bursts.rush_of(session, Rating, answer=answer, by=by, source=source) if helpful is not None else {}
    question = bursts.hold(session, answer, rush.values())
    if answer.hidden_at is not None or question.hidden_at is not None:
        raise Conflict("This answer cannot be rated any more.")
    if not rules.may_rate(by, answer, question):
        raise Refused("You cannot rate your own answer.")
    rating = session.scalar(select(Rating).where(Rating.answer_id == answer.id, Rating.person_id == by.id))
    opinion = Opinion(helpful, *((str(reason or ""), note) if helpful is False else ("", "")))
    if not _is_new(opinion, rating):
        return
    if rating is None:
        limits.check_ratings(session, by)
    _write(session, rating, answer, by, opinion, source, bursts.BURST if rush else "")
    bursts.settle(session, question, answer)
    if rush:
        bursts.discount(session, Rating, rush)
    if opinion.reason or opinion.note:
        telling.tell_of_rating(session, question, answer, by, opinion.reason, opinion.note)
    what = "answer.rated_in_burst" if rush else "answer.rated"
    standing.happened(session, question, what, by, answer=answer.id, others=len(rush))


@dataclass(frozen=True, slots=True)
class Objection:
    """Why an answer did not help somebody; nothing says whom."""

    words: str
    """The reason as a msgid; "" where only a note was left."""
    note: str
    at: datetime


def objections(session: Session, *, answer: Answer, to: Person) -> tuple[Objection, ...]:
    """Return the newest hundred reasons why an answer did not help; raises Refused unless ``to`` wrote it."""
    if answer.author_id != to.id:
        raise Refused("Only its author reads why an answer did not help.")
    found = session.scalars(
        select(Rating)
        .where(Rating.answer_id == answer.id, or_(Rating.reason != "", Rating.note != ""))
        .order_by(Rating.created_at.desc(), Rating.id.desc())
        .limit(OBJECTIONS)
    )
    return tuple(
        Objection(telling.RATING_WORDS[RatingReason(one.reason)] if one.reason else "", one.note, one.created_at)
        for one in found
    )


def _is_new(opinion: Opinion, rating: Rating | None) -> bool:
    """Whether ``opinion`` is another than the one on record; the same word without a reason takes none back."""
    if rating is None:
        return opinion.helpful is not None
    if opinion.helpful != rating.helpful:
        return True
    return bool(opinion.reason or opinion.note) and (opinion.reason, opinion.note) != (rating.reason, rating.note)


def _write(
    session: Session, rating: Rating | None, answer: Answer, by: Person, opinion: Opinion, source: str, discounted: str
) -> None:
    if opinion.helpful is None:
        session.delete(rating)
        return
    if rating is None:
        rating = Rating(answer_id=answer.id, person_id=by.id)
        session.add(rating)
    rating.helpful, rating.reason, rating.note = opinion.helpful, opinion.reason, opinion.note
    rating.source, rating.discounted, rating.created_at = source, discounted, clock.now()
