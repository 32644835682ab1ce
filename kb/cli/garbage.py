"""How often Python looks for garbage in processes that run for long."""

import gc

YOUNG, MIDDLE, OLD = 50_000, 20, 50
"""Things made between two looks at the young, and looks between those at older ones; Python's own are 700, 10, 10."""


def look_seldom() -> None:
    """Never look at what is there now, and seldom at what comes.

    The programs and templates loaded at a start are hundreds of thousands of things that never go. To look through
    all of them again and again took a fifth of the time of a small publish.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, MIDDLE, OLD)
