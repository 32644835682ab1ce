"""Pages of tags and categories, and the pages on which moderators and admins look after them."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from kb.forum import categories, tags
from kb.people.models import Person, Role
from tests import builders
from tests.builders import Cast
from tests.builders_forum import category, question
from tests.pages import counted_statements, page, post

SignedIn = Callable[[Person], FlaskClient]


@pytest.fixture
def asked(session: Session, cast: Cast) -> None:
    question(session, by=cast.alice, tags=("c#", "login"))
    session.commit()


@pytest.fixture
def admin(session: Session, cast: Cast) -> Person:
    return builders.person(session, "ada", Role.ADMIN)


def test_moderator_changes_a_tag(
    asked: None, session: Session, cast: Cast, signed_in: SignedIn, client: FlaskClient
) -> None:
    mia = signed_in(cast.mia)
    edit = "/tags/c%23/edit"
    assert page(mia, "/tags/c%23").select_one(f"a[href='{edit}']") is not None
    page(mia, edit)
    answer = post(mia, edit, {"description": "A <b>language</b>."})
    assert answer.headers["Location"] == "/tags/c%23"
    post(mia, "/tags/c%23/synonyms", {"synonym": "CSharp"}, form_at=edit)
    shown = page(client, "/tags/c%23").get_text()
    assert "A <b>language</b>." in shown and "csharp" in shown
    answer = client.get("/tags/csharp")
    assert (answer.status_code, answer.headers["Location"]) == (301, "/tags/c%23")
    refused = post(mia, "/tags/c%23/synonyms", {"synonym": "login"}, form_at=edit)
    assert refused.status_code == 422 and "is a tag itself" in refused.text
    post(mia, "/tags/c%23/synonyms", {"remove": "csharp"}, form_at=edit)
    assert client.get("/tags/csharp").status_code == 404
    moved = post(mia, "/tags/c%23/name", {"name": "dotnet"}, form_at=edit)
    assert moved.headers["Location"] == "/tags/dotnet"
    assert client.get("/tags/c%23").headers["Location"] == "/tags/dotnet"
    session.expire_all()
    assert tags.find(session, "dotnet").description == "A <b>language</b>."


def test_tags_are_found_by_a_part_of_their_name(asked: None, session: Session, cast: Cast, client: FlaskClient) -> None:
    for text, found in (("log", ["login"]), ("", ["c#", "login"]), ("nothing", []), ("%", [])):
        soup = page(client, f"/tags?q={text.replace('%', '%25')}")
        assert [one.get_text() for one in soup.select(".tag-list .tag")] == found
    options = client.get("/tags?q=log", headers={"X-Fragment": "1"}).text
    assert '<option value="login">' in options and "<html" not in options


def test_admin_adds_opens_and_staffs_a_category(
    session: Session, cast: Cast, admin: Person, signed_in: SignedIn, client: FlaskClient
) -> None:
    ada = signed_in(admin)
    assert page(ada, "/categories").select_one("a[href='/categories/new']") is not None
    answer = post(ada, "/categories", {"name": "Plans"}, form_at="/categories/new")
    assert answer.headers["Location"] == "/categories/plans/edit"
    assert client.get("/categories/plans").status_code == 404
    post(ada, "/categories/plans/audience", {"audience": "public"}, form_at="/categories/plans/edit")
    post(ada, "/categories/plans/experts", {"handle": "bob"}, form_at="/categories/plans/edit")
    assert "Experts here" in page(client, "/categories/plans").get_text()
    for wrong in ({"handle": "nobody"}, {"handle": ""}):
        assert post(ada, "/categories/plans/experts", wrong, form_at="/categories/plans/edit").status_code == 422
    post(ada, "/categories/plans/experts", {"dismiss": str(cast.bob.id)}, form_at="/categories/plans/edit")
    assert "Experts here" not in page(client, "/categories/plans").get_text()
    words = {"name": "Our plans", "description": "What comes.", "template": "## Why\n"}
    answer = post(ada, "/categories/plans/edit", words)
    assert answer.headers["Location"] == "/categories/our-plans"
    assert client.get("/categories/plans").headers["Location"] == "/categories/our-plans"
    assert "What comes." in page(client, "/categories").get_text()
    assert categories.find(session, "our-plans").template_md == "## Why"


def test_moderator_describes_but_does_not_govern(session: Session, cast: Cast, signed_in: SignedIn) -> None:
    category(session)
    session.commit()
    mia, edit = signed_in(cast.mia), "/categories/problems/edit"
    assert "Who sees it" not in page(mia, edit).get_text()
    for path, data in (
        ("/categories/problems/audience", {"audience": "staff"}),
        ("/categories/problems/experts", {"handle": "mia"}),
        ("/categories", {"name": "More"}),
    ):
        assert post(mia, path, data, form_at=edit).status_code == 403
    refused = post(mia, edit, {"name": "", "description": "", "template": ""})
    assert refused.status_code == 422 and "needs a name" in refused.text


def test_places_cost_the_same_with_one_and_thirty(session: Session, cast: Cast, client: FlaskClient) -> None:
    places = ("/tags", "/tags/password", "/categories", "/categories/problems")

    def costs() -> list[int]:
        found = []
        for address in places:
            with counted_statements() as seen:
                page(client, f"{address}?tab=active")
            found.append(len(seen))
        return found

    question(session, by=cast.erin)
    session.commit()
    one = costs()
    for number in range(30):
        question(session, by=cast.erin, tags=("password", f"tag-{number}"))
        categories.create(session, name=f"Category {number}")
    session.commit()
    assert costs() == one
    assert max(one) <= 12
