"""Plain words out of HTML, and fewer of them."""

import time

from kb.markup.plain import shorten, text_of


def test_text_of_puts_each_block_on_a_line_and_resolves_entities() -> None:
    assert text_of("<p>a <strong>b</strong>&amp;c</p>\n<ul>\n<li>d<br>e</li><li>f</li></ul>") == "a b&c\nd\ne\nf"


def test_text_of_joins_words_that_only_markup_parts() -> None:
    assert text_of("<p>un<em>believ</em>able <code>&lt;b&gt;</code></p>") == "unbelievable <b>"


def test_text_of_is_not_led_astray_by_attributes() -> None:
    assert text_of('<img alt="a > b" title=\'"\'>x<!-- <p>y</p> -->') == "x"


def test_text_of_takes_linear_time_on_broken_tags() -> None:
    for broken in ("<a ", '<a "', "<a '", "<!--", "<"):
        began = time.thread_time()
        text_of(broken * 50_000)
        assert time.thread_time() - began < 1.0, broken


def test_shorten_cuts_at_a_word_and_says_so() -> None:
    assert shorten("one two\n three", 100) == "one two three"
    assert shorten("one two, three", 10) == "one two…"
    assert shorten("one two, three", 9) == "one two…"
    assert len(shorten("x" * 50, 10)) == 10
    assert shorten("x" * 50, 10).endswith("…")
    assert shorten("", 10) == ""
