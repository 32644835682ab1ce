"""The cleaner: what it keeps, what it drops, what it changes."""

import pytest

from kb.markup.sanitizing import clean_article, clean_post
from tests.markup.safety import assert_safe

REL = 'rel="nofollow ugc noopener noreferrer"'

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<a href='java\tscript:alert(1)'>x</a>",
    "<a href='javascript:123'>x</a>",
    "<a href='javascript&colon;123'>x</a>",
    "<a href='&#x6A;avascript:alert(1)'>x</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "<p style='background:url(javascript:alert(1))'>x</p>",
    "<form action=/sign-out method=post><button>x</button></form>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<div class='page modal highlight'><span class='hidden k'>x</span></div>",
    "</div></main></body><script>alert(1)</script>",
    "<!--><img src=x onerror=alert(1)>-->",
    "<![CDATA[<img src=x onerror=alert(1)>]]>",
    "<template><script>alert(1)</script></template>",
    "<img src='/&#47;evil.example/x.png'>",
    "<img src='/\\evil.example/x.png'>",
]


@pytest.mark.parametrize("html", HOSTILE)
def test_clean_post_leaves_nothing_that_runs(html: str) -> None:
    assert_safe(clean_post(html))


@pytest.mark.parametrize("html", [*HOSTILE, "a &lt; b &amp; &copy; c < d & e", "<h3 id=x>x</h3><a href='#x'>y</a>"])
def test_clean_twice_changes_nothing_more(html: str) -> None:
    once = clean_post(html)
    assert clean_post(once) == once
    article = clean_article(html)
    assert clean_article(article) == article


def test_clean_post_keeps_what_posts_are_made_of() -> None:
    html = (
        '<h3>x</h3>\n<p><strong>a</strong> <em>b</em> <del>c</del> <code>d</code><br>e</p>\n<ol start="3"><li>f</li>'
        "</ol>"
        '<div class="language-py highlight"><pre><code><span class="k">if</span></code></pre></div>'
        '<table><thead><tr><th class="align-right">g</th></tr></thead></table><blockquote><p>h</p></blockquote><hr>'
    )
    assert clean_post(html) == html


def test_clean_post_marks_links_and_drops_their_targets() -> None:
    assert clean_post('<a href="https://x.example/?a=1&amp;b=2" target="_blank">x</a>') == (
        f'<a href="https://x.example/?a=1&amp;b=2" {REL}>x</a>'
    )


def test_clean_post_keeps_own_images_and_turns_others_into_links() -> None:
    name = f"/uploads/{'a2' * 12}-640x480.png"
    shown = f'<img src="{name}" alt="A" loading="lazy" width="640" height="480">'
    assert clean_post(f'<img src="{name}" alt="A">') == clean_post(shown) == shown
    for elsewhere in ("/sign-out", "/uploads/a.png", f"/{name}", f"{name}?x", f"{name}/", f"{name}x"):
        assert "<img" not in clean_post(f'<img src="{elsewhere}" alt="A">')
    assert clean_post('<img src="https://x.example/a.png?b=1&amp;c=2" alt="a &lt; b">') == (
        f'<a href="https://x.example/a.png?b=1&amp;c=2" {REL}>a &lt; b</a>'
    )
    assert clean_post('<a href="https://x.example"><img src="//y.example/a.png" alt="A"></a>') == (
        f'<a href="https://x.example" {REL}>A</a>'
    )


def test_clean_post_prefixes_ids_and_the_links_to_them() -> None:
    assert clean_post('<h3 id="main">x</h3><a href="#main">y</a>') == (
        f'<h3 id="user-content-main">x</h3><a href="#user-content-main" {REL}>y</a>'
    )


def test_clean_post_drops_headings_that_belong_to_the_page() -> None:
    assert clean_post("<h1>x</h1><h2>y</h2>") == "x\ny"


def test_clean_article_keeps_figures_callouts_and_footnotes() -> None:
    html = (
        '<h2 id="set-up">Set up</h2><aside class="callout callout--tip" role="note"><p class="callout__title">Tip</p>'
        '</aside><figure><img src="/a.png" alt="" width="3" height="4" loading="lazy"><figcaption>x'
        "</figcaption></figure>"
        '<details open><summary>more</summary><kbd>Ctrl</kbd></details><p>x<sup id="fnref:1"><a class="footnote-ref"'
        ' href="#fn:1">1</a></sup></p><table><tbody><tr><td colspan="2">x</td></tr></tbody></table>'
    )
    kept = clean_article(html)
    for part in (
        'id="set-up"',
        'class="callout callout--tip"',
        'role="note"',
        'class="callout__title"',
        "<figcaption>",
        'width="3"',
        "<details open>",
        "<kbd>",
        'id="fnref:1"',
        'class="footnote-ref"',
        'colspan="2"',
    ):
        assert part in kept


def test_clean_article_shows_task_boxes_but_no_other_input() -> None:
    assert clean_article('<input type="checkbox" checked><input type="text" value="x"><input>') == (
        '<input type="checkbox" checked disabled aria-label="Done">'
    )


def test_clean_article_drops_classes_of_the_page_and_scripts() -> None:
    assert clean_article('<p class="button toc" onclick="x()">a<script>b</script></p>') == '<p class="toc">ab</p>'
