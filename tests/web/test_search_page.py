"""The page of results."""

from collections.abc import Callable
from datetime import date

import pytest
from bs4 import BeautifulSoup
from flask import Flask, render_template
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.app import create_app
from kb.articles.models import Article, ArticleViews
from kb.people.models import Person
from kb.search.documents import Hit, Results, Shown
from tests.builders import Cast
from tests.builders_articles import Content
from tests.builders_articles import content as content
from tests.builders_articles import publish as publish
from tests.conftest import NOON, settings_for
from tests.pages import counted_statements, page
from tests.search.builders import Pile, article
from tests.search.conftest import piles as piles
from tests.web.searched import engine as engine
from tests.web.searched import found as found


def test_results_show_hits_with_the_words_marked(client: FlaskClient, found: object) -> None:
    shown = page(client, "/search?q=reset+password")
    first = shown.select(".hit")[0]
    assert first.find("a", href="/articles/1")
    assert [mark.text for mark in first.select(".hit__title mark")] == ["Reset", "password"]
    assert "Forgot</b>" in first.select_one(".hit__extract").text  # type: ignore[union-attr]


def test_results_without_words_say_how_to_ask(client: FlaskClient, found: object) -> None:
    shown = page(client, "/search")
    assert "is:solved" in shown.text
    assert shown.find("input", attrs={"name": "q"})


def test_results_of_nothing_offer_to_ask_with_the_text(client: FlaskClient, found: object) -> None:
    shown = page(client, "/search?q=zeppelin%20%26%20co")
    assert shown.find("a", href="/questions/ask?title=zeppelin%20%26%20co")


def test_results_of_nothing_show_what_others_read(
    client: FlaskClient, content: Content, publish: Callable[..., object], session: Session
) -> None:
    content.write("help/rare.md", title="Rarely read")
    content.write("help/often.md", title="Often read")
    content.write("help/staff.md", title="For the staff", audience="staff")
    content.write("help/never.md", title="Never read")
    publish()
    numbers = {one.title: one.id for one in session.scalars(select(Article))}
    for title, views in (("Rarely read", 2), ("Often read", 30), ("For the staff", 90)):
        session.add(ArticleViews(article_id=numbers[title], day=NOON.date(), views=views))
    session.add(ArticleViews(article_id=numbers["Never read"], day=date(2020, 1, 1), views=500))
    session.commit()
    shown = page(client, "/search?q=zeppelin")
    assert [one.text for one in shown.select("[aria-labelledby=popular] a")] == ["Often read", "Rarely read"]


def test_results_of_nothing_show_what_is_near_and_count_what_is_opened(app: Flask) -> None:
    shown = Shown("question", 7, "", "/questions/7", "", "General", "/general", "solved", ("Solved",))
    near = Hit(shown, 1, "Airships <b>", "", 0.5)
    found = Results("q" * 22, "zeppelin", (), 0, 1, 0, nearest=(near,))
    with app.test_request_context("/search?q=zeppelin"):
        html = render_template("search/_nothing.html", found=found, asked="zeppelin", popular=(), chosen=[])
    link = BeautifulSoup(html, "html.parser").select("[aria-labelledby=nearest] .hit__title a")[0]
    assert (link["href"], link["ping"]) == ("/questions/7", f"/search/opened/{'q' * 22}/1/question/7")


def test_results_lead_to_what_may_have_been_meant_and_to_similar_searches(app: Flask) -> None:
    found = Results("", "sso", (), 1, 1, 1, did_you_mean="sign on & off", similar_searches=("log in",))
    with app.test_request_context("/search?q=sso&in=articles&page=2"):
        meant = BeautifulSoup(render_template("search/_made_of.html", found=found), "html.parser")
        more = BeautifulSoup(render_template("search/_more.html", found=found), "html.parser")
    assert meant.select("a")[0]["href"] == "/search?q=sign+on+%26+off&in=articles"
    assert more.find("a", href="/search?q=log%20in")


def test_results_lead_to_the_heading_above_the_passage(app: Flask) -> None:
    shown = Shown("article", 7, "", "/articles/a/b", "", "Help", "/articles/a", "published")
    one = Hit(shown, 1, "Title", "passage", 1.0, heading="Some <part>", anchor="some-part", promoted=True)
    with app.test_request_context("/search"):
        macro = app.jinja_env.get_template("components/hit.html").make_module().hit  # type: ignore[attr-defined]
        html = BeautifulSoup(macro(one), "html.parser")
    assert html.select(".hit__title a")[0]["href"] == "/articles/a/b#some-part"
    assert html.select(".hit__heading")[0].text == "Some <part>"
    assert "Recommended" in html.text


def test_results_come_in_pages(client: FlaskClient, found: object) -> None:
    first, last = page(client, "/search?q=password+trouble"), page(client, "/search?q=password+trouble&page=3")
    assert len(first.select(".hit")) == 10
    assert len(last.select(".hit")) == 5
    assert first.find("a", rel="next")
    ask = first.find("a", href="/questions/ask?title=password%20trouble")
    assert ask is not None, "whom none of them helps is led on"


