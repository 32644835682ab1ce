"""Threads as pages: merged, split, archived, asked before, very long, and by strange authors."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from kb import clock
from kb.forum import counters, duplicates, merging, ratings, writing
from kb.forum.models import Answer, Comment, DuplicateVote, Question
from kb.people.models import Person
from tests.builders import Cast, person
from tests.builders_forum import answer, category, comment, question
from tests.pages import checked, counted_statements, page, post

Browser = Callable[[Person], FlaskClient]


@pytest.fixture
def asked(session: Session, cast: Cast) -> Question:
    """Alice's question, which bob answered."""
    made = question(session, by=cast.alice)
    answer(session, question=made, by=cast.bob)
    session.commit()
    return made


def at(asked: Question) -> str:
    return f"/questions/{asked.id}/{asked.slug}"


def test_merged_question_leads_to_where_it_went(
    session: Session, cast: Cast, client: FlaskClient, signed_in: Browser, asked: Question
) -> None:
    goes = question(session, by=cast.bob, title="My password is gone")
    session.commit()
    mia, here = signed_in(cast.mia), f"/questions/{goes.id}/merge"
    page(signed_in(cast.erin), here, status=403)
    assert checked(post(mia, here, {"into": "nonsense"})).select_one("#into-error")
    sent = post(mia, here, {"into": f"https://help.example.com{at(asked)}"})
    assert (sent.status_code, sent.location) == (303, at(asked))
    for browser in (client, mia):
        moved = browser.get(at(goes))
        assert (moved.status_code, moved.location) == (301, f"/questions/{asked.id}")
    shown = page(client, at(asked))
    assert "Also asked by Bob" in shown.get_text() and "My password is gone" in shown.get_text()
    assert shown.select_one(f"[formaction='{here}']") is None
    assert page(mia, at(asked)).select_one(f"[formaction='{here}'][name=undo]")
    assert post(mia, here, {"undo": "yes"}, form_at=at(asked)).location == at(goes)
    assert "My password is gone" in page(client, at(goes)).get_text()
    assert client.get("/questions/4711").status_code == 404


def test_split_offers_each_post_and_keeps_what_was_chosen(
    session: Session, cast: Cast, signed_in: Browser, client: FlaskClient, asked: Question
) -> None:
    given = session.scalars(select(Answer)).one()
    said = comment(session, question=asked, by=cast.will, body="And where is my receipt?")
    session.commit()
    mia, here = signed_in(cast.mia), f"/questions/{asked.id}/split"
    offered = [box["value"] for box in page(mia, here).select("[name=chosen]")]
    assert offered == [f"comment-{said.id}", f"answer-{given.id}"]
    again = checked(post(mia, here, {"title": "No", "chosen": f"comment-{said.id}"}))
    assert again.select_one("#title-error") and [box["value"] for box in again.select("[checked]")] == offered[:1]
    assert post(mia, here, {"title": "Where is my receipt now?", "chosen": "answer-4711"}).status_code == 422
    sent = post(mia, here, {"title": "Where is my receipt now?", "chosen": f"comment-{said.id}"})
    assert sent.status_code == 303
    made = page(client, sent.location)
    assert "This goes on from" in made.get_text() and made.select_one(f"a[href='{at(asked)}']")
    assert page(client, at(asked)).select_one(f"a[href='{sent.location}']")


def test_archived_question_takes_a_reply_as_a_new_question(
    session: Session, cast: Cast, client: FlaskClient, signed_in: Browser, asked: Question
) -> None:
    here = f"/questions/{asked.id}/continuation"
    page(client, here, status=403)
    asked.archived_at = clock.now()
    session.commit()
    for browser in (client, signed_in(cast.bob)):
        shown = page(browser, at(asked))
        assert shown.select_one(f"a[href='{here}']") and not shown.select("[action$='/answers'], [href$='/answers']")
        assert "archived" in shown.get_text()
    assert page(client, f"/questions/{asked.id}/answers", status=403)
    form = page(client, here)
    assert form.select_one("#title")["value"] == asked.title  # type: ignore[index]
    words = {"title": "Still no letter in 2026", "body": "It does not come.", "category": "problems", "tags": "letter"}
    assert post(client, here, words).location.startswith(("/join", "/sign-in"))
    sent = post(signed_in(cast.bob), here, words)
    assert sent.status_code == 303 and "/still-no-letter-in-2026" in sent.location
    assert page(client, at(asked)).select_one(f"a[href='{sent.location}']")


