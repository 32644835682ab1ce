"""Payloads that broke other sites, and texts that stalled other renderers, collected by others."""

import json
import time
from collections.abc import Callable

import pytest

from kb.markup.posts import SECONDS, render_post, render_posts
from kb.markup.sanitizing import clean_article, clean_post
from tests.markup.payloads import SECURITY, payloads
from tests.markup.safety import assert_safe

here = pytest.mark.skipif(not SECURITY.is_dir(), reason=f"the payloads are not in {SECURITY}")

# As in security/pathological_markdown_patterns.json, which has them in words, at the length a question may have.
N = 30_000
PATHOLOGICAL: dict[str, Callable[[], str]] = {
    "nested strong emph": lambda: "*a **a " * (N // 14) + "b" + " a** a*" * (N // 14),
    "emph closers, no openers": lambda: "a_ " * (N // 3),
    "emph openers, no closers": lambda: "_a " * (N // 3),
    "link closers, no openers": lambda: "a]" * (N // 2),
    "link openers, no closers": lambda: "[a" * (N // 2),
    "mismatched openers/closers": lambda: "*a_ " * (N // 4),
    "issue 389": lambda: "*a " * (N // 8) + "_a*_ " * (N // 8),
    "openers/closers multiple of 3": lambda: "a**b" + "c* " * (N // 3),
    "link openers + emph closers": lambda: "[ a_" * (N // 4),
    "[ (]( repeated": lambda: "[ (](" * (N // 5),
    "![[]() repeated": lambda: "![[]()" * (N // 6),
    "nested brackets": lambda: "[" * (N // 2) + "a" + "]" * (N // 2),
    "nested block quotes": lambda: "> " * (N // 2) + "a",
    "deeply nested lists": lambda: "\n".join("  " * n + "* a" for n in range(170)),
    "NUL in input": lambda: "abc\0de\0",
    "backticks": lambda: "".join("e" + "`" * n for n in range(1, 245)),
    "unclosed links A": lambda: "[a](<b" * (N // 6),
    "unclosed links B": lambda: "[a](b" * (N // 5),
    "unclosed comments": lambda: "</" + "<!--" * (N // 4),
    "empty lines in deep lists": lambda: "- " * (N // 3) + "x" + "\n" * (N // 3),
    "same in blockquote": lambda: "> " + "- " * (N // 4) + "x" + ">\n" * (N // 4),
    "emph in deep blockquote": lambda: ">" * (N // 3) + "a*" * (N // 3),
    "reference collisions": lambda: "\n".join(f"[a{n}]: /b" for n in range(N // 12)),
    "nested inlines": lambda: "*" * (N // 2) + "a" + "*" * (N // 2),
    "fences that never close": lambda: "```\n~~~~\n" * (N // 9),
    "underlined headings": lambda: "a\n=\n" * (N // 4),
    "a lexer that backtracks": lambda: "```perl\n" + "s{" * (N // 2) + "\n```",
    "tables": lambda: "a|b\n-|-\n" * (N // 8),
}


@here
def test_render_posts_leaves_nothing_of_any_payload_that_runs() -> None:
    written = list(payloads())
    assert len(written) > 2_500
    for rendered in render_posts((markdown, {}) for markdown in written):
        assert_safe(rendered.html)


@here
def test_render_posts_leaves_nothing_that_runs_in_links_images_and_code() -> None:
    hosts = (
        "[x]({})",
        "![x]({})",
        "[{}](https://x.example)",
        "![{}](/x.png)",
        "<{}>",
        "[x]: {}\n\n[x]",
        "``` {}\nx\n```",
    )
    lines = [line.replace("\n", " ") for line in payloads() if len(line) < 300][::8]
    written = [hosts[n % len(hosts)].replace("{}", line) for n, line in enumerate(lines)]
    for rendered in render_posts((markdown, {}) for markdown in written):
        assert_safe(rendered.html)


@here
def test_clean_leaves_nothing_that_runs_in_html_and_nothing_to_clean() -> None:
    for payload in list(payloads())[::2]:
        once = clean_post(payload)
        assert_safe(once)
        assert clean_post(once) == once
        article = clean_article(payload)
        assert clean_article(article) == article
        assert "<script" not in article.lower()


@here
def test_render_all_pathological_patterns_are_the_known_ones() -> None:
    named = {one["name"] for one in json.loads((SECURITY / "pathological_markdown_patterns.json").read_text())}
    assert named <= set(PATHOLOGICAL)


@pytest.mark.parametrize("name", PATHOLOGICAL)
def test_render_post_stays_within_its_time(name: str) -> None:
    text = PATHOLOGICAL[name]()
    render_post("**a process is running**")
    began = time.perf_counter()
    rendered = render_post(text)
    assert time.perf_counter() - began < SECONDS + 1.5
    assert rendered.html
    assert_safe(rendered.html)
