"""Many at once: the rows that must be one are one, and the sums are equal."""

import threading
from collections.abc import Callable
from contextlib import suppress

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kb.db import db
from kb.errors import DomainError
from kb.forum import answers, checking, me_too, questions, ratings, worth
from kb.forum.models import Acceptance, Answer, Category, MeToo, Question, Rating, Tag
from kb.forum.solving import trials
from kb.forum.solving.models import LikelySolution
from kb.notices.models import Notice
from kb.people.models import Person
from tests.builders import Cast, person
from tests.builders_forum import answer, category, question


def all_at_once(app: Flask, acts: list[Callable[[Session], object]]) -> list[BaseException]:
    """Run every act in a thread and a transaction of its own, starting together; return what went wrong."""
    start = threading.Barrier(len(acts))
    problems: list[BaseException] = []

    def run(act: Callable[[Session], object]) -> None:
        with app.app_context():
            try:
                start.wait()
                act(db.session())
                db.session.commit()
            except Exception as problem:
                db.session.rollback()
                problems.append(problem)
            finally:
                db.session.remove()

    workers = [threading.Thread(target=run, args=(act,)) for act in acts]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return problems


def rate(answer_id: int, person_id: int, helpful: bool) -> Callable[[Session], object]:
    """Return the act of rating."""
    return lambda session: ratings.rate(
        session,
        answer=session.get_one(Answer, answer_id),
        by=session.get_one(Person, person_id),
        helpful=helpful,
    )


def accept(answer_id: int, person_id: int) -> Callable[[Session], object]:
    """Return the act of accepting."""
    return lambda session: answers.accept(
        session, answer=session.get_one(Answer, answer_id), by=session.get_one(Person, person_id)
    )


def test_one_person_rating_fifty_times_at_once_makes_one_row(app: Flask, session: Session, cast: Cast) -> None:
    given = answer(session, question=question(session, by=cast.alice), by=cast.bob)
    session.commit()
    assert all_at_once(app, [rate(given.id, cast.alice.id, helpful=True)] * 50) == []
    assert session.scalar(select(func.count(Rating.id))) == 1
    session.refresh(given)
    assert (given.helpful_count, given.not_helpful_count) == (1, 0)
    assert list(checking.faults(session)) == []


def test_twenty_people_rating_at_once_are_all_counted(app: Flask, session: Session, cast: Cast) -> None:
    given = answer(session, question=question(session, by=cast.alice), by=cast.bob)
    fans = [person(session, f"fan{number}") for number in range(20)]
    session.commit()
    acts = [rate(given.id, fan.id, helpful=number % 4 != 0) for number, fan in enumerate(fans)]
    assert all_at_once(app, acts) == []
    session.refresh(given)
    assert (given.helpful_count, given.not_helpful_count) == (15, 5)
    assert list(checking.faults(session)) == []


def test_accepting_two_answers_fifty_times_at_once_leaves_one(app: Flask, session: Session, cast: Cast) -> None:
    asked = question(session, by=cast.alice)
    given = [answer(session, question=asked, by=who) for who in (cast.bob, cast.will)]
    session.commit()
    acts = [accept(given[number % 2].id, (cast.alice, cast.erin, cast.mia)[number % 3].id) for number in range(50)]
    assert all_at_once(app, acts) == []
    assert session.scalar(select(func.count(Acceptance.id))) == 1
    assert list(checking.faults(session)) == []


def test_the_same_question_posted_twenty_times_at_once_is_one(app: Flask, session: Session, cast: Cast) -> None:
    place_id, alice_id = category(session).id, cast.alice.id
    session.commit()

    def ask(session: Session) -> None:
        questions.ask(
            session,
            by=session.get_one(Person, alice_id),
            title="How do I reset it?",
            body="The same words.",
            category=session.get_one(Category, place_id),
            tags=["new"],
        )

    problems = all_at_once(app, [ask] * 20)
    assert len(problems) == 19
    assert all(isinstance(problem, DomainError) for problem in problems), problems
    assert session.scalar(select(func.count(Question.id))) == 1


