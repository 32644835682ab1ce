"""What the community's rows are worth: the ledger as it must be, and making it so after a deed."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, Select, String, and_, cast, func, literal, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session

from kb.esteem import earning
from kb.esteem.earning import Line
from kb.esteem.models import Point
from kb.forum.models import Acceptance, Answer, MeToo, Question, Rating
from kb.forum.solving.models import Adoption, LikelySolution, Trial

Facts = Select[*tuple[Any, ...]]

_VISIBLE = and_(Answer.hidden_at.is_(None), Question.hidden_at.is_(None))
_SOLVER = func.coalesce(Acceptance.person_id, Question.author_id)  # an import does not say who accepted: the asker did


def settle(session: Session, question_id: int, answer_id: int | None = None) -> None:
    """Make everybody's ledger say what the rows of a thread are worth, or those of one answer in it.

    A verb calls it last, when its rows are as they shall be, holding the question so that they stay so.
    """
    session.flush()
    if answer_id is not None:
        _reconcile(session, _of_answers(Answer.id == answer_id), _said_of("answer", answer_id))
        return
    there = select(Answer.id).where(Answer.question_id == question_id)
    said = or_(_said_of("question", question_id), and_(Point.subject_kind == "answer", Point.subject_id.in_(there)))
    which = Question.id == question_id
    _reconcile(session, (*_of_answers(which), *_of_questions(which)), said)


def recount(session: Session) -> None:
    """Make the whole ledger anew where it is not what the rows there are say; imports call it once at the end."""
    session.flush()
    _reconcile(session, (*_of_answers(true()), *_of_questions(true())), true())
    earning.settle(session)


def begin(session: Session) -> None:
    """Write the ledger of a site that has none, as one had before there were ledgers."""
    if session.scalar(select(Point.id).limit(1)) is None:
        recount(session)


def faults(session: Session) -> Iterator[str]:
    """Yield a sentence for each line that is missing, wrong, or there without a cause."""
    missing, wrong = _differences(session, (*_of_answers(true()), *_of_questions(true())), true())
    for line in missing:
        yield f"person {line.person_id}: the ledger has no line for {line.cause}, which is worth something"
    for row in wrong:
        yield f"point {row.id}: its rows do not say what it says of {row.cause}"
    yield from earning.faults(session)


def _reconcile(session: Session, facts: tuple[Facts, ...], said: ColumnElement[bool]) -> None:
    missing, wrong = _differences(session, facts, said)
    earning.erase(session, wrong)
    earning.add(session, missing)


def _differences(session: Session, facts: tuple[Facts, ...], said: ColumnElement[bool]) -> tuple[list[Line], list[Any]]:
    """Return the lines that facts ask for and nobody wrote, and the rows that are written and nothing asks for."""
    due = {Line(*row) for fact in facts for row in session.execute(fact)}
    columns = (Point.person_id, Point.cause, Point.kind, Point.subject_kind, Point.subject_id, Point.at)
    wrong = []
    for row in session.execute(select(Point.id, Point.points, *columns).where(said)):
        line = Line(*row[2:])
        if line in due and row.points == earning.RULES[line.kind].points:
            due.discard(line)
        else:
            wrong.append(row)
    return sorted(due, key=lambda line: (line.person_id, line.at, line.cause)), wrong


def _said_of(kind: str, number: int) -> ColumnElement[bool]:
    return and_(Point.subject_kind == kind, Point.subject_id == number)


def _of_answers(which: ColumnElement[bool]) -> tuple[Facts, ...]:
    """What others thought of answers, for who wrote them; nobody earns by what they say of their own."""
    thanked, author = "answer", Answer.author_id

    def fact(kind: str, noun: Any, cause: Any, at: Any, by: Any, *that: ColumnElement[bool]) -> Facts:
        line = _line(author, kind, cause, thanked, Answer.id, at)
        return (
            line.select_from(noun)
            .join(Answer, Answer.id == noun.answer_id)
            .join(Question, Question.id == Answer.question_id)
            .where(which, _VISIBLE, by.is_distinct_from(author), *that)
        )

    counts, tried = Rating.discounted == "", and_(Trial.worked.is_(True), Trial.discounted == "")
    return (
        fact("helpful", Rating, Rating.id, Rating.created_at, Rating.person_id, counts, Rating.helpful.is_(True)),
        fact("not_helpful", Rating, Rating.id, Rating.created_at, Rating.person_id, counts, Rating.helpful.is_(False)),
        fact("accepted", Acceptance, Acceptance.id, Acceptance.created_at, _SOLVER),
        fact("worked", Trial, Trial.id, Trial.created_at, Trial.person_id, tried),
        fact("likely", LikelySolution, LikelySolution.question_id, LikelySolution.found_at, Question.author_id),
        fact("adopted", Adoption, Adoption.id, Adoption.live_at, Adoption.person_id, Adoption.live_at.is_not(None)),
    )


def _of_questions(which: ColumnElement[bool]) -> tuple[Facts, ...]:
    """What askers earn: by problems that others have too, and by saying what solved theirs."""
    asker = Question.author_id
    return (
        _line(asker, "me_too", MeToo.id, "question", Question.id, MeToo.created_at)
        .select_from(MeToo)
        .join(Question, Question.id == MeToo.question_id)
        .where(which, Question.hidden_at.is_(None), MeToo.person_id != asker),
        _line(asker, "accepting", Acceptance.id, "question", Question.id, Acceptance.created_at)
        .select_from(Acceptance)
        .join(Answer, Answer.id == Acceptance.answer_id)
        .join(Question, Question.id == Acceptance.question_id)
        .where(which, _VISIBLE, asker == _SOLVER, Answer.author_id != asker),
    )


_CAUSES = {
    "helpful": "rating",
    "not_helpful": "rating",
    "accepted": "acceptance",
    "accepting": "acceptance",
    "worked": "trial",
    "likely": "likely",
    "me_too": "me_too",
    "adopted": "adoption",
}


def _line(person: InstrumentedAttribute[int], kind: str, cause: Any, subject_kind: str, subject: Any, at: Any) -> Facts:
    """Select the fields of a Line in their order."""
    named = literal(f"{_CAUSES[kind]}:", String) + cast(cause, String)
    return select(person, named, literal(kind, String), literal(subject_kind, String), subject, at)
