"""Who writes next: in the order they came, each process in its turn, and never kept waiting by those who read."""

import gc
import multiprocessing
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.synchronize import Event
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from kb.db import reading_only
from kb.turns import Turns

LONG = 5.0
"""Seconds after which a test gives up."""
pytestmark = pytest.mark.sqlite
_ways = multiprocessing.get_context("forkserver")
_ways.set_forkserver_preload(["kb.db"])


def test_threads_take_turns_in_the_order_they_came(tmp_path: Path) -> None:
    turns, came = Turns(tmp_path / "turn"), list[int]()

    def write(number: int) -> None:
        assert turns.take(LONG)
        came.append(number)
        turns.give_back()

    assert turns.take(LONG)
    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
        time.sleep(0.01)  # until it waits
    turns.give_back()
    for thread in threads:
        thread.join()
    assert came == list(range(8))


def test_a_turn_that_does_not_come_is_not_taken(tmp_path: Path) -> None:
    turns = Turns(tmp_path / "turn")
    assert turns.take(LONG)
    assert not turns.take(0.01)
    turns.give_back()
    assert turns.take(0.01)


def test_a_process_that_writes_all_the_time_lets_others_write(tmp_path: Path) -> None:
    with _other_process(_write_all_the_time, tmp_path):
        turns, waits = Turns(tmp_path / "turn"), list[float]()
        for _ in range(10):
            began = time.monotonic()
            assert turns.take(LONG)
            waits.append(time.monotonic() - began)
            turns.give_back()
    assert max(waits) < 0.5, "about one turn of the other's, which is 0.02 s"


def test_a_process_that_is_killed_gives_its_turn_back(tmp_path: Path) -> None:
    turns = Turns(tmp_path / "turn")
    with _other_process(_keep_a_turn, tmp_path):
        assert not turns.take(0.05)
    assert turns.take(LONG)


def test_nobody_begins_to_read_while_another_process_commits(tmp_path: Path) -> None:
    turns = Turns(tmp_path / "turn")
    turns.let_commit()
    with _other_process(_commit_for_a_while, tmp_path):
        began = time.monotonic()
        turns.let_commit()
        assert 0.1 < time.monotonic() - began < 0.9
    turns.let_commit()


def test_writing_goes_on_where_the_order_cannot_be_agreed_on(tmp_path: Path) -> None:
    turns = Turns(tmp_path / "no such folder" / "turn")
    assert turns.take(LONG)
    turns.commit_next()
    turns.give_back()
    turns.let_commit()


def test_a_commit_waits_for_no_page_however_many_are_made(tmp_path: Path) -> None:
    engine = create_engine(_address(tmp_path))
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE note (words TEXT)"))
        connection.execute(text("INSERT INTO note VALUES (:words)"), [{"words": "read"}] * 800)
    with _other_process(_read_all_the_time, tmp_path):
        slowest = 0.0
        for _ in range(3):
            began = time.monotonic()
            with engine.begin() as connection:
                connection.execute(text("INSERT INTO note VALUES ('written')"))
            slowest = max(slowest, time.monotonic() - began)
    assert slowest < LONG


def test_a_writer_that_was_forgotten_keeps_nobody_waiting(tmp_path: Path) -> None:
    engine = create_engine(_address(tmp_path))
    engine.connect().execute(text("CREATE TABLE note (words TEXT)"))
    gc.collect()
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE note (words TEXT)"))


@contextmanager
def _other_process(work: Callable[[Path, Event], None], folder: Path) -> Iterator[None]:
    """Have a process do ``work`` until the block ends, from when it says that it is at it."""
    busy = _ways.Event()
    process = _ways.Process(target=work, args=(folder, busy), daemon=True)
    process.start()
    try:
        assert busy.wait(60)
        yield
    finally:
        process.kill()
        process.join()


def _write_all_the_time(folder: Path, busy: Event) -> None:
    turns = Turns(folder / "turn")
    while turns.take():
        busy.set()
        time.sleep(0.02)
        turns.give_back()


def _keep_a_turn(folder: Path, busy: Event) -> None:
    Turns(folder / "turn").take()
    busy.set()
    time.sleep(60)


def _commit_for_a_while(folder: Path, busy: Event) -> None:
    turns = Turns(folder / "turn")
    turns.take()
    turns.commit_next()
    busy.set()
    time.sleep(0.3)
    turns.give_back()
    time.sleep(60)


def _read_all_the_time(folder: Path, busy: Event) -> None:
    """Make pages in threads, each of which reads, thinks and reads again, so that one of them is always at it."""
    engine = create_engine(_address(folder))

    def read() -> None:
        while True:
            with reading_only(), engine.connect() as connection:
                connection.execute(text("SELECT count(*) FROM note")).all()
                time.sleep(0.01)
                connection.execute(text("SELECT count(*) FROM note AS a, note AS b WHERE a.words > b.words")).all()
            busy.set()

    threads = [threading.Thread(target=read, daemon=True) for _ in range(8)]
    for thread in threads:
        thread.start()
        time.sleep(0.005)
    threads[0].join()


def _address(folder: Path) -> str:
    return f"sqlite:///{folder / 'site.db'}"
