"""The index follows the database: what changes is found, what is hidden is gone, what is lost is made anew."""

import shutil
import time
from contextvars import Context
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kb import clock
from kb.jobs import Job
from kb.search import asking, changes, checking, following
from kb.search.engine import Engine, Gaps, Key
from kb.search.engines import engine_of, open_engine
from kb.search.models import Change
from kb.search.ranking.answering import LOOK_AGAIN
from kb.search.whoosh.engine import WhooshEngine
from tests.search.builders import Pile, article, question

Piles = tuple[Pile, Pile]


@pytest.fixture
def engine(app: Flask) -> Engine:
    return asking.engine_of(app.extensions)


def note(session: Session, pile: Pile, *refs: int) -> None:
    changes.note_many(session, pile.kind, refs)
    session.commit()


def reopened(app: Flask) -> Engine:
    """Return the index as another process sees it."""
    parts: dict[str, object] = {}
    open_engine(parts, app.config["SETTINGS"])
    return engine_of(parts)


def titles(session: Session, engine: Engine, text: str) -> list[str]:
    return [hit.shown.title for hit in asking.ask(session, text, None, engine=engine).hits]


def test_follow_builds_an_index_where_there_is_none(session: Session, engine: Engine, piles: Piles) -> None:
    piles[0].put(article(1, "Reset your password"))
    assert not engine.state().ready
    assert following.follow(session, engine) == 1
    assert titles(session, engine, "password") == ["Reset your password"]


def test_follow_puts_in_what_is_new_and_changed(session: Session, engine: Engine, piles: Piles) -> None:
    following.follow(session, engine)
    piles[1].put(question(1, "Sync is slow"), question(2, "Sync is broken"))
    note(session, piles[1], 1, 2)
    assert following.follow(session, engine) == 2
    assert titles(session, engine, "slow sync") == ["Sync is slow"]
    piles[1].put(question(1, "Printing is slow"))
    note(session, piles[1], 1)
    following.follow(session, engine)
    assert titles(session, engine, "slow") == ["Printing is slow"]
    assert following.follow(session, engine) == 0


def test_follow_takes_out_what_is_gone(session: Session, engine: Engine, piles: Piles) -> None:
    piles[1].put(question(1, "Sync is slow"))
    following.follow(session, engine)
    piles[1].hidden.add(1)
    note(session, piles[1], 1)
    following.follow(session, engine)
    assert engine.held() == []


def test_hidden_is_gone_before_the_index_knows(session: Session, engine: Engine, piles: Piles) -> None:
    piles[1].put(*(question(ref, "Sync is slow", tags=("sync",)) for ref in range(1, 15)))
    following.follow(session, engine)
    piles[1].hidden.update({3, 14})
    note(session, piles[1], 3, 14)
    found = asking.ask(session, "slow sync", None, engine=engine)
    assert len(found.hits) == 10 and found.total == 12
    assert found.counts["kind"] == {"question": 12} and found.counts["tag"] == {"sync": 12}
    assert 14 not in {hit.shown.ref for hit in asking.suggest(session, "slow sy", None, engine=engine, limit=20)}
    assert 14 not in {one.ref for one in asking.similar(session, "Sync is slow", None, engine=engine, limit=20)}


def test_hidden_without_a_word_to_search_is_still_not_shown(session: Session, engine: Engine, piles: Piles) -> None:
    piles[1].put(*(question(ref, "Sync is slow") for ref in range(1, 15)))
    following.follow(session, engine)
    piles[1].hidden.add(14)
    found = asking.ask(session, "slow sync", None, engine=engine)
    assert [hit.shown.ref for hit in found.hits] == list(range(13, 3, -1))
    assert found.total == 13


def test_follow_does_not_miss_a_transaction_that_commits_late(
    app: Flask, session: Session, engine: Engine, piles: Piles
) -> None:
    following.follow(session, engine)
    piles[1].put(question(1, "Came first, committed last"), question(2, "Came last, committed first"))
    session.add(Change(id=102, kind="question", ref=2, at=clock.now()))
    session.commit()
    assert following.follow(session, engine) == 1
    session.add(Change(id=101, kind="question", ref=1, at=clock.now()))
    session.commit()
    restarted = reopened(app)
    assert following.follow(session, restarted) == 1
    assert {key.ref for key, _ in engine.held()} == {1, 2}
    assert restarted.marks().missing == ((1, 100),)
    clock.advance(timedelta(minutes=2))
    following.follow(session, restarted)
    assert restarted.marks().missing == ()


def test_follow_leaves_alone_what_a_rebuild_took_in(app: Flask, session: Session, engine: Engine, piles: Piles) -> None:
    piles[1].put(*(question(ref, f"Sync {ref}") for ref in range(1, 9)))
    for ref in (1, 2, 5, 6):
        session.add(Change(id=ref, kind="question", ref=ref, at=clock.now()))
    session.commit()
    following.rebuild(session, engine)
    assert (engine.marks().settled, engine.marks().reached, engine.marks().missing) == (0, 6, ((3, 4),))
    assert following.follow(session, reopened(app)) == 0
    session.add_all(Change(id=ref, kind="question", ref=ref, at=clock.now()) for ref in (4, 8))
    session.commit()
    assert following.follow(session, reopened(app)) == 2
    assert engine.marks().missing == ((3, 3), (7, 7))


