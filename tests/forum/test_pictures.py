"""Who may see a picture: whoever may see one of the posts that show it."""

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from kb.errors import NotFound
from kb.forum import answers, hiding, merging, pictures, questions, splitting
from kb.forum.models import Question
from kb.forum.queue import notes
from kb.people import accounts, roles
from kb.people.models import Person
from kb.uploads import keeping
from kb.uploads.pictures import Picture
from tests.builders import Cast
from tests.builders_forum import answer, category, comment, question
from tests.pages import counted_statements

PIXEL = Picture(b"pixels", "image/png", 2, 2)
Shown = Callable[[str], set[str]]


@pytest.fixture
def seen_by(session: Session, cast: Cast) -> Shown:
    """Return who may see a picture, by handle; ``nobody`` stands for visitors."""

    def sees(name: str, viewer: Person | None) -> bool:
        try:
            return pictures.find(session, name, viewer).name == name
        except NotFound:
            return False

    everybody = {"nobody": None, "alice": cast.alice, "bob": cast.bob, "erin": cast.erin, "mia": cast.mia}
    return lambda name: {handle for handle, viewer in everybody.items() if sees(name, viewer)}


EVERYBODY = {"nobody", "alice", "bob", "erin", "mia"}


def added(session: Session, by: Person) -> tuple[str, str]:
    """Add a picture; returns its name and the Markdown that shows it."""
    name = keeping.keep(session, person=by, picture=PIXEL).name
    return name, f"Look: ![One](/uploads/{name})"


def test_a_picture_is_seen_as_far_as_the_post_that_shows_it(session: Session, cast: Cast, seen_by: Shown) -> None:
    name, text = added(session, cast.erin)
    assert seen_by(name) == {"erin"}
    asked = question(session, by=cast.alice)
    posted = answer(session, question=asked, by=cast.erin, body=text)
    assert seen_by(name) == EVERYBODY
    said = comment(session, question=asked, answer=posted, by=cast.mia, body=f"{text} again")
    hiding.hide(session, post=posted, by=cast.mia, why="spam")
    assert seen_by(name) == {"mia"}, "not even who added it, and not through a comment on it"
    hiding.show(session, post=posted, by=cast.mia)
    answers.edit(session, answer=posted, by=cast.erin, body="Without it.")
    assert seen_by(name) == EVERYBODY, "the comment shows it"
    hiding.hide(session, post=said, by=cast.mia, why="spam")
    assert seen_by(name) == {"mia"}
    answers.edit(session, answer=posted, by=cast.erin, body=text)
    assert seen_by(name) == EVERYBODY
    hiding.hide(session, post=asked, by=cast.mia, why="spam")
    assert seen_by(name) == {"mia"}


@pytest.mark.parametrize(("audience", "seen"), [("members", EVERYBODY - {"nobody"}), ("staff", {"mia"})])
def test_a_picture_in_a_category_is_seen_by_its_audience(
    session: Session, cast: Cast, seen_by: Shown, audience: str, seen: set[str]
) -> None:
    place = category(session)
    place.audience = audience
    name, text = added(session, cast.erin)
    question(session, by=cast.erin, body=text, place=place)
    assert seen_by(name) == seen


def test_notes_are_for_those_who_help_there(session: Session, cast: Cast, seen_by: Shown) -> None:
    name, text = added(session, cast.erin)
    asked = question(session, by=cast.alice)
    note = notes.write(session, question=asked, by=cast.erin, body=text)
    assert seen_by(name) == {"erin", "mia"}
    scope = f"category:{asked.category_id}"
    roles.appoint(session, person=cast.bob, scope=scope, by=cast.mia)
    roles.appoint(session, person=cast.alice, scope=f"{scope}0", by=cast.mia)
    session.flush()
    session.expire_all()
    assert seen_by(name) == {"bob", "erin", "mia"}
    notes.remove(session, note=note, by=cast.erin)
    assert seen_by(name) == set()


def test_merged_and_split_questions_keep_their_pictures(session: Session, cast: Cast, seen_by: Shown) -> None:
    name, text = added(session, cast.erin)
    other = question(session, by=cast.alice)
    asked = question(session, by=cast.erin, body=text, title="How is a password reset?")
    merging.merge(session, question=asked, into=other, by=cast.mia)
    assert asked.hidden_at is not None and seen_by(name) == EVERYBODY
    hiding.hide(session, post=other, by=cast.mia, why="spam")
    assert seen_by(name) == {"mia"}

    name, text = added(session, cast.erin)
    asked = question(session, by=cast.alice)
    off_topic = answer(session, question=asked, by=cast.erin, body=text)
    made = splitting.split(session, question=asked, chosen=[off_topic], title="Something else entirely", by=cast.mia)
    assert off_topic.hidden_at is not None and seen_by(name) == EVERYBODY
    hiding.hide(session, post=session.get_one(Question, made.id), by=cast.mia, why="spam")
    assert seen_by(name) == {"mia"}


def test_profiles_and_questions_show_pictures_and_finding_takes_one_statement(
    session: Session, cast: Cast, seen_by: Shown
) -> None:
    name, text = added(session, cast.erin)
    accounts.edit_profile(session, person=cast.erin, name="Erin", about=text)
    keeping.use(session, cast.erin.about_html, kind=keeping.PROFILE, subject_id=cast.erin.id)
    assert seen_by(name) == EVERYBODY
    name, text = added(session, cast.erin)
    asked = question(session, by=cast.erin)
    questions.edit(
        session, question=asked, by=cast.erin, title=asked.title, body=text, category=asked.category, tags=()
    )
    session.expire_all()
    who = cast.bob
    assert who.handle and who.grants == []
    with counted_statements() as statements:
        assert pictures.find(session, name, who).data == b"pixels"
    assert len(statements) == 1
