"""Answers that age: readers say so, articles they cite go, and an edit mends them."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from kb import clock
from kb.forum import answers, checking, ratings
from kb.forum.models import Answer, RatingReason
from kb.forum.solving import outdated
from kb.forum.solving.models import Citation
from kb.notices.models import Notice
from kb.people import stationery
from kb.people.models import Grant, Person, Role
from tests.builders import Cast, person
from tests.builders_articles import Content
from tests.builders_articles import content as content
from tests.builders_articles import publish as publish
from tests.builders_forum import answer, question


@pytest.fixture
def given(session: Session, cast: Cast) -> Answer:
    """Bob's answer to alice's question."""
    return answer(session, question=question(session, by=cast.alice), by=cast.bob)


def call_outdated(session: Session, given: Answer, by: Person) -> None:
    """Let ``by`` say so, a minute after what was said before."""
    clock.advance(timedelta(minutes=1))
    ratings.rate(session, answer=given, by=by, helpful=False, reason=RatingReason.OUTDATED)
    session.commit()
    assert list(checking.faults(session)) == []


def told(session: Session) -> list[int]:
    """Return who was told of an answer that is out of date."""
    return sorted(session.scalars(select(Notice.person_id).where(Notice.kind == "outdated")))


def test_three_readers_make_an_answer_outdated_and_an_edit_mends_it(
    session: Session, cast: Cast, given: Answer
) -> None:
    readers = [person(session, f"reader{number}") for number in range(4)]
    for reader in readers[:2]:
        call_outdated(session, given, reader)
    assert given.outdated_at is None
    call_outdated(session, given, readers[2])
    assert (given.outdated_at, given.outdated_why) == (clock.now(), "readers")
    assert told(session) == sorted([cast.bob.id, cast.erin.id])
    ratings.rate(session, answer=given, by=readers[0], helpful=None)
    assert given.outdated_at is None
    call_outdated(session, given, readers[0])
    clock.advance(timedelta(minutes=1))
    answers.edit(session, answer=given, by=cast.bob, body="As it is done now.")
    session.commit()
    assert (given.outdated_at, given.outdated_why) == (None, "")
    call_outdated(session, given, readers[3])
    assert given.outdated_at is None, "those who said so spoke of another text"


def test_the_experts_of_its_category_are_told_in_place_of_all(session: Session, cast: Cast, given: Answer) -> None:
    there = person(session, "there")
    scope = f"category:{given.question.category_id}"
    there.grants = [Grant(role=Role.EXPERT, scope=scope, granted_at=clock.now())]
    for number in range(3):
        call_outdated(session, given, person(session, f"reader{number}"))
    assert told(session) == sorted([cast.bob.id, there.id])


def test_citations_are_the_articles_an_answer_links_to(session: Session, cast: Cast, given: Answer) -> None:
    here = stationery.current().base_url
    body = (
        f"See [one](/articles/guide/one#top), [two]({here}/de/articles/guide/two?x=1), [one](/articles/guide/one/)"
        " again, [a section](/articles/guide), [elsewhere](https://example.com/articles/guide/three), `/articles/a/b`."
    )
    answers.edit(session, answer=given, by=cast.bob, body=body)
    cited = select(Citation.address).order_by(Citation.address)
    assert session.scalars(cited).all() == ["/articles/guide/one", "/de/articles/guide/two"]
    answers.edit(session, answer=given, by=cast.bob, body="See [two](/de/articles/guide/two).")
    assert session.scalars(cited).all() == ["/de/articles/guide/two"]
    assert outdated.articles_retired(session, ["/articles/guide/one"]) == 0
    assert outdated.articles_retired(session, ["/articles/guide/one", "/de/articles/guide/two"]) == 1
    assert given.outdated_why == "article"
    assert outdated.articles_retired(session, ["/de/articles/guide/two"]) == 0


def test_publishing_without_a_cited_article_marks_the_answer(
    session: Session, cast: Cast, given: Answer, content: Content, publish: Callable[..., object]
) -> None:
    for name in ("one", "two", "three"):
        content.write(f"guide/{name}.md")
    publish()
    links = " ".join(f"[{name}](/articles/guide/{name})" for name in ("one", "two"))
    moved, gone = (
        answer(session, question=given.question, by=cast.erin, body=f"See [it](/articles/guide/{name})")
        for name in ("three", "one")
    )
    answers.edit(session, answer=given, by=cast.bob, body=links)
    content.move("guide/three.md", "guide/four.md")
    content.remove("guide/two.md")
    publish()
    session.refresh(given)
    assert (given.outdated_why, moved.outdated_why, gone.outdated_why) == ("article", "", "")
    content.remove("guide/four.md")
    publish()
    session.refresh(moved)
    assert moved.outdated_why == "article", "its link led to the article that moved and is gone now"
    assert list(checking.faults(session)) == []
