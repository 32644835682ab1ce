"""What is kept of searches: which visit they belong to, what they refine, what came of them, and nothing else."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from kb import clock
from kb.db import Fact
from kb.search import log, visits
from kb.search.models import Click, Query

ME, OTHER = visits.sign("203.0.113.7", "Browser"), visits.sign("203.0.113.8", "Browser")


def asked(text: str, *, source: str = "page", visit: str = ME, hits: int = 1, seconds: int = 0) -> str:
    """Note a search, ``seconds`` after the one before, and return its id."""
    clock.advance(timedelta(seconds=seconds))
    query_id = log.new_id()
    log.asked(query_id, source=source, text=text, hits=hits, took_ms=1, visit=visit)
    return query_id


def store(session: Session) -> list[Query]:
    """Store what was noted and return all searches that are stored, the oldest first."""
    with log.storing(session):
        session.commit()
    return list(session.scalars(select(Query).order_by(Query.at).execution_options(populate_existing=True)))


def test_a_visit_is_the_same_all_day_and_another_the_next(session: Session) -> None:
    asked("a")
    asked("b", visit=OTHER)
    first = store(session)
    asked("c", seconds=3600)
    store(session)
    clock.advance(timedelta(days=1))
    asked("d")
    asked("e", visit="")
    said = {row.text: row.visit for row in store(session)}
    assert len(first) == 2
    assert said["a"] == said["c"]
    assert len({said["a"], said["b"], said["d"]}) == 3
    assert said["e"] == ""
    key = session.get(Fact, visits.FACT)
    assert key is not None
    assert key.value["day"] == "2026-03-03"
    assert all(ME not in str(value) for row in store(session) for value in vars(row).values())


def test_a_key_is_forgotten_the_next_day(session: Session) -> None:
    visits.key_of_today(session)
    visits.forget_key(session, clock.now().date())
    assert session.get(Fact, visits.FACT) is not None
    visits.forget_key(session, clock.now().date() + timedelta(days=1))
    assert session.get(Fact, visits.FACT, populate_existing=True) is None


def test_personal_data_is_taken_out_before_anything_is_kept(session: Session) -> None:
    log.asked(
        "q" * 22, source="page", text="Bill of ada@example.com, 4111 1111 1111 1111", hits=0, took_ms=1,
        corrected="bill of ada@example.com",
    )  # fmt: skip
    assert "ada" not in repr(log._queries)
    row = store(session)[0]
    assert (row.text, row.normal) == ("Bill of [e-mail], [card]", "bill of [e-mail], [card]")
    assert row.corrected == "bill of [e-mail]"


@pytest.mark.parametrize("together", [True, False])
def test_typing_on_after_a_pause_is_one_search(session: Session, together: bool) -> None:
    for text, source in (("pass", "live"), ("passw", "live"), ("pass", "live"), ("Password reset", "page")):
        asked(text, source=source, seconds=20)
        if not together:
            store(session)
    asked("pass", source="live", visit=OTHER, seconds=1)
    assert [(row.source, row.normal, row.refines) for row in store(session)] == [
        ("page", "password reset", ""),
        ("live", "pass", ""),
    ]


def test_what_was_opened_or_is_long_ago_or_says_something_else_is_not_typed_on(session: Session) -> None:
    opened = asked("pass", source="live")
    log.opened(opened, kind="article", ref=1, position=1)
    asked("passport", source="live", seconds=5)
    asked("passport office", source="live", seconds=31)
    asked("visa", source="live", seconds=5)
    rows = store(session)
    assert [row.normal for row in rows] == ["pass", "passport", "passport office", "visa"]
    assert [row.refines for row in rows] == ["", "", rows[1].id, rows[2].id]


@pytest.mark.parametrize("together", [True, False])
def test_a_search_refines_the_one_of_the_same_visit_that_led_nowhere(session: Session, together: bool) -> None:
    first = asked("cannot log in", hits=0)
    asked("dark mode", visit=OTHER, seconds=10)
    if not together:
        store(session)
    asked("sign in", seconds=60)
    asked("sign in", seconds=10)  # the same again is not in other words
    asked("invoices", seconds=301)
    assert {row.normal: row.refines for row in store(session) if row.refines} == {"sign in": first}


@pytest.mark.parametrize("together", [True, False])
def test_narrowing_results_is_no_search_of_its_own_but_what_is_opened_counts(session: Session, together: bool) -> None:
    first = asked("password")
    narrow = [asked("password", source="narrowed", hits=0, seconds=5) for _ in range(2)]
    if not together:
        store(session)
    log.opened(narrow[1], kind="article", ref=1, position=1)
    rows = store(session)
    assert [(row.source, row.refines) for row in rows] == [("page", ""), ("narrowed", first), ("narrowed", first)]
    assert [row.ended for row in rows] == ["read", "", "read"]


def test_narrowed_results_that_nobody_searched_before_are_a_search(session: Session) -> None:
    asked("password", source="narrowed")
    assert store(session)[0].source == "page"


def test_what_followed_a_search_is_kept_with_it(session: Session) -> None:
    helped, vain, old = asked("reset"), asked("zeppelin", hits=0), asked("reset", visit=OTHER)
    for query_id in (helped, old):
        log.opened(query_id, kind="article", ref=1, position=1)
    store(session)
    log.helped((ME,), kind="article", ref=2)  # another article than the one that was opened
    assert {row.id: row.ended for row in store(session)} == {helped: "read", vain: "", old: "read"}
    log.helped((ME,), kind="article", ref=1)
    log.led_to_question((visits.sign("token"), ME))
    assert {row.id: row.ended for row in store(session)} == {helped: "helpful", vain: "asked", old: "read"}


def test_a_question_comes_of_searches_of_the_last_half_hour(session: Session) -> None:
    asked("zeppelin", hits=0)
    clock.advance(timedelta(minutes=31))
    log.led_to_question((ME, ""))
    assert store(session)[0].ended == ""


def test_what_cannot_be_stored_is_kept_for_the_next_time(session: Session) -> None:
    asked("a")
    log.opened("q" * 22, kind="article", ref=1, position=1)
    log.led_to_question((ME,))
    with pytest.raises(RuntimeError), log.storing(session):
        raise RuntimeError
    session.rollback()
    assert (len(log._queries), len(log._clicks), len(log._outcomes)) == (1, 1, 1)
    assert [row.ended for row in store(session)] == ["asked"]
    assert session.scalars(select(Click.position)).all() == [1]
