"""The writers' desk: who gets in, where the site stands, what is wrong, due and missed."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from kb import clock
from kb.articles import feedback
from kb.people.models import Person
from tests.builders import Cast
from tests.builders_writing import article, run
from tests.pages import counted_statements, page

SignedIn = Callable[[Person], FlaskClient]
PAGES = ["/writing", "/writing/runs", "/writing/articles", "/writing/feedback", "/writing/preview"]


@pytest.mark.parametrize("address", PAGES)
def test_page_sends_a_visitor_to_sign_in_and_back(client: FlaskClient, session: Session, address: str) -> None:
    answer = client.get(address)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/sign-in?next={address}")


@pytest.mark.parametrize("address", PAGES)
def test_page_refuses_who_does_not_write(signed_in: SignedIn, cast: Cast, address: str) -> None:
    assert signed_in(cast.alice).get(address).status_code == 403
    assert signed_in(cast.mia).get(address).status_code == 403


def test_account_menu_leads_writers_and_nobody_else_to_their_desk(signed_in: SignedIn, cast: Cast) -> None:
    assert page(signed_in(cast.will), "/").find("a", href="/writing")
    assert not page(signed_in(cast.alice), "/").find("a", href="/writing")


def test_overview_says_what_to_do_before_the_first_run(signed_in: SignedIn, cast: Cast) -> None:
    shown = page(signed_in(cast.will), "/writing")
    assert "Nothing was published yet." in shown.text
    assert shown.find("a", href="/articles/writing/publish-from-git")


def test_overview_shows_what_the_site_shows(signed_in: SignedIn, session: Session, cast: Cast) -> None:
    article(session)
    shown_run = run(session, added=2, changed=1, cause="click", by_id=cast.will.id)
    shown = page(signed_in(cast.will), "/writing")
    assert shown.find("a", href=f"/writing/runs/{shown_run.id}", string="Explain invoices")
    text = " ".join(shown.get_text().split())
    for words in (shown_run.sha[:10], "Ada", "2 added, 1 changed", "by Will’s click", "1 article in all"):
        assert words in text


def test_overview_says_that_the_last_run_failed_and_the_site_stays(
    signed_in: SignedIn, session: Session, cast: Cast
) -> None:
    run(session)
    run(session, state="failed", sha="", subject="", problem="The repository could not be reached.")
    shown = page(signed_in(cast.will), "/writing")
    assert "The repository could not be reached." in shown.text
    assert "The site stays as it was." in shown.text
    assert "Explain invoices" in shown.text


def test_overview_asks_to_decide_on_a_run_that_waits(signed_in: SignedIn, session: Session, cast: Cast) -> None:
    waits = run(session, state="waiting", held=12, problem="12 of 40 articles have no file any more.")
    shown = page(signed_in(cast.will), "/writing")
    assert "12 of 40 articles have no file any more." in shown.text
    assert shown.find("a", href=f"/writing/runs/{waits.id}", string="Look at the run and decide")


def test_overview_says_that_the_site_is_pinned(signed_in: SignedIn, session: Session, cast: Cast) -> None:
    run(session, pinned=True)
    shown = page(signed_in(cast.will), "/writing")
    assert "The site is pinned" in shown.text
    assert "Follow the branch again" in shown.text


def test_overview_lists_files_with_errors_and_not_with_warnings(
    signed_in: SignedIn, session: Session, cast: Cast
) -> None:
    article(session)
    run(session, ("error", "billing/invoices.md", 4, "Not YAML."), ("warning", "a.md", 1, "Doubtful."))
    shown = page(signed_in(cast.will), "/writing")
    assert "billing/invoices.md" in shown.text and "Not YAML." in shown.text and "line 4" in shown.text
    assert "Doubtful." not in shown.text


def test_overview_lists_what_is_due_first_the_readers_own(signed_in: SignedIn, session: Session, cast: Cast) -> None:
    today = clock.now().date()
    article(session, "Mine", owner="will", review_due_on=today - timedelta(days=3))
    article(session, "Theirs", owner="mia", review_due_on=today + timedelta(days=3))
    article(session, "Not yet", owner="will", review_due_on=today + timedelta(days=30))
    due = page(signed_in(cast.will), "/writing").find("section", attrs={"aria-labelledby": "due"})
    assert due
    assert [link.text for link in due.select("li > a")] == ["Mine", "Theirs"]
    assert "See all 2 that are due" in due.text


def test_overview_shows_what_readers_missed_until_it_is_settled(
    signed_in: SignedIn, session: Session, cast: Cast
) -> None:
    about = article(session)
    feedback.give(
        session, article=about, reader="v", helpful=False, reason="unclear", comment="Which menu?", search="bill"
    )
    writer = signed_in(cast.will)
    shown = page(writer, "/writing")
    for words in ("Which menu?", "It is hard to understand", "came from searching “bill”"):
        assert words in shown.text
    feedback.settle(session, article_id=about.id, revision=1, by=cast.will)
    assert "Which menu?" not in page(writer, "/writing").text


def fill(session: Session, numbers: range) -> None:
    """Add an article that is due and missed something for each number, then runs, the last with an error for each."""
    for number in numbers:
        due = clock.now().date() + timedelta(days=number % 9 - 4)
        about = article(session, f"Invoices {number}", review_due_on=due, owner="will" if number % 2 else "mia")
        feedback.give(session, article=about, reader="v", helpful=False, reason="wrong", comment="No.", search="bill")
        run(session)
    run(session, *(("error", f"billing/invoices-{number}.md", 1, "Not YAML.") for number in numbers))
    session.commit()


@pytest.mark.parametrize("address", PAGES[:4])
def test_page_costs_the_same_for_one_row_and_for_thirty(
    signed_in: SignedIn, session: Session, cast: Cast, address: str
) -> None:
    writer = signed_in(cast.will)
    fill(session, range(1))
    with counted_statements() as one:
        page(writer, address)
    fill(session, range(1, 31))
    with counted_statements() as thirty:
        page(writer, address)
    assert len(one) == len(thirty) <= 12, thirty
