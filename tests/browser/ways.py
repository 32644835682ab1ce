"""The ways in which people come: on a phone or at a desk, with scripts or without."""

import os

import pytest

WAYS = [
    pytest.param({"phone": True, "scripts": True}, id="phone"),
    pytest.param({"phone": False, "scripts": False}, id="desk without scripts"),
]
OTHER_WAYS = [
    pytest.param({"phone": False, "scripts": True}, id="desk"),
    pytest.param({"phone": True, "scripts": False}, id="phone without scripts"),
]
if os.environ.get("KB_TEST_EVERY_WAY"):  # each walk covers two of the four, to save time
    WAYS = OTHER_WAYS = [*WAYS, *OTHER_WAYS]


def sort_of(way: dict[str, bool]) -> str:
    """Return a word for what a walk asks about, another in each way: they share a site."""
    words = {(True, True): "purple", (True, False): "yellow", (False, True): "orange", (False, False): "brown"}
    return words[way["phone"], way["scripts"]]
