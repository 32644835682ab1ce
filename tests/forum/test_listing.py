"""Lists of questions: what is on them, in which order, and at what cost."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from kb import clock
from kb.errors import Invalid, NotFound
from kb.forum import answers, categories, listing, profiles, questions
from kb.forum.models import CloseReason, Question
from tests.builders import Cast
from tests.builders_forum import answer, category, comment, question
from tests.pages import counted_statements


@pytest.fixture
def five(session: Session, cast: Cast) -> list[Question]:
    """Five questions an hour apart: waiting, answered, solved, closed, waiting; the first commented on last."""
    asked = []
    for number in range(5):
        place = category(session, "ideas" if number == 4 else "problems")
        tags = ("odd",) if number % 2 else ("even", "c#")
        asked.append(question(session, by=cast.erin, title=f"Question number {number}", tags=tags, place=place))
        clock.advance(timedelta(hours=1))
    answer(session, question=asked[1], by=cast.bob)
    answers.accept(session, answer=answer(session, question=asked[2], by=cast.bob), by=cast.erin)
    questions.close(session, question=asked[3], by=cast.mia, reason=CloseReason.NOT_SUPPORTED)
    clock.advance(timedelta(hours=1))
    comment(session, question=asked[0], by=cast.bob)
    session.commit()
    return asked


def titles(shown: tuple[object, ...]) -> list[int]:
    """Return the numbers of the questions shown."""
    return [int(row.title.removeprefix("Question number ")) for row in shown]  # type: ignore[attr-defined]


LISTS: list[tuple[dict[str, str], list[int]]] = [
    ({}, [4, 3, 2, 1, 0]),
    ({"tab": "needs-answer"}, [4, 0]),
    ({"tab": "solved"}, [2]),
    ({"tag": "odd"}, [3, 1]),
    ({"tag": "C#", "tab": "needs-answer"}, [4, 0]),
    ({"category": "ideas"}, [4]),
    ({"category": "problems", "tab": "solved"}, [2]),
    ({"category": "problems", "tag": "even"}, [2, 0]),
    ({"category": "about-this-place"}, []),
]


@pytest.mark.parametrize("often", [0, 2_000])
def test_listing_holds(session: Session, five: list[Question], often: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "OFTEN", often)
    for where, expected in LISTS:
        shown = listing.listing(session, None, **where)  # type: ignore[arg-type]
        assert titles(shown.rows) == expected, where
        assert (shown.total, shown.page, shown.pages, shown.more) == (len(expected), 1, 1, False), where


def test_listing_active_starts_with_what_was_stirred_last(session: Session, five: list[Question]) -> None:
    shown = titles(listing.listing(session, None, tab="active").rows)
    assert (shown[0], set(shown[1:3]), shown[3:]) == (0, {1, 2}, [4, 3])


def test_rows_say_what_a_list_shows(session: Session, five: list[Question]) -> None:
    row = listing.listing(session, None).rows[1]
    assert (row.status_words, row.asker.handle, row.asker.expert) == ("Closed: not supported", "erin", True)
    assert (row.category.address, row.tags) == ("/categories/problems", ("odd",))
    assert row.extract.startswith("The link in the letter does not open.")
    assert row.address == f"/questions/{five[3].id}/question-number-3"


def test_listing_there_is_not(session: Session, five: list[Question]) -> None:
    for where in ({"tab": "odd"}, {"tag": "nothing"}, {"category": "nowhere"}, {"page": 2}, {"tag": "odd", "page": 2}):
        with pytest.raises(NotFound):
            listing.listing(session, None, **where)  # type: ignore[arg-type]


@pytest.mark.parametrize("page", [0, -1])
def test_listing_page_below_one_is_invalid(session: Session, page: int) -> None:
    with pytest.raises(Invalid) as refused:
        listing.listing(session, None, page=page)
    assert refused.value.field == "page"


def test_listing_costs_the_same_with_one_row_and_thirty(session: Session, cast: Cast) -> None:
    lists: list[dict[str, str]] = [
        {},
        {"tab": "solved"},
        {"tab": "active", "tag": "password"},
        {"category": "problems"},
        {"category": "problems", "tag": "password"},
    ]

    def grow(by: int) -> list[tuple[int, int]]:
        for _ in range(by):
            asked = question(session, by=cast.erin)
            answers.accept(session, answer=answer(session, question=asked, by=cast.erin), by=cast.erin)
        session.commit()
        return [cost(where) for where in lists]

    def cost(where: dict[str, str]) -> tuple[int, int]:
        session.expunge_all()
        with counted_statements() as seen:
            shown = listing.listing(session, None, **where)  # type: ignore[arg-type]
        return len(shown.rows), len(seen)

    one, thirty = grow(1), grow(35)
    assert [rows for rows, _ in one] == [1] * len(lists)
    assert [rows for rows, _ in thirty] == [30] * len(lists)
    assert [cost for _, cost in one] == [cost for _, cost in thirty]
    assert max(cost for _, cost in thirty) <= 4


def test_listing_pages(session: Session, cast: Cast) -> None:
    asked = []
    for _ in range(31):
        clock.advance(timedelta(minutes=1))
        asked.append(question(session, by=cast.erin))
    session.commit()
    first, second = (listing.listing(session, None, page=number) for number in (1, 2))
    assert [row.id for row in (*first.rows, *second.rows)] == [one.id for one in reversed(asked)]
    assert (first.total, first.pages) == (31, 2)


def test_listing_stops_counting(session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "MOST_COUNTED", 30)
    for _ in range(32):
        question(session, by=cast.erin)
    session.commit()
    shown = listing.listing(session, None, tab="needs-answer")
    assert (shown.total, shown.more, shown.pages) == (30, True, 1)
    assert (listing.listing(session, None).total, listing.listing(session, None).pages) == (32, 2)


def test_home_rows(session: Session, cast: Cast, five: list[Question]) -> None:
    home = listing.home_rows(session, None)
    assert (titles(home.needs_answer), titles(home.just_solved)) == ([4, 0], [2])
    (helper,) = home.helpers
    assert (helper.who.handle, helper.answers_count, helper.accepted_count) == ("bob", 2, 1)


def test_tags_and_categories(session: Session, five: list[Question]) -> None:
    rows, pages = listing.all_tags(session)
    assert ([(row.name, row.questions_count) for row in rows], pages) == ([("c#", 3), ("even", 3), ("odd", 2)], 1)
    assert [row.address for row in listing.popular_tags(session, limit=1)] == ["/tags/c%23"]
    assert [(row.slug, row.questions_count) for row in listing.categories(session)] == [
        ("getting-started", 0),
        ("how-do-i", 0),
        ("problems", 4),
        ("ideas", 1),
        ("about-this-place", 0),
    ]
    with pytest.raises(NotFound):
        listing.all_tags(session, page=2)


def test_by_person(session: Session, cast: Cast, five: list[Question]) -> None:
    bob = profiles.by_person(session, cast.bob.id, None)
    assert (bob.questions_count, bob.answers_count, bob.accepted_count) == (0, 2, 1)
    assert [one.question_title for one in bob.answers] == ["Question number 2", "Question number 1"]
    assert [one.accepted for one in bob.answers] == [True, False]
    erin = profiles.by_person(session, cast.erin.id, None)
    assert titles(erin.questions) == [4, 3, 2, 1, 0]
    with pytest.raises(NotFound):
        profiles.by_person(session, cast.erin.id, None, page=2)


def test_create_a_category(session: Session) -> None:
    assert categories.ensure_defaults(session) == 5
    assert categories.ensure_defaults(session) == 0
    one, two = (categories.create(session, name="  Billing &  plans ") for _ in range(2))
    assert (one.slug, two.slug, one.name, one.position < two.position) == (
        "billing-plans",
        "billing-plans-2",
        "Billing & plans",
        True,
    )
    with pytest.raises(Invalid):
        categories.create(session, name=" ")
    with pytest.raises(NotFound):
        categories.find(session, "nowhere")
