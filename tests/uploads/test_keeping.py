"""Pictures in the database: names, shares of a day, and how long they stay."""

from datetime import timedelta

import pytest
from sqlalchemy import select, true
from sqlalchemy.orm import Session

from kb import clock
from kb.errors import NotFound, TooMany
from kb.forum import answers
from kb.jobs import Job
from kb.people.models import Person
from kb.uploads import keeping
from kb.uploads.models import Upload
from kb.uploads.pictures import Picture
from tests.builders import Cast
from tests.builders_forum import question

PIXEL = Picture(b"pixels", "image/png", 640, 480)


def names(session: Session) -> set[str]:
    return set(session.scalars(select(Upload.name)))


def test_keep_gives_a_random_name_with_the_size_until_the_days_share_is_used_up(session: Session, cast: Cast) -> None:
    made = {keeping.keep(session, person=cast.bob, picture=PIXEL).name for _ in range(keeping.A_DAY[0])}
    assert len(made) == keeping.A_DAY[0] and all(name.endswith("-640x480.png") and len(name) == 36 for name in made)
    with pytest.raises(TooMany) as refused:
        keeping.keep(session, person=cast.bob, picture=PIXEL)
    assert 86_000 < refused.value.retry_after <= 86_401
    keeping.keep(session, person=cast.erin, picture=PIXEL)
    for row in session.scalars(select(Upload)):
        row.created_at -= timedelta(days=1)
    keeping.keep(session, person=cast.bob, picture=PIXEL)


def test_forget_unused_leaves_what_a_post_or_a_profile_shows(session: Session, cast: Cast) -> None:
    shown, edited_in, lost, fresh = (keeping.keep(session, person=cast.erin, picture=PIXEL).name for _ in range(4))
    asked = question(session, by=cast.alice)
    posted = answers.post(session, question=asked, by=cast.erin, body=f"Look here: ![The menu](/uploads/{shown})")
    answers.edit(session, answer=posted, by=cast.erin, body=f"Rather here: ![Menu](/uploads/{edited_in}) `{lost}`")
    keeping.set_photo(session, person=cast.alice, picture=PIXEL)
    session.flush()
    for row in session.scalars(select(Upload).where(Upload.name != fresh)):
        row.created_at -= timedelta(days=2, seconds=1)
    session.flush()
    keeping.forget_unused(session)
    assert names(session) == {shown, edited_in, fresh, cast.alice.photo}
    again = session.scalars(select(Job).where(Job.name.endswith("forget_unused"))).one()
    assert again.run_at == clock.now() + timedelta(hours=6)


def test_photo_replaces_the_one_before_and_can_be_removed(session: Session, cast: Cast) -> None:
    def photos(person: Person) -> set[str]:
        return set(session.scalars(select(Upload.name).where(Upload.person_id == person.id)))

    keeping.set_photo(session, person=cast.bob, picture=PIXEL)
    first = cast.bob.photo
    keeping.set_photo(session, person=cast.bob, picture=PIXEL)
    assert photos(cast.bob) == {cast.bob.photo} and cast.bob.photo != first
    keeping.remove_photo(session, person=cast.bob)
    assert photos(cast.bob) == set() and cast.bob.photo == ""
    with pytest.raises(NotFound):
        keeping.find(session, first, cast.bob, true())
