"""What of the impacts of terms is kept in memory."""

import numpy as np
import pytest

from kb.search.ranking import impacts
from kb.search.ranking.impacts import Impacts, Kept


def some(documents: int) -> Impacts:
    return Impacts(np.arange(documents, dtype=np.int32), np.ones(documents, np.float32), 1.0)


def test_keep_lets_go_of_what_was_not_used_for_longest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(impacts, "MOST_BYTES", 3 * some(100).nbytes)
    kept, made = Kept(), {name: some(100) for name in "abcd"}
    for name in "abc":
        assert kept.keep((name,), made[name]) is made[name]
    assert kept.get(("a",)) is made["a"]
    kept.keep(("d",), made["d"])
    assert [name for name in "abcd" if kept.get((name,))] == ["a", "c", "d"]
    kept.keep(("e",), some(1000))
    assert kept.nbytes == 0


def test_keep_counts_what_two_threads_made_once() -> None:
    kept = Kept()
    kept.keep(("a",), some(10))
    kept.keep(("a",), some(10))
    assert kept.nbytes == some(10).nbytes


def test_of_says_what_one_document_gets() -> None:
    found = Impacts(np.array([2, 5], np.int32), np.array([0.5, 1.5], np.float32), 1.0)
    assert [found.of(number) for number in (1, 2, 3, 5, 9)] == [0, 0.5, 0, 1.5, 0]
