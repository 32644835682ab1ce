"""What becomes of the log: sums by day, completions for others, lists for writers."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kb import clock
from kb.db import Fact
from kb.errors import Invalid, NotFound
from kb.jobs import Job
from kb.search import completions, rollup, searches, visits
from kb.search.documents import Document
from kb.search.engine import Engine
from kb.search.models import Click, Completion, Query, QueryDay
from tests.pages import counted_statements
from tests.search.builders import article
from tests.search.logged import searched


def test_searches_are_summed_up_by_day_after_400_days(session: Session) -> None:
    searched(session, "Reset", times=2, days_ago=401, ended="read")
    searched(session, "reset", days_ago=401, ended="helpful")
    searched(session, "reset", days_ago=402, ended="asked", hits=0)
    searched(session, "reset", days_ago=402, source="live")
    searched(session, "reset", days_ago=402, source="narrowed", refines="x")
    searched(session, "reset", days_ago=399, ended="read")
    visits.key_of_today(session)
    clock.advance(timedelta(days=1))
    rollup.roll_up(session)
    rollup.roll_up(session)  # a job may run twice
    rows = session.scalars(select(QueryDay).order_by(QueryDay.day, QueryDay.source)).all()
    sums = [(row.day, row.source, row.searches, row.without_hits, row.clicked, row.helped, row.asked) for row in rows]
    assert sums == [
        (date(2025, 1, 24), "live", 1, 0, 0, 0, 0),
        (date(2025, 1, 24), "page", 1, 1, 0, 0, 1),
        (date(2025, 1, 25), "page", 3, 0, 3, 1, 0),
    ]
    assert {row.normal for row in rows} == {"reset"}
    left = session.scalar(select(func.count()).select_from(Query)), session.scalar(select(func.count(Click.id)))
    assert left == (1, 1)
    assert session.get(Fact, visits.FACT) is None
    assert {job.run_at.isoformat() for job in session.scalars(select(Job))} == {"2026-03-04T00:05:00+00:00"}


def test_a_day_that_is_summed_up_already_grows(session: Session) -> None:
    searched(session, "reset", days_ago=401)
    rollup.roll_up(session)
    searched(session, "reset", times=2, days_ago=401, hits=0)
    rollup.roll_up(session)
    row = session.scalars(select(QueryDay).execution_options(populate_existing=True)).one()
    assert (row.searches, row.without_hits) == (3, 2)


def test_what_three_visits_of_visitors_opened_hits_from_is_offered(session: Session) -> None:
    searched(session, "Reset  password", times=3, ended="read")
    searched(session, "reset sso", times=2, ended="read", visit="one and the same")
    searched(session, "reset sso", ended="read")
    searched(session, "reset nothing", times=4)
    searched(session, "reset staff", times=4, ended="read", audience="staff")
    searched(session, "reset long ago", times=4, ended="read", days_ago=91)
    searched(session, "reset [e-mail]", times=4, ended="read")
    searched(session, "reset tag:sso", times=4, ended="read")
    searched(session, 'reset "two words"', times=4, ended="read")
    session.add(Completion(normal="given up", visits=9))
    session.add(Completion(normal="reset password", visits=1))
    completions.gather(session)
    assert {row.normal: row.visits for row in session.scalars(select(Completion))} == {"reset password": 3}


@pytest.fixture
def offered(session: Session, engine: Engine) -> Engine:
    """An engine with two public words beside “reset”, and what others searched."""
    engine.put([article(1, "Reset your password"), article(2, "Reset by phone"), staff(3)])
    for text, count in {
        "reset password": 5, "reset the password by phone": 4, "reset phone": 9, "reset payroll": 20, "re": 3,
        "phone": 7, "resetting passwords": 3, "phone für das": 2,
    }.items():  # fmt: skip
        session.add(Completion(normal=text, visits=count))
    session.flush()
    return engine


def staff(ref: int) -> Document:
    return article(ref, "Reset payroll", audience="staff")


def test_completions_begin_like_the_text_and_hold_only_public_words(session: Session, offered: Engine) -> None:
    assert completions.begin(session, "Re", offered) == ("reset phone", "reset password", "reset the password by phone")
    assert completions.begin(session, "reset pa", offered) == ("reset password",)
    assert completions.begin(session, "reset  ", offered, limit=1) == ("reset phone",)
    assert completions.begin(session, "reset password", offered) == ()
    assert completions.begin(session, "phone f", offered) == ("phone für das",)
    for nothing in ("", " ", "x", "reset pay"):
        assert completions.begin(session, nothing, offered) == ()


def test_similar_searches_share_half_of_the_words(session: Session, offered: Engine) -> None:
    assert completions.alike(session, "resetting phones", offered) == (
        "reset phone",
        "reset the password by phone",
        "phone",
    )
    assert completions.alike(session, "the", offered) == ()
    assert "reset phone" not in completions.alike(session, "Reset phone", offered)


def test_completions_are_read_once_a_minute(session: Session, offered: Engine) -> None:
    completions.begin(session, "re", offered)
    with counted_statements() as seen:
        completions.begin(session, "res", offered)
        completions.alike(session, "reset", offered)
    assert not seen


def test_lists_say_how_often_and_what_came_of_it(session: Session) -> None:
    vain = searched(session, "Log in", times=3, hits=0)
    searched(session, "log in", ended="read")
    searched(session, "reset", times=2, ended="helpful")
    searched(session, "reset", times=3, source="live", ended="asked")
    searched(session, "title of a question", times=9, source="ask")
    searched(session, "reset", times=9, source="narrowed", hits=0)
    searched(session, "old", times=9, days_ago=31)
    for number, query_id in enumerate(vain):
        visit = session.get_one(Query, query_id).visit
        searched(session, "sign in" if number else "invoices", visit=visit, refines=query_id)
    shown = searches.listing(session)
    assert [(row.text, row.counts.searches) for row in shown.rows] == [
        ("reset", 5),
        ("log in", 4),
        ("sign in", 2),
        ("invoices", 1),
    ]
    assert (shown.counts, shown.total) == (searches.Counts(12, 3, 6), 4)
    reset, log_in = shown.rows[:2]
    assert (reset.counts, reset.helped, reset.asked) == (searches.Counts(5, 0, 3), 2, 3)
    assert (log_in.counts, log_in.afterwards) == (searches.Counts(4, 3, 0), (("sign in", 2), ("invoices", 1)))
    assert [row.text for row in searches.listing(session, show="no-hits").rows] == ["log in"]
    assert [row.text for row in searches.listing(session, show="no-clicks").rows] == ["reset", "sign in", "invoices"]
    assert searches.listing(session, days=90).rows[0].text == "old"
    with pytest.raises(NotFound):
        searches.listing(session, page=2)
    with pytest.raises(Invalid):
        searches.listing(session, page=0)