def test_different_people_bringing_the_same_new_tags(app: Flask, session: Session, cast: Cast) -> None:
    place_id = category(session).id
    askers = [person(session, f"asker{number}").id for number in range(10)]
    session.commit()

    def asking(number: int, asker: int) -> Callable[[Session], object]:
        return lambda session: questions.ask(
            session,
            by=session.get_one(Person, asker),
            title=f"How do I reset number {number}?",
            body=f"Words {number}.",
            category=session.get_one(Category, place_id),
            tags=["one", "two", "three"] if number % 2 else ["three", "two", "one"],
        )

    assert all_at_once(app, [asking(number, asker) for number, asker in enumerate(askers)]) == []
    assert set(session.scalars(select(Tag.questions_count))) == {10}
    assert list(checking.faults(session)) == []


def test_everything_at_once_on_one_thread(app: Flask, session: Session, cast: Cast) -> None:
    asked = question(session, by=cast.alice)
    given = answer(session, question=asked, by=cast.bob)
    people = [person(session, f"guest{number}").id for number in range(6)]
    session.commit()
    asked_id, given_id = asked.id, given.id

    def say(who: int) -> Callable[[Session], object]:
        return lambda session: me_too.say(
            session, question=session.get_one(Question, asked_id), by=session.get_one(Person, who), too=True
        )

    def reply(who: int) -> Callable[[Session], object]:
        return lambda session: answers.post(
            session, question=session.get_one(Question, asked_id), by=session.get_one(Person, who), body=f"From {who}"
        )

    def unaccept(session: Session) -> None:
        with suppress(DomainError):
            answers.unaccept(
                session, question=session.get_one(Question, asked_id), by=session.get_one(Person, cast.alice.id)
            )

    acts = [make(who) for who in people for make in (say, reply)]
    acts += [rate(given_id, who, helpful=True) for who in people]
    acts += [accept(given_id, cast.alice.id), unaccept, accept(given_id, cast.erin.id)]
    assert all_at_once(app, acts) == []
    session.refresh(asked)
    assert (asked.me_too_count, asked.answers_count) == (6, 7)
    assert session.scalar(select(func.count(MeToo.id))) == 6
    assert list(checking.faults(session)) == []


def attempt(answer_id: int, person_id: int, worked: bool) -> Callable[[Session], object]:
    """Return the act of saying whether an answer worked."""
    return lambda session: trials.say(
        session, answer=session.get_one(Answer, answer_id), by=session.get_one(Person, person_id), worked=worked
    )


def test_many_it_worked_for_at_once_ask_the_asker_once(app: Flask, session: Session, cast: Cast) -> None:
    asked = question(session, by=cast.alice)
    given = [answer(session, question=asked, by=who) for who in (cast.bob, cast.will)]
    fans = [person(session, f"fan{number}") for number in range(10)]
    session.commit()
    acts = [attempt(one.id, fan.id, worked=True) for fan in fans for one in given]
    assert all_at_once(app, acts) == []
    session.expire_all()
    assert [one.worked_count for one in given] == [10, 10]
    assert session.scalar(select(func.count(LikelySolution.question_id))) == 1
    assert session.scalar(select(func.count(Notice.id)).where(Notice.kind == "likely")) == 1
    assert [*checking.faults(session), *worth.faults(session)] == []


def test_people_who_thank_each_other_at_once_do_not_wait_for_each_other(
    app: Flask, session: Session, cast: Cast
) -> None:
    pairs = ((cast.alice, cast.bob), (cast.bob, cast.alice))
    given = [answer(session, question=question(session, by=asker), by=other) for asker, other in pairs]
    session.commit()
    acts = []
    for one, (asker, _) in zip(given, pairs, strict=True):
        acts += [rate(one.id, asker.id, helpful=True), accept(one.id, asker.id), attempt(one.id, asker.id, worked=True)]
    assert all_at_once(app, acts * 4) == []
    assert [*checking.faults(session), *worth.faults(session)] == []


def test_a_burst_over_many_questions_at_once(app: Flask, session: Session, cast: Cast) -> None:
    readers = [person(session, f"reader{number}").id for number in range(6)]
    given = [answer(session, question=question(session, by=cast.erin), by=cast.bob) for _ in readers]
    session.commit()

    def press(answer_id: int, reader: int) -> Callable[[Session], object]:
        return lambda session: ratings.rate(
            session,
            answer=session.get_one(Answer, answer_id),
            by=session.get_one(Person, reader),
            helpful=True,
            sign="one browser",
        )

    acts = [press(one.id, reader) for one in given for reader in readers]
    assert all_at_once(app, acts) == []
    session.expire_all()
    assert sum(one.helpful_count for one in given) == 0
    assert [*checking.faults(session), *worth.faults(session)] == []
