"""What only the engine in the database does: it is written with the site's own transactions, by any process at once."""

import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from kb import clock
from kb.db import reading_only
from kb.search import changes, documents, following
from kb.search.documents import Document
from kb.search.engine import Busy, Engine, Key, NoIndex, Reach
from kb.search.engines import engine_of
from kb.search.models import Change
from kb.search.postgres import building, committing, tables, writing
from kb.search.postgres.committing import MOST_AT_ONCE
from kb.search.postgres.engine import PostgresEngine
from kb.search.query import parse
from kb.search.whoosh.engine import WhooshEngine
from tests.search.builders import Pile, article, key, question

ALL = Reach()
SYNC = question(1, "Sync is slow", "because of the printer", tags=("sync",))
Piles = tuple[Pile, Pile]


@pytest.fixture
def engine(database_url: str) -> Iterator[PostgresEngine]:
    """An engine of this process, with an index that is empty."""
    database = create_engine(database_url)
    made = PostgresEngine(database)
    made.rebuild((), settled=0, reached=0)
    yield made
    database.dispose()


@pytest.fixture
def other(engine: PostgresEngine) -> PostgresEngine:
    """The same index as another process has it open."""
    made = PostgresEngine(engine._database)
    made.warm()
    return made


@pytest.fixture
def site(app: Flask, session: Session, piles: Piles) -> Engine:
    """The engine of a site without a worker, its index there."""
    made = engine_of(app.extensions)
    following.follow(session, made)
    return made


def refs(engine: Engine, words: str) -> list[int]:
    return sorted(one.ref for one in engine.search(parse(words), ALL, limit=100).keys)


def ask(session: Session, piles: Piles, one: Document, *, hide: bool = False) -> None:
    pile = piles[0] if one.kind == "article" else piles[1]
    pile.put(one)
    if hide:
        pile.hidden.add(one.ref)
    changes.note(session, one.kind, one.ref)


def scalar(engine: PostgresEngine, statement: str) -> int:
    with engine._database.connect() as connection:
        return int(connection.execute(text(statement.format(t=tables.of(engine.marks().index)))).scalar_one())


def test_committed_change_is_found_without_the_worker(session: Session, piles: Piles, site: Engine) -> None:
    ask(session, piles, SYNC)
    session.commit()
    assert refs(site, "printer") == [1]
    ask(session, piles, replace(SYNC, text="because of the scanner"))
    session.commit()
    assert (refs(site, "printer"), refs(site, "scanner")) == ([], [1])
    ask(session, piles, SYNC, hide=True)
    session.commit()
    assert refs(site, "sync") == []


def test_change_that_is_rolled_back_is_never_found(session: Session, piles: Piles, site: Engine) -> None:
    ask(session, piles, SYNC)
    session.flush()
    session.rollback()
    ask(session, piles, question(2, "Sync again"))
    session.commit()
    assert refs(site, "sync") == [2]


def test_many_changes_at_once_are_left_to_the_worker(session: Session, piles: Piles, site: Engine) -> None:
    for number in range(1, MOST_AT_ONCE + 2):
        ask(session, piles, question(number, f"Sync {number}"))
    session.commit()
    assert refs(site, "sync") == []
    assert following.follow(session, site) == MOST_AT_ONCE + 1
    assert len(refs(site, "sync")) == MOST_AT_ONCE + 1


def test_worker_leaves_alone_what_was_put_with_its_transaction(session: Session, piles: Piles, site: Engine) -> None:
    ask(session, piles, SYNC)
    session.commit()
    words = site.words  # type: ignore[attr-defined]
    before = scalar(words, "SELECT max(id) FROM {t}_document")
    assert following.follow(session, site) == 1
    assert scalar(words, "SELECT max(id) FROM {t}_document") == before
    assert site.marks().reached == session.query(Change).one().id


def test_index_that_fails_does_not_break_the_transaction(
    session: Session, piles: Piles, site: Engine, engine: PostgresEngine
) -> None:
    with engine._database.begin() as connection:
        for table in tables.each(engine.marks().index):
            tables.drop(connection, table)
    ask(session, piles, SYNC)
    session.commit()
    assert session.query(Change).count() == 1
    assert site.needs_rebuild()
    with pytest.raises(NoIndex):
        site.search(parse("sync"), ALL)
    following.follow(session, site)
    assert refs(site, "sync") == [1]


def test_second_of_two_transactions_gives_way_and_the_worker_mends(
    session: Session, piles: Piles, site: Engine, engine: PostgresEngine
) -> None:
    ask(session, piles, SYNC)
    session.commit()
    with engine._database.connect() as connection, connection.begin():
        engine.put_within(connection, [replace(SYNC, text="because of the scanner")], ())
        began = clock.now()
        ask(session, piles, replace(SYNC, text="because of the phone"))
        session.commit()
        assert session.query(Change).count() == 2 and clock.now() == began
    following.follow(session, site)
    assert (refs(site, "scanner"), refs(site, "phone")) == ([], [1])


def test_small_puts_are_folded_into_few_segments(engine: PostgresEngine, other: PostgresEngine) -> None:
    for number in range(1, 131):
        engine.put([question(1 + number % 65, f"Sync of round {number}")])
    assert sorted(one.ref for one, _ in engine.held()) == list(range(1, 66))
    assert engine.search(parse("sync"), ALL).total == other.search(parse("sync"), ALL).total == 65
    assert engine.state().segments <= 5
    assert refs(other, '"round 130"') == [1] and refs(other, '"round 65"') == []
    segments = scalar(engine, "SELECT count(*) FROM {t}_segment")
    assert scalar(engine, "SELECT count(DISTINCT segment) FROM {t}_posting") == segments
    assert scalar(engine, "SELECT count(*) FROM {t}_document WHERE segment IS NULL") < writing.ENOUGH_FRESH


