"""Asking: what a reader gets for what they type, from either engine."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from kb.search import asking, documents, log, seeing, synonyms
from kb.search.documents import Results, Version
from kb.search.models import Completion
from tests.builders import Cast
from tests.conftest import NOON
from tests.search.builders import Pile, article, question

BACKUPS = (
    "Copy everything once a day.\nWhat to copy\nThe database and the pictures.\nGet it back\nStop the server first."
)
LONG = article(1, "Back up a site", f"{BACKUPS} {'Then wait. ' * 200}", keywords="dump")
RESET = article(2, "Reset your password", "Open the page and choose Forgot password.", people=("will",), helpful=0.2)
SYNC = question(
    3, "Sync is slow on phones", "It takes an hour.", people=("alice", "bob"), helpful=0.9, tags=("known-issue",)
)


@pytest.fixture
def held(app: Flask, session: Session, piles: tuple[Pile, Pile]) -> tuple[Pile, Pile]:
    """A few articles and questions, in the index."""
    piles[0].put(LONG, RESET)
    piles[1].put(SYNC, *(question(number, f"Printer jams {number}") for number in range(10, 40)))
    asking.rebuild(session, asking.engine_of(app.extensions))
    return piles


@pytest.fixture
def found(app: Flask, session: Session, held: tuple[Pile, Pile]) -> Any:
    """Ask as a visitor."""

    def ask(text: str, **more: Any) -> Results:
        return asking.ask(session, text, more.pop("viewer", None), engine=asking.engine_of(app.extensions), **more)

    return ask


def refs(results: Results) -> list[int]:
    return [hit.shown.ref for hit in results.hits]


def test_ask_takes_a_mistyped_word_for_what_was_meant(found: Any) -> None:
    results = found("reset pasword")
    assert (refs(results), results.corrected) == ([2], "reset password")
    assert "<mark>password</mark>" in results.hits[0].title_html
    exact = found("reset pasword", exact=True)
    assert (refs(exact), exact.corrected) == ([2], "")
    assert found("zeppelin mooring mast").corrected == ""
    assert found('"reset pasword"').total == 0


def test_ask_offers_what_may_have_been_meant_where_little_is_found(
    app: Flask, session: Session, held: tuple[Pile, Pile], found: Any
) -> None:
    held[1].put(question(50, "Rpinter jams"))
    asking.rebuild(session, asking.engine_of(app.extensions))
    results = found("in:title rpinter")
    assert (refs(results), results.corrected, results.did_you_mean) == ([50], "", "in:title printer")
    assert found("in:title rpinter", exact=True).did_you_mean == ""
    assert found("printer").did_you_mean == ""


def test_ask_goes_by_the_synonyms_of_the_moment(session: Session, cast: Cast, found: Any) -> None:
    assert found("credentials").total == 0
    added = synonyms.add(session, "credentials, password", by=cast.will)
    session.commit()
    results = found("credentials")
    assert refs(results) == [2]
    assert "<mark>password</mark>" in results.hits[0].title_html
    assert found('"credentials"').total == 0
    synonyms.remove(session, added, by=cast.will)
    session.commit()
    assert found("credentials").total == 0


def test_ask_narrows_and_orders_by_what_is_typed_or_chosen(found: Any) -> None:
    assert refs(found("is:known-issue")) == [3]
    assert refs(found("by:@Bob")) == refs(found("sync", by="bob")) == [3]
    assert found("sync by:will").total == 0
    assert refs(found("slow password sort:helpful")) == [3, 2]
    assert refs(found("slow password sort:new", sort="helpful")) == [3, 2]
    assert found("slow password sort:helpful").sort == "helpful"
    assert found("sync before:2025").total == 0
    assert found("sync", since="1w").total == 0
    assert found("sync after:2026-01").total == 1


def test_ask_leads_to_the_heading_of_a_long_page(held: tuple[Pile, Pile], found: Any) -> None:
    held[0].headings[1] = (("what", "What to copy"), ("back", "Get it back"))
    [hit] = found("stop the server").hits
    assert (hit.address, hit.heading) == ("/articles/1#back", "Get it back")
    [hit] = found("everything once").hits
    assert (hit.address, hit.heading) == ("/articles/1", "")
    assert found("reset").hits[0].address == "/articles/2"


def test_ask_names_what_is_nearest_where_nothing_is_found(found: Any) -> None:
    results = found("printer jams -jams")
    assert results.total == 0
    assert [hit.shown.title.partition(" ")[0] for hit in results.nearest] == ["Printer"] * 5
    assert found("printer").nearest == ()


def test_ask_ends_when_its_time_is_up(found: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seeing, "SECONDS", -1.0)
    results = found("pasword nothing")
    assert results.late
    assert results.corrected == ""


def test_ask_logs_the_first_page_as_typed(cast: Cast, found: Any) -> None:
    found("reset pasword")
    found("printer", page=2)
    found("printer", within="questions", viewer=cast.alice)
    said = [(one.text, one.corrected, one.source, one.audience) for one in log._queries]
    assert said == [("reset pasword", "reset password", "page", "public"), ("printer", "", "narrowed", "members")]


def test_typed_corrects_and_completes(app: Flask, session: Session, held: tuple[Pile, Pile]) -> None:
    engine = asking.engine_of(app.extensions)
    half = asking.typed(session, "reset pasw", None, engine=engine)
    assert (refs(half), half.corrected) == ([2], "reset password")
    assert refs(asking.typed(session, "reset pas", None, engine=engine)) == [2]
    assert asking.typed(session, "zeppelin", None, engine=engine).total == 0


def test_ask_and_typed_offer_what_others_searched(
    app: Flask, session: Session, held: tuple[Pile, Pile], found: Any
) -> None:
    for text, visits in (("reset password", 9), ("reset your password", 5), ("reset zeppelin", 7), ("printer jams", 3)):
        session.add(Completion(normal=text, visits=visits))
    session.commit()
    assert found("Reset pasword").similar_searches == ("reset your password",)
    assert found("printer").similar_searches == ("printer jams",)
    assert found("printer", page=2).similar_searches == ()
    half = asking.typed(session, "res", None, engine=asking.engine_of(app.extensions))
    assert half.completions == ("reset password", "reset your password")


class Twins:
    """Says that articles with odd ids are translations of those before them."""

    def there_are(self, session: Session) -> bool:
        """See Versions."""
        return True

    def of(self, session: Session, refs: Sequence[int]) -> dict[int, Version]:
        """See Versions."""
        return {ref: Version(f"page {ref // 2}", "de" if ref % 2 else "en") for ref in refs if ref >= 100}


@pytest.fixture
def translated(app: Flask, session: Session, held: tuple[Pile, Pile]) -> Iterator[None]:
    """Twenty-four pages in two languages each."""
    held[0].put(
        *(article(ref, f"Invoice {ref // 2}", "A bill.", lang="de" if ref % 2 else "") for ref in range(100, 148))
    )
    before = dict(documents._versions)
    documents.register_versions("article", Twins())
    asking.rebuild(session, asking.engine_of(app.extensions))
    yield
    documents._versions.clear()
    documents._versions.update(before)


def test_ask_shows_each_page_in_one_language_across_all_pages(translated: None, found: Any) -> None:
    for languages, odd in ((("de-AT", "en"), 1), (("en",), 0)):
        pages = [found("invoice", page=number, languages=languages) for number in (1, 2, 3)]
        shown = [ref for page in pages for ref in refs(page)]
        assert [ref % 2 for ref in shown] == [odd] * 24
        assert {page.total for page in pages} == {24}
        assert {page.counts["kind"]["article"] for page in pages} == {24}
    assert len({ref // 2 for ref in refs(found("invoice", languages=()))}) == 10


def test_ask_counts_ago_from_now(found: Any) -> None:
    days = (NOON - SYNC.at) // timedelta(days=1)
    assert found(f"sync after:{days + 1}d").total == 1
    assert found(f"sync after:{days - 1}d").total == 0
