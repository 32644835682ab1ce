"""Reading the community: lists, tags, categories and threads."""

import re
from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from kb.forum import answers, hiding, me_too, questions, ratings, writing
from kb.forum.models import CloseReason
from kb.people.models import Person
from tests import builders
from tests.builders import Cast
from tests.builders_forum import answer, category, comment, question
from tests.pages import counted_statements, page

Browser = Callable[[Person], FlaskClient]


def titles(shown: BeautifulSoup) -> list[str]:
    return [link.get_text() for link in shown.select(".question-row__title a")]


@pytest.mark.parametrize(
    "address", ["/questions", "/questions?tab=needs-answer", "/questions?tab=active", "/questions?tab=solved", "/tags"]
)
def test_list_of_an_empty_site_says_what_to_do(client: FlaskClient, address: str) -> None:
    empty = page(client, address).select_one(".empty")
    assert empty is not None
    assert empty.select_one("a.button") is not None


def test_list_shows_the_newest_first(session: Session, cast: Cast, client: FlaskClient) -> None:
    for title in ("How do I sign in?", "How do I sign out?"):
        question(session, by=cast.alice, title=title)
    session.commit()
    assert titles(page(client, "/questions")) == ["How do I sign out?", "How do I sign in?"]


def test_tabs_part_the_solved_from_those_that_need_an_answer(session: Session, cast: Cast, client: FlaskClient) -> None:
    question(session, by=cast.alice, title="Does anybody know this?")
    solved = question(session, by=cast.alice, title="Has anybody solved this?")
    answers.accept(session, answer=answer(session, question=solved, by=cast.bob), by=cast.alice)
    session.commit()
    assert titles(page(client, "/questions?tab=needs-answer")) == ["Does anybody know this?"]
    assert titles(page(client, "/questions?tab=solved")) == ["Has anybody solved this?"]


def test_tag_lists_its_questions_and_escapes_its_name(session: Session, cast: Cast, client: FlaskClient) -> None:
    question(session, by=cast.alice, title="How do I read c# code?", tags=("c#",))
    question(session, by=cast.alice, title="How do I read c code?", tags=("c",))
    session.commit()
    link = page(client, "/tags").find("a", string="c#")
    assert link is not None
    assert titles(page(client, str(link["href"]))) == ["How do I read c# code?"]


def test_category_lists_its_questions_under_its_name(session: Session, cast: Cast, client: FlaskClient) -> None:
    question(session, by=cast.alice, title="Is the moon a category?", place=category(session, "ideas"))
    question(session, by=cast.alice, title="Is the sun a category?")
    session.commit()
    shown = page(client, "/categories/ideas")
    assert titles(shown) == ["Is the moon a category?"]
    assert shown.h1 is not None
    assert shown.h1.get_text() == "Ideas and feedback"


@pytest.mark.parametrize("number", ["-1", "0", "x", "", "1e3", "9" * 20])
@pytest.mark.parametrize("address", ["/questions", "/tags"])
def test_page_that_is_no_number_gets_its_sentence(client: FlaskClient, address: str, number: str) -> None:
    shown = page(client, f"{address}?page={number}", status=422)
    assert "numbered from 1" in shown.get_text()


@pytest.mark.parametrize(
    "address", ["/questions?page=2", "/questions?tab=x", "/tags/nothing", "/categories/nowhere", "/questions/99/x"]
)
def test_what_there_is_not_is_not_found(client: FlaskClient, address: str) -> None:
    page(client, address, status=404)


