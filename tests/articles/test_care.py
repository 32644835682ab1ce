"""When articles are to be read again, which first, and the letter that says so."""

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from email import message_from_string

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from kb import clock, jobs
from kb.articles import care, review_letters
from kb.articles.models import Article, ArticleViews
from kb.articles.review_days import A_DAY, Wanted, spread
from kb.db import site_version
from kb.jobs import Job
from kb.mail import MemoryPost
from kb.notices import inbox, stops
from kb.notices.models import Letter, Notice
from kb.people.models import Person, Role
from tests import builders
from tests.articles.rows import article_row
from tests.builders import Cast
from tests.pages import counted_statements, page

MONDAY = date(2026, 3, 2)
WAITING = "This article is waiting to be checked again."
LONG_AGO = date(2020, 5, 4)


def wanted(number: int, named_on: date, owner: str = "Team", **more: date) -> Wanted:
    return Wanted(number, f"a/{number:03}.md", owner, named_on, **more)


def test_spread_gives_two_hundred_at_once_a_few_a_day() -> None:
    due = spread([wanted(number, MONDAY + timedelta(days=30)) for number in range(200)], MONDAY)
    a_day = Counter(due.values())
    assert len(due) == 200
    assert set(a_day.values()) == {A_DAY}
    assert min(due.values()) == MONDAY + timedelta(days=30)
    assert all(day.weekday() < 5 for day in due.values())
    assert max(due.values()) == date(2026, 5, 26), "forty working days from Wednesday, 1 April on"


def test_spread_of_overdue_ones_starts_today_with_those_that_waited_longest() -> None:
    articles = [wanted(number, LONG_AGO + timedelta(days=number)) for number in range(200)]
    due = spread(articles, MONDAY)
    assert [number for number in due if due[number] <= MONDAY] == [0, 1, 2, 3, 4]
    assert due[0] == LONG_AGO, "the few that may be overdue say since when"
    later = Counter(day for day in due.values() if day > MONDAY)
    assert set(later.values()) == {A_DAY}
    assert min(later) == MONDAY + timedelta(days=1)
    assert [due[number] for number in range(5, 200)] == sorted(due[number] for number in range(5, 200))


def test_spread_is_the_same_in_any_order_and_stays_as_days_go_by() -> None:
    articles = [wanted(number, LONG_AGO) for number in range(30)]
    due = spread(articles, MONDAY)
    assert spread(reversed(articles), MONDAY) == due
    planned = [Wanted(one.id, one.path, one.owner, one.named_on, one.named_on, due[one.id]) for one in articles]
    assert spread(planned, MONDAY + timedelta(days=4)) == due
    assert spread(planned[10:], MONDAY + timedelta(days=4)) == {number: due[number] for number in range(10, 30)}


def test_spread_counts_each_owner_by_itself_however_they_are_written() -> None:
    names = ["Team", "  team", "@TEAM", "Other"]
    due = spread([wanted(number, MONDAY, names[number % 4]) for number in range(12)], MONDAY)
    others = [due[number] for number in range(12) if number % 4 == 3]
    team = Counter(due[number] for number in range(12) if number % 4 != 3)
    assert set(others) == {MONDAY}
    assert team == {MONDAY: A_DAY, MONDAY + timedelta(days=1): 4}


def test_spread_leaves_few_on_the_day_they_name_also_at_a_weekend() -> None:
    sunday = MONDAY + timedelta(days=6)
    assert set(spread([wanted(number, sunday) for number in range(A_DAY)], MONDAY).values()) == {sunday}
    due = spread([wanted(number, sunday) for number in range(A_DAY + 1)], MONDAY)
    assert due[A_DAY] == sunday + timedelta(days=1)


def test_spread_plans_anew_what_names_another_day() -> None:
    was = wanted(1, MONDAY, planned_for=LONG_AGO, due_on=MONDAY + timedelta(days=9))
    assert spread([was], MONDAY) == {1: MONDAY}


