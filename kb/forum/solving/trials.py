"""Saying whether an answer worked, and what follows: likely solved, or open again because it still happens."""

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from kb import clock
from kb.errors import Conflict, Refused
from kb.forum import answers, bursts, comments, confirming, limits, rules, standing, tally, telling, writing
from kb.forum.models import Acceptance, Answer, Question
from kb.forum.solving.models import SolvedLetter, Trial
from kb.markup.plain import text_of
from kb.people.models import Person

VERSION_TO = 40
OTHERS = 2
"""So many besides the asker must say that an accepted answer fails before its question is open again."""


def say(
    session: Session,
    *,
    answer: Answer,
    by: Person,
    worked: bool | None,
    version: str = "",
    words: str = "",
    sign: str = "",
) -> None:
    """Let ``by`` say that an answer worked for them, or did not, or take back what they said (None).

    ``version`` is of what they use. ``words`` become a comment on the answer. Two for whom it worked, and nobody who
    objects, make the question likely solved, and the asker is asked once. The asker, or two others, for whom it
    fails take back that it was accepted. What comes in a burst is kept and does not count, as with ratings; ``sign``
    tells one browser from another. Raises Conflict when the answer is hidden; Refused when ``by`` wrote it;
    Invalid naming note for a version over 40 characters, or body; TooMany after fifty in a day.
    """
    version = writing.note_of(version, most=VERSION_TO) if worked is not None else ""
    limits.queue_up(session, by)
    source = bursts.source_of(session, sign)
    rush = bursts.rush_of(session, Trial, answer=answer, by=by, source=source) if worked is not None else {}
    question = bursts.hold(session, answer, rush.values())
    if answer.hidden_at is not None or question.hidden_at is not None:
        raise Conflict("This answer is not here any more.")
    if not rules.may_rate(by, answer, question):
        raise Refused("Others say whether your own answer works.")
    trial = session.scalar(select(Trial).where(Trial.answer_id == answer.id, Trial.person_id == by.id))
    if (trial is None and worked is None) or (trial and (trial.worked, trial.version) == (worked, version)):
        return
    if trial is None:
        limits.check_ratings(session, by, Trial)
    _write(session, trial or Trial(answer_id=answer.id, person_id=by.id), worked, version, source, bool(rush))
    if rush:
        bursts.discount(session, Trial, rush)
    tally.count(session, question, answer)
    if worked is False:
        _still_happens(session, question, answer, by)
    confirming.settle(session, question, answer)
    what = "answer.tried_in_burst" if rush else "answer.tried"
    standing.happened(session, question, what, by, answer=answer.id, worked=str(worked), others=len(rush))
    if words.strip():
        comments.post(session, question=question, answer=answer, by=by, body=words)


def _write(session: Session, trial: Trial, worked: bool | None, version: str, source: str, in_burst: bool) -> None:
    if worked is None:
        session.delete(trial)
        return
    trial.worked, trial.version, trial.created_at = worked, version, clock.now()
    trial.source, trial.discounted = source, bursts.BURST if in_burst else ""
    session.add(trial)


def _still_happens(session: Session, question: Question, answer: Answer, by: Person) -> None:
    """Note that the asker said no, and open the question again when the answer was accepted and fails."""
    if by.id == question.author_id:
        session.execute(
            update(SolvedLetter)
            .where(SolvedLetter.question_id == question.id, SolvedLetter.answer_id == answer.id)
            .values(said_no_at=clock.now())
        )
    acceptance = session.scalar(select(Acceptance).where(Acceptance.answer_id == answer.id))
    if acceptance is None or not rules.is_open(question):
        return
    others = session.scalar(
        select(func.count(Trial.id)).where(
            Trial.answer_id == answer.id,
            Trial.worked.is_(False),
            Trial.discounted == "",
            Trial.person_id != question.author_id,
            Trial.created_at >= acceptance.created_at,
        )
    )
    if by.id != question.author_id and (others or 0) < OTHERS:
        return
    answers.withdraw_acceptance(session, question, by, answer)
    telling.tell_of_reopening(session, question, answer, by, text_of(answer.body_html))
