"""A few searches at a time in one process, however many are asked for."""

import os
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from kb.turns import Queue

AT_ONCE = 3
"""Searches that one process computes at the same time, about as many as a process of the web server answers.

They share one interpreter, which a hundred of them take from each other so often that all are done late: the median
is half as long again, the slowest takes twice as long.
"""
PATIENCE = 1.0
"""Seconds to wait for a turn; from then on it is better to be slow than to wait on."""
Given = ParamSpec("Given")
Answer = TypeVar("Answer")
_queue = Queue(AT_ONCE)


def in_turn(search: Callable[Given, Answer]) -> Callable[Given, Answer]:
    """Return ``search`` so that no more than AT_ONCE of all such are under way, the others next in the order they came.

    It must not be called by another such: that would wait for itself.
    """

    @wraps(search)
    def searched(*args: Given.args, **named: Given.kwargs) -> Answer:
        queue = _queue
        has_place = queue.enter(PATIENCE)
        try:
            return search(*args, **named)
        finally:
            if has_place:
                queue.leave()

    return searched


def _forget() -> None:
    global _queue
    _queue = Queue(AT_ONCE)


os.register_at_fork(after_in_child=_forget)  # whoever has a place in the parent will never leave it in the child
