"""From an answer to an article and back: draft, patch, ``git am``, publish, and what the thread says of it."""

import subprocess
from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.articles import reading
from kb.articles.models import PublishRun
from kb.errors import Invalid, NotFound, Refused
from kb.esteem.models import Point
from kb.exchange import article_commits, article_drafts
from kb.exchange.article_commits import Home
from kb.forum import category_care, checking, threads
from kb.forum.models import Question
from kb.forum.solving.models import Adoption
from kb.notices.models import Notice
from kb.people.models import Role
from kb.publishing.sources.place import Place
from tests.builders import Cast, person
from tests.builders_articles import Content
from tests.builders_articles import content as content
from tests.builders_articles import publish as publish
from tests.exchange.drafted import asked as asked
from tests.exchange.drafted import drafted

SITE = "https://help.example.com"
HOME = Home("Sidekick", "help@example.com", SITE)
Publish = Callable[..., PublishRun]


def test_a_patch_becomes_an_article_and_the_thread_points_to_it(
    session: Session, cast: Cast, asked: Question, content: Content, publish: Publish
) -> None:
    made = drafted(session, cast, asked)
    assert (made.path, list(made.pictures)) == (
        "account/reset-your-password.md",
        ["account/images/abcdefghijklmnopqrstuvwx-1x1.png"],
    )
    assert threads.thread(session, asked.id, None).adopted is None
    patch = content.folder.parent / "one.patch"
    patch.write_bytes(article_commits.as_patch(made, Place(str(content.folder)), by=cast.erin, home=HOME))
    git = ["git", "-C", str(content.folder), "-c", "user.name=W", "-c", "user.email=w@example.com"]
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "Begin"], ["am", "-q", str(patch)]):
        subprocess.run([*git, *command], check=True)
    run = publish()
    assert (run.added, run.errors, run.warnings) == (1, 0, 0), [found.message for found in run.findings]
    address = "/articles/account/reset-your-password"
    seen = threads.thread(session, asked.id, None).adopted
    assert seen is not None and (seen.title, seen.address) == ("Reset your password", address)
    shown = reading.article(session, "account", "reset-your-password", None)
    assert shown.credits == ("Bob", "Alice")
    assert "Press <strong>Reset</strong>" in shown.html and "/articles/images/" in shown.html
    told = session.execute(select(Notice.person_id, Notice.address).where(Notice.kind == "adopted")).all()
    assert told == [(cast.bob.id, address)]
    earned = select(Point.person_id).where(Point.kind == "adopted")
    assert session.scalars(earned).all() == [cast.bob.id]
    with pytest.raises(NotFound):
        article_drafts.draft_of(session, asked, cast.erin)
    publish()
    content.remove("account/reset-your-password.md")
    publish()
    assert threads.thread(session, asked.id, None).adopted is None
    assert session.scalars(earned).all() == []
    assert session.scalars(select(Notice.person_id).where(Notice.kind == "adopted")).all() == [cast.bob.id]
    assert list(checking.faults(session)) == []


def test_an_article_that_names_a_question_by_hand_counts_for_who_may_read_it(
    session: Session, cast: Cast, asked: Question, content: Content, publish: Publish
) -> None:
    content.write("account/staff.md", audience="staff", from_question=asked.id)
    content.write("account/late.md", from_question=asked.id, publish_at="2999-01-01")
    content.write("account/nowhere.md", from_question=999, from_answers="[998]")
    publish()
    assert session.scalars(select(Adoption)).all() == []
    content.write("account/all.md", "All.\n", from_question=f"{SITE}/questions/{asked.id}/{asked.slug}")
    publish()
    row = session.scalars(select(Adoption)).one()
    assert (row.answer_id, row.person_id, row.address) == (None, None, "/articles/account/all")


def test_a_members_article_stays_theirs_when_its_thread_is_opened_to_all(
    session: Session, cast: Cast, asked: Question, content: Content, publish: Publish
) -> None:
    ada = person(session, "ada", Role.ADMIN)
    category_care.open_to(session, category=asked.category, by=ada, audience="members")
    content.write("account/ours.md", audience="members", from_question=asked.id)
    publish()
    assert threads.thread(session, asked.id, cast.alice).adopted is not None
    category_care.open_to(session, category=asked.category, by=ada, audience="public")
    assert threads.thread(session, asked.id, cast.alice).adopted is not None
    assert threads.thread(session, asked.id, None).adopted is None, "the next look of publishing is an hour away"


def test_begin_refuses_who_may_not_and_what_cannot_be(session: Session, cast: Cast, asked: Question) -> None:
    best = article_drafts.offered(session, asked)[0].id
    good = {"answer_ids": [best], "title": "Reset your password", "folder": "account", "by": cast.will}
    with pytest.raises(Refused):
        article_drafts.begin(session, question=asked, **{**good, "by": cast.alice})  # type: ignore[arg-type]
    for wrong, field in (({"answer_ids": []}, "answers"), ({"answer_ids": [best, 999]}, "answers")):
        with pytest.raises(Invalid) as raised:
            article_drafts.begin(session, question=asked, **{**good, **wrong})  # type: ignore[arg-type]
        assert raised.value.field == field
    with pytest.raises(Invalid, match="section"):
        article_drafts.begin(session, question=asked, **{**good, "folder": "../etc"})  # type: ignore[arg-type]
    article_drafts.begin(session, question=asked, **{**good, "title": "How to join"})  # type: ignore[arg-type]
    article_drafts.begin(session, question=asked, **{**good, "title": "How to join us"})  # type: ignore[arg-type]
    assert [row.title for row in session.scalars(select(Adoption))] == ["How to join us"]
