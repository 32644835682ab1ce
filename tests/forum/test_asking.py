"""What an asker was shown and what came of it; categories' outlines; a member's drafts."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from kb import clock
from kb.errors import Conflict, Invalid, NotFound
from kb.forum import drafts
from kb.forum.asking import noting, outlines
from kb.forum.asking.models import Asking
from kb.forum.models import Draft, Question
from kb.search import seeing
from kb.search.documents import QUESTION, Shown
from kb.search.engine import Key
from tests.builders import Cast
from tests.builders_forum import category, question

ASK = "/questions/ask"


def found(session: Session, *questions: Question) -> list[Shown]:
    return list(seeing.shown(session, [Key(QUESTION, one.id) for one in questions], None).values())


def test_before_tells_what_was_searched_shown_and_opened(session: Session, cast: Cast) -> None:
    one, two, made = (question(session, by=cast.alice, title=f"How is number {n} done?") for n in "123")
    name = noting.show(session, "", by=None, title="Mail me@example.com", found=found(session, one))
    assert noting.show(session, name, by=cast.alice, title="How?", found=found(session, one, two)) == name
    noting.open_one(session, name, by=cast.alice, kind=QUESTION, ref=two.id)
    noting.open_one(session, name, by=cast.alice, kind=QUESTION, ref=made.id)  # was not shown
    assert noting.before(session, made.id, None) is None
    noting.posted(session, name, by=cast.alice, question=made, searched=["printer grey"])
    before = noting.before(session, made.id, None)
    assert before is not None
    assert before.searched == ("printer grey",)
    assert [row.ref for row in before.shown] == [one.id]
    assert [row.ref for row in before.opened] == [two.id]
    two.hidden_at = clock.now()
    again = noting.before(session, made.id, None)
    assert again is not None
    assert again.opened == ()


def test_show_begins_anew_for_another_person_and_after_the_end(session: Session, cast: Cast) -> None:
    known = question(session, by=cast.alice)
    name = noting.show(session, "", by=cast.alice, title="reach me at a@b.example", found=found(session, known))
    assert "a@b.example" not in session.get_one(Asking, name).title
    assert noting.show(session, name, by=cast.bob, title="Why?", found=[]) != name
    noting.answered(session, name, by=cast.alice, kind=QUESTION, ref=known.id)
    row = session.get_one(Asking, name)
    assert (row.outcome, row.answer_kind, row.answer_ref) == ("answered", QUESTION, known.id)
    assert noting.show(session, name, by=cast.alice, title="Why?", found=[]) != name


def test_answered_is_refused_for_what_was_not_shown(session: Session, cast: Cast) -> None:
    known, other = question(session, by=cast.alice), question(session, by=cast.alice, title="What else is there?")
    name = noting.show(session, "", by=cast.bob, title="Why?", found=found(session, known))
    for asking_id, by, ref in ((name, cast.bob, other.id), (name, cast.will, known.id), ("x", cast.bob, known.id)):
        with pytest.raises(NotFound):
            noting.answered(session, asking_id, by=by, kind=QUESTION, ref=ref)
    assert session.get_one(Asking, name).outcome == ""


def test_outline_of_a_category_must_be_filled_in(session: Session, cast: Cast) -> None:
    place = category(session)
    place.template_md = "## What happened\n\n## Version\n"
    session.flush()
    assert outlines.by_category(session, None) == {place.slug: place.template_md}
    with pytest.raises(Invalid):
        outlines.check(place, "## What happened\r\n\r\n## Version")
    outlines.check(place, "## What happened\n\nIt is grey.\n\n## Version")


def test_save_refuses_what_another_device_would_overwrite(session: Session, cast: Cast) -> None:
    assert drafts.save(session, by=cast.alice, subject=ASK, body={"body": "one"}, number=0) == 1
    assert drafts.save(session, by=cast.alice, subject=ASK, body={"body": "two"}, number=1) == 2
    for stale in (0, 1, 7):
        with pytest.raises(Conflict):
            drafts.save(session, by=cast.alice, subject=ASK, body={"body": "late"}, number=stale)
    assert drafts.saved(session, by=cast.alice, subject=ASK) == drafts.Saved(2, {"body": "two"})
    assert drafts.saved(session, by=cast.bob, subject=ASK) == drafts.Saved(0, {})
    drafts.throw_away(session, by=cast.alice, subject=ASK)
    with pytest.raises(Conflict):  # a save under way while it was posted must not bring it back
        drafts.save(session, by=cast.alice, subject=ASK, body={"body": "two"}, number=2)
    for subject, body in (("/settings", "x"), (ASK, "x" * 60_001)):
        with pytest.raises(Invalid):
            drafts.save(session, by=cast.alice, subject=subject, body={"body": body}, number=0)


def test_listed_names_only_questions_that_are_still_seen(session: Session, cast: Cast) -> None:
    about = question(session, by=cast.bob, title="Where is my invoice?")
    drafts.save(session, by=cast.alice, subject=ASK, body={"title": "Why is it grey?", "body": "It"}, number=0)
    with clock.held_at(clock.now() + timedelta(days=1)):
        drafts.save(session, by=cast.alice, subject=f"/questions/{about.id}/answers", body={"body": "In"}, number=0)
        rows = drafts.listed(session, cast.alice)
        assert [(row.title, row.words, row.is_answer) for row in rows] == [
            ("Where is my invoice?", "In", True),
            ("Why is it grey?", "It", False),
        ]
        assert rows[0].saved_at == clock.now()
        about.hidden_at = clock.now()
        assert drafts.listed(session, cast.alice)[0].title == ""
    with clock.held_at(clock.now() + drafts.OF_A_MEMBER):
        assert len(drafts.listed(session, cast.alice)) == 1
        assert drafts.save(session, by=cast.alice, subject=ASK, body={"body": "anew"}, number=0) == 1
    assert len(session.scalars(select(Draft)).all()) == 2
