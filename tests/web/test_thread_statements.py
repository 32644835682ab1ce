"""What the fullest thread there can be costs the database."""

from collections.abc import Callable

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from kb.forum import duplicates, merging
from kb.forum.asking import noting
from kb.forum.models import Question
from kb.forum.queue import handing, notes
from kb.people.models import Person
from kb.search.documents import Shown
from kb.search.models import Related
from tests.builders import Cast
from tests.builders_forum import answer, category, comment, question
from tests.pages import counted_statements, page

Browser = Callable[[Person], FlaskClient]
MOST = 12


def test_fullest_thread_takes_few_statements(
    session: Session, cast: Cast, client: FlaskClient, signed_in: Browser
) -> None:
    asked, near = _full(session, cast), question(session, by=cast.bob, title="Something like it")
    _add_leads(session, cast, asked, near)
    session.commit()
    address = f"/questions/{asked.id}/{asked.slug}"
    erin, mia = signed_in(cast.erin), signed_in(cast.mia)
    for browser in (client, signed_in(cast.bob), erin, mia):
        with counted_statements() as statements:
            shown = page(browser, address)
        assert len(statements) <= MOST, statements
        assert {"Something like it", "And the receipt?", "Same as this"} <= {*shown.stripped_strings}
        assert bool(shown.find(id="desk")) is (browser in (erin, mia))
    desk = page(erin, address).find(id="desk")
    assert desk is not None
    for words in ("Something like it", "Hm", "Yours now"):
        assert words in desk.get_text()


def _full(session: Session, cast: Cast) -> Question:
    """Return a question that was commented on, noted, handed over, asked before and joined with another."""
    original = question(session, by=cast.alice, title="Same as this")
    asked, goes = (question(session, by=cast.alice, place=category(session)) for _ in range(2))
    comment(session, question=asked, by=cast.will, body="And the receipt?")
    notes.write(session, question=asked, by=cast.mia, body="Hm")
    handing.hand_over(session, question=asked, by=cast.mia, to=f"person:{cast.erin.id}", reason="Yours now")
    duplicates.mark(session, question=asked, original=original, by=cast.mia)
    merging.merge(session, question=goes, into=asked, by=cast.mia)
    answer(session, question=original, by=cast.bob)
    return asked


def _add_leads(session: Session, cast: Cast, asked: Question, near: Question) -> None:
    """Have its asker seen an article and a question before, which are related to it too."""
    leads = [("question", near.id), ("article", 1)]
    found = [Shown(kind, ref, "x", "/", "", "", "", "") for kind, ref in leads]
    visit = noting.show(session, "", by=cast.alice, title="How to go on", found=found)
    noting.posted(session, visit, by=cast.alice, question=asked)
    session.add_all(
        Related(kind="question", ref=asked.id, other_kind=kind, other_ref=ref, place=place, score=1.0)
        for place, (kind, ref) in enumerate(leads)
    )
