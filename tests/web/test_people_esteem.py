"""Leaderboard, ledgers, badges and trust as pages."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from kb import clock, jobs
from kb.esteem import earning
from kb.forum import answers, merits, ratings, readers
from kb.forum.models import Question
from kb.mail import MemoryPost
from kb.notices.models import Notice
from kb.people.models import Person
from tests.builders import Cast, person
from tests.builders_forum import answer, question
from tests.pages import counted_statements, page

SignedIn = Callable[[Person], FlaskClient]
PHONE = {"User-Agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X)"}


@pytest.fixture
def helped(session: Session, cast: Cast) -> Question:
    """Bob's answer solved alice's question and mia found it helpful."""
    asked = question(session, by=cast.alice)
    given = answer(session, question=asked, by=cast.bob)
    answers.accept(session, answer=given, by=cast.alice)
    ratings.rate(session, answer=given, by=cast.mia, helpful=True)
    merits.give(session)
    session.commit()
    return asked


def crowd(session: Session, asked: Question, number: int) -> None:
    """Let ``number`` more people be thanked for an answer each, and all of bob's badges and lines grow."""
    given = answer(session, question=asked, by=person(session, f"helper-{number}"))
    for n in range(number):
        someone = person(session, f"thanked-{number}-{n}")
        theirs = answer(session, question=asked, by=someone)
        line = {"subject_kind": "answer", "subject_id": theirs.id, "at": clock.now(), "kind": "worked"}
        earning.earn(session, person_id=someone.id, cause=f"trial:{n + 1000}", **line)
        bobs = {**line, "subject_id": given.id, "at": clock.now() - timedelta(days=n)}
        earning.earn(session, person_id=asked.author_id, cause=f"trial:{n + 1000}", **bobs)
    session.commit()


def test_profile_shows_what_was_earned_and_the_owner_what_opens_next(
    client: FlaskClient, signed_in: SignedIn, cast: Cast, helped: Question
) -> None:
    soup = page(client, "/people/bob")
    tallies = {row.dt.get_text(): row.dd.get_text() for row in soup.select(".tallies > div")}  # type: ignore[union-attr]
    assert (tallies["Points"], tallies["Solved"], tallies["Found helpful"]) == ("25", "1", "1")
    assert [one.get_text() for one in soup.select(".award")] == ["First thanks", "First solution"]
    assert "What opens next" not in soup.get_text()
    mine = page(signed_in(cast.bob), "/people/bob").get_text(" ")
    assert "What opens next: Known" in mine and "you have 1" in mine
    assert "What opens next" not in page(signed_in(cast.erin), "/people/erin").get_text()


def test_a_new_badge_is_told_once_in_the_inbox_and_by_no_letter(
    session: Session, signed_in: SignedIn, cast: Cast, letters: MemoryPost
) -> None:
    cast.bob.password_hash = "not a hash"
    given = answer(session, question=question(session, by=cast.alice), by=cast.bob)
    for _ in range(2):
        ratings.rate(session, answer=given, by=cast.mia, helpful=True)
        merits.give(session)
        ratings.rate(session, answer=given, by=cast.mia, helpful=None)
        merits.give(session)
    session.commit()
    while jobs.run_next(session, "test"):
        pass
    notices = page(signed_in(cast.bob), "/inbox").select(".notice")
    assert [one.get_text(" ", strip=True).split(" Somebody")[0] for one in notices] == [
        "Unread: You have a new badge First thanks"
    ]
    assert [mail.to for mail in letters.sent if "badge" in mail.text] == []
    assert session.scalar(select(func.count()).where(Notice.kind == "badge")) == 1, "who cannot sign in has no inbox"


def test_profile_lists_what_somebody_solved_alone(
    client: FlaskClient, session: Session, cast: Cast, helped: Question
) -> None:
    for _ in range(2):
        answer(session, question=helped, by=cast.bob)
    link = page(client, "/people/bob").select_one('.tallies a[href$="?show=solved"]')
    assert link is not None
    soup = page(client, str(link["href"]))
    assert len(soup.select("section[aria-labelledby=answers] li.question-row")) == 1
    assert len(page(client, "/people/bob").select("section[aria-labelledby=answers] li.question-row")) == 3
    assert client.get("/people/bob?show=solved&page=2").status_code == 404
    assert client.get("/people/alice?show=solved").status_code == 200


