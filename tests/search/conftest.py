"""What tests of search share."""

from collections.abc import Iterator

import pytest
from flask import Flask

from kb.search import documents
from kb.search.engine import Engine
from tests.conftest import ON_POSTGRES
from tests.search.builders import Pile
from tests.search.engines import MAKERS

collect_ignore = [] if ON_POSTGRES else ["test_postgres_engine.py"]  # there is nothing to run it on


@pytest.fixture
def engine(request: pytest.FixtureRequest) -> Engine:
    """An engine with an index that is empty: the embedded one, or what a test is parametrised with."""
    made = MAKERS[getattr(request, "param", "whoosh")](request)
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
