"""Making an article of a thread, as pages."""

from collections.abc import Callable
from pathlib import Path

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from kb import clock
from kb.forum.solving.models import DraftBranch
from kb.people.models import Person
from kb.publishing.sources import place
from tests import builders_writing
from tests.builders import Cast
from tests.builders_forum import answer, question
from tests.conftest import settings_for
from tests.pages import checked, page, post

Browser = Callable[[Person], FlaskClient]


def test_an_expert_makes_a_draft_and_takes_it_away(session: Session, cast: Cast, signed_in: Browser) -> None:
    builders_writing.article(session)
    asked = question(session, by=cast.alice)
    here = f"/questions/{asked.id}/draft"
    erin, thread = signed_in(cast.erin), f"/questions/{asked.id}/{asked.slug}"
    assert "Nobody has answered yet" in page(erin, here).get_text()
    given = answer(session, question=asked, by=cast.bob, body="Press the *big* button.")
    session.commit()
    assert page(erin, thread).find("a", href=here)
    assert not page(signed_in(cast.alice), thread).find("a", href=here)
    shown = page(erin, here)
    assert shown.find("input", value=str(given.id)).has_attr("checked")
    folder = shown.find("select").option["value"]
    wrong = post(erin, here, {"title": "Short", "folder": folder, "answers": []})
    assert (wrong.status_code, "10" in checked(wrong).find(class_="field__error").get_text()) == (422, True)
    said = {"title": "Press the big button", "folder": folder, "answers": [given.id]}
    sent = post(erin, here, said)
    assert (sent.status_code, sent.location) == (303, f"{here}#draft")
    shown = page(erin, here)
    assert "Press the *big* button." in shown.find(id="draft-text").get_text()
    kept = erin.get(f"{here}/file")
    assert (kept.status_code, kept.headers["Content-Disposition"]) == (
        200,
        'attachment; filename="press-the-big-button.md"',
    )
    assert f"from_answers: [{given.id}]" in kept.text
    mail = erin.get(f"/questions/{asked.id}/patch")
    assert mail.status_code == 200 and "Subject: [PATCH] Add article: Press the big button" in mail.text
    assert signed_in(cast.will).get(f"{here}/file").status_code == 404
    assert "Push it to a branch" not in shown.get_text()
    assert post(erin, f"{here}/branch", form_at=here).status_code == 403  # articles come from a folder here


def test_the_page_says_what_becomes_of_the_branch(
    session: Session, cast: Cast, signed_in: Browser, tmp_path: Path
) -> None:
    builders_writing.article(session)
    asked = question(session, by=cast.alice)
    given = answer(session, question=asked, by=cast.bob, body="Press the *big* button.")
    place.configure(settings_for(tmp_path, None, content=f"file://{tmp_path}/nowhere"))
    session.commit()
    erin, here = signed_in(cast.erin), f"/questions/{asked.id}/draft"
    folder = page(erin, here).find("select").option["value"]
    post(erin, here, {"title": "Press the big button", "folder": folder, "answers": [given.id]})
    sent = post(erin, f"{here}/branch", form_at=here)
    assert (sent.status_code, sent.location) == (303, f"{here}#draft")
    shown = page(erin, here)
    assert "on its way" in shown.find(class_="banner").get_text() and shown.find("a", string="Look again")
    assert not shown.find("form", action=f"{here}/branch")
    branch = session.scalars(select(DraftBranch)).one()
    branch.done_at = clock.now()
    assert branch.name in page(erin, here).find(class_="banner").code
    branch.fault = "The git server cannot be reached."
    shown = page(erin, here)
    assert branch.fault in shown.find(class_="banner").get_text() and shown.find("form", action=f"{here}/branch")
