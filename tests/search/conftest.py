"""What tests of search share."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from kb.search import documents, log
from kb.search.engine import Engine
from kb.search.whoosh_engine import WhooshEngine
from tests.search.builders import Pile


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    """An engine with an index that is empty."""
    made = WhooshEngine(tmp_path / "index", site="test")
    made.rebuild((), settled=0, reached=0)
    return made


@pytest.fixture
def piles(app: Flask) -> Iterator[tuple[Pile, Pile]]:
    """The articles and the questions of a site, in place of those in its tables."""
    before = dict(documents._sources)
    made = Pile("article"), Pile("question")
    for pile in made:
        documents.register(pile)
    yield made
    documents._sources.clear()
    documents._sources.update(before)


@pytest.fixture(autouse=True)
def empty_log() -> Iterator[None]:
    """Nothing noted by one test is stored by another."""
    yield
    log._queries.clear()
    log._clicks.clear()
