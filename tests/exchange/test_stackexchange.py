"""Importing Stack Exchange dumps: what arrives, what is told, what a second run does."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.errors import Invalid
from kb.exchange.stackexchange import import_site
from kb.forum import checking
from kb.forum.models import (
    Acceptance,
    Answer,
    Category,
    CloseReason,
    Closure,
    Comment,
    Duplicate,
    Question,
    Rating,
    Status,
    Tag,
)
from kb.forum.scores import wilson
from kb.people.models import Person
from kb.search.models import Change
from tests.builders import Cast
from tests.conftest import DATA
from tests.exchange.dumps import DAY, Onlooker, answer, find, load, number_of, question, user, xml


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A dump of three questions, two answers and all that can happen to them."""
    folder = tmp_path / "tea.meta"
    folder.mkdir()
    xml(
        folder / "Posts.xml",
        question(1, AcceptedAnswerId=4, ViewCount=7, LastEditDate="2020-01-05T00:00:00.000", OwnerUserId=1),
        question(2, ClosedDate="2020-03-01T00:00:00.000", Tags="|B C_D|é|"),
        question(3, ClosedDate="2020-03-02T00:00:00.000", Tags="", OwnerUserId="", OwnerDisplayName="Lost Soul"),
        answer(4, 1, Body="<p>Do:</p>\n<pre><code>a &lt; b\n</code></pre>", OwnerUserId=2),
        answer(5, 1, OwnerUserId=""),
        {"Id": 6, "PostTypeId": 5, "CreationDate": DAY, "Body": "a tag's wiki"},
    )
    xml(
        folder / "Users.xml",
        user(1, "Alice Müller"),
        user(2, "alice"),
        user(3, "Never Wrote"),
        user(4, "http://spam.example"),
    )
    xml(
        folder / "Comments.xml",
        {"Id": 1, "PostId": 1, "Text": "Why `x`?", "CreationDate": "2020-01-03T00:00:00.000", "UserId": 2},
        {"Id": 2, "PostId": 4, "Text": "Thanks <3", "CreationDate": "2020-04-04T00:00:00.000", "UserId": 4},
    )
    xml(
        folder / "Votes.xml",
        *({"Id": n, "PostId": 4, "VoteTypeId": 2, "CreationDate": DAY} for n in range(1, 6)),
        {"Id": 6, "PostId": 4, "VoteTypeId": 3, "CreationDate": DAY},
        {"Id": 7, "PostId": 4, "VoteTypeId": 1, "CreationDate": "2020-02-10T00:00:00.000"},
        {"Id": 8, "PostId": 1, "VoteTypeId": 2, "CreationDate": DAY},
        {"Id": 9, "PostId": 4, "VoteTypeId": 2, "UserId": 1, "CreationDate": DAY},
        {"Id": 10, "PostId": 4, "VoteTypeId": 2, "UserId": 2, "CreationDate": DAY},
        {"Id": 11, "PostId": 1, "VoteTypeId": 5, "UserId": 1, "CreationDate": DAY},
    )
    xml(
        folder / "PostLinks.xml",
        {"Id": 1, "PostId": 3, "RelatedPostId": 1, "LinkTypeId": 3, "CreationDate": "2020-03-02T00:00:00.000"},
        {"Id": 2, "PostId": 2, "RelatedPostId": 1, "LinkTypeId": 1, "CreationDate": DAY},
        {"Id": 3, "PostId": 2, "RelatedPostId": 99, "LinkTypeId": 3, "CreationDate": DAY},
    )
    return folder


def test_import_brings_threads_with_their_dates_and_words(session: Session, folder: Path) -> None:
    summary, seen = load(session, folder)
    assert summary.added == {
        "people": 5,
        "questions": 3,
        "answers": 2,
        "comments": 2,
        "ratings": 1,
        "votes": 7,
        "acceptances": 1,
        "duplicate links": 1,
        "closed questions": 2,
    }
    assert seen.faults == []
    one = find(session, "1")
    assert (one.title, one.slug, one.views) == ("How to do 1?", "how-to-do-1", 7)
    assert one.body_md == "Question **1**"
    assert one.body_html == "<p>Question <strong>1</strong></p>"
    assert one.created_at == datetime(2020, 1, 2, 3, 4, 5, 678000, tzinfo=UTC)
    assert one.edited_at == datetime(2020, 1, 5, tzinfo=UTC)
    assert one.active_at == datetime(2020, 4, 4, tzinfo=UTC)
    solution = session.scalars(select(Answer).where(Answer.origin_id == "4")).one()
    assert solution.body_md == "Do:\n\n```\na < b\n```"
    assert [comment.body_html for comment in session.scalars(select(Comment).order_by(Comment.created_at))] == [
        "<p>Why <code>x</code>?</p>",
        "<p>Thanks &lt;3</p>",
    ]


