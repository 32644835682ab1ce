"""Telling code from words."""

import time

from kb.markup.code import without_code


def test_without_code_leaves_out_fences_and_code_in_lines() -> None:
    assert without_code("a `b` c\n```py\nd\n```\ne\n~~~\nf\n```\ng\n~~~\nh").split() == ["a", "c", "e", "h"]


def test_without_code_needs_a_fence_as_long_to_close() -> None:
    assert without_code("````\na\n```\nb\n````\nc").split() == ["c"]


def test_without_code_takes_linear_time() -> None:
    for text in ("```\n~~~~\n", "`a", "`" * 3, "``a`"):
        began = time.thread_time()
        without_code(text * 40_000)
        assert time.thread_time() - began < 1.0, text
