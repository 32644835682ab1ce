"""What writers choose comes first: for whoever may see it, and once."""

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from kb.errors import Conflict, Invalid, NotFound, Refused
from kb.people.models import Person
from kb.search import asking, promoting
from kb.search.documents import Results
from kb.search.promoting import MOST
from tests.builders import Cast
from tests.search.builders import Pile, article, question

FIRST = article(90, "Known problems", "Read this first.")


@pytest.fixture
def sync(app: Flask, session: Session, piles: tuple[Pile, Pile]) -> tuple[Pile, Pile]:
    """Twenty-five questions about sync, and an article that does not say the word."""
    articles, questions = piles
    articles.put(FIRST, article(91, "Only for us", "Inner.", audience="staff"))
    questions.put(*(question(number, f"Sync is broken {number}") for number in range(1, 26)))
    asking.rebuild(session, asking.engine_of(app.extensions))
    return piles


def find(app: Flask, session: Session, text: str, viewer: Person | None = None, **more: object) -> Results:
    engine = asking.engine_of(app.extensions)
    return asking.ask(session, text, viewer, engine=engine, **more)  # type: ignore[arg-type]


def test_promoted_page_comes_first_on_the_first_page_only(
    app: Flask, session: Session, cast: Cast, sync: tuple[Pile, Pile]
) -> None:
    promoting.promote(session, "  SYNC  broken ", kind="article", ref=90, by=cast.will)
    promoting.promote(session, "sync broken", kind="question", ref=3, by=cast.will)
    session.commit()
    pages = [find(app, session, "sync broken", page=number) for number in (1, 2, 3, 9)]
    hits = [hit for page in pages[:3] for hit in page.hits]
    assert [hit.shown.ref for hit in hits[:2]] == [90, 3]
    assert [hit.promoted for hit in hits] == [True, True] + [False] * 24
    assert [hit.position for hit in hits] == list(range(1, 27))
    assert len({(hit.shown.kind, hit.shown.ref) for hit in hits}) == 26
    assert {page.total for page in pages} == {26}
    assert (pages[3].page, pages[3].pages) == (3, 3)
    assert pages[0].counts["kind"] == {"question": 25}


def test_promoted_page_is_for_this_search_and_for_those_who_may_see_it(
    app: Flask, session: Session, cast: Cast, sync: tuple[Pile, Pile]
) -> None:
    promoting.promote(session, "sync", kind="article", ref=90, by=cast.will)
    cast.erin.staff_since = cast.erin.created_at
    promoting.promote(session, "sync", kind="article", ref=91, by=person_who_writes(cast))
    session.commit()

    def chosen(text: str, viewer: Person | None = None, **more: object) -> list[int]:
        return [hit.shown.ref for hit in find(app, session, text, viewer, **more).hits if hit.promoted]

    assert chosen("sync") == [90]
    assert chosen("sync", cast.erin) == [90, 91]
    assert chosen("sync 7") == chosen("sync", within="questions") == chosen("sync", sort="new") == []
    assert chosen("sync", within="articles") == [90]
    assert chosen("sync", status="solved") == []
    sync[0].hidden.add(90)
    assert chosen("sync") == []


def person_who_writes(cast: Cast) -> Person:
    """Return a writer of the company."""
    cast.will.staff_since = cast.will.created_at
    return cast.will


def test_promote_refuses_what_makes_no_sense(session: Session, cast: Cast, sync: tuple[Pile, Pile]) -> None:
    made = promoting.promote(session, "sync", kind="article", ref=90, by=cast.will)
    tries = [
        (Refused, {"text": "sync", "kind": "article", "ref": 90, "by": cast.mia}),
        (Conflict, {"text": "Sync ", "kind": "article", "ref": 90, "by": cast.will}),
        (Invalid, {"text": "  ", "kind": "article", "ref": 90, "by": cast.will}),
        (NotFound, {"text": "sync", "kind": "article", "ref": 999, "by": cast.will}),
        (NotFound, {"text": "sync", "kind": "person", "ref": 1, "by": cast.will}),
    ]
    for error, values in tries:
        with pytest.raises(error):
            promoting.promote(session, **values)  # type: ignore[arg-type]
    for number in range(1, MOST):
        promoting.promote(session, "sync", kind="question", ref=number, by=cast.will)
    with pytest.raises(Conflict):
        promoting.promote(session, "sync", kind="question", ref=20, by=cast.will)
    with pytest.raises(Refused):
        promoting.remove(session, made, by=cast.mia)
    promoting.remove(session, made, by=cast.will)
    session.commit()
    assert len(promoting.stored(session)["sync"]) == MOST - 1
