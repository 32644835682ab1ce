"""Of many searches a few are computed at a time, the others in the order they came."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy.orm import Session

from kb.search import asking, crowd
from kb.search.crowd import AT_ONCE, in_turn
from kb.search.engine import Engine

LONG = 5.0
"""Seconds after which a test gives up."""


def until(count: Callable[[], int], wanted: int) -> None:
    """Wait until there are as many; raises AssertionError when there never are."""
    end = time.monotonic() + LONG
    while count() != wanted:
        assert time.monotonic() < end
        time.sleep(0.001)


def asked_for() -> int:
    """Return how many searches are under way or wait."""
    return AT_ONCE - crowd._queue._room + len(crowd._queue._waiting)


def started(count: int, work: Callable[[int], None]) -> list[threading.Thread]:
    """Have ``work``, which is in turn, done in threads that come one after the other."""
    threads = [threading.Thread(target=work, args=(number,)) for number in range(count)]
    for number, thread in enumerate(threads):
        thread.start()
        until(asked_for, number + 1)
    return threads


def test_few_are_under_way_and_the_others_follow_in_the_order_they_came(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crowd, "PATIENCE", LONG)
    go, came, under_way, most = threading.Semaphore(0), list[int](), set[int](), list[int]()

    @in_turn
    def search(number: int) -> None:
        came.append(number)
        under_way.add(number)
        most.append(len(under_way))
        assert go.acquire(timeout=LONG)
        under_way.remove(number)

    threads = started(3 * AT_ONCE, search)
    until(came.__len__, AT_ONCE)
    for left in range(1, len(threads) + 1):
        go.release()
        until(came.__len__, min(AT_ONCE + left, len(threads)))
    for thread in threads:
        thread.join(LONG)
    assert sorted(came[:AT_ONCE]) == list(range(AT_ONCE))
    assert came[AT_ONCE:] == list(range(AT_ONCE, 3 * AT_ONCE))
    assert max(most) == AT_ONCE


@contextmanager
def crowded() -> Iterator[Callable[[], None]]:
    """Have all places taken until the block ends or what it yields is called."""
    left = threading.Event()
    threads = started(AT_ONCE, lambda _: in_turn(lambda: left.wait(LONG))())
    yield left.set
    left.set()
    for thread in threads:
        thread.join(LONG)


def test_nobody_waits_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crowd, "PATIENCE", 0.05)
    with crowded():
        began = time.monotonic()
        assert in_turn(lambda: 7)() == 7
        assert 0.05 <= time.monotonic() - began < LONG


@pytest.mark.parametrize("search", [asking.ask, asking.typed, asking.similar], ids=lambda search: search.__name__)
def test_every_search_waits_its_turn(
    search: Callable[..., object], session: Session, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crowd, "PATIENCE", LONG)
    with crowded() as leave:
        timer = threading.Timer(0.2, leave)
        began = time.monotonic()
        timer.start()
        search(session, "paper", None, engine=engine)
        assert 0.2 <= time.monotonic() - began < LONG


def test_a_search_that_fails_leaves_its_place() -> None:
    @in_turn
    def search() -> int:
        raise ValueError

    for _ in range(2 * AT_ONCE):
        with pytest.raises(ValueError):
            search()
    assert crowd._queue._room == AT_ONCE
