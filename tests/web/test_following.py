"""Following, as a browser sees it: the button, its levels, and the list of what one follows."""

from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.forum import hiding
from kb.forum.models import Question, Tag
from kb.notices import follows
from kb.notices.models import Notice
from kb.people.models import Person
from tests.builders import Cast
from tests.builders_forum import category, question
from tests.pages import counted_statements, page, post

SignedIn = Callable[[Person], FlaskClient]


@pytest.fixture
def asked(session: Session, cast: Cast) -> Question:
    made = question(session, by=cast.alice, tags=("c#", "login"))
    session.commit()
    return made


def button(soup: BeautifulSoup) -> str:
    form = soup.select_one("main form[action^='/following/']")
    return str(form["action"]) if form else ""


def test_every_place_has_a_button_that_works(
    signed_in: SignedIn, session: Session, cast: Cast, asked: Question, client: FlaskClient
) -> None:
    bob = signed_in(cast.bob)
    for address, kind in (("/tags/c%23", "tag"), ("/categories/problems", "category"), ("/tags/login", "tag")):
        action = button(page(bob, address))
        assert action.startswith(f"/following/{kind}/")
        answer = post(bob, action, {"level": "each", "next": address}, form_at=address)
        assert (answer.status_code, answer.headers["Location"]) == (303, address)
        shown = page(bob, address)
        assert "Following: each by letter" in shown.get_text() and "1 follower" in shown.get_text()
        post(bob, action, {"level": "digest", "next": address}, form_at=address)
        assert "Following: once a day" in page(bob, address).get_text()
        subject = (kind, int(action.rpartition("/")[2]))
        assert follows.levels(session, subject) == {cast.bob.id: "digest"}
        post(bob, action, {"level": "", "next": address}, form_at=address)
        assert follows.levels(session, subject) == {}
        assert page(client, address).select_one("main a[href^='/sign-in?next=']") is not None


def test_what_cannot_be_seen_cannot_be_followed(
    signed_in: SignedIn, session: Session, cast: Cast, asked: Question
) -> None:
    hiding.hide(session, post=asked, by=cast.mia)
    session.commit()
    bob = signed_in(cast.bob)
    for subject in (f"question/{asked.id}", "question/999", f"person/{cast.bob.id}", "nothing/1", "section/1"):
        assert post(bob, f"/following/{subject}", {"level": "each"}, form_at="/settings").status_code == 404
    answer = post(bob, f"/following/person/{cast.mia.id}", {"level": "loud"}, form_at="/settings")
    assert answer.status_code == 422
    answer = post(bob, f"/following/person/{cast.mia.id}", {"level": "each", "next": "//evil"}, form_at="/settings")
    assert answer.headers["Location"] == "/"


def test_list_shows_what_is_followed_and_costs_the_same(
    signed_in: SignedIn, session: Session, cast: Cast, asked: Question
) -> None:
    bob = signed_in(cast.bob)
    assert "You follow nothing." in page(bob, "/settings/following").get_text()
    place = category(session)
    for kind, number in (
        ("question", asked.id),
        ("tag", tag_id(session, "c#")),
        ("category", place.id),
        ("person", cast.mia.id),
    ):
        follows.set_level(session, person=cast.bob, subject_kind=kind, subject_id=number, level="none")
    question(session, by=cast.erin)  # told to bob, as the others below
    session.commit()
    with counted_statements() as few:
        soup = page(bob, "/settings/following")
    links = [str(link["href"]) for link in soup.select(".followed__name")]
    assert links == ["/people/mia", "/categories/problems", "/tags/c%23", f"/questions/{asked.id}/{asked.slug}"]
    for _ in range(30):
        more = question(session, by=cast.erin)
        follows.follow(session, person=cast.bob, subject_kind="question", subject_id=more.id)
    session.commit()
    with counted_statements() as many:
        assert len(page(bob, "/settings/following").select(".followed")) == 34
    assert len(many) == len(few) <= 12


def test_new_question_is_told_to_who_follows_its_places_and_asker_once(
    session: Session, cast: Cast, asked: Question
) -> None:
    for kind, number in (
        ("tag", tag_id(session, "login")),
        ("category", category(session).id),
        ("person", cast.alice.id),
    ):
        follows.follow(session, person=cast.bob, subject_kind=kind, subject_id=number)
        follows.follow(session, person=cast.alice, subject_kind=kind, subject_id=number)
    made = question(session, by=cast.alice, tags=("login",), title="How do I sign in twice?", body="Tell me, @erin.")
    told = told_of(session, made)
    assert told == {(cast.bob.id, "question"), (cast.erin.id, "mention")}


def told_of(session: Session, asked: Question) -> set[tuple[int, str]]:
    rows = session.execute(
        select(Notice.person_id, Notice.kind).where(Notice.subject_kind == "question", Notice.subject_id == asked.id)
    )
    return {(row.person_id, row.kind) for row in rows}


def tag_id(session: Session, name: str) -> int:
    return session.scalars(select(Tag.id).where(Tag.name == name)).one()
