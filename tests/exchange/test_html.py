"""HTML of other sites as Markdown, judged by what it renders to."""

import time

import pytest

from kb.exchange.html import as_markdown
from kb.markup.plain import text_of
from kb.markup.posts import render_post

WORDS = [
    "1. not a list",
    "# no heading",
    "- no item",
    "+ no item",
    "&gt; no quote",
    "a_b_c _not_ *emphasis* **nor** ~~struck~~ `code`",
    "[no](link) ![no](image) [no][ref] [no]: ref",
    "&amp;copy; stays, &lt;b&gt; too, &amp;amp; and &lt;script&gt;",
    "C:\\temp\\*.txt and \\_ \\[",
    "2 * 3 * 4 &lt; 5 &amp; 6",
    "@nobody mail@example.com",
]


@pytest.mark.parametrize("html", WORDS)
def test_words_stay_the_words_they_are(html: str) -> None:
    rendered = render_post(as_markdown(f"<p>{html}</p>")).html
    assert rendered.count("<p>") == 1
    assert text_of(rendered) == text_of(html)
    for element in ("<em", "<strong", "<del", "<code", "<a", "<img", "<ol", "<ul", "<h", "<blockquote"):
        assert element not in rendered


def test_blocks_stay_the_blocks_they_are() -> None:
    html = (
        "<h2>Title</h2><p>one\ntwo<br>three</p><ul><li>a<ul><li>b</li></ul></li><li><p>c</p><pre><code>d\n</code></pre>"
        "</li><li>e</li></ul><ol start='3'><li>f</li><li>g</li></ol><blockquote><p>h</p><p>i</p></blockquote><hr>"
        "<table><thead><tr><th>j</th></tr></thead><tbody><tr><td>k</td></tr></tbody></table>"
    )
    rendered = render_post(as_markdown(html)).html.replace("\n", "")
    assert "<h4>Title</h4><p>one two<br>three</p>" in rendered
    assert "<li><p>a</p><ul><li>b</li></ul></li>" in rendered or "<li>a<ul><li>b</li></ul></li>" in rendered
    assert rendered.count("<ul>") == 2
    assert '<ol start="3"><li>f</li><li>g</li></ol>' in rendered
    assert "<blockquote><p>h</p><p>i</p></blockquote><hr>" in rendered
    assert "<td>k</td>" in rendered
    assert text_of(html).split() == text_of(rendered).split()


def test_code_keeps_signs_fences_and_language() -> None:
    html = '<pre class="lang-py s-code"><code>if a &lt; b:\n    print("```", &amp;amp;)\n\n\n# *x*\n</code></pre>'
    markdown = as_markdown(html)
    assert markdown == '````py\nif a < b:\n    print("```", &amp;)\n\n\n# *x*\n````'
    assert '<div class="language-py highlight">' in render_post(markdown).html
    assert render_post(as_markdown("<p><code>a ` &lt;b&gt; `` c</code></p>")).html == (
        "<p><code>a ` &lt;b&gt; `` c</code></p>"
    )


def test_links_that_lead_nowhere_from_here_lose_their_aim() -> None:
    assert as_markdown('<a href="/questions/1">a</a> <a href="#q">b</a> <a href="javascript:x">c</a>') == "a b c"


def test_links_with_brackets_and_blanks_stay_whole() -> None:
    rendered = render_post(as_markdown('<p><a href="https://x.example/a_(b c)">d</a></p>')).html
    assert 'href="https://x.example/a_(b c)"' in rendered or 'href="https://x.example/a_(b%20c)"' in rendered


def test_scripts_and_styles_vanish() -> None:
    assert as_markdown("a<script>b</script><style>c</style>d") == "ad"


@pytest.mark.parametrize(
    "html", ["<div>" * 20_000 + "x", "<ol>" + "<li>x</li>" * 8_000 + "</ol>", "<b>" * 20_000 + "x"]
)
def test_depth_and_length_do_no_harm(html: str) -> None:
    began = time.thread_time()
    assert "x" in as_markdown(html)
    assert time.thread_time() - began < 5
