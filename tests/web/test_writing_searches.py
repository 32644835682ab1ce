"""What readers search, as writers see it, and what writers teach search."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.db import Fact
from kb.people.models import Person
from kb.publishing.sources import files, place
from kb.publishing.sources.source import SourceFile
from kb.search import synonyms
from kb.search.models import Promotion, Query, Synonym
from tests.builders import Cast
from tests.conftest import settings_for
from tests.pages import checked, counted_statements, page, post
from tests.search.conftest import piles as piles
from tests.search.logged import searched
from tests.web.searched import engine as engine
from tests.web.searched import found as found

LONG = "why does the " + "very-" * 40 + "long search that somebody pasted break the page"


@pytest.fixture
def writer(signed_in: Callable[[Person], FlaskClient], cast: Cast) -> FlaskClient:
    """A browser of will, who writes."""
    return signed_in(cast.will)


def words(writer: FlaskClient, address: str) -> str:
    return " ".join(page(writer, address).get_text().split())


def test_searches_say_that_there_are_none(writer: FlaskClient, session: Session) -> None:
    assert "Nobody searched in this time." in words(writer, "/writing/searches")
    searched(session, "reset", ended="read")
    assert "Every search found something." in words(writer, "/writing/searches?show=no-hits")
    assert "Something was opened after every search" in words(writer, "/writing/searches?show=no-clicks")


def test_searches_are_listed_with_their_share_and_what_followed(writer: FlaskClient, session: Session) -> None:
    vain = searched(session, "<b>log in", times=3, hits=0)
    searched(session, "sign in", visit=session.get_one(Query, vain[0]).visit, refines=vain[0], ended="helpful")
    shown = page(writer, "/writing/searches")
    assert [title.text for title in shown.select(".inventory__title")] == ["<b>log in", "sign in"]
    numbers = [" ".join(number.text.split()) for number in shown.select(".inventory__row")[0].select("dd")]
    assert numbers == ["3 75 % of all", "3 100 %", "0 0 %"]
    text = " ".join(shown.get_text().split())
    for said in ("4 searches: 75 % found nothing, and after 0 %", "Then searched: sign in", "helped 1 time"):
        assert said in text
    assert shown.select("input[name=line]")[0]["value"] == "<b>log in, sign in"
    assert [tag["aria-current"] for tag in shown.select(".choices a[aria-current]")] == ["true", "true"]


@pytest.mark.parametrize("query", ["?show=secret", "?days=8", "?days=x", "?page=2"])
def test_searches_of_an_unknown_kind_are_not_found(writer: FlaskClient, query: str) -> None:
    assert writer.get(f"/writing/searches{query}").status_code == 404


def test_searches_take_as_many_statements_for_one_as_for_many(writer: FlaskClient, session: Session) -> None:
    counts = []
    for texts in (["one"], [LONG, *(f"many {n}" for n in range(30))]):
        for text in texts:
            vain = searched(session, text, times=2, hits=0)
            searched(session, f"then {text}", refines=vain[0], visit=session.get_one(Query, vain[0]).visit)
        session.commit()
        with counted_statements() as seen:
            shown = page(writer, "/writing/searches?show=no-hits")
        counts.append(len(seen))
    assert len(shown.select(".inventory__row")) == 20
    assert [link["href"] for link in shown.select(".pager__step")] == ["/writing/searches?show=no-hits&page=2"]
    assert counts[0] == counts[1] <= 12


def test_a_synonym_is_added_where_it_is_missed_and_removed(writer: FlaskClient, session: Session) -> None:
    searched(session, "log in", hits=0)
    session.add(Fact(name=synonyms.FACT, value={"lines": ["wifi => wireless network"]}))
    session.commit()
    here = "/writing/searches?show=no-hits"
    answer = post(writer, "/writing/searches/synonyms", {"line": "log in, sign in", "next": here}, form_at=here)
    assert (answer.status_code, answer.headers["Location"]) == (303, here)
    assert session.scalars(select(Synonym.line)).all() == ["log in, sign in"]
    text = words(writer, "/writing/searches/synonyms")
    assert "log in, sign in" in text
    assert "wifi => wireless network" in text
    removal = page(writer, "/writing/searches/synonyms").select_one("form[action$=removal]")
    assert removal is not None
    post(writer, str(removal["action"]), form_at="/writing/searches/synonyms")
    assert "None yet." in words(writer, "/writing/searches/synonyms")


def test_a_synonym_that_cannot_be_used_comes_back_with_the_reason(writer: FlaskClient, session: Session) -> None:
    add = "/writing/searches/synonyms"
    alone = post(writer, add, {"line": "alone"})
    assert alone.status_code == 422
    field = checked(alone).select_one("#line")
    assert field is not None
    assert (field["value"], field["aria-invalid"]) == ("alone", "true")
    post(writer, add, {"line": "a1, b2"})
    twice = post(writer, add, {"line": "a1, b2"})
    assert twice.status_code == 409
    assert "These synonyms are there already." in checked(twice).text


def test_a_page_is_chosen_by_search_comes_first_and_is_let_go(
    writer: FlaskClient, client: FlaskClient, session: Session, found: object
) -> None:
    choose = "/writing/searches/first?q=cannot+get+in&find=reset+password"
    buttons = page(writer, choose).select("button[name=page]")
    assert buttons[0]["value"] == "article:1"
    answer = post(writer, "/writing/searches/first", {"q": "Cannot get in", "page": "article:1"}, form_at=choose)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/writing/searches/first")
    assert page(client, "/search?q=cannot+get+in").select(".hit__title a")[0]["href"] == "/articles/1"
    listed = page(writer, "/writing/searches/first")
    assert "Reset your password" in listed.text
    again = post(writer, "/writing/searches/first", {"q": "cannot get in", "page": "article:1"}, form_at=choose)
    assert again.status_code == 409
    assert "It comes first for this search already." in checked(again).text
    removal = listed.select_one("form[action$=removal]")
    assert removal is not None
    post(writer, str(removal["action"]), form_at="/writing/searches/first")
    assert not session.scalars(select(Promotion)).all()


def test_choosing_offers_what_is_nearest_and_a_page_that_is_gone_can_be_removed(
    writer: FlaskClient, session: Session, cast: Cast, found: tuple[object, object]
) -> None:
    session.add(Promotion(normal="old", kind="article", ref=99, added_by_id=None, added_at=cast.will.created_at))
    session.commit()
    text = words(writer, "/writing/searches/first?q=zeppelin")
    assert "Nothing is found by “zeppelin”." in text
    assert "a page that is gone" in text
    gone = post(
        writer,
        "/writing/searches/first",
        {"q": "x", "page": "article:99"},
        form_at="/writing/searches/first?q=password",
    )
    assert gone.status_code == 404


def test_an_article_is_begun_about_a_search(writer: FlaskClient, session: Session, tmp_path: Path) -> None:
    answer = writer.get("/writing/searches/article?q=%27yes%27:+log+in+%23+%C3%BCber&x=1")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="yes-log-in-uber.md"'
    draft = files.read_article(SourceFile("yes.md", answer.data))
    assert (draft.title, draft.keywords, draft.status) == ("'yes': log in # über", ("'yes': log in # über",), "draft")
    searched(session, "log in", hits=0)
    session.commit()
    assert "on the git host" not in page(writer, "/writing/searches").text
    repository = {"content": "https://github.com/acme/help.git", "content_ref": "main", "content_subdir": "docs"}
    place.configure(settings_for(tmp_path, None, **repository))
    link = page(writer, "/writing/searches").select("a[href^='https://github.com']")[0]
    assert str(link["href"]).startswith(
        "https://github.com/acme/help/new/main?filename=docs%2Flog-in.md&value=---%0Atitle"
    )
