"""What became of imported threads: votes, acceptances, closed and repeated questions."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import InstrumentedAttribute

from kb.db import Base
from kb.exchange.intake import Intake, batches
from kb.exchange.threads import finish
from kb.forum.models import Acceptance, Answer, CloseReason, Closure, Duplicate, Question, Rating
from kb.notices.once import add_once
from kb.people.models import Person


@dataclass(frozen=True, slots=True)
class Accepted:
    """That an answer solved its question; without a date, when the answer was written."""

    place: str
    question_key: str
    answer_key: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Shut:
    """That a question was closed; why is not handed down."""

    question_key: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Repeat:
    """That a question was asked before, as ``original_key``."""

    question_key: str
    original_key: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Vote:
    """What somebody, who is named or not, thinks of a post; ``kind`` is for (True), against, or "accepted" (None)."""

    post_key: str
    voter_key: str
    kind: bool | None
    at: datetime


Counts = dict[str, list[int]]
"""Votes for and against by post key."""


def accept(intake: Intake, found: Iterable[Accepted]) -> None:
    """Store the acceptances; one whose answer is missing, hidden or another question's is skipped."""
    for some in batches(found):
        questions = intake.ids(Question, {one.question_key for one in some})
        answers = _answers(intake, {one.answer_key for one in some})
        rows = []
        for one in some:
            question_id, answer = questions.get(one.question_key), answers.get(one.answer_key)
            if question_id is None:
                continue
            if answer is None or answer.question_id != question_id or answer.hidden_at is not None:
                intake.skip(one.place, f"the accepted answer {one.answer_key} is not there")
                continue
            at = max(one.at or answer.created_at, answer.created_at)
            rows.append({"question_id": question_id, "answer_id": answer.id, "created_at": at})
        _store(intake, "acceptances", Acceptance, rows)


def close(intake: Intake, found: Iterable[Shut]) -> None:
    """Store the closures of questions that are here; those that point at another were closed for that."""
    for some in batches(found):
        questions = intake.ids(Question, {one.question_key for one in some})
        repeated = set(
            intake.session.scalars(select(Duplicate.question_id).where(Duplicate.question_id.in_(questions.values())))
        )
        rows = [
            {"question_id": question_id, "reason": _reason(question_id in repeated), "note": "", "created_at": one.at}
            for one in some
            if (question_id := questions.get(one.question_key)) is not None
        ]
        _store(intake, "closed questions", Closure, rows)


def link(intake: Intake, found: Iterable[Repeat]) -> None:
    """Store the links between questions asked twice, where both are here and no chain of them comes full circle."""
    for some in batches(sound(found)):
        questions = intake.ids(Question, {key for one in some for key in (one.question_key, one.original_key)})
        rows = [
            {
                "question_id": questions[one.question_key],
                "original_id": questions[one.original_key],
                "created_at": one.at,
            }
            for one in some
            if one.question_key in questions and one.original_key in questions
        ]
        _store(intake, "duplicate links", Duplicate, rows)


def sound(found: Iterable[Repeat]) -> list[Repeat]:
    """Return one link a question at most, leaving out those that would lead back to where they start."""
    links: dict[str, Repeat] = {}
    for one in found:
        end, seen = one.original_key, {one.question_key}
        while end in links and end not in seen:
            seen.add(end)
            end = links[end].original_key
        if one.question_key not in links and end not in seen:
            links[one.question_key] = one
    return list(links.values())


def rate(intake: Intake, votes: Sequence[Vote], unnamed: Counts) -> None:
    """Store votes on answers whose voter is known as ratings; add all others to the counts that name nobody."""
    answers = _answers(intake, {vote.post_key for vote in votes})
    voters = intake.ids(Person, {vote.voter_key for vote in votes})
    rows = []
    for vote in votes:
        answer, voter = answers.get(vote.post_key), voters.get(vote.voter_key)
        if answer is None or voter is None:
            tally(unnamed, [vote])
        elif answer.author_id != voter:
            rows.append({"answer_id": answer.id, "person_id": voter, "helpful": vote.kind, "created_at": vote.at})
    added = add_once(intake.session, Rating, rows, [Rating.id, Rating.answer_id])
    intake.added["ratings"] += len(added)
    rated = {answer_id for _, answer_id in added}
    finish(intake, [answer.question_id for answer in answers.values() if answer.id in rated])


def tally(counts: Counts, votes: Iterable[Vote]) -> None:
    """Add ``votes`` to ``counts``."""
    for vote in votes:
        counts.setdefault(vote.post_key, [0, 0])[0 if vote.kind else 1] += 1


def count_votes(intake: Intake, votes: Counts) -> None:
    """Write down how many unnamed votes each post got; the same numbers again change nothing."""
    for keys in batches(votes):
        changed = _count(intake, keys, votes, Question, Question.id, ("imported_up", "imported_down"))
        of_answers = ("imported_helpful", "imported_not_helpful")
        changed += _count(intake, keys, votes, Answer, Answer.question_id, of_answers)
        finish(intake, changed)


def _count(
    intake: Intake,
    keys: list[str],
    votes: Counts,
    model: type[Question] | type[Answer],
    question: InstrumentedAttribute[int],
    names: tuple[str, str],
) -> list[int]:
    """Set the columns ``names`` where they differ, and return the questions it touched."""
    found = intake.session.execute(
        select(model.id, model.origin_id, question, *(getattr(model, name) for name in names)).where(
            model.origin == intake.origin, model.origin_id.in_(keys)
        )
    )
    different = [
        (row_id, str(key), question_id) for row_id, key, question_id, *said in found if said != votes[str(key)]
    ]
    rows = [{"id": row_id, **dict(zip(names, votes[key], strict=True))} for row_id, key, _ in different]
    if rows:
        intake.session.execute(update(model), rows)
    intake.added["votes"] += sum(sum(votes[key]) for _, key, _ in different)
    return [question_id for _, _, question_id in different]


def _reason(is_repeated: bool) -> CloseReason:
    return CloseReason.DUPLICATE if is_repeated else CloseReason.IMPORTED


def _answers(intake: Intake, keys: set[str]) -> dict[str, Any]:
    """Return id, question_id, author_id, created_at and hidden_at of answers by key."""
    columns = (Answer.origin_id, Answer.id, Answer.question_id, Answer.author_id, Answer.created_at, Answer.hidden_at)
    found: dict[str, Any] = {}
    for some in batches(keys):
        here = select(*columns).where(Answer.origin == intake.origin, Answer.origin_id.in_(some))
        found.update((row.origin_id, row) for row in intake.session.execute(here))
    return found


def _store(intake: Intake, name: str, model: type[Base], rows: list[dict[str, Any]]) -> None:
    added = add_once(intake.session, model, rows, [model.__table__.c.question_id])  # type: ignore[list-item]
    intake.added[name] += len(added)
    finish(intake, [question_id for (question_id,) in added])
