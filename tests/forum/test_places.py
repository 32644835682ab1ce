"""Tags and categories: what they are called, whom they are for, and who looks after them."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.errors import Invalid, NotFound, Refused
from kb.forum import categories, category_care, listing, questions, rules, tag_care, tags
from kb.forum.models import Question, Tag
from kb.notices import follows
from kb.people.models import Person, Role
from kb.search.models import Change
from tests import builders
from tests.builders import Cast
from tests.builders_forum import answer, category, question


def tag(session: Session, name: str) -> Tag:
    return session.scalars(select(Tag).where(Tag.name == name)).one()


def counts(session: Session) -> dict[str, int]:
    session.expire_all()
    return {row.name: row.questions_count for row in session.scalars(select(Tag))}


@pytest.fixture
def admin(session: Session, cast: Cast) -> Person:
    """Somebody who runs the site."""
    return builders.person(session, "ada", Role.ADMIN)


def test_rename_keeps_questions_and_leads_from_the_old_name(session: Session, cast: Cast) -> None:
    asked = question(session, by=cast.alice, tags=("pasword", "login"))
    follows.follow(session, person=cast.bob, subject_kind="tag", subject_id=tag(session, "pasword").id)
    renamed = tag_care.rename(session, tag=tag(session, "pasword"), by=cast.mia, name="Password")
    session.expire_all()
    assert asked.tag_names == ["password", "login"]
    assert (tags.find(session, "password").id, tags.meant(session, "PASWORD")) == (renamed.id, "password")
    assert tags.chosen(session, ["pasword", "Password", "new"]) == ["password", "new"]
    back = tag_care.rename(session, tag=renamed, by=cast.mia, name="pasword")
    assert (back.id, tags.meant(session, "password"), tag_care.synonyms(session, back)) == (
        renamed.id,
        "pasword",
        ("password",),
    )
    with pytest.raises(NotFound):
        tags.find(session, "password")


def test_rename_to_a_tag_there_is_merges(session: Session, cast: Cast) -> None:
    one = question(session, by=cast.alice, tags=("sign-in", "web"))
    both = question(session, by=cast.bob, tags=("login", "sign-in"))
    hidden = question(session, by=cast.bob, tags=("sign-in",), place=category(session, "ideas"))
    for person, name, level in (
        (cast.bob, "sign-in", "digest"),
        (cast.erin, "sign-in", "each"),
        (cast.erin, "login", "none"),
    ):
        follows.set_level(session, person=person, subject_kind="tag", subject_id=tag(session, name).id, level=level)
    tag_care.add_synonym(session, tag=tag(session, "sign-in"), by=cast.mia, name="signin")
    into = tag_care.rename(session, tag=tag(session, "sign-in"), by=cast.mia, name="login")
    session.expire_all()
    assert [asked.tag_names for asked in (one, both, hidden)] == [["login", "web"], ["login"], ["login"]]
    assert counts(session) == {"login": 3, "web": 1}
    assert tag_care.synonyms(session, into) == ("sign-in", "signin")
    assert follows.levels(session, ("tag", into.id)) == {cast.bob.id: "digest", cast.erin.id: "none"}
    listed = listing.listing(session, None, tag="login")
    assert {row.id for row in listed.rows} == {one.id, both.id, hidden.id}


def test_tag_care_is_for_moderators_and_refuses_nonsense(session: Session, cast: Cast) -> None:
    question(session, by=cast.alice, tags=("login", "web"))
    login = tag(session, "login")
    for verb, words in (
        (tag_care.describe, {"description": "x"}),
        (tag_care.add_synonym, {"name": "x"}),
        (tag_care.remove_synonym, {"name": "x"}),
        (tag_care.rename, {"name": "x"}),
    ):
        with pytest.raises(Refused):
            verb(session, tag=login, by=cast.erin, **words)  # type: ignore[operator]
    for name in ("web", "two words", "!", ""):
        with pytest.raises(Invalid) as refused:
            tag_care.add_synonym(session, tag=login, by=cast.mia, name=name)
        assert refused.value.field == "synonym"
    with pytest.raises(Invalid):
        tag_care.describe(session, tag=login, by=cast.mia, description="x" * 201)


def test_open_to_decides_who_sees_and_what_is_counted(session: Session, cast: Cast, admin: Person) -> None:
    asked = question(session, by=cast.alice, tags=("login",), place=category(session, "ideas"))
    question(session, by=cast.alice, tags=("login",))
    staff = builders.person(session, "stan", staff=True)
    ideas = category(session, "ideas")
    session.commit()
    changes = len(session.scalars(select(Change)).all())
    for audience, seers in (("members", (cast.alice, cast.erin, staff, cast.mia)), ("staff", (staff, cast.mia, admin))):
        category_care.open_to(session, category=ideas, by=admin, audience=audience)
        session.expire_all()
        assert (asked.audience, counts(session)) == (audience, {"login": 1})
        for person in (None, cast.alice, cast.bob, cast.erin, staff, cast.mia, admin):
            sees = person in seers or (audience == "members" and person is not None)
            assert rules.may_see(person, asked) is sees
            assert (asked.id in [row.id for row in listing.listing(session, person).rows]) is sees
            assert ("ideas" in [row.slug for row in listing.categories(session, person)]) is sees
            assert listing.listing(session, person, tag="login").total == 1 + sees
            assert listing.listing(session, person).total == 1 + sees
    assert len(session.scalars(select(Change)).all()) == changes + 2
    category_care.open_to(session, category=ideas, by=admin, audience="public")
    assert counts(session) == {"login": 2}
    for person, audience in ((cast.mia, "staff"), (admin, "nobody")):
        with pytest.raises((Refused, Invalid)):
            category_care.open_to(session, category=ideas, by=person, audience=audience)


def test_ask_and_edit_give_a_question_the_audience_of_its_category(session: Session, cast: Cast, admin: Person) -> None:
    ideas, problems = category(session, "ideas"), category(session)
    category_care.open_to(session, category=ideas, by=admin, audience="members")
    asked = question(session, by=cast.alice, place=ideas)
    assert (asked.audience, counts(session)) == ("members", {"password": 0})
    changed = {"title": asked.title, "body": asked.body_md, "tags": asked.tag_names}
    questions.edit(session, question=asked, by=cast.mia, category=problems, **changed)  # type: ignore[arg-type]
    assert (asked.audience, counts(session)) == ("public", {"password": 1})


def test_describe_moves_a_category_and_leads_there(session: Session, cast: Cast) -> None:
    ideas = category(session, "ideas")
    words = category_care.Words("Wishes", " What is  missing. ", "## What I need\r\n")
    category_care.describe(session, category=ideas, by=cast.mia, words=words)
    assert (ideas.slug, ideas.description, ideas.template_md) == ("wishes", "What is missing.", "## What I need")
    assert categories.moved(session, "ideas") == "wishes"
    assert categories.create(session, name="Ideas").slug == "ideas-2", "its old address leads on"
    again = category_care.Words("Ideas", "", "")
    category_care.describe(session, category=ideas, by=cast.mia, words=again)
    assert (ideas.slug, categories.moved(session, "ideas"), categories.moved(session, "wishes")) == (
        "ideas",
        "",
        "ideas",
    )
    with pytest.raises(Refused):
        category_care.describe(session, category=ideas, by=cast.erin, words=words)
    for wrong in (
        category_care.Words("", "", ""),
        category_care.Words("x", "y" * 301, ""),
        category_care.Words("x", "", "y" * 4001),
    ):
        with pytest.raises(Invalid):
            category_care.describe(session, category=ideas, by=cast.mia, words=wrong)


def test_expert_of_a_category_helps_there_alone(session: Session, cast: Cast, admin: Person) -> None:
    ideas = category(session, "ideas")
    there = question(session, by=cast.alice, place=ideas)
    elsewhere = question(session, by=cast.alice)
    made = category_care.appoint(session, category=ideas, by=admin, handle="@Bob")
    category_care.appoint(session, category=ideas, by=admin, handle="bob")
    session.expire_all()
    assert made is cast.bob
    assert [one.handle for one in category_care.experts(session, ideas)] == ["bob"]
    assert (rules.helps(cast.bob, there), rules.helps(cast.bob, elsewhere)) == (True, False)
    assert (cast.bob.roles, cast.bob.expert_scopes) == (frozenset(), {f"category:{ideas.id}"})
    answer(session, question=there, by=cast.bob)
    answer(session, question=elsewhere, by=cast.bob)
    category_care.dismiss(session, category=ideas, by=admin, person_id=cast.bob.id)
    session.expire_all()
    assert not rules.helps(cast.bob, there)


def test_appoint_refuses_who_cannot_see_the_category(session: Session, cast: Cast, admin: Person) -> None:
    made = category_care.create(session, by=admin, name="Plans")
    assert made.audience == "staff"
    for handle in ("bob", "nobody"):
        with pytest.raises(Invalid) as refused:
            category_care.appoint(session, category=made, by=admin, handle=handle)
        assert refused.value.field == "handle"
    with pytest.raises(Refused):
        category_care.appoint(session, category=made, by=cast.mia, handle="mia")
    with pytest.raises(Refused):
        category_care.create(session, by=cast.mia, name="More")


def test_likely_tags_are_those_of_most(session: Session, cast: Cast) -> None:
    asked = [question(session, by=cast.erin, tags=names) for names in (("a", "b"), ("b",), ("c", "b"), ("c",))]
    assert tags.likely(session, [one.id for one in asked], limit=2) == ("b", "c")
    assert tags.likely(session, []) == ()
    assert session.scalar(select(Question.id).limit(1))