def test_ledger_names_each_cause_with_its_post(client: FlaskClient, helped: Question, cast: Cast) -> None:
    soup = page(client, "/people/bob/ledger")
    lines = [line.get_text(" ", strip=True) for line in soup.select(".ledger-line")]
    assert len(lines) == 2 and all(helped.title in line for line in lines)
    assert soup.select_one('.ledger-line a[href^="/answers/"]')
    assert "No points yet." in page(client, "/people/will/ledger").get_text()
    assert client.get("/people/nemo/ledger").status_code == 404


def test_leaders_page_shows_who_was_thanked_and_the_way_to_other_months(
    client: FlaskClient, helped: Question, cast: Cast
) -> None:
    soup = page(client, "/people")
    row = soup.select_one(".leader")
    assert row is not None and "1 question solved · 1 thanks" in row.get_text(" ")
    assert "Nobody was thanked" in page(client, "/people?category=ideas").get_text()
    clock.advance(timedelta(days=31))
    link = page(client, "/people?month=2026-04").select_one('.months a[rel="prev"]')
    assert link is not None and page(client, str(link["href"])).select_one(".leader")
    for wrong in ("/people?month=2026-13", "/people?month=x", "/people?month=2027-01", "/people?category=none"):
        assert client.get(wrong).status_code == 404, wrong


def test_badges_say_what_they_are_for_and_who_has_them(client: FlaskClient, helped: Question) -> None:
    soup = page(client, "/badges")
    assert len(soup.select(".criteria > div")) >= 20
    assert "1 person has it" in page(client, "/badges/first-solution").get_text()
    assert "Nobody has this badge yet." in page(client, "/badges/solver").get_text()
    assert client.get("/badges/none").status_code == 404


def test_trust_page_shows_the_rule_and_where_the_reader_stands(
    client: FlaskClient, signed_in: SignedIn, helped: Question, cast: Cast
) -> None:
    assert "you have" not in page(client, "/trust").get_text()
    mine = page(signed_in(cast.bob), "/trust")
    assert mine.select_one("#step-0 .chip") and "you have 1" in mine.get_text()
    assert "Your role opens all of this already." in page(signed_in(cast.erin), "/trust").get_text()


def test_pages_of_esteem_send_as_many_statements_for_many(
    client: FlaskClient, signed_in: SignedIn, session: Session, cast: Cast, helped: Question
) -> None:
    addresses = ("/people", "/people/alice/ledger", "/people/alice", "/badges", "/badges/first-thanks", "/trust")
    browser = signed_in(cast.alice)
    sent = []
    for number in (1, 30):
        crowd(session, helped, number)
        for address in addresses:
            page(browser, address)  # what is loaded once and kept is not counted
        session.execute(update(Person).where(Person.id == cast.will.id).values(name=f"Will {number}"))
        numbers = []
        for address in addresses:
            with counted_statements() as statements:
                page(browser, f"{address}?a={number}")
            numbers.append(len(statements))
        sent.append(numbers)
    assert sent[0] == sent[1] and max(sent[0]) <= 12, sent


def test_readers_of_a_question_are_counted_also_of_a_kept_page(
    client: FlaskClient, session: Session, helped: Question
) -> None:
    address = f"/questions/{helped.id}/{helped.slug}"
    for headers in (PHONE, PHONE, {"User-Agent": "Googlebot/2.1"}):
        assert client.get(address, headers=headers).status_code == 200
    assert client.get(f"/questions/{helped.id}/history", headers=PHONE).status_code == 200
    with readers.storing(session) as anything:
        assert anything
        session.commit()
    session.expire_all()
    assert helped.views == 2
    assert "2" in page(client, "/people/bob").select(".tallies > div")[3].get_text()
