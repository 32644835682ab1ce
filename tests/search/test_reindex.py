"""``kb reindex``."""

from flask import Flask

from kb.cli.searching import reindex
from kb.search import asking
from kb.search.engine import Engine
from tests.search.builders import Pile, article, question


def test_reindex_builds_and_says_how_many(app: Flask, piles: tuple[Pile, Pile]) -> None:
    piles[0].put(article(1, "Reset your password"))
    piles[1].put(question(1, "Sync"), question(2, "Sync"))
    said = app.test_cli_runner().invoke(reindex)
    assert said.exit_code == 0
    assert said.output.splitlines() == ["3 documents", "The index is in use: 3 documents."]
    engine: Engine = asking.engine_of(app.extensions)
    assert engine.state().documents == 3
