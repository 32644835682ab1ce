"""Ratings that come in a rush: many by one person, or from one browser, on the answers of one author."""

from datetime import timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from kb import clock
from kb.forum.models import Answer, Rating
from kb.people.models import Person
from kb.search import visits

BURST = "burst"
FROM = 5
"""So many ratings of one author's answers make a burst, the new one included."""
WITHIN = timedelta(minutes=10)


def source_of(session: Session, sign: str) -> str:
    """Return what a rating's source is stored as: ``sign`` of a browser under today's key, "" for no browser.

    It is another word than the one under which the same browser's searches are kept, so that nobody can join the two.
    """
    return visits.mark(visits.key_of_today(session), visits.sign("rating", sign)) if sign else ""


def rush_of(session: Session, *, answer: Answer, by: Person, source: str) -> dict[int, int]:
    """Return the ratings that make a burst with one that ``by`` is about to give: by their ids, those of the questions.

    None of it is held yet, so each must be read anew once it is. Two from one browser at the same moment may miss each
    other; the next one finds both.
    """
    alike = [Rating.person_id == by.id]
    if source:
        alike.append(Rating.source == source)
    lately = session.execute(
        select(Rating.id, Rating.person_id, Rating.source, Answer.question_id)
        .join(Answer, Answer.id == Rating.answer_id)
        .where(
            or_(*alike),
            Rating.created_at > clock.now() - WITHIN,
            Answer.author_id == answer.author_id,
            or_(Rating.answer_id != answer.id, Rating.person_id != by.id),
        )
    ).all()
    by_person = {row.id: row.question_id for row in lately if row.person_id == by.id}
    by_source = {row.id: row.question_id for row in lately if source and row.source == source}
    rush: dict[int, int] = {}
    for some in (by_person, by_source):
        if len(some) + 1 >= FROM:
            rush |= some
    return rush
