"""Answers that went out of date because an article they cite is no more."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.forum import confirming, standing, tally
from kb.forum.models import Answer, Question
from kb.forum.solving.models import Citation

_AT_ONCE = 500


def articles_retired(session: Session, addresses: Iterable[str]) -> int:
    """Mark the answers that link to articles which were at ``addresses`` and are retired; returns how many.

    Their authors and the experts of their categories are told. An answer that is marked already stays as it is.
    """
    gone = sorted(set(addresses))
    marked = 0
    for start in range(0, len(gone), _AT_ONCE):
        citing = select(Citation.answer_id).where(Citation.address.in_(gone[start : start + _AT_ONCE]))
        found = session.execute(
            select(Answer, Question)
            .join(Question, Question.id == Answer.question_id)
            .where(Answer.id.in_(citing), Answer.outdated_at.is_(None))
            .order_by(Question.id, Answer.id)
        )
        for answer, question in found.all():
            standing.hold(session, question)
            session.refresh(answer)
            tally.call_outdated(session, question, answer, tally.ARTICLE)
            confirming.settle(session, question)
            marked += 1
    return marked
