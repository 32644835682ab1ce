"""Posts: the Markdown members write, and the promise that rendering it never fails."""

import json
import random
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kb.markup import dialect, posts
from kb.markup.posts import Rendered, mentioned, render_post, render_posts
from kb.markup.sanitizing import clean_post
from tests.markup.safety import assert_safe

REL = 'rel="nofollow ugc noopener noreferrer"'


def html(markdown: str, **people: str) -> str:
    return render_post(markdown, people).html


def test_render_the_basics() -> None:
    assert html("a **b** *c* _d_ ~~e~~ `f`") == (
        "<p>a <strong>b</strong> <em>c</em> <em>d</em> <del>e</del> <code>f</code></p>"
    )
    assert html("a\nb\n\nc") == "<p>a<br>\nb</p>\n<p>c</p>"
    assert html("> a") == "<blockquote>\n<p>a</p>\n</blockquote>"
    assert html("a\n\n---\n\nb") == "<p>a</p>\n<hr>\n<p>b</p>"
    assert html("snake_case_name and 2 * 3 * 4") == "<p>snake_case_name and 2 * 3 * 4</p>"
    assert html("") == ""


def test_render_text_that_is_all_definitions_as_written() -> None:
    assert html("[a]: /b") == "<p>[a]: /b</p>"


def test_render_headings_below_those_of_the_page() -> None:
    assert html("# a\n\n## b\n\n###### c") == "<h3>a</h3>\n<h4>b</h4>\n<h6>c</h6>"


def test_render_tables_with_alignment() -> None:
    table = html("| a | b |\n|:-:|--:|\n| 1 | 2 |")
    assert '<th class="align-center">a</th>' in table
    assert '<td class="align-right">2</td>' in table


def test_render_code_in_colours_and_as_it_is() -> None:
    assert '<div class="language-python highlight">' in html("```python\nif x: pass\n```")
    assert '<span class="k">if</span>' in html("```python\nif x: pass\n```")
    assert "&lt;b&gt; &amp;amp; @bob https://x.example" in html("```\n<b> &amp; @bob https://x.example\n```", bob="Bob")
    assert html("`<b> @bob`", bob="Bob") == "<p><code>&lt;b&gt; @bob</code></p>"


def test_render_code_of_a_language_nobody_knows() -> None:
    assert "x &lt; y" in html("```no-such-language\nx < y\n```")


def test_render_html_as_words() -> None:
    assert html("<b>a</b> <script>b</script> <!-- c --> &copy; a & b") == (
        "<p>&lt;b&gt;a&lt;/b&gt; &lt;script&gt;b&lt;/script&gt; &lt;!-- c --&gt; &copy; a &amp; b</p>"
    )


def test_render_links() -> None:
    assert html("[a](https://x.example/b_c_d)") == f'<p><a href="https://x.example/b_c_d" {REL}>a</a></p>'
    assert html("see https://x.example/a_b_(c)?d=1&e=2.") == (
        f'<p>see <a href="https://x.example/a_b_(c)?d=1&amp;e=2" {REL}>https://x.example/a_b_(c)?d=1&amp;e=2</a>.</p>'
    )
    assert html("(https://x.example/)") == f'<p>(<a href="https://x.example/" {REL}>https://x.example/</a>)</p>'
    assert html("[a](javascript:alert(1))") == "<p><a>a</a></p>"
    assert html("https:// is no link") == "<p>https:// is no link</p>"


def test_render_images_from_elsewhere_as_links() -> None:
    assert html("![a cat](https://x.example/cat.png)") == f'<p><a href="https://x.example/cat.png" {REL}>a cat</a></p>'


def test_render_mentions_of_given_people_only() -> None:
    rendered = render_post("@bob, @Bob-2 and @carl; a@bob.example, `@bob`, x/@bob", {"bob": "Bob", "bob-2": 'B. "Two"'})
    assert rendered.mentions == ("bob", "bob-2")
    assert rendered.html == (
        f'<p><a href="/people/bob" title="Bob" {REL}>@bob</a>, '
        f'<a href="/people/bob-2" title="B. &quot;Two&quot;" {REL}>@Bob-2</a>'
        " and @carl; a@bob.example, <code>@bob</code>, x/@bob</p>"
    )