def test_schedule_sets_days_and_takes_them_away(session: Session) -> None:
    due = article_row(session, "a/one.md", reviewed_on=date(2026, 2, 1), review_every=90)
    unread = article_row(session, "a/two.md", review_every=10)
    draft = article_row(session, "a/three.md", reviewed_on=LONG_AGO, review_every=1, status="draft")
    session.commit()
    version = site_version(session)
    assert care.schedule(session) == 2
    session.commit()
    assert site_version(session) == version + 1
    assert (due.review_due_on, due.reviewed_on) == (date(2026, 5, 2), date(2026, 2, 1))
    assert unread.review_due_on == MONDAY + timedelta(days=10), "without a review the days count from the beginning"
    assert draft.review_due_on is None
    assert care.schedule(session) == 0
    session.commit()
    assert site_version(session) == version + 1
    due.review_every, unread.status = None, "archived"
    assert care.schedule(session) == 2
    assert (due.review_due_on, unread.review_due_on) == (None, None)


def test_schedule_follows_a_new_review(session: Session) -> None:
    one = article_row(session, "a/one.md", reviewed_on=LONG_AGO, review_every=30)
    care.schedule(session)
    assert care.is_overdue(one.review_due_on)
    one.reviewed_on = MONDAY
    care.schedule(session)
    assert one.review_due_on == MONDAY + timedelta(days=30)
    one.review_every = 10
    care.schedule(session)
    assert one.review_due_on == MONDAY + timedelta(days=10)
    one.review_every = 10**9
    care.schedule(session)
    assert one.review_due_on == date.max


def due_in(session: Session, name: str, days: int, **values: object) -> Article:
    day = clock.now().date() + timedelta(days=days)
    return article_row(session, f"a/{name}.md", review_due_on=day, review_every=1, **values)


def test_due_lists_what_is_overdue_and_what_comes_within_seven_days(session: Session) -> None:
    for name, days in (("late", -1), ("today", 0), ("soon", 7), ("later", 8)):
        due_in(session, name, days)
    due_in(session, "over", -1, expires_at=clock.now())
    reviews = care.due(session)
    assert [review.title for review in reviews.overdue] == ["Late"]
    assert {review.title for review in reviews.soon} == {"Today", "Soon"}
    assert reviews.total == 3


def test_due_puts_much_read_and_unhelpful_articles_first(session: Session) -> None:
    for name, views, yes, no in (
        ("loved", 900, 50, 0),
        ("hated", 300, 10, 40),
        ("one-voice", 900, 0, 1),
        ("new", 5, 0, 0),
    ):
        made = due_in(session, name, -1, helpful_count=yes, not_helpful_count=no)
        session.add(ArticleViews(article_id=made.id, day=MONDAY, views=views))
    old = session.scalars(select(Article).where(Article.slug == "new")).one()
    session.add(ArticleViews(article_id=old.id, day=MONDAY - timedelta(days=40), views=10**6))
    session.flush()
    reviews = care.due(session).overdue
    assert [review.title for review in reviews] == ["Hated", "One voice", "Loved", "New"]
    assert (reviews[0].views, reviews[0].share, reviews[3].share) == (300, 80, None)


def test_due_costs_the_same_for_thirty(session: Session, cast: Cast) -> None:
    due_in(session, "one", -1, owner="will")
    with counted_statements() as few:
        care.due(session, person=cast.will)
    for number in range(30):
        due_in(session, f"n{number}", -1, owner="will")
    with counted_statements() as many:
        assert care.due(session, person=cast.will).total == 31
    assert len(few) == len(many) <= 4


def test_unhelpful_share_is_careful_while_few_have_said() -> None:
    assert care.unhelpful_share(0, 0) == 0
    assert care.unhelpful_share(5, 0) == 0
    assert care.unhelpful_share(0, 1) == pytest.approx(0.2065, abs=1e-4)
    assert 0.6 < care.unhelpful_share(10, 40) < 0.8 < care.unhelpful_share(0, 50)


@pytest.mark.parametrize("named", ["will", "@Will", "WILL@example.com", " william  Wright "])
def test_owner_is_a_writer_by_handle_address_or_name(session: Session, cast: Cast, named: str) -> None:
    cast.will.name = "William Wright"
    due_in(session, "one", -1, owner=named)
    session.flush()
    assert [review.owner_handle for review in care.due(session, person=cast.will).overdue] == ["will"]
    assert care.due(session, person=cast.alice).total == 0


