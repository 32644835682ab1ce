"""Pages of the queue: what they show to whom, and what they cost."""

from collections.abc import Callable
from datetime import timedelta

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from kb import clock
from kb.articles.models import Article, Section
from kb.forum.asking.models import Asking
from kb.forum.models import Question, Status
from kb.forum.queue import claims, details, handing, notes
from kb.people.models import Person
from tests import builders_forum
from tests.builders import Cast
from tests.pages import counted_statements, page, post

SignIn = Callable[[Person], FlaskClient]
SECRET = "This is a known fault of the mail server."


def test_queue_lists_what_waits_and_takes_it(session: Session, cast: Cast, signed_in: SignIn) -> None:
    question = builders_forum.question(session, by=cast.alice)
    erin = signed_in(cast.erin)
    shown = page(erin, "/queue?tab=nobodys")
    assert question.title in shown.get_text()
    assert question.title in page(erin, "/queue?tag=Password").get_text()
    assert "Nothing waits here" in page(erin, "/queue?tag=never-heard-of").get_text()
    answer = post(erin, f"/questions/{question.id}/claim", {"claim": "yes", "next": "/queue"}, form_at="/queue")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/queue")
    assert "Give it back" in page(erin, "/queue?tab=mine").get_text()
    mia = signed_in(cast.mia)
    assert "Erin is on it" in page(mia, "/queue").get_text()
    assert "Nothing waits here" in page(mia, "/queue?tab=nobodys").get_text()
    assert "Erin is working on an answer" in page(mia, f"/questions/{question.id}/{question.slug}").get_text()


def test_queue_costs_the_same_for_one_question_and_for_thirty(session: Session, cast: Cast, signed_in: SignIn) -> None:
    erin, costs = signed_in(cast.erin), []
    cast.alice.created_at -= timedelta(days=30)
    for number in range(30):
        question = builders_forum.question(session, by=cast.alice, title=f"How do I reset password {number}?")
        claims.take(session, question=question, by=cast.mia)
        if number in (0, 29):
            session.commit()
            erin.get("/queue")
            with counted_statements() as statements:
                assert erin.get("/queue?category=problems&tag=password").status_code == 200
            costs.append(len(statements))
    assert costs[0] == costs[1] <= 12, costs


def test_thread_shows_the_desk_to_those_who_help_alone(session: Session, cast: Cast, signed_in: SignIn) -> None:
    question = _with_everything(session, cast)
    address = f"/questions/{question.id}/{question.slug}"
    erin = signed_in(cast.erin)
    desk = page(erin, address).find(id="desk")
    assert desk is not None
    for words in (SECRET, "She knows.", "reset letter", "Mia is working on an answer"):
        assert words in desk.get_text()
    for reader in (None, cast.alice, cast.bob, cast.will):
        client = signed_in(reader) if reader else erin.application.test_client()
        text = client.get(address).text
        assert not any(words in text for words in (SECRET, "She knows.", "reset letter", "is working on"))
    with counted_statements() as statements:
        erin.get(address)
    assert len(statements) <= 12, statements


def test_details_are_asked_for_on_a_page_and_seen_by_the_asker(session: Session, cast: Cast, signed_in: SignIn) -> None:
    question = builders_forum.question(session, by=cast.alice)
    address, erin = f"/questions/{question.id}/{question.slug}", signed_in(cast.erin)
    page(erin, f"/questions/{question.id}/details")
    assert post(erin, f"/questions/{question.id}/details", {"body": " "}).status_code == 422
    assert post(erin, f"/questions/{question.id}/details", {"body": "Which version?"}).status_code == 303
    assert question.status == Status.NEEDS_INFO
    assert "Erin asked for details" in page(signed_in(cast.alice), address).get_text()
    post(erin, f"/questions/{question.id}/details", {"withdraw": "yes"}, form_at=address)
    assert question.status == Status.NEEDS_ANSWER


def test_handover_and_notes_have_pages_without_scripts(session: Session, cast: Cast, signed_in: SignIn) -> None:
    question = builders_forum.question(session, by=cast.alice)
    root, erin = f"/questions/{question.id}", signed_in(cast.erin)
    assert "Mia" in page(erin, f"{root}/handover").get_text()
    assert post(erin, f"{root}/handover", {"to": "", "reason": "She knows."}).status_code == 422
    assert post(erin, f"{root}/handover", {"to": f"person:{cast.mia.id}", "reason": "She knows."}).status_code == 303
    page(erin, f"{root}/notes")
    assert post(erin, f"{root}/notes", {"body": SECRET}).status_code == 303
    thread = page(erin, f"{root}/{question.slug}")
    note = thread.select_one("#desk [name=remove]")
    assert note is not None
    post(erin, f"{root}/notes", {"remove": str(note["value"])}, form_at=f"{root}/{question.slug}")
    assert SECRET not in page(erin, f"{root}/{question.slug}").get_text()


def test_canned_replies_come_filled_in(session: Session, cast: Cast, signed_in: SignIn) -> None:
    question = builders_forum.question(session, by=cast.alice, title="Why *does* it not work?")
    erin = signed_in(cast.erin)
    assert "no canned replies" in page(erin, f"/questions/{question.id}/replies").get_text()
    session.add(_reply("Hello {asker}, about “{title}”: try again. {me}, {site}, {other}"))
    shown = page(erin, f"/questions/{question.id}/replies")
    text = shown.select_one("textarea")
    assert text is not None
    assert text.get_text().strip().startswith("Hello Alice, about “Why \\*does\\* it not work?”: try again. Erin, ")
    assert text.get_text().endswith("{other}")
    sheet = post(
        erin,
        f"/questions/{question.id}/answers",
        {"body": text.get_text(), "preview": "yes"},
        form_at=f"/questions/{question.id}/replies",
    )
    assert "Why *does* it not work?" in sheet.text


def _with_everything(session: Session, cast: Cast) -> Question:
    question = builders_forum.question(session, by=cast.alice)
    session.add(
        Asking(
            id="a" * 22, at=clock.now(), person_id=cast.alice.id, searched=["reset letter"], shown=[], opened=[],
            outcome="posted", question_id=question.id,
        )
    )  # fmt: skip
    details.ask(session, question=question, by=cast.erin, body="Which version?")
    claims.take(session, question=question, by=cast.mia)
    handing.hand_over(session, question=question, by=cast.erin, to=f"person:{cast.mia.id}", reason="She knows.")
    notes.write(session, question=question, by=cast.mia, body=SECRET)
    builders_forum.answer(session, question=question, by=cast.bob)
    return question


def _reply(markdown: str) -> Article:
    names = ("headings", "tags", "keywords", "related", "related_ids", "links", "remarks")
    lists: dict[str, list[object]] = {name: [] for name in names}
    return Article(
        section=Section(slug="replies", title="Replies", canned=True), slug="again", path="replies/again.md",
        source_hash="0", title="Try again", markdown=markdown, html="", text="", extra={}, audience="members",
        created_at=clock.now(), changed_at=clock.now(), **lists,
    )  # fmt: skip
