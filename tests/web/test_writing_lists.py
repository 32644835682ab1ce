"""All articles as writers look at them, and what readers said of them."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from kb import clock
from kb.articles import feedback
from kb.articles.models import ArticleViews
from kb.people.models import Person
from tests.builders import Cast
from tests.builders_writing import article
from tests.pages import page, post


@pytest.fixture
def writer(signed_in: Callable[[Person], FlaskClient], cast: Cast) -> FlaskClient:
    """A browser of will, who writes."""
    return signed_in(cast.will)


@pytest.fixture
def articles(session: Session) -> None:
    """One article in each state."""
    now = clock.now()
    soon, ago = now + timedelta(days=1), now - timedelta(days=1)
    article(session, "Plain", owner="mia", helpful_count=3, not_helpful_count=1)
    article(session, "Drafted", status="draft", section="account")
    article(session, "Scheduled", publish_at=soon)
    article(session, "Expired", expires_at=ago)
    article(session, "Archived", status="archived")
    article(session, "Membership", audience="members")
    article(session, "Backstage", audience="staff", not_helpful_count=5)
    article(session, "Gone", status="retired")
    session.commit()


def titles(writer: FlaskClient, query: str = "") -> list[str]:
    return [tag.get_text() for tag in page(writer, f"/writing/articles{query}").select(".inventory__title")]


def test_articles_lists_every_state_and_no_retired_one(writer: FlaskClient, articles: None) -> None:
    everything = ["Archived", "Backstage", "Drafted", "Expired", "Membership", "Plain", "Scheduled"]
    assert titles(writer) == everything


@pytest.mark.parametrize(
    ("query", "left"),
    [
        ("?state=published", ["Backstage", "Membership", "Plain"]),
        ("?state=draft", ["Drafted"]),
        ("?state=scheduled", ["Scheduled"]),
        ("?state=expired", ["Expired"]),
        ("?state=archived", ["Archived"]),
        ("?state=members", ["Membership"]),
        ("?state=staff", ["Backstage"]),
        ("?owner=mia", ["Plain"]),
        ("?section=account", ["Drafted"]),
        ("?owner=mia&section=account", []),
    ],
)
def test_articles_are_narrowed_down(writer: FlaskClient, articles: None, query: str, left: list[str]) -> None:
    assert titles(writer, query) == left


def test_articles_are_put_in_order(writer: FlaskClient, session: Session) -> None:
    today = clock.now().date()
    rare = article(session, "Rare", not_helpful_count=9, changed_at=clock.now() - timedelta(days=9))
    often = article(session, "Often", review_due_on=today)
    session.add_all(
        [
            ArticleViews(article_id=rare.id, day=today, views=3),
            ArticleViews(article_id=rare.id, day=today - timedelta(days=31), views=1000),
            ArticleViews(article_id=often.id, day=today, views=20),
            ArticleViews(article_id=often.id, day=today - timedelta(days=1), views=7),
        ]
    )
    assert titles(writer, "?sort=views") == ["Often", "Rare"]
    assert titles(writer, "?sort=unhelpful") == ["Rare", "Often"]
    assert titles(writer, "?sort=review") == ["Often", "Rare"]
    assert titles(writer, "?sort=changed") == ["Often", "Rare"]
    numbers = [tag.get_text() for tag in page(writer, "/writing/articles?sort=views").select(".inventory__numbers dd")]
    assert [" ".join(number.split()) for number in numbers] == ["27", "–", "3", "0 % of 9"]


@pytest.mark.parametrize("query", ["?state=secret", "?sort=random", "?page=9"])
def test_articles_of_an_unknown_kind_are_not_found(writer: FlaskClient, session: Session, query: str) -> None:
    assert writer.get(f"/writing/articles{query}").status_code == 404


def test_articles_say_that_there_are_none(writer: FlaskClient) -> None:
    assert "There are no articles yet." in page(writer, "/writing/articles").text
    assert "No article is like this." in page(writer, "/writing/articles?state=draft").text


def missed(session: Session, about_revision: int = 1) -> int:
    """Let a reader miss something in an article, and return its id."""
    about = article(session, revision=about_revision)
    feedback.give(session, article=about, reader="v", helpful=False, reason="outdated", comment="Moved?", search="pay")
    feedback.give(session, article=about, reader="w", helpful=True)
    session.commit()
    return about.id


def test_feedback_is_shown_by_article_and_revision(writer: FlaskClient, session: Session) -> None:
    missed(session, about_revision=3)
    text = " ".join(page(writer, "/writing/feedback").get_text().split())
    for words in ("Invoices", "Revision 3", "1 of 2 were helped", "It is out of date", "Moved?", "searching “pay”"):
        assert words in text


def test_feedback_is_settled_and_opened_again(writer: FlaskClient, session: Session) -> None:
    number = missed(session)
    act, everything = f"/writing/feedback/{number}/1/settlement", "/writing/feedback?show=all"
    answer = post(writer, act, {"settled": "yes", "next": everything}, form_at="/writing/feedback")
    assert (answer.status_code, answer.headers["Location"]) == (303, everything)
    assert "Nothing is open." in page(writer, "/writing/feedback").text
    assert "Settled" in page(writer, everything).text
    post(writer, act, {"settled": "no"}, form_at=everything)
    assert "Moved?" in page(writer, "/writing/feedback").text


def test_feedback_of_one_article(writer: FlaskClient, session: Session) -> None:
    number = missed(session)
    assert "Moved?" in page(writer, f"/writing/feedback?article={number}").text
    assert "Moved?" not in page(writer, f"/writing/feedback?article={number + 1}").text


def test_settling_what_nobody_missed_is_not_found(writer: FlaskClient, session: Session) -> None:
    number = missed(session)
    answer = post(writer, f"/writing/feedback/{number}/9/settlement", form_at="/writing/feedback")
    assert answer.status_code == 404


def test_feedback_says_that_there_is_none(writer: FlaskClient) -> None:
    assert "Nothing is open." in page(writer, "/writing/feedback").text
    assert "Nobody missed anything yet." in page(writer, "/writing/feedback?show=all").text
