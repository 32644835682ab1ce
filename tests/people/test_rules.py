"""Who a person is to the site."""

import pytest
from sqlalchemy.orm import Session

from kb.people import rules
from kb.people.models import Role
from tests.builders import Cast, person


@pytest.mark.parametrize(
    ("held", "expert", "writer", "moderator", "admin"),
    [
        (None, False, False, False, False),
        (Role.EXPERT, True, False, False, False),
        (Role.WRITER, False, True, False, False),
        (Role.MODERATOR, False, False, True, False),
        (Role.ADMIN, True, True, True, True),
    ],
)
def test_roles(session: Session, held: Role | None, expert: bool, writer: bool, moderator: bool, admin: bool) -> None:
    someone = person(session, "someone", *([held] if held else []))
    found = (
        rules.is_expert(someone),
        rules.is_writer(someone),
        rules.is_moderator(someone),
        rules.is_admin(someone),
    )
    assert found == (expert, writer, moderator, admin)


def test_audiences_grow_with_who_is_asking(session: Session, cast: Cast) -> None:
    assert rules.audiences(None) == ("public",)
    assert rules.audiences(cast.will) == ("public", "members")
    assert rules.audiences(person(session, "stan", staff=True)) == ("public", "members", "staff")
