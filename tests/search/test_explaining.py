"""``kb search``: what is found, and why it stands where it does."""

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from kb.cli.searching import search
from kb.search import asking, promoting, synonyms
from tests.builders import Cast
from tests.search.builders import Pile, article, question


@pytest.fixture
def held(app: Flask, session: Session, cast: Cast, piles: tuple[Pile, Pile]) -> None:
    """Two articles and a question, in the index, and what a writer told search."""
    piles[0].put(article(1, "Reset your password"), article(2, "For staff: passwords", audience="staff"))
    piles[1].put(question(3, "Password lost", boost=1.15, reasons=(("solved", 1.15),)))
    cast.will.staff_since = cast.will.created_at
    synonyms.add(session, "credentials, password", by=cast.will)
    promoting.promote(session, "password lost", kind="article", ref=1, by=cast.will)
    session.commit()
    asking.rebuild(session, asking.engine_of(app.extensions))


def said(app: Flask, *words: str) -> list[str]:
    run = app.test_cli_runner().invoke(search, words)
    assert run.exit_code == 0, run.output
    lines: list[str] = run.output.splitlines()
    return lines


@pytest.mark.usefixtures("held")
def test_search_prints_hits_as_the_page_shows_them(app: Flask, cast: Cast) -> None:
    lines = said(app, "pasword", "is:solvd")
    assert lines[:3] == [
        "Searched as: password is:solvd",
        "Also: password = credentials",
        "Read as words or left out: is:solvd",
    ]
    assert any("Reset your password  /articles/1" in line for line in lines)
    assert not any("staff" in line for line in said(app, "password"))
    assert any("staff" in line for line in said(app, "password", "--as", "@will"))
    assert "1 found." in said(app, "password", "--in", "questions")
    assert "Nothing found." in said(app, "pasword", "--exact")


@pytest.mark.usefixtures("held")
def test_search_explains_what_puts_a_hit_in_its_place(app: Flask) -> None:
    lines = [line.strip() for line in said(app, "credentials", "--explain")]
    assert any("solved" in line and "1.150" in line for line in lines)
    assert any("title" in line.lower() for line in lines)
    assert "×  1.000  chosen by a writer for this search" in [
        line.strip() for line in said(app, "password lost", "--explain")
    ]


@pytest.mark.usefixtures("cast")
def test_search_without_an_index_says_what_to_do(app: Flask) -> None:
    run = app.test_cli_runner().invoke(search, ["password"])
    assert "kb reindex" in str(run.exception)
