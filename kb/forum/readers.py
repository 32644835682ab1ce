"""How often questions are opened. Nothing says who opened what."""

from collections.abc import Mapping

from sqlalchemy import update
from sqlalchemy.orm import Session

from kb.forum.models import Question
from kb.tallies import Tally


def opened(question_id: int) -> None:
    """Count that somebody opened a question's page."""
    _tally.count(question_id)


def _add(session: Session, counts: Mapping[int, int]) -> None:
    """Add to the numbers on the rows, in the order in which everybody takes questions."""
    for question_id, count in sorted(counts.items()):
        more = update(Question).where(Question.id == question_id).values(views=Question.views + count)
        session.execute(more, execution_options={"synchronize_session": False})


_tally = Tally(_add)
storing = _tally.storing