@pytest.mark.parametrize("number", ["-1", "0", "nonsense", "99", "99999999999999999999"])
def test_results_for_a_page_that_is_not_there_show_one_that_is(client: FlaskClient, found: object, number: str) -> None:
    assert page(client, f"/search?q=password&page={number}").select(".hit")


def test_results_can_be_narrowed_and_widened(client: FlaskClient, found: object) -> None:
    shown = page(client, "/search?q=password&in=articles")
    assert len(shown.select(".hit")) == 1
    tabs = [one.text.split() for one in shown.select(".tabs a")]
    assert tabs == [["All", "26"], ["Articles", "1"], ["Questions", "25"]]
    assert shown.find("a", href="/search?q=password")


def test_results_name_each_chosen_filter_and_lead_to_those_without_it(client: FlaskClient, found: object) -> None:
    shown = page(client, "/search?q=password&tag=sso&status=solved&since=1y&sort=new")
    assert len(shown.select(".hit")) == 10
    assert len(shown.select(".facets [aria-current]")) == 3
    removals = {str(one.span.text): one["href"] for one in shown.select(".chosen a") if one.span}
    assert removals == {
        "Solved": "/search?q=password&tag=sso&since=1y&sort=new",
        "sso": "/search?q=password&status=solved&since=1y&sort=new",
        "Past year": "/search?q=password&tag=sso&status=solved&sort=new",
    }


def test_results_of_a_filter_that_leaves_nothing_can_still_be_widened(client: FlaskClient, found: object) -> None:
    shown = page(client, "/search?q=password&tag=nosuch&section=nowhere&by=nobody&since=7d")
    assert not shown.select(".results__hits > .hit-list")
    assert [one.span.text for one in shown.select(".chosen a") if one.span] == [
        "Nowhere",
        "nosuch",
        "@nobody",
        "Past week",
    ]
    assert shown.find("a", href="/search?q=password", string="The same without filters")


def test_results_can_be_put_in_order(client: FlaskClient, found: object) -> None:
    newest = page(client, "/search?q=password+trouble&sort=new")
    assert newest.select(".hit__title a")[0]["href"] == "/questions/25"
    said = page(client, "/search?q=password+trouble+sort:new")
    assert said.select(".hit__title a")[0]["href"] == "/questions/25"
    for shown in (newest, said):
        assert [one.text.strip() for one in shown.select(".orders [aria-current]")] == ["Newest"]


def test_results_explain_the_language_of_searching_beside_them(client: FlaskClient, found: object) -> None:
    shown = page(client, "/search?q=password")
    sheet = shown.select_one("[popover]")
    assert sheet is not None
    assert "by:handle" in sheet.text
    assert shown.find("button", attrs={"popovertarget": sheet["id"]})


def test_results_for_a_mistyped_word_say_what_was_searched(client: FlaskClient, found: object) -> None:
    shown = page(client, "/search?q=pasword+trouble&in=questions")
    assert shown.select_one(".made-of strong").text == "password trouble"  # type: ignore[union-attr]
    assert len(shown.select(".hit")) == 10
    instead = shown.find("a", href="/search?q=pasword+trouble&in=questions&exact=1")
    assert instead is not None
    exact = page(client, str(instead["href"]))
    assert not exact.select_one(".made-of")
    assert "pasword" not in str(exact.select(".hit"))


def test_results_name_what_was_not_understood(client: FlaskClient, found: object) -> None:
    assert "is:solvd" in page(client, "/search?q=password+is:solvd").text


@pytest.mark.parametrize("address", ["/search?q=%s", "/search?q=password&tag=%s", "/search?q=password&section=%s"])
def test_results_escape_what_was_typed(client: FlaskClient, found: object, address: str) -> None:
    assert not page(client, address % "%3Cscript%3Ealert(1)%3C/script%3E").find("script", string="alert(1)")


def test_results_for_members_stay_with_members(
    client: FlaskClient, signed_in: Callable[[Person], FlaskClient], cast: Cast, found: object
) -> None:
    assert "Members only" not in page(client, "/search?q=members").text
    assert "Members only" in page(signed_in(cast.alice), "/search?q=members").text
    assert "Members only" not in client.get("/search/suggest?q=members").text


def test_results_without_an_index_are_titles_and_say_so(client: FlaskClient, piles: tuple[Pile, Pile]) -> None:
    piles[0].put(article(1, "Reset your password"))
    shown = page(client, "/search?q=password")
    assert "being rebuilt" in shown.text
    assert shown.find("a", href="/articles/1")


def test_results_take_few_statements(client: FlaskClient, found: object) -> None:
    client.get("/search?q=password")
    with counted_statements() as seen:
        client.get("/search?q=password")
    assert len(seen) <= 6


def test_searching_too_fast_is_held_back(app: Flask) -> None:
    client = _limited(app).test_client()
    answers = [client.get(f"/search?q=word{number}") for number in range(4)]
    assert [one.status_code for one in answers][:2] == [200, 200]
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["Retry-After"]) > 0


def _limited(app: Flask) -> Flask:
    settings = app.config["SETTINGS"]
    limited = create_app(settings_for(settings.data_dir, settings.database_url, rate_limits=True))
    limited.testing = True
    return limited