def test_thread_shows_question_answers_and_comments(session: Session, cast: Cast, client: FlaskClient) -> None:
    asked = question(session, by=cast.alice, title="How do I reset it?", body="I lost **all** of it.")
    answered = answer(session, question=asked, by=cast.bob, body="Ask for a letter.")
    comment(session, question=asked, by=cast.erin, body="Which one?")
    remark = comment(session, question=asked, by=cast.alice, answer=answered, body="Which letter?")
    me_too.say(session, question=asked, by=cast.bob, too=True)
    for helpful, rater in ((True, cast.alice), (True, cast.erin), (False, cast.mia)):
        ratings.rate(session, answer=answered, by=rater, helpful=helpful)
    session.commit()
    shown = page(client, f"/questions/{asked.id}/how-do-i-reset-it")
    assert shown.select_one("#question strong") is not None
    below = shown.select_one(f"#answer-{answered.id}")
    assert below is not None
    assert "2 of 3 found this helpful" in below.get_text()
    assert below.select_one(f"#comment-{remark.id}") is not None
    assert "1 other has this too" in shown.get_text()


def test_thread_holds_no_form_for_visitors(session: Session, cast: Cast, client: FlaskClient) -> None:
    asked = question(session, by=cast.alice)
    answer(session, question=asked, by=cast.bob)
    session.commit()
    shown = client.get(f"/questions/{asked.id}/{asked.slug}")
    assert "csrf_token" not in shown.text
    assert "Set-Cookie" not in shown.headers
    assert f"/questions/{asked.id}/answers" in shown.text


def test_no_title_takes_the_address_of_something_else(app: Flask) -> None:
    rules = [rule.rule.removeprefix("/questions/<int:question_id>/") for rule in app.url_map.iter_rules()]
    nouns = {noun for noun in rules if re.fullmatch("[a-z-]+", noun)} | {"visibility"}
    assert {"answers", "edit", "me-too"} <= nouns
    for noun in nouns:
        assert writing.slug_of(noun) == f"{noun}-question"


@pytest.mark.parametrize("end", ["", "/wrong", "/How-Do-I"])
def test_thread_moves_for_good_to_its_own_address(session: Session, cast: Cast, client: FlaskClient, end: str) -> None:
    asked = question(session, by=cast.alice, title="How do I reset it?")
    session.commit()
    moved = client.get(f"/questions/{asked.id}{end}?page=1")
    assert (moved.status_code, moved.location) == (301, f"/questions/{asked.id}/how-do-i-reset-it?page=1")


def test_thread_puts_the_accepted_answer_first_and_says_who_by(
    session: Session, cast: Cast, client: FlaskClient
) -> None:
    asked = question(session, by=cast.alice)
    answer(session, question=asked, by=cast.erin)
    second = answer(session, question=asked, by=cast.bob)
    answers.accept(session, answer=second, by=cast.alice)
    session.commit()
    first = page(client, f"/questions/{asked.id}/{asked.slug}").select(".answer")[0]
    assert first["id"] == f"answer-{second.id}"
    assert "This solved it" in first.get_text()
    assert "according to Alice" in first.get_text()


def test_thread_folds_comments_past_three(session: Session, cast: Cast, client: FlaskClient) -> None:
    asked = question(session, by=cast.alice)
    for _ in range(5):
        comment(session, question=asked, by=cast.erin)
    session.commit()
    shown = page(client, f"/questions/{asked.id}/{asked.slug}")
    assert len(shown.select(".comment")) == 5
    assert len(shown.select("details .comment")) == 2
    assert "2 more comments" in shown.get_text()


def test_thread_asks_the_asker_whether_it_is_solved(session: Session, cast: Cast, signed_in: Browser) -> None:
    asked = question(session, by=cast.alice)
    answer(session, question=asked, by=cast.bob)
    session.commit()
    address = f"/questions/{asked.id}/{asked.slug}"
    assert "Did one of these solve it?" in page(signed_in(cast.alice), address).get_text()
    assert "Did one of these solve it?" not in page(signed_in(cast.bob), address).get_text()


def test_closed_thread_says_why_and_takes_no_answer(session: Session, cast: Cast, signed_in: Browser) -> None:
    asked = question(session, by=cast.alice)
    questions.close(session, question=asked, by=cast.mia, reason=CloseReason.AS_DESIGNED, note="It is meant to be so.")
    session.commit()
    shown = page(signed_in(cast.bob), f"/questions/{asked.id}/{asked.slug}")
    assert "works as designed" in shown.get_text()
    assert "It is meant to be so." in shown.get_text()
    assert shown.select_one("#your-answer") is None


