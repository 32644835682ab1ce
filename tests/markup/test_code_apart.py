"""Words of code that skip the cleaner come out as if they had gone through it."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.markup.article_code import CodeBoxes
from kb.markup.sanitizing import clean_article, code_name

SECRET = "0123456789abcdef"
NAME = code_name(SECRET, 0)
BOX = f'<div class="language-py highlight"><pre><code>{NAME}</code></pre></div>'
WORDS = '<span class="k">if</span> a &lt; b &amp;&amp; <span class="hll"><span class="mi">1</span>\n</span>'
AROUND = [
    "{}",
    "<p>a</p>{}<p>b</p>",
    "<ul><li>{}</li></ul>",
    "<p>a {} b</p>",
    "<p><b>a {} b",
    "<a href='/x'>{}</a>",
    "<table><tr><td>{}</td></tr></table>",
    "<table>{}<tr><td>x</td></tr></table>",
    "<table><tr>{}</tr></table>",
    "<div><em>{}</div></em>",
    "<h2>{}</h2>",
    "<svg>{}</svg>",
    "<math><mtext>{}</mtext></math>",
    "<style>{}</style>",
    "<script>{}</script>",
    "<textarea>{}</textarea>",
    "<select>{}</select>",
    "<noscript>{}</noscript>",
    "<iframe>{}</iframe>",
    "<!-- {} -->",
    "<p title='{}'>x</p>",
    "<details><summary>{}</summary>{}</details>",
]
PIECES = [
    "<b>",
    "</b>",
    "<p>",
    "</p>",
    "<table>",
    "<td>",
    "</table>",
    "<a href='/x'>",
    "</a>",
    "<li>",
    "<code>",
    "x",
    BOX,
]


def both_ways(html: str, words: str) -> tuple[str, str]:
    return clean_article(html, {NAME: words}), clean_article(html.replace(NAME, words))


@pytest.mark.parametrize("around", AROUND)
def test_clean_article_puts_code_in_as_if_it_had_been_there(around: str) -> None:
    apart, together = both_ways(around.replace("{}", BOX), WORDS)
    assert apart == together
    assert NAME not in apart


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=9).map("".join))
def test_clean_article_does_so_in_broken_html(html: str) -> None:
    apart, together = both_ways(html, WORDS)
    assert apart == together


@pytest.mark.parametrize(
    "words",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        '<span class="k" onclick="x()">if</span>',
        '<span class="k">never closed',
        "</code></pre></div><p>out</p>",
        "a & b",
        "&copy; &#60;",
        "\x0c\x01",
        f'<span class="button">{NAME}</span>',
    ],
)
def test_clean_article_cleans_words_that_are_not_only_coloured(words: str) -> None:
    apart, together = both_ways(BOX, words)
    assert apart == together
    assert "<script" not in apart and "onclick" not in apart and "onerror" not in apart


def test_clean_article_is_not_fooled_by_a_name_somebody_wrote() -> None:
    other = code_name(SECRET, 7)
    apart = clean_article(f"<p title='{NAME}'>{other}</p>{BOX}", {NAME: WORDS})
    assert apart.count("&lt; b") == 1
    assert other in apart


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=80), st.sampled_from(["py", "html", "sh", "console", "diff", "json", "text"]))
def test_code_boxes_hold_what_the_cleaner_leaves_alone(source: str, language: str) -> None:
    boxes = CodeBoxes()
    options = {"linenums": "1", "hl_lines": "1"}
    html = boxes.box(source, language, "", options, None)  # type: ignore[arg-type]
    together = html
    for name, words in boxes.words.items():
        together = together.replace(name, words)
    clean = clean_article(html, boxes.words)
    assert clean == clean_article(together)
    assert not re.search(r"code[0-9a-f]{16}x", clean)