@pytest.mark.parametrize("named", ["", "alice", "Support team", "Sam"])
def test_owner_is_nobody_who_does_not_write_or_is_not_alone(session: Session, cast: Cast, named: str) -> None:
    for handle in ("sam-1", "sam-2"):
        builders.person(session, handle, Role.WRITER).name = "Sam"
    due_in(session, "one", -1, owner=named)
    session.flush()
    assert [review.owner_handle for review in care.due(session).overdue] == [""]


def can_sign_in(session: Session) -> None:
    session.execute(update(Person).values(password_hash="x"))


def test_letter_comes_once_a_week_with_a_list(session: Session, cast: Cast, letters: MemoryPost) -> None:
    can_sign_in(session)
    due_in(session, "old-prices", -1, owner="will")
    due_in(session, "refunds", 3, owner="Will")
    due_in(session, "nobodys", -1, owner="Support team")
    session.commit()
    for _ in range(2):
        review_letters.write_letters(session)
        session.commit()
    assert session.scalar(select(func.count(Letter.id))) == 1
    while jobs.run_next(session, "test"):
        pass
    [mail] = letters.sent
    assert mail.to == "will@example.com"
    assert mail.subject == "2 articles of yours are due for another look"
    assert "> Old prices (overdue since 1 Mar 2026)\n> Refunds (due on 5 Mar 2026)\n" in mail.text
    assert "Nobodys" not in mail.text
    assert "http://127.0.0.1:5000/writing" in mail.text
    assert message_from_string("\n".join(f"{k}: {v}" for k, v in mail.headers.items()))["List-Unsubscribe-Post"]


def test_letter_comes_again_next_monday_while_anything_is_due(session: Session, cast: Cast) -> None:
    due_in(session, "one", -1, owner="will")
    review_letters.write_letters(session)
    waiting = session.scalars(select(Job).where(Job.name.endswith("write_letters"))).one()
    assert waiting.run_at.isoformat() == "2026-03-09T06:00:00+00:00"
    clock.advance(timedelta(days=7))
    review_letters.write_letters(session)
    causes = session.scalars(select(Notice.cause).order_by(Notice.id)).all()
    assert causes == ["review:2026-W10", "review:2026-W11"]


def test_letter_lists_twenty_and_says_how_many_more(session: Session, cast: Cast) -> None:
    for number in range(23):
        due_in(session, f"n{number:02}", -1, owner="will")
    review_letters.write_letters(session)
    lines = session.scalars(select(Notice.extract)).one().splitlines()
    assert (len(lines), lines[-1]) == (21, "and 3 more")


def test_letter_can_be_stopped_and_is_for_writers_only(session: Session, cast: Cast) -> None:
    can_sign_in(session)
    stops.stop(session, person_id=cast.will.id, kind="review")
    due_in(session, "one", -1, owner="will")
    review_letters.write_letters(session)
    assert session.scalar(select(func.count(Letter.id))) == 0
    assert inbox.listing(session, cast.will).unread == 1
    cast.will.grants.clear()
    session.flush()
    assert inbox.listing(session, cast.will).rows == ()
    assert "review" not in stops.offered(cast.will)


def test_pages_tell_of_reviews_in_plain_words(
    session: Session, cast: Cast, client: FlaskClient, signed_in: Callable[[Person], FlaskClient]
) -> None:
    due_in(session, "today", 0)
    due_in(session, "late", -1, owner="will")
    review_letters.write_letters(session)
    session.commit()
    assert WAITING not in page(client, "/articles/a/today").text
    assert WAITING in page(client, "/articles/a/late").text
    will = signed_in(cast.will)
    assert "1 article of yours is due for another look" in page(will, "/inbox").text
    assert page(will, "/settings").find("input", attrs={"name": "review", "checked": True})
    assert page(signed_in(cast.alice), "/settings").find("input", attrs={"name": "review"}) is None
    asked = page(client, f"/letters/stop/{stops.token_for(cast.will.id, 'review')}")
    assert "Stop letters about articles to read again?" in asked.text


def test_choosing_letters_leaves_kinds_alone_that_are_not_offered(session: Session, cast: Cast) -> None:
    stops.choose(session, person=cast.alice, wanted=frozenset({"answer"}))
    stopped = stops.stopped(session, cast.alice.id)
    assert {"comment", "acceptance", "mention", "digest"} <= stopped
    assert stopped.isdisjoint({"answer", "review", "publish"})