def test_hidden_thread_is_the_same_bytes_as_none(
    session: Session, cast: Cast, client: FlaskClient, signed_in: Browser
) -> None:
    asked = question(session, by=cast.alice)
    hiding.hide(session, post=asked, by=cast.mia, why="spam")
    session.commit()
    hidden, unknown = client.get(f"/questions/{asked.id}/{asked.slug}"), client.get("/questions/999/nothing")
    assert hidden.status_code == unknown.status_code == 404
    assert hidden.data == unknown.data
    assert "Hidden from everyone" in page(signed_in(cast.mia), f"/questions/{asked.id}/{asked.slug}").get_text()


def test_text_of_any_script_and_length_stays_valid(session: Session, cast: Cast, client: FlaskClient) -> None:
    titles_given = ["x" * 150, "كيف أعيد تعيين كلمة المرور؟", '"><script>alert(1)</script>']
    for title in titles_given:
        question(session, by=cast.alice, title=title, body=f"<b>{title}</b> & more {title}")
    session.commit()
    shown = page(client, "/questions")
    assert titles(shown) == titles_given[::-1]
    for link in shown.select(".question-row__title a"):
        thread = page(client, str(link["href"]))
        assert thread.h1 is not None
        assert thread.h1["dir"] == "auto"


@pytest.mark.parametrize("who", ["carl", "alice", "mia"])
@pytest.mark.parametrize(
    "address", ["/questions", "/questions?tab=active", "/tags", "/tags/one", "/categories/problems"]
)
def test_list_costs_the_same_with_one_row_and_with_thirty(
    app: Flask, session: Session, cast: Cast, client: FlaskClient, signed_in: Browser, who: str, address: str
) -> None:
    reader = client if who == "carl" else signed_in(getattr(cast, who))
    counts = []
    for rows in (1, 29):
        for n in range(rows):
            asker = builders.person(session, f"asker-{rows}-{n}")
            question(session, by=asker, tags=("one", f"tag-{rows}-{n}"))
        session.commit()
        app.test_client().get(address)
        with counted_statements() as seen:
            page(reader, f"{address}{'&' if '?' in address else '?'}x={rows}")
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 12, seen


@pytest.mark.parametrize("who", ["carl", "alice", "bob", "mia"])
def test_thread_costs_the_same_with_one_answer_and_with_twenty_five(
    session: Session, cast: Cast, client: FlaskClient, signed_in: Browser, who: str
) -> None:
    reader = client if who == "carl" else signed_in(getattr(cast, who))
    asked = question(session, by=cast.alice)
    counts = []
    for rows in (1, 24):
        for n in range(rows):
            author = builders.person(session, f"answerer-{rows}-{n}")
            made = answer(session, question=asked, by=author)
            comment(session, question=asked, by=author, answer=made)
        session.commit()
        with counted_statements() as seen:
            page(reader, f"/questions/{asked.id}/{asked.slug}?x={rows}")
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 12, seen


def test_thread_of_three_hundred_answers_has_pages(session: Session, cast: Cast, client: FlaskClient) -> None:
    asked = question(session, by=cast.alice)
    crowd = [builders.person(session, f"answerer-{n}") for n in range(60)]
    made = [answer(session, question=asked, by=crowd[n % 60]) for n in range(300)]
    session.commit()
    address = f"/questions/{asked.id}/{asked.slug}"
    first, last = page(client, address), page(client, f"{address}?page=12")
    assert "300 answers" in first.get_text()
    assert len(first.select(".answer")) == len(last.select(".answer")) == 25
    assert client.get(f"/answers/{made[-1].id}").location == f"{address}?page=12#answer-{made[-1].id}"
    page(client, f"{address}?page=13", status=404)
