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


def started(count: int, work: Callable[[int], None]) -> list[threading.Thread]:
    """Have ``work`` done in threads that come one after the other."""
    threads = [threading.Thread(target=work, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
        time.sleep(0.01)  # until it works or waits
    return threads


def test_few_are_under_way_and_the_others_follow_in_the_order_they_came() -> None:
    go, came, under_way, most = threading.Semaphore(0), list[int](), set[int](), list[int]()

    @in_turn
    def search(number: int) -> None:
        came.append(number)
        under_way.add(number)
        most.append(len(under_way))
        assert go.acquire(timeout=LONG)
        under_way.remove(number)

    threads = started(3 * AT_ONCE, search)
    assert came == list(range(AT_ONCE))
    for _ in threads:
        go.release()
        time.sleep(0.01)
    for thread in threads:
        thread.join(LONG)
    assert came == list(range(3 * AT_ONCE))
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
def test_every_search_waits_its_turn(search: Callable[..., object], session: Session, engine: Engine) -> None:
    with crowded() as leave:
        timer = threading.Timer(0.2, leave)
        began = time.monotonic()
        timer.start()
        search(session, "paper", None, engine=engine)
        assert 0.2 <= time.monotonic() - began < crowd.PATIENCE


def test_a_search_that_fails_leaves_its_place() -> None:
    @in_turn
    def search() -> int:
        raise ValueError

    for _ in range(2 * AT_ONCE):
        with pytest.raises(ValueError):
            search()
    began = time.monotonic()
    assert in_turn(lambda: 7)() == 7
    assert time.monotonic() - began < crowd.PATIENCE
