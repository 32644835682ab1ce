"""Lists as people write them everywhere."""

import pytest

from kb.markup.posts import render_post

WRITTEN = {
    "right after a paragraph": ("Steps:\n- a\n- b", "<p>Steps:</p><ul><li>a</li><li>b</li></ul>"),
    "two blanks nest": (
        "- a\n  - b\n    - c\n- d",
        "<ul><li>a<ul><li>b<ul><li>c</li></ul></li></ul></li><li>d</li></ul>",
    ),
    "four blanks nest": (
        "- a\n    - b\n        - c\n- d",
        "<ul><li>a<ul><li>b<ul><li>c</li></ul></li></ul></li><li>d</li></ul>",
    ),
    "numbers from where they start": ("3. a\n4. b", '<ol start="3"><li>a</li><li>b</li></ol>'),
    "numbers with a list inside": ("1. a\n   - b\n2. c", "<ol><li>a<ul><li>b</li></ul></li><li>c</li></ol>"),
    "a year is no list": ("born in\n1986. What", "<p>born in<br>1986. What</p>"),
    "a dash between words is no list": ("a - b", "<p>a - b</p>"),
    "a rule is no list": ("* * *", "<hr>"),
    "two paragraphs in an item": ("- a\n\n  b\n- c", "<ul><li><p>a</p><p>b</p></li><li><p>c</p></li></ul>"),
    "a lazy line goes on": ("- a\nb\n- c", "<ul><li>a<br>b</li><li>c</li></ul>"),
    "a paragraph ends the list": ("- a\n\nb", "<ul><li>a</li></ul><p>b</p>"),
}


@pytest.mark.parametrize("name", WRITTEN)
def test_render_lists(name: str) -> None:
    markdown, html = WRITTEN[name]
    assert render_post(markdown).html.replace("\n", "") == html


def test_render_code_within_an_item_with_another_after_it() -> None:
    html = render_post("1. a\n   ```py\n   x\n   ```\n2. b").html
    assert html.count("<ol>") == 1
    assert html.count("<li>") == 2
    assert '<div class="language-py highlight"><pre>' in html


def test_render_items_in_code_stay_code() -> None:
    assert "<ul>" not in render_post("```\n- a\n  - b\n```").html
    assert "<ul>" not in render_post("    - a\n    - b").html
