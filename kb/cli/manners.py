"""How processes that run for long or work hard behave towards the others."""

import gc
import os
from contextlib import suppress

YOUNG, MIDDLE, OLD = 50_000, 20, 50
"""Things made between two looks at the young, and looks between those at older ones; Python's own are 700, 10, 10."""
BEHIND = 5
"""How far work that nobody waits for stands behind requests where processors are few, by the measure of ``nice``.

Five is a third of a request's share. Much further behind it would be so slow between two locks that requests, which
wait for those, are slower again.
"""


def look_seldom() -> None:
    """Never look for garbage in what is there now, and seldom in what comes.

    The programs and templates loaded at a start are hundreds of thousands of things that never go. To look through
    all of them again and again took a fifth of the time of a small publish.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, MIDDLE, OLD)


def readers_first() -> None:
    """Leave the processors to whoever answers requests, as long as there are any; also for processes started later."""
    if os.getpriority(os.PRIO_PROCESS, 0) < BEHIND:
        os.setpriority(os.PRIO_PROCESS, 0, BEHIND)
    if hasattr(os, "SCHED_BATCH"):
        with suppress(OSError):  # its share stays, but it interrupts nobody when it wakes up
            os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
