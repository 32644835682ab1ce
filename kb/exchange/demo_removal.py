"""Taking the example community away: everything the examples did, and nothing a real person wrote."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, delete, exists, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from kb.articles.models import Article, ArticleFeedback
from kb.exchange.demo import ORIGIN
from kb.forum import counters, worth
from kb.forum.models import (
    Acceptance,
    Answer,
    Closure,
    Comment,
    Duplicate,
    MeToo,
    PostRevision,
    Question,
    QuestionTag,
    Rating,
    Tag,
)
from kb.forum.queue.models import Handover, InfoRequest, Note
from kb.forum.solving.models import Trial
from kb.forum.standing import THREAD
from kb.history import Event
from kb.notices.models import Follow, Notice
from kb.people.models import Grant, Person
from kb.people.models import Session as SignIn
from kb.search import changes
from kb.search.models import Click

# Columns that name a person and neither vanish nor empty with them: whoever is named there has to stay.
_NAMED: tuple[InstrumentedAttribute[int] | InstrumentedAttribute[int | None], ...] = (
    Question.author_id,
    Question.hidden_by_id,
    Answer.author_id,
    Answer.hidden_by_id,
    Comment.author_id,
    Comment.hidden_by_id,
    PostRevision.edited_by_id,
    Handover.person_id,
    InfoRequest.person_id,
    Note.person_id,
    Acceptance.person_id,
    Duplicate.person_id,
    Closure.person_id,
)


@dataclass(frozen=True, slots=True)
class Removed:
    """What was taken away, and what stayed because of real people."""

    threads: int
    posts: int
    """Answers and comments of the examples in threads of real people."""
    people: int
    kept_threads: int
    """Threads of the examples in which a real person posted, or which a real person's question points at."""
    kept_people: int
    """Examples who are named in what stayed. Nobody can sign in as them any more."""


@dataclass(frozen=True, slots=True)
class _Doomed:
    """Ids of what goes; ``kept`` are the examples' threads that stay."""

    threads: list[int]
    kept: list[int]
    answers: list[int]
    comments: list[int]


def remove(session: Session) -> Removed:
    """Delete the example people and all they did; returns what went and what stayed.

    What a real person wrote is never deleted: a thread of the examples stays whole where one of them posted in it,
    and so does an answer below which one of them commented.
    """
    session.flush()
    examples = list(session.scalars(select(Person.id).where(Person.origin == ORIGIN)))
    if not examples:
        return Removed(0, 0, 0, 0, 0)
    doomed = _doomed(session, examples)
    touched = _threads_touched(session, examples, doomed)
    _take_back_opinions(session, examples)
    _delete_posts(session, doomed)
    counters.recount(session, touched)
    changes.note_many(session, THREAD, [*doomed.threads, *touched])
    going = _delete_people(session, examples)
    worth.recount(session)
    session.expire_all()  # rows went in bulk, unseen by the objects this session holds
    return Removed(
        threads=len(doomed.threads),
        posts=len(doomed.answers) + len(doomed.comments),
        people=going,
        kept_threads=len(doomed.kept),
        kept_people=len(examples) - going,
    )


def _doomed(session: Session, examples: list[int]) -> _Doomed:
    real, repeating = aliased(Person), aliased(Question)
    theirs = set(session.scalars(select(Question.id).where(Question.author_id.in_(examples))))
    kept = set(
        session.scalars(
            select(Question.id).where(
                Question.id.in_(theirs),
                or_(
                    exists().where(Answer.question_id == Question.id, Answer.author_id.not_in(examples)),
                    exists().where(Comment.question_id == Question.id, Comment.author_id.not_in(examples)),
                    exists().where(
                        Duplicate.original_id == Question.id,
                        Duplicate.question_id == repeating.id,
                        repeating.author_id == real.id,
                        real.id.not_in(examples),
                    ),
                ),
            )
        )
    )
    answers = select(Answer.id).where(
        Answer.author_id.in_(examples),
        Answer.question_id.not_in(theirs),
        ~exists().where(Comment.answer_id == Answer.id, Comment.author_id.not_in(examples)),
    )
    comments = select(Comment.id).where(Comment.author_id.in_(examples), Comment.question_id.not_in(theirs))
    return _Doomed(
        threads=sorted(theirs - kept),
        kept=sorted(kept),
        answers=list(session.scalars(answers)),
        comments=list(session.scalars(comments)),
    )