def test_asked_before_shows_the_first_answers_in_place(
    session: Session, cast: Cast, client: FlaskClient, signed_in: Browser, asked: Question
) -> None:
    again, given = question(session, by=cast.bob), session.scalars(select(Answer)).one()
    nora = person(session, "nora")
    nora.trust = 3
    session.commit()
    here, nora_browser = f"/questions/{again.id}/duplicate", signed_in(nora)
    page(signed_in(cast.bob), here, status=403)
    assert post(nora_browser, here, {"original": str(asked.id)}).status_code == 303
    assert session.scalars(select(DuplicateVote.original_id)).all() == [asked.id]
    assert "1 experienced member" in page(signed_in(cast.erin), at(again)).get_text()
    assert "experienced member" not in page(client, at(again)).get_text()
    assert page(signed_in(cast.erin), here).select_one(f"button[value='{asked.id}']")
    assert post(signed_in(cast.erin), here, {"original": str(asked.id)}).status_code == 303
    shown = page(client, at(again))
    assert "What was answered there" in shown.get_text()
    assert shown.select_one(f".elsewhere a[href='/answers/{given.id}']")


def test_answer_that_helps_few_is_folded(session: Session, cast: Cast, client: FlaskClient, asked: Question) -> None:
    given = session.scalars(select(Answer)).one()
    for by in (cast.alice, cast.erin, cast.will, cast.mia):
        ratings.rate(session, answer=given, by=by, helpful=False)
    session.commit()
    folded = page(client, at(asked)).select_one(f"#answer-{given.id} details.answer__folded")
    assert folded is not None and folded.select_one(".answer__body") and not folded.has_attr("open")
    assert page(client, at(asked)).select_one(f"share-link > a[href='/answers/{given.id}']")


LONG = {
    "words": "word " * 6000,
    "one word": "w" * 150,
    "emoji": "👩‍👩‍👧‍👦🏳️‍🌈 " * 200,
    "right to left": "مرحبا بالعالم שלום עולם " * 50,
}


def test_pages_hold_what_is_very_long_and_strange(
    session: Session, cast: Cast, client: FlaskClient, signed_in: Browser
) -> None:
    asked = question(session, by=cast.alice, title="w" * 150, body="مرحبا " * 100, tags=("t" * 40,))
    orphan = Person(handle="gone", name="<b>Gone</b> " + "ن" * 60, created_at=clock.now(), origin="stackexchange:beer")
    session.add(orphan)
    for text in LONG.values():
        answer(session, question=asked, by=cast.bob, body=text.strip()[:30_000])
    session.flush()
    made = writing.render(session, "Some *words*.")
    common = {"body_md": made.markdown, "body_html": made.html, "created_at": clock.now(), "author_id": orphan.id}
    session.execute(insert(Answer), [{**common, "question_id": asked.id} for _ in range(296)])
    session.execute(insert(Comment), [{**common, "question_id": asked.id} for _ in range(2000)])
    counters.recount_questions(session, [asked.id])
    session.commit()
    for browser in (client, signed_in(cast.mia), signed_in(cast.bob)):
        shown = page(browser, at(asked))
        assert "300 answers" in shown.get_text() and "2,000 comments" in shown.get_text()
        assert len(shown.select("article.answer")) == 25 and len(shown.select("li.comment")) == 30
        page(browser, f"{at(asked)}?page=12")
        assert len(page(browser, f"/questions/{asked.id}/comments/all?page=20").select("li.comment")) == 100
    page(client, f"{at(asked)}?page=13", status=404)
    page(client, f"/questions/{asked.id}/comments/all?page=21", status=404)
    assert "<b>Gone" not in str(page(client, f"{at(asked)}?page=2").select_one(".byline"))
    assert len(page(signed_in(cast.mia), f"/questions/{asked.id}/split").select("[name=chosen]")) == 55


def test_thread_takes_at_most_twelve_statements_for_1_and_100_answers(
    session: Session, cast: Cast, signed_in: Browser, client: FlaskClient
) -> None:
    original, asked, goes = (question(session, by=cast.alice, place=category(session)) for _ in range(3))
    comment(session, question=asked, by=cast.will)
    duplicates.mark(session, question=asked, original=original, by=cast.mia)
    merging.merge(session, question=goes, into=asked, by=cast.mia)
    asked_id, address = asked.id, at(asked)
    seen: list[tuple[int, ...]] = []
    browsers = [signed_in(cast.bob), signed_in(cast.erin), client]
    for answers in (1, 99):
        here = session.get_one(Question, asked_id)
        text = writing.render(session, "Words.")
        row = {"body_md": "Words.", "body_html": text.html, "created_at": clock.now(), "author_id": cast.bob.id}
        session.execute(
            insert(Answer), [{**row, "question_id": q} for q in (here.id, original.id) for _ in range(answers)]
        )
        counters.recount_questions(session, [here.id, original.id])
        session.commit()
        counts = []
        for browser in browsers:
            with counted_statements() as statements:
                assert browser.get(address).status_code == 200
            counts.append(len(statements))
        seen.append(tuple(counts))
    assert seen[0] == seen[1] and max(seen[0]) <= 12, seen
