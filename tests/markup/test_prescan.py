"""The look taken before rendering."""

import time

import pytest

from kb.markup.prescan import MOST_LOOKING_AHEAD, looking_ahead, trouble

N = 30_000
REFUSED = {
    "open brackets": "[" * N,
    "open images": "![" * N,
    "unclosed links": "[a](b " * (N // 6),
    "unclosed links in angles": "[a](<b" * (N // 6),
    "nested brackets": "[" * (N // 2) + "a" + "]" * (N // 2),
    "nested quotes": ">" * N + "a",
    "spaced quotes": "> " * (N // 2) + "a",
    "nested lists": "- " * (N // 2) + "a",
}
ALLOWED = {
    "links": "[a](b) " * (N // 7),
    "task list": "- [ ] a\n" * (N // 8),
    "a rule": "- " * 200,
    "matrix in code": "```\n" + "[[1, 2], [3, [4\n" * (N // 16) + "```\n",
    "a quoted mail": "> > > a\n" * 500,
    "prose": "Some words, (some in brackets) and [some in others].\n\n" * (N // 55),
}


@pytest.mark.parametrize("name", REFUSED)
def test_trouble_is_seen_in(name: str) -> None:
    assert trouble(REFUSED[name]) is not None


@pytest.mark.parametrize("name", ALLOWED)
def test_trouble_is_not_seen_in(name: str) -> None:
    assert trouble(ALLOWED[name]) is None


@pytest.mark.parametrize("name", REFUSED)
def test_trouble_takes_linear_time(name: str) -> None:
    began = time.thread_time()
    trouble(REFUSED[name] * 10)
    assert time.thread_time() - began < 1.0


def test_looking_ahead_adds_up_the_distances() -> None:
    assert looking_ahead("[abc]") == 4
    assert looking_ahead("[a") == 2
    assert looking_ahead("[a\n\nlong after") == 2
    assert looking_ahead("[a](bc)") == 2 + 4
    assert looking_ahead(r"\[a") == 0
    assert looking_ahead("[" * 3000) > MOST_LOOKING_AHEAD