def test_import_sets_what_became_of_each_question(session: Session, folder: Path) -> None:
    load(session, folder)
    one, two, three = (find(session, key) for key in "123")
    assert (one.status, one.answers_count) == (Status.SOLVED, 2)
    assert one.solved_at == datetime(2020, 2, 10, tzinfo=UTC)
    assert session.scalars(select(Acceptance)).one().person_id is None
    assert (two.status, three.status) == (Status.CLOSED, Status.CLOSED)
    reasons = dict(session.execute(select(Closure.question_id, Closure.reason)).all())
    assert reasons == {two.id: CloseReason.IMPORTED, three.id: CloseReason.DUPLICATE}
    repeat = session.scalars(select(Duplicate)).one()
    assert (repeat.question_id, repeat.original_id) == (three.id, one.id)


def test_import_counts_votes_and_rates_where_a_voter_is_named(session: Session, folder: Path) -> None:
    load(session, folder)
    solution = session.scalars(select(Answer).where(Answer.origin_id == "4")).one()
    assert (solution.imported_helpful, solution.imported_not_helpful) == (5, 1)
    assert (solution.helpful_count, solution.not_helpful_count) == (6, 1)
    assert solution.score == pytest.approx(wilson(6, 1))
    rating = session.scalars(select(Rating)).one()
    assert rating.helpful
    assert rating.person_id == find(session, "1").author_id
    assert find(session, "1").imported_up == 1


def test_import_adds_authors_nobody_can_sign_in_as(session: Session, folder: Path, cast: Cast) -> None:
    load(session, folder)
    added = session.scalars(select(Person).where(Person.origin == "stackexchange:tea.meta").order_by(Person.id)).all()
    assert [(person.name, person.handle) for person in added] == [
        ("Alice Müller", "alice-muller"),
        ("alice", "alice-2"),
        ("http spam example", "http-spam-example"),
        ("Lost Soul", "lost-soul"),
        ("Former member", "former-member"),
    ]
    assert {(person.email, person.password_hash) for person in added} == {(None, None)}


def test_import_makes_one_category_and_tags_by_our_rules(session: Session, folder: Path) -> None:
    load(session, folder)
    category = session.scalars(select(Category).where(Category.origin == "stackexchange:tea.meta")).one()
    assert (category.name, category.questions_count) == ("Tea meta", 3)
    assert find(session, "1").tag_names == ["a", "b-c"]
    assert find(session, "2").tag_names == ["b", "c-d", "é"]
    assert dict(session.execute(select(Tag.name, Tag.questions_count)).all()) == {
        "a": 1,
        "b-c": 1,
        "b": 1,
        "c-d": 1,
        "é": 1,
    }


def test_import_tells_search(session: Session, folder: Path) -> None:
    load(session, folder)
    told = set(session.execute(select(Change.kind, Change.ref)))
    assert told == {("question", question_id) for question_id in session.scalars(select(Question.id))}


def test_import_again_adds_nothing(session: Session, folder: Path) -> None:
    load(session, folder)
    before = {model: number_of(session, model) for model in (Person, Question, Answer, Comment, Rating, Change)}
    summary, seen = load(session, folder)
    assert summary.added == {}
    assert seen.faults == []
    assert {model: number_of(session, model) for model in before} == before


class Stopped(Exception):
    """The run was cut short."""


@pytest.mark.parametrize("commits", range(1, 9))
def test_import_cut_short_completes_when_run_again(session: Session, folder: Path, commits: int) -> None:
    left = [commits]

    def commit() -> None:
        if not left[0]:
            raise Stopped
        left[0] -= 1
        session.commit()

    with pytest.raises(Stopped):
        import_site(session, folder=folder, commit=commit, watch=Onlooker())
    session.rollback()
    load(session, folder)
    assert [number_of(session, model) for model in (Question, Answer, Comment, Rating)] == [3, 2, 2, 1]
    assert [number_of(session, model) for model in (Acceptance, Duplicate, Closure)] == [1, 1, 2]
    assert load(session, folder)[0].added == {}


def test_import_needs_nothing_but_posts(session: Session, folder: Path) -> None:
    for path in folder.iterdir():
        if path.name != "Posts.xml":
            path.unlink()
    summary, _ = load(session, folder)
    assert (summary.added["questions"], summary.added["answers"], summary.added["acceptances"]) == (3, 2, 1)
    asked_by = select(Person.name).join(Question, Question.author_id == Person.id)
    assert set(session.scalars(asked_by)) == {"Member 1", "Lost Soul"}
    accepted = session.scalars(select(Acceptance)).one()
    assert accepted.created_at == datetime(2020, 2, 2, tzinfo=UTC)