def test_render_does_not_put_a_mention_into_a_link() -> None:
    assert html("[@bob](https://x.example)", bob="Bob") == f'<p><a href="https://x.example" {REL}>@bob</a></p>'


def test_render_gives_the_plain_words() -> None:
    assert render_post("# a\n\n- **b** &amp; `c`").text == "a\nb & c"


def test_mentioned_finds_candidates_outside_code() -> None:
    text = "@Anna (@bob) @carl-2, not x@dora.example nor `@eva`\n```\n@fred\n```\n@nobody-"
    assert mentioned(text) == {"anna", "bob", "carl-2"}


WORDS = st.text(st.sampled_from("aä1 ,.;!?'%\n"), max_size=300)


@given(WORDS)
@settings(max_examples=50, deadline=None)
def test_render_plain_words_here_as_in_the_other_process(words: str) -> None:
    assert posts._HARMLESS.fullmatch(words)
    elsewhere = posts._pool.render([(words, {})], seconds=5)
    assert [dialect.render(words, {})] == elsewhere


PARTS = [
    *("*", "**", "_", "`", "```", "~~~", "~~", "[", "](", "]", "![", ")", "<", ">", "</", "<!--", "&", "&#x", ";", "|"),
    *(
        "\n",
        "\n\n",
        "    ",
        "\t",
        "- ",
        "1. ",
        "> ",
        "# ",
        "---",
        "===",
        "\\",
        '"',
        "'",
        "@bob",
        "http://x.y/",
        "a",
        "é",
    ),
    *(
        "javascript:",
        "data:text/html,",
        "onerror=",
        "<img src=x ",
        "<script>",
        "style=",
        "\0",
        "\x02wzxhzdk:0\x03",
        "\u202e",
    ),
    *("[a]: javascript:x\n", '{.x onclick="y"}', "``` {.a #b onclick=c}\n", "\r\n", "\ud800"),
]


@given(st.lists(st.sampled_from(PARTS), max_size=40).map("".join))
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_render_anything_is_safe_and_stays_so(markdown: str) -> None:
    rendered = render_post(markdown, {"bob": "<b>Bob</b>"})
    assert_safe(rendered.html)
    assert clean_post(rendered.html) == rendered.html


def test_render_honest_long_text_in_time() -> None:
    paragraph = (
        "Some **words** with a [link](https://x.example) and `code` in them, then more of them until it is long. "
    )
    began = time.perf_counter()
    rendered = render_post(f"{paragraph * 4}\n\n" * 500)
    assert len(paragraph) * 4 * 500 > 200_000
    assert "<strong>words</strong>" in rendered.html or time.perf_counter() - began >= posts.SECONDS
    assert time.perf_counter() - began < posts.SECONDS + 2


def test_render_posts_keeps_the_order_past_what_cannot_be_rendered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(posts, "SECONDS", 1.2)
    monkeypatch.setattr(posts, "_CHUNK_SECONDS", 1.6)
    slow = "a\n=\n" * 8_000
    written = [f"**{n}**" for n in range(60)]
    written[7], written[31] = slow, "[" * 30_000
    rendered = list(render_posts((text, {}) for text in written))
    assert [one.html for n, one in enumerate(rendered) if n not in (7, 31)] == [
        f"<p><strong>{n}</strong></p>" for n in range(60) if n not in (7, 31)
    ]
    assert rendered[7].html.startswith("<p>a<br>=<br>a")
    assert rendered[31].html == f"<p>{'[' * 30_000}</p>"


def test_render_posts_can_be_left_early() -> None:
    stream = render_posts((f"*{n}*", {}) for n in range(1000))
    assert next(iter(stream)) == Rendered(html="<p><em>0</em></p>", text="0", mentions=())
    stream.close()  # type: ignore[attr-defined]


def test_as_written_shows_every_sign_and_nothing_else() -> None:
    shown = posts.as_written("a <b>\nc & d\n \n\n\ne\x00\x1b[0m")
    assert shown.html == "<p>a &lt;b&gt;<br>c &amp; d</p>\n<p>e[0m</p>"
    assert shown.text == "a <b>\nc & d\ne[0m"


def test_rendered_fits_into_json() -> None:
    signs = [chr(random.Random(1).randrange(0x20, 0x2FFF)) for _ in range(500)]
    assert json.loads(json.dumps(html("".join(signs)))) == html("".join(signs))