def _threads_touched(session: Session, examples: list[int], doomed: _Doomed) -> list[int]:
    """Return the threads that stay and lose something, so that they are counted and indexed anew."""
    rated = select(Rating.answer_id).where(Rating.person_id.in_(examples))
    tried = select(Trial.answer_id).where(Trial.person_id.in_(examples))
    touched = set(doomed.kept)
    for lost in (
        select(Answer.question_id).where(or_(*(Answer.id.in_(some) for some in (doomed.answers, rated, tried)))),
        select(Comment.question_id).where(Comment.id.in_(doomed.comments)),
        select(MeToo.question_id).where(MeToo.person_id.in_(examples)),
    ):
        touched.update(session.scalars(lost))
    return sorted(touched - set(doomed.threads))


def _take_back_opinions(session: Session, examples: list[int]) -> None:
    """Delete what the examples thought of answers, questions and articles, real people's included."""
    session.execute(delete(Rating).where(Rating.person_id.in_(examples)))
    session.execute(delete(Trial).where(Trial.person_id.in_(examples)))
    session.execute(delete(MeToo).where(MeToo.person_id.in_(examples)))
    readers = [f"person:{person_id}" for person_id in examples]
    said = select(ArticleFeedback.article_id, ArticleFeedback.helpful).where(ArticleFeedback.reader.in_(readers))
    for article_id, helpful in session.execute(said).all():
        counter = Article.helpful_count if helpful else Article.not_helpful_count
        less = update(Article).where(Article.id == article_id).values({counter: counter - 1})
        session.execute(less, execution_options={"synchronize_session": False})
    session.execute(delete(ArticleFeedback).where(ArticleFeedback.reader.in_(readers)))


def _delete_posts(session: Session, doomed: _Doomed) -> None:
    """Delete threads and single posts, with all that names them by a bare id: SQLite gives a free id away again."""
    inside = Comment.question_id.in_(doomed.threads) | Comment.answer_id.in_(doomed.answers)
    ids: dict[str, Sequence[int]] = {
        "question": doomed.threads,
        "answer": [
            *doomed.answers,
            *session.scalars(select(Answer.id).where(Answer.question_id.in_(doomed.threads))),
        ],
        "comment": [*doomed.comments, *session.scalars(select(Comment.id).where(inside))],
    }
    for noun in (Notice, Follow):
        session.execute(delete(noun).where(or_(*(_is(noun, kind, these) for kind, these in ids.items()))))
    session.execute(delete(Event).where(_is(Event, THREAD, doomed.threads)))
    session.execute(delete(Click).where(Click.kind == THREAD, Click.ref.in_(doomed.threads)))
    carried = select(QuestionTag.tag_id).where(QuestionTag.question_id.in_(doomed.threads)).distinct()
    tags = session.scalars(carried).all()
    session.execute(delete(Comment).where(Comment.id.in_(doomed.comments)))
    session.execute(delete(Answer).where(Answer.id.in_(doomed.answers)))
    session.execute(delete(Question).where(Question.id.in_(doomed.threads)))
    session.execute(delete(Tag).where(Tag.id.in_(tags), ~exists().where(QuestionTag.tag_id == Tag.id)))


def _delete_people(session: Session, examples: list[int]) -> int:
    """Delete the examples that nothing names any more and lock the others out; returns how many went."""
    named: set[int | None] = set()
    for column in _NAMED:
        named.update(session.scalars(select(column).where(column.in_(examples)).distinct()))
    kept = [person_id for person_id in examples if person_id in named]
    going = [person_id for person_id in examples if person_id not in named]
    session.execute(delete(Event).where(_is(Event, "person", going)))
    session.execute(delete(Person).where(Person.id.in_(going)))
    for noun in (SignIn, Follow, Grant):
        session.execute(delete(noun).where(noun.person_id.in_(kept)))
    session.execute(update(Person).where(Person.id.in_(kept)).values(password_hash=None, staff_since=None))
    return len(going)


def _is(noun: type[Notice | Follow | Event], kind: str, ids: Sequence[int]) -> ColumnElement[bool]:
    return and_(noun.subject_kind == kind, noun.subject_id.in_(ids))