def test_import_names_each_bad_row_once_and_takes_the_rest(session: Session, tmp_path: Path) -> None:
    xml(
        tmp_path / "Posts.xml",
        question(1),
        {"PostTypeId": 1, "CreationDate": DAY},
        question(2, CreationDate="yesterday"),
        '  <row Id="3" PostTypeId="1" Title="a & b" />',
        {"Id": 4, "CreationDate": DAY},
        answer(5, 1),
        answer(6, 77),
        answer(7, 1, CreationDate=""),
        question(8),
    )
    xml(tmp_path / "Comments.xml", {"Id": 1, "PostId": 55, "Text": "x", "CreationDate": DAY, "UserId": 1})
    summary, seen = load(session, tmp_path)
    assert (summary.added["questions"], summary.added["answers"]) == (2, 1)
    assert seen.faults == [
        ("Posts.xml line 4", "no Id"),
        ("Posts.xml line 5", "CreationDate is 'yesterday'"),
        ("Posts.xml line 6", "not a row of XML (not well-formed (invalid token))"),
        ("Posts.xml line 7", "no PostTypeId"),
        ("Posts.xml line 10", "no CreationDate"),
        ("Posts.xml line 9", "what it belongs to is not there"),
        ("Comments.xml line 3", "what it belongs to is not there"),
    ]
    assert summary.skipped == 7


def test_import_keeps_what_came_before_a_break(session: Session, folder: Path) -> None:
    whole = (folder / "Posts.xml").read_text()
    (folder / "Posts.xml").write_text(whole[: whole.index("Answer 5")])
    summary, seen = load(session, folder)
    assert (summary.added["questions"], summary.added["answers"]) == (3, 1)
    assert seen.faults == [("Posts.xml line 7", "the row breaks off")]


def test_import_of_an_empty_folder_says_what_is_missing(session: Session, tmp_path: Path) -> None:
    with pytest.raises(Invalid, match=r"There is no Posts\.xml in .*"):
        load(session, tmp_path)


@pytest.mark.parametrize("content", ["", "<posts></posts>", "not XML at all", '<posts><row Id="1"'])
def test_import_of_nothing_readable_fails(session: Session, tmp_path: Path, content: str) -> None:
    (tmp_path / "Posts.xml").write_text(content)
    with pytest.raises(Invalid, match="Not one question"):
        load(session, tmp_path)


def test_import_survives_hostile_posts(session: Session, tmp_path: Path) -> None:
    xml(
        tmp_path / "Posts.xml",
        question(1, Body="<div>" * 5_000 + "deep"),
        question(2, Body="<p>" + "[" * 60_000 + "</p>"),
        question(3, Body="<script>alert(1)</script><img src=x onerror=alert(1)>", Title="<b>x</b>\u0085" * 40),
        question(4, Body="", Title="", Tags="<" + "x" * 90 + "><_><...><a><b><c><d><e><f>"),
    )
    summary, _ = load(session, tmp_path)
    assert summary.added["questions"] == 4
    assert find(session, "1").body_html == "<p>deep</p>"
    assert "[" * 60_000 in find(session, "2").body_html
    assert "script" not in find(session, "3").body_html
    assert len(find(session, "3").title) <= 150
    assert find(session, "4").title == "Untitled"
    assert find(session, "4").tag_names == ["x" * 40, "a", "b", "c", "d"]


def test_import_leaves_out_duplicate_links_that_go_in_circles(session: Session, tmp_path: Path) -> None:
    xml(tmp_path / "Posts.xml", question(1), question(2), question(3))
    links = [(1, 2), (2, 3), (3, 1), (1, 3), (2, 2)]
    xml(
        tmp_path / "PostLinks.xml",
        *(
            {"Id": n, "PostId": a, "RelatedPostId": b, "LinkTypeId": 3, "CreationDate": DAY}
            for n, (a, b) in enumerate(links)
        ),
    )
    load(session, tmp_path)
    pairs = session.execute(select(Duplicate.question_id, Duplicate.original_id)).all()
    one, two, three = (find(session, key).id for key in "123")
    assert sorted(pairs) == [(one, two), (two, three)]


REAL = DATA / "stackexchange"
BARS = {"bicycles.meta": (453, 971, 157, 9), "beer": (1029, 2277, 619, 24)}
"""Questions, answers, acceptances and duplicates of each."""


@pytest.mark.skipif(not REAL.is_dir(), reason=f"the dumps are not in {REAL}")
@pytest.mark.parametrize("site", BARS)
def test_import_brings_all_of_a_real_site(session: Session, site: str) -> None:
    seen = Onlooker()
    first = import_site(session, folder=REAL / site, commit=session.commit, watch=seen)
    found = [number_of(session, model) for model in (Question, Answer, Acceptance, Duplicate)]
    assert found == list(BARS[site])
    assert (first.skipped, seen.faults) == (0, [])
    assert list(checking.faults(session)) == []
    again = import_site(session, folder=REAL / site, commit=session.commit, watch=seen)
    assert again.added == {}
