"""How the database goes about each list: by an index, whatever their number, and never through all of them."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event, insert, select, text
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from kb import clock
from kb.forum import counters, listing, worth
from kb.forum.models import Answer, Question, QuestionTag, Rating, Tag
from kb.forum.queue import listing as queue
from kb.people.models import Person
from tests.builders import Cast
from tests.builders_forum import category

SignedIn = Callable[[Person], FlaskClient]
MANY, PEOPLE = 500, 50
WALK = re.compile(r"SCAN (question|answer|comment|rating|point|acceptance|notice)(_\d+)?\b(?! USING COVERING INDEX)")


@pytest.fixture
def crowd(session: Session, cast: Cast) -> int:
    """Many questions, each with an answer that somebody found helpful; returns the id of the last."""
    place, now = category(session), clock.now()
    joined = [{"handle": f"member-{number}", "name": "Member", "created_at": now} for number in range(PEOPLE)]
    session.execute(insert(Person), joined)
    people = session.scalars(select(Person.id).order_by(Person.id)).all()
    post = {"body_md": "Text.", "body_html": "<p>Text.</p>"}
    session.add(Tag(name="paper"))
    asked, answered, rated, tagged = [], [], [], []
    for number in range(1, MANY + 1):
        at, asker, helper = now - timedelta(hours=number), people[number % PEOPLE], people[(number + 7) % PEOPLE]
        asked.append(
            {**post, "id": number, "title": f"Question {number}?", "slug": "q", "author_id": asker, "tag_names": []}
            | {"category_id": place.id, "created_at": at, "active_at": at}
        )
        answered.append({**post, "id": number, "question_id": number, "author_id": helper, "created_at": at})
        rated.append({"answer_id": number, "person_id": asker, "helpful": True, "created_at": at})
        tagged.append({"tag_id": 1, "question_id": number})
    for noun, rows in ((Question, asked), (Answer, answered), (Rating, rated), (QuestionTag, tagged)):
        session.execute(insert(noun), rows)
    counters.recount(session, range(1, MANY + 1))
    worth.recount(session)
    session.execute(text("ANALYZE"))
    _think_of_more(session)
    session.commit()
    return MANY


def _think_of_more(session: Session) -> None:
    """Let the planner believe in a hundred times as many rows: among few, walking through all of them is right."""
    for number, stat in session.execute(text("SELECT rowid, stat FROM sqlite_stat1")).all():
        more = " ".join(str(100 * int(n)) if n.isdigit() and int(n) > 1 else n for n in stat.split())
        session.execute(
            text("UPDATE sqlite_stat1 SET stat = :more WHERE rowid = :number"), {"more": more, "number": number}
        )
    session.execute(text("ANALYZE sqlite_schema"))


def plans(statements: list[tuple[str, object]], session: Session) -> Iterator[str]:
    connection = session.connection().connection
    for statement, values in statements:
        cursor = connection.cursor()
        for row in cursor.execute(f"EXPLAIN QUERY PLAN {statement}", values).fetchall():
            yield f"{row[3]} in {statement}"
        cursor.close()


@pytest.mark.sqlite
def test_no_page_walks_through_all_posts(
    session: Session, cast: Cast, crowd: int, signed_in: SignedIn, client: FlaskClient
) -> None:
    lists = [f"{place}?tab={tab}" for place in ("/questions", "/categories/problems") for tab in listing._ORDERS]
    others = ["/", "/tags/paper", f"/questions/{crowd}/q", "/people/erin", "/people/erin/ledger", "/people"]
    others += ["/people?category=problems", "/badges/first-thanks", "/feeds/questions.atom"]
    seen: list[tuple[str, object]] = []

    def note(_c: object, _cursor: object, statement: str, values: object, *_: object) -> None:
        if statement.startswith("SELECT"):
            seen.append((statement, values))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        assert {client.get(address).status_code for address in (*lists, *others)} == {200}
        expert = signed_in(cast.erin)
        mine = [*others, "/inbox", *(f"/queue?tab={tab}" for tab in queue.TABS)]
        assert {expert.get(address).status_code for address in mine} == {200}
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    assert len(seen) > 100
    walks = {plan[:600] for plan in plans(list(dict.fromkeys((one, tuple(v)) for one, v in seen)), session)}  # type: ignore[arg-type]
    assert [plan for plan in walks if WALK.match(plan)] == []
