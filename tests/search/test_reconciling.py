"""Database and index are compared version by version, and what differs is put right."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import insert
from sqlalchemy.orm import Session

from kb import clock
from kb.search import asking, changes, checking, following, reconciling
from kb.search.engine import Engine, Key
from kb.search.models import Change
from kb.search.reconciling import Difference, Lag, Rounds
from tests.search.builders import Pile, article, question

Piles = tuple[Pile, Pile]


@pytest.fixture
def engine(app: Flask) -> Engine:
    return asking.engine_of(app.extensions)


def test_mend_puts_right_whatever_differs_and_nothing_else(session: Session, engine: Engine, piles: Piles) -> None:
    articles, questions = piles
    articles.put(*(article(ref, f"Printing {ref}") for ref in range(1, 5)))
    questions.put(question(1, "Sync is slow"))
    changes.note_many(session, "article", [1, 2, 3])
    session.commit()
    following.follow(session, engine)
    assert reconciling.difference(session, engine) == Difference()
    assert reconciling.mend(session, engine) == 0

    engine.drop([Key("article", 1)])
    engine.put([article(9, "Gone for long"), article(3, "As it was", version=1)])
    articles.put(article(4, "Printing four"))
    session.execute(insert(Change).values(kind="article", ref=4, at=clock.now()))
    session.commit()
    assert reconciling.difference(session, engine) == Difference(
        missing=frozenset({Key("article", 1)}),
        stale=frozenset({Key("article", 3), Key("article", 4)}),
        needless=frozenset({Key("article", 9)}),
    )
    assert list(checking.faults(session, engine)) == [
        "search: article 1 is not in the index",
        "search: article 3 is in the index as it was before it changed",
        "search: article 4 is in the index as it was before it changed",
        "search: article 9 is in the index but should not be",
    ]
    assert reconciling.mend(session, engine) == 4
    assert list(checking.faults(session, engine)) == []
    assert asking.ask(session, "four", None, engine=engine).total == 1


def test_mend_in_batches(session: Session, engine: Engine, piles: Piles, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reconciling, "MOST_AT_ONCE", 2)
    following.follow(session, engine)
    piles[1].put(*(question(ref, f"Sync {ref}") for ref in range(1, 6)))
    assert reconciling.mend(session, engine) == 5
    assert {key.ref for key, _ in engine.held()} == {1, 2, 3, 4, 5}


def test_rounds_mend_at_once_and_then_again_later(
    session: Session, engine: Engine, piles: Piles, monkeypatch: pytest.MonkeyPatch
) -> None:
    rounds = Rounds()
    assert rounds.go(session, engine) == 0, "there is no index yet"
    following.follow(session, engine)
    piles[1].put(question(1, "Sync"))
    assert rounds.go(session, engine) == 0, "tried a moment ago"
    assert Rounds().go(session, engine) == 1
    monkeypatch.setattr(reconciling, "EVERY", 0.0)
    rounds = Rounds()
    piles[1].put(question(2, "Sync"))
    assert rounds.go(session, engine) == 1
    piles[1].put(question(3, "Sync"))
    assert rounds.go(session, engine) == 1


def test_lag_counts_what_the_index_lacks_and_since_when(session: Session, engine: Engine, piles: Piles) -> None:
    following.follow(session, engine)
    assert reconciling.lag(session, engine) == Lag()
    changes.note(session, "question", 1)
    session.commit()
    clock.advance(timedelta(seconds=7))
    changes.note(session, "question", 2)
    session.commit()
    clock.advance(timedelta(seconds=2))
    assert reconciling.lag(session, engine) == Lag(changes=2, seconds=9.0)
    following.follow(session, engine)
    assert reconciling.lag(session, engine) == Lag()