@pytest.mark.parametrize(
    ("after", "numbers", "expected"),
    [(0, [], ()), (0, [1, 2, 3], ()), (0, [3], ((1, 2),)), (4, [5, 8, 9, 12], ((6, 7), (10, 11)))],
)
def test_gaps_are_what_is_left_out(after: int, numbers: list[int], expected: Gaps) -> None:
    assert following.gaps(after, numbers) == expected


def test_a_folder_deleted_while_serving_is_titles_until_the_worker_was_there(
    session: Session, piles: Piles, tmp_path: Path
) -> None:
    worker, web = (WhooshEngine(tmp_path / "index", site="test") for _ in range(2))
    piles[1].put(question(1, "Sync is slow", "because of the printer"))
    following.follow(session, worker)
    assert asking.ask(session, "printer", None, engine=web).total == 1
    shutil.rmtree(tmp_path / "index")
    time.sleep(LOOK_AGAIN)
    meanwhile = asking.ask(session, "sync", None, engine=web)
    assert meanwhile.degraded and [hit.shown.ref for hit in meanwhile.hits] == [1]
    assert following.follow(session, worker) == 1
    time.sleep(LOOK_AGAIN)
    assert not asking.ask(session, "printer", None, engine=web).degraded
    assert asking.ask(session, "printer", None, engine=web).total == 1


def test_follow_settles_what_is_over_a_minute_old(session: Session, engine: Engine, piles: Piles) -> None:
    following.follow(session, engine)
    piles[1].put(question(1, "Sync"))
    note(session, piles[1], 1)
    following.follow(session, engine)
    assert (engine.marks().settled, engine.marks().reached) == (0, 1)
    clock.advance(timedelta(minutes=2))
    following.follow(session, engine)
    assert (engine.marks().settled, engine.marks().reached) == (1, 1)


def test_follow_takes_many_changes_in_turns(
    session: Session, engine: Engine, piles: Piles, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "MOST_AT_ONCE", 4)
    following.follow(session, engine)
    piles[1].put(*(question(ref, f"Sync {ref}") for ref in range(1, 11)))
    note(session, piles[1], *range(1, 11))
    clock.advance(timedelta(minutes=2))
    assert [following.follow(session, engine) for _ in range(4)] == [4, 4, 2, 0]
    assert len(engine.held()) == 10


def test_follow_catches_a_rebuilt_index_up(app: Flask, session: Session, engine: Engine, piles: Piles) -> None:
    piles[1].put(question(1, "Before"))
    following.follow(session, engine)

    def somebody_writes() -> None:
        with app.app_context():
            note(session, piles[1], 2)

    def meanwhile(done: int) -> None:
        piles[1].put(question(2, "Meanwhile"))
        Context().run(somebody_writes)  # who rebuilds only reads
        following.follow(session, engine)

    following.rebuild(session, reopened(app), meanwhile)
    following.follow(session, engine)
    assert {key.ref for key, _ in engine.held()} == {1, 2}
    assert list(checking.faults(session, engine)) == []


def test_follow_builds_anew_when_the_database_is_older(session: Session, engine: Engine, piles: Piles) -> None:
    piles[1].put(question(1, "Sync"))
    engine.rebuild([question(7, "Gone")], settled=50, reached=50)
    following.follow(session, engine)
    assert engine.held() == [(Key("question", 1), 0)]


def test_forget_changes_keeps_the_newest_of_each_document(session: Session, engine: Engine, piles: Piles) -> None:
    following.follow(session, engine)
    piles[1].put(question(1, "Sync"), question(2, "Sync"))
    note(session, piles[1], 1, 2)
    note(session, piles[1], 1)
    clock.advance(timedelta(days=30))
    following.forget_changes(session)
    session.commit()
    assert [(one.ref, one.id) for one in session.scalars(select(Change).order_by(Change.id))] == [(2, 2), (1, 3)]
    assert session.scalar(select(func.count()).select_from(Job)) == 1
    assert following.follow(session, engine) == 2
    assert dict(engine.held()) == {Key("question", 1): 3, Key("question", 2): 2}


def test_faults_name_what_disagrees(session: Session, engine: Engine, piles: Piles) -> None:
    piles[1].put(question(1, "Sync"))
    assert list(checking.faults(session, engine)) == ["search: No index has been built yet."]
    engine.rebuild([question(2, "Gone")], settled=0, reached=0)
    assert list(checking.faults(session, engine)) == [
        "search: question 1 is not in the index",
        "search: question 2 is in the index but should not be",
    ]
