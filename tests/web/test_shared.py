"""Shared pages: made once for many, and never with anything of one reader in them."""

from collections.abc import Callable
from contextvars import Context

import pytest
from bs4 import BeautifulSoup
from flask import Flask, flash, render_template_string
from flask.testing import FlaskClient
from sqlalchemy import insert
from sqlalchemy.orm import Session

from kb.db import Fact, db
from kb.forum import answers, ratings
from kb.people.models import Person
from kb.publishing import publishing
from kb.publishing.sources.source import open_source
from kb.web.cache import KEEP
from kb.web.forms import Form
from kb.web.gaps import Gap
from kb.web.render import redirect_to
from kb.web.shared import shared_page
from kb.web.shelf import Shelf
from tests import builders
from tests import builders_forum as forum
from tests.builders import Cast
from tests.pages import counted_statements, page, post

SignedIn = Callable[[Person], FlaskClient]


@pytest.fixture
def show(app: Flask) -> Callable[[str], None]:
    """Serve a shared page made from the text of a template at /shared."""

    def serve(template: str) -> None:
        def view() -> object:
            answer = app.make_response(render_template_string(template))
            answer.headers[KEEP] = "1"
            return answer

        app.add_url_rule("/shared", view_func=shared_page(view))

    return serve


@pytest.fixture
def articles(session: Session, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A section with an article for everybody, one for members, one for staff, and a draft."""
    folder = tmp_path_factory.mktemp("content")
    (folder / "guide").mkdir()
    for name, about in (
        ("open", ""), ("members", "audience: members\n"), ("staff", "audience: staff\n"), ("draft", "status: draft\n")
    ):  # fmt: skip
        text = f"---\ntitle: Guide for {name}\n{about}---\nWords.\n"
        (folder / "guide" / f"{name}.md").write_text(text)
    publishing.publish(session, open_source(folder))
    session.commit()


def test_members_share_the_main_part_and_keep_their_own_header(
    signed_in: SignedIn, session: Session, cast: Cast
) -> None:
    forum.question(session, by=cast.erin)
    session.commit()
    alice, bob = signed_in(cast.alice), signed_in(cast.bob)
    pages = {"/": 3, "/questions": 3, "/tags": 3, "/articles": 3}
    pages["/categories/problems"] = 4  # how they follow it is one's own as well
    for address, most in pages.items():
        with counted_statements() as made:
            hers = page(alice, address)
        with counted_statements() as kept:
            his = page(bob, address)
        assert len(kept) <= most < len(made), address
        for token in (*hers.main.select("[name=csrf_token]"), *his.main.select("[name=csrf_token]")):
            del token["value"]
        assert str(hers.main) == str(his.main)
        assert _account(hers) == "/people/alice"
        assert _account(his) == "/people/bob"
        assert not his.find(string=lambda text: "Alice" in text)


def test_shared_page_is_made_while_its_request_keeps_nobody_from_writing(
    app: Flask, signed_in: SignedIn, cast: Cast
) -> None:
    engine = db.engine

    def write() -> None:
        with engine.connect() as other:
            if other.dialect.name == "sqlite":
                other.exec_driver_sql("PRAGMA busy_timeout=200")
                other.rollback()
            with other.begin():
                other.execute(insert(Fact).values(name="written meanwhile", value={}))

    def view() -> object:
        Context().run(write)  # as somebody else: this request only reads
        answer = app.make_response("made")
        answer.headers[KEEP] = "1"
        return answer

    app.add_url_rule("/shared", view_func=shared_page(view))
    assert signed_in(cast.alice).get("/shared").text == "made"


def test_every_reader_posts_with_a_token_of_their_own(signed_in: SignedIn, session: Session, cast: Cast) -> None:
    question = forum.question(session, by=cast.erin)
    session.commit()
    alice, bob = signed_in(cast.alice), signed_in(cast.bob)
    here = f"/questions/{question.id}/{question.slug}"
    assert _tokens(page(alice, here)).isdisjoint(_tokens(page(bob, here)))
    for browser in (alice, bob):
        answer = post(browser, f"/questions/{question.id}/me-too", {"too": "yes"}, form_at=here)
        assert answer.status_code == 303
    assert (
        alice.post(f"/questions/{question.id}/me-too", data={"csrf_token": _tokens(page(bob, here)).pop()}).status_code
        == 400
    )


def test_nothing_of_a_reader_is_kept(
    app: Flask, signed_in: SignedIn, session: Session, cast: Cast, articles: None
) -> None:
    question = forum.question(session, by=cast.alice)
    forum.answer(session, question=question, by=cast.bob)
    reader = builders.person(session, "zebulon")
    session.commit()
    browser = signed_in(reader)
    addresses = ["/", "/questions", "/tags", "/categories/problems", "/articles", "/articles/guide"]
    for address in (*addresses, "/articles/guide/open", f"/questions/{question.id}/{question.slug}"):
        shown = browser.get(address).text.lower()
        assert "zebulon" in shown
        assert "csrf_token" in shown
    places = app.extensions["shared_pages"]._places.values()
    assert len(places) == len(addresses) + 2
    kept = b"".join(piece for place in places for piece in place.what if isinstance(piece, bytes)).lower()
    assert b"zebulon" not in kept
    assert b"csrf_token" not in kept
    values = [piece.values for place in places for piece in place.what if isinstance(piece, Gap)]
    assert all(isinstance(value, str | int) for each in values for value in each.values())


def test_standing_decides_what_is_shown(
    client: FlaskClient, signed_in: SignedIn, session: Session, cast: Cast, articles: None
) -> None:
    staff = builders.person(session, "sam", staff=True)
    session.commit()
    browsers = {"will": signed_in(cast.will), "sam": signed_in(staff), "alice": signed_in(cast.alice), "": client}
    allowed = {"open": set(browsers), "members": set(browsers) - {""}, "staff": {"sam", "will"}, "draft": {"will"}}
    for _ in range(2):  # first made, then kept
        for name, browser in browsers.items():
            listed = page(browser, "/articles/guide").main
            assert listed is not None
            for article, readers in allowed.items():
                assert (f"Guide for {article}" in listed.text) == (name in readers)
                status = browser.get(f"/articles/guide/{article}").status_code
                assert status == (200 if name in readers else 404), (name, article)


def test_a_role_taken_away_counts_at_once(signed_in: SignedIn, session: Session, cast: Cast, articles: None) -> None:
    will = signed_in(cast.will)
    assert will.get("/articles/guide/draft").status_code == 200
    cast.will.grants.clear()
    session.commit()
    assert will.get("/articles/guide/draft").status_code == 404


def test_a_change_of_the_site_makes_the_page_anew(signed_in: SignedIn, session: Session, cast: Cast) -> None:
    alice = signed_in(cast.alice)
    assert "ticket nobody saw" not in alice.get("/questions").text
    forum.question(session, by=cast.bob, title="Where is the ticket nobody saw?")
    session.commit()
    assert "ticket nobody saw" in alice.get("/questions").text


def test_thread_shows_each_reader_their_own_ratings_and_acts(signed_in: SignedIn, session: Session, cast: Cast) -> None:
    question = forum.question(session, by=cast.alice)
    answer = forum.answer(session, question=question, by=cast.bob)
    ratings.rate(session, answer=answer, by=cast.erin, helpful=True)
    session.commit()
    here = f"/questions/{question.id}/{question.slug}"
    for person, pressed, edits in (
        (cast.erin, 1, 1),
        (cast.alice, 0, 0),
        (cast.bob, 0, 1),
        (cast.mia, 0, 1),
        (cast.alice, 0, 0),
    ):
        card = page(signed_in(person), here).find(id=f"answer-{answer.id}")
        assert card is not None
        assert len(card.find_all(attrs={"aria-pressed": "true"})) == pressed, person.handle
        assert len(card.find_all("a", href=f"/answers/{answer.id}/edit")) == edits, person.handle


def test_thread_is_shared_by_those_who_see_the_same_until_it_changes(
    app: Flask, signed_in: SignedIn, session: Session, cast: Cast
) -> None:
    question = forum.question(session, by=cast.erin)
    answer = forum.answer(session, question=question, by=cast.erin, body="First wording of the answer.")
    session.commit()
    here = f"/questions/{question.id}/{question.slug}"
    alice, bob = signed_in(cast.alice), signed_in(cast.bob)
    assert str(page(alice, here).find(id=f"answer-{answer.id}")).count("First wording") == 1
    page(bob, here)
    assert len(app.extensions["shared_pages"]._places) == 1
    answers.edit(session, answer=answer, by=cast.erin, body="Second wording of the answer.")
    session.commit()
    assert "Second wording" in bob.get(here).text


@pytest.mark.parametrize(
    "template",
    [
        "{{ csrf_field() }}",
        "{{ csrf_token() }}",
        "{{ flashes() }}",
        "{{ viewer.name }}",
        "{{ viewer.id }}",
        "{% if viewer.handle == 'alice' %}{% endif %}",
        "{{ current_user.person.name }}",
    ],
)
def test_page_that_asks_for_its_reader_is_refused(
    template: str, signed_in: SignedIn, cast: Cast, show: Callable[[str], None]
) -> None:
    show(template)
    assert signed_in(cast.alice).get("/shared").status_code == 500


def test_form_with_a_token_is_refused(app: Flask, signed_in: SignedIn, cast: Cast) -> None:
    def view() -> object:
        Form()
        return redirect_to("/")

    app.add_url_rule("/shared", view_func=shared_page(view))
    assert signed_in(cast.alice).get("/shared").status_code == 500


def test_message_on_the_way_is_refused(app: Flask, signed_in: SignedIn, cast: Cast) -> None:
    def view() -> object:
        flash("For one reader")
        return redirect_to("/")

    app.add_url_rule("/shared", view_func=shared_page(view))
    assert signed_in(cast.alice).get("/shared").status_code == 500


def test_shared_page_sees_the_address_and_no_cookie(
    signed_in: SignedIn, cast: Cast, show: Callable[[str], None]
) -> None:
    show(
        "{{ request.full_path }}|{{ request.cookies|length }}|{{ session|length }}|{{ get_flashed_messages()|length }}"
    )
    alice = signed_in(cast.alice)
    assert alice.get("/shared?a=1").text == "/shared?a=1|0|0|0"
    assert alice.get("/shared?a=2").text == "/shared?a=2|0|0|0"


def test_answer_that_is_not_for_many_is_made_each_time(app: Flask, signed_in: SignedIn, cast: Cast) -> None:
    made = []

    def view() -> object:
        made.append(1)
        return redirect_to("/elsewhere")

    app.add_url_rule("/shared", view_func=shared_page(view))
    alice = signed_in(cast.alice)
    assert [alice.get("/shared").location for _ in range(2)] == ["/elsewhere"] * 2
    assert len(made) == 2


def test_message_is_shown_once_on_a_kept_page(app: Flask, signed_in: SignedIn, cast: Cast) -> None:
    alice, bob = signed_in(cast.alice), signed_in(cast.bob)
    page(bob, "/questions")
    with alice.session_transaction() as cookie:
        cookie["_flashes"] = [("info", "Only for Alice")]
    assert "Only for Alice" not in bob.get("/questions").text
    assert "Only for Alice" in alice.get("/questions").text
    assert "Only for Alice" not in alice.get("/questions").text


def test_shelf_forgets_older_versions_and_what_was_not_asked_for() -> None:
    shelf: Shelf[str] = Shelf(most_bytes=10)
    shelf.keep("a", 1, "first", 5)
    assert shelf.find("a", 2) is None
    shelf.keep("a", 2, "second", 5)
    shelf.keep("b", 2, "other", 5)
    assert shelf.find("a", 2) == "second"
    shelf.keep("c", 2, "third", 5)
    assert [shelf.find(key, 2) for key in "abc"] == ["second", None, "third"]


def _account(shown: BeautifulSoup) -> str:
    link = shown.select_one(".menu__sheet a")
    assert link is not None
    return str(link["href"])


def _tokens(shown: BeautifulSoup) -> set[str]:
    return {str(field["value"]) for field in shown.find_all("input", attrs={"name": "csrf_token"})}
