"""The front page, the page of components, and the files every page loads."""

import gzip
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from kb import clock
from kb.forum import answers
from kb.people.models import Person
from kb.web import assets, avatars
from tests import builders_forum as forum
from tests.builders import Cast
from tests.pages import counted_statements, page

STATIC = Path(assets.STATIC)
LARGEST_FIRST_VIEW = 40_000
MOST_REQUESTS = 6
SignedIn = Callable[[Person], FlaskClient]


def test_front_of_an_empty_site_says_what_to_do(client: FlaskClient) -> None:
    shown = page(client, "/")
    assert shown.h1 is not None
    assert shown.h1.text == "How can we help?"
    words = shown.main.text if shown.main else ""
    assert "No articles yet" in words
    assert "No questions yet" in words
    assert shown.find("a", href="/questions/ask", string="Ask the community")


def test_front_has_one_search_box_and_it_works_without_scripts(client: FlaskClient) -> None:
    [form] = page(client, "/").find_all("form", role="search")
    assert (form["action"], form["method"]) == ("/search", "get")
    assert form.find("input", attrs={"name": "q"})


def test_front_shows_what_needs_an_answer_and_what_was_solved(
    client: FlaskClient, session: Session, cast: Cast
) -> None:
    forum.question(session, by=cast.alice, title="Where are my tickets gone?")
    solved = forum.question(session, by=cast.alice, title="How do I sign out everywhere?")
    answers.accept(session, answer=forum.answer(session, question=solved, by=cast.bob), by=cast.alice)
    session.commit()
    shown = page(client, "/")
    assert _links_under(shown, "needs-answer") == ["Where are my tickets gone?"]
    assert _links_under(shown, "just-solved") == ["How do I sign out everywhere?"]
    assert "Bob" in _section(shown, "helpers").text


def test_front_asks_the_same_of_the_database_however_much_there_is(
    client: FlaskClient, session: Session, cast: Cast
) -> None:
    forum.question(session, by=cast.erin)
    session.commit()
    with counted_statements() as few:
        page(client, "/")
    for number in range(30):
        clock.advance(timedelta(hours=1))
        forum.question(session, by=cast.erin, title=f"How do I export ticket {number}?", tags=(f"tag-{number}",))
    session.commit()
    with counted_statements() as many:
        page(client, "/")
    assert len(many) == len(few) <= 12


def test_front_names_who_is_signed_in(signed_in: SignedIn, cast: Cast) -> None:
    shown = page(signed_in(cast.alice), "/")
    assert shown.find("a", href="/people/alice")
    assert shown.find("a", href="/inbox")
    assert shown.find("form", action="/sign-out")
    assert not shown.find("a", href=re.compile("^/sign-in"))


def test_header_brings_a_visitor_back_after_signing_in(client: FlaskClient) -> None:
    assert page(client, "/style?a=1&b=2").find("a", href="/sign-in?next=/style%3Fa%3D1%26b%3D2")


def test_style_shows_every_component(client: FlaskClient) -> None:
    page(client, "/style")
    shown = (STATIC.parent / "templates" / "style").glob("*.html")
    text = "".join(file.read_text() for file in (*shown, STATIC.parent / "templates" / "base.html"))
    for file in (STATIC.parent / "templates" / "components").glob("[a-z]*.html"):
        assert f'"components/{file.name}"' in text, f"{file.name} is not on the style page"


def test_style_page_draws_only_icons_that_exist(client: FlaskClient) -> None:
    names = {str(use["href"]).partition("#")[2] for use in page(client, "/style").find_all("use")}
    assert names == assets.icon_names.__wrapped__()


@pytest.mark.parametrize("address", ["/robots.txt", "/favicon.svg"])
def test_small_files_are_there(client: FlaskClient, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 200
    assert "max-age" in answer.headers["Cache-Control"]


def test_first_view_keeps_its_budget(client: FlaskClient) -> None:
    loaded = _loaded(page(client, "/style"))
    assert len(loaded) + 1 <= MOST_REQUESTS
    sent = sum(_packed_size(client, address) for address in loaded if address.endswith((".css", ".js")))
    assert sent <= LARGEST_FIRST_VIEW


def test_asset_is_kept_for_good_under_its_own_digest_only(client: FlaskClient) -> None:
    [address] = [each for each in _loaded(page(client, "/")) if each.endswith(".css")]
    assert "immutable" in client.get(address).headers["Cache-Control"]
    older = re.sub(r"\.[0-9a-f]+\.", ".0123456789ab.", address)
    answer = client.get(older)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-cache")


def test_asset_is_packed_for_those_who_can_unpack_it(client: FlaskClient) -> None:
    [address] = [each for each in _loaded(page(client, "/")) if each.endswith(".css")]
    plain = client.get(address)
    packed = client.get(address, headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in plain.headers
    assert gzip.decompress(packed.data) == plain.data
    assert "Accept-Encoding" in packed.headers["Vary"]


def test_asset_nobody_made_is_not_found(client: FlaskClient) -> None:
    assert client.get("/assets/other.0123456789ab.css").status_code == 404


def test_every_sheet_is_in_a_layer() -> None:
    sheet = assets.style_sheet(STATIC / "css")
    files = sorted((STATIC / "css").rglob("*.css"))
    assert {file.parent.name for file in files} <= set(assets.LAYERS)
    assert "/*" not in sheet
    assert sheet.count("{") == sheet.count("}")


@pytest.mark.parametrize("file", sorted((STATIC / "js").glob("*.js")), ids=lambda file: file.name)
def test_script_can_stand_inside_a_block(file: Path) -> None:
    assert not re.search(r"^\s*(import|export)\b", file.read_text(), re.MULTILINE)


def test_initials_of_awkward_names() -> None:
    given = {"Amal Idrissi": "AI", "bo": "B", "Émile van der Laan": "ÉL", "???": "?", " -x- ": "X", "": "?"}
    assert {name: avatars.initials(name) for name in given} == given


def test_hue_is_one_the_style_sheet_has() -> None:
    sheet = (STATIC / "css" / "components" / "chips.css").read_text()
    for number in range(50):
        assert f".avatar--{avatars.hue(f'Person {number}')} " in sheet


def _section(shown: BeautifulSoup, name: str) -> BeautifulSoup:
    found = shown.find("section", attrs={"aria-labelledby": name})
    assert found, f"no section {name}"
    return found  # type: ignore[return-value]


def _links_under(shown: BeautifulSoup, name: str) -> list[str]:
    return [link.text for link in _section(shown, name).select(".question-row__title a")]


def _loaded(shown: BeautifulSoup) -> list[str]:
    """Addresses a browser fetches for a page, each once and without its fragment."""
    tags = shown.select("script[src], link[rel=stylesheet], link[rel=icon], img[src], use[href]")
    addresses = (str(tag.get("src") or tag.get("href")) for tag in tags)
    return sorted({address.partition("#")[0] for address in addresses})


def _packed_size(client: FlaskClient, address: str) -> int:
    return len(client.get(address, headers={"Accept-Encoding": "gzip"}).data)
