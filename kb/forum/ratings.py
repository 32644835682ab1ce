"""Rating answers: helpful or not, and what many such opinions are worth."""

from math import sqrt

from sqlalchemy import select
from sqlalchemy.orm import Session

from kb import clock
from kb.errors import Conflict, Refused
from kb.forum import limits, rules, standing
from kb.forum.models import Answer, Rating
from kb.people.models import Person

Z = 1.959964
"""The 97.5 % point of the normal distribution: it leaves 2.5 % on either side of a 95 % interval."""


def wilson(helpful: int, not_helpful: int) -> float:
    """Return the share of readers an answer helps at the least, between 0 and 1; 0 while nobody has rated.

    The lower bound of the 95 % score interval for a proportion: E. B. Wilson, "Probable inference, the law of
    succession, and statistical inference", Journal of the American Statistical Association 22 (1927), 209-212.
    """
    n = helpful + not_helpful
    if n == 0:
        return 0.0
    share = helpful / n
    middle = share + Z * Z / (2 * n)
    margin = Z * sqrt((share * (1 - share) + Z * Z / (4 * n)) / n)
    return max(0.0, (middle - margin) / (1 + Z * Z / n))


def rate(session: Session, *, answer: Answer, by: Person, helpful: bool | None) -> None:
    """Let ``by`` find an answer helpful, not helpful, or take back what they said (None).

    Raises Conflict when the answer is hidden; Refused when ``by`` wrote it; TooMany after fifty ratings in a day.
    """
    limits.queue_up(session, by)
    question = answer.question
    standing.hold(session, question)
    session.refresh(answer)
    if answer.hidden_at is not None or question.hidden_at is not None:
        raise Conflict("This answer cannot be rated any more.")
    if not rules.may_rate(by, answer, question):
        raise Refused("You cannot rate your own answer.")
    rating = session.scalar(select(Rating).where(Rating.answer_id == answer.id, Rating.person_id == by.id))
    said = rating.helpful if rating is not None else None
    if said == helpful:
        return
    if rating is None:
        limits.check_ratings(session, by)
    _write(session, rating, answer, by, helpful)
    answer.helpful_count = answer.helpful_count + (helpful is True) - (said is True)
    answer.not_helpful_count = answer.not_helpful_count + (helpful is False) - (said is False)
    answer.score = wilson(answer.helpful_count, answer.not_helpful_count)
    standing.happened(session, question, "answer.rated", by, answer=answer.id)


def _write(session: Session, rating: Rating | None, answer: Answer, by: Person, helpful: bool | None) -> None:
    if rating is None and helpful is not None:
        session.add(Rating(answer_id=answer.id, person_id=by.id, helpful=helpful, created_at=clock.now()))
    elif rating is not None and helpful is None:
        session.delete(rating)
    elif rating is not None and helpful is not None:
        rating.helpful = helpful