def test_reader_goes_on_when_its_segments_are_folded_or_swapped(engine: PostgresEngine, other: PostgresEngine) -> None:
    some = [question(number, f"Sync {number}", "printer scanner phone cable") for number in range(1, 40)]
    engine.put(some)
    other.look_again()
    assert len(refs(other, "printer")) == 39
    other._looked = float("inf")  # it does not look: what it has open is gone before it knows
    engine.put(question(number, f"Sync {number}", "scanner") for number in range(40, 80))
    assert engine.state().segments == 2
    assert len(refs(other, "scanner")) == 79
    other._looked = float("inf")
    engine.rebuild(some, settled=0, reached=0)
    assert len(refs(other, "phone")) == 39
    assert refs(other, '"phone cable"') == list(range(1, 40))


def test_searches_are_whole_while_others_write(engine: PostgresEngine, other: PostgresEngine) -> None:
    pairs = [[question(2 * n, f"Sync {n}"), question(2 * n + 1, f"Sync {n}")] for n in range(40)]
    engine.put(pairs[0])
    over, torn = threading.Event(), []

    def read() -> None:
        while not over.is_set():
            other.look_again()
            total = other.search(parse("sync"), ALL).total
            if total % 2 or not total:
                torn.append(total)

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for number, pair in enumerate(pairs):
        engine.put(pair)
        if number == 20:
            engine.rebuild([one for some in pairs[:21] for one in some], settled=0, reached=0)
    over.set()
    for reader in readers:
        reader.join()
    assert torn == []
    assert other.search(parse("sync"), ALL).total == 80


def test_unreadable_segment_is_put_out_of_use(engine: PostgresEngine, other: PostgresEngine) -> None:
    engine.rebuild([SYNC], settled=0, reached=0)
    with engine._database.begin() as connection:
        name = tables.of(engine.marks().index)
        connection.execute(text(f"UPDATE {name}_segment SET columns = substring(columns FROM 1 FOR 900)"))
    other.look_again()
    with pytest.raises(NoIndex):
        other.search(parse("sync"), ALL)
    assert engine.needs_rebuild() and not other.state().ready


def test_rebuild_leaves_one_index_and_one_builder(engine: PostgresEngine, other: PostgresEngine) -> None:
    def rebuild_too(_: int) -> None:
        with pytest.raises(Busy):
            other.rebuild((), settled=0, reached=0)

    engine.rebuild([SYNC], settled=1, reached=2, progress=rebuild_too)
    with pytest.raises(ZeroDivisionError):
        engine.rebuild((question(1 // 0, "") for _ in range(1)), settled=0, reached=0)
    assert (refs(engine, "sync"), engine.marks().reached) == ([1], 2)
    with engine._database.connect() as connection:
        assert tables.others(connection, engine.marks().index) == []


def test_words_nobody_can_store_elsewhere_are_stored(engine: PostgresEngine) -> None:
    odd = article(1, "Nul \0 and \ud800 surrogate", "tab\tback\\slash 'quoted' " + "word " * 70_000, tags=("a'b",))
    engine.put([odd])
    engine.rebuild([odd], settled=0, reached=0)
    assert refs(engine, "surrogate") == [1]
    assert refs(engine, '"back slash quoted"') == [1]
    assert building.read(building.written(odd)) == odd


def test_ranking_is_that_of_the_embedded_engine(engine: PostgresEngine, tmp_path: object) -> None:
    nouns = ("printer", "sync", "password", "invoice", "browser", "cable", "phone")
    held = [
        question(
            n,
            f"{nouns[n % 7]} {nouns[n % 5]} fails {n % 11}",
            " ".join(nouns[(n * k) % 7] for k in range(n % 9)),
            tags=(nouns[n % 3],),
            boost=1 + n % 3 / 10,
        )
        for n in range(1, 200)
    ]
    embedded = WhooshEngine(tmp_path / "index", site="test")  # type: ignore[operator]
    embedded.rebuild(held, settled=0, reached=0)
    engine.rebuild(held[:120], settled=0, reached=0)
    engine.put(held[120:])
    for words in ("sync", "printer fails", "password invoice cable 3", "how do I sync my phone", '"browser cable"'):
        ours, theirs = (one.search(parse(words), ALL, limit=50) for one in (engine, embedded))
        assert (ours.keys, ours.total, ours.counts) == (theirs.keys, theirs.total, theirs.counts)
        assert ours.scores == pytest.approx(theirs.scores, rel=1e-4)
    assert engine.suggest(parse("pho"), ALL) == embedded.suggest(parse("pho"), ALL)
    assert engine.vocabulary() == embedded.vocabulary()


def test_transactions_of_another_database_are_none_of_its_business(session: Session, engine: PostgresEngine) -> None:
    committing._engines.clear()
    documents.register(Pile("question"))
    session.add(Change(kind="question", ref=1, at=clock.now()))
    session.commit()
    assert engine.held() == []
    assert Key("question", 1) == key(SYNC)


def test_documents_are_put_whole_or_not_at_all_beside_a_session_that_reads(
    session: Session, engine: PostgresEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.put([SYNC])
    monkeypatch.setattr(writing, "_PUT_IN", "SELECT 1 / 0, :kinds, :refs, :versions, :data")
    with reading_only(), pytest.raises(DBAPIError):
        session.scalar(text("SELECT 1"))
        engine.put([replace(SYNC, title="Sync is fast")])
    engine.look_again()
    assert refs(engine, "sync") == [1]
