"""What articles may hold beyond plain Markdown."""

import re

import pytest

from kb.markup.article_links import Place
from kb.markup.articles import render_article
from kb.settings import PROJECT


def html(markdown: str) -> str:
    """Return ``markdown`` rendered, with every link left as it is."""
    return render_article(markdown, lambda target: None).html


@pytest.mark.parametrize(
    "markdown",
    [
        "> [!WARNING]\n> Mind *this*.\n",
        "!!! warning\n    Mind *this*.\n",
        ":::warning\nMind *this*.\n:::\n",
        "::: warning\nMind *this*.\n:::\n",
        ":::{warning}\nMind *this*.\n:::\n",
        "/// warning\nMind *this*.\n///\n",
    ],
)
def test_render_article_makes_callouts_of_every_spelling(markdown: str) -> None:
    made = html(markdown)
    assert 'class="callout callout--warning"' in made
    assert '<p class="callout__title">Warning</p>' in made
    assert "<p>Mind <em>this</em>.</p>" in made


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("| a | b |\n|---|--:|\n| 1 | 2 |\n", '<td class="align-right">2</td>'),
        ("```python\ndef f(): pass\n```\n", '<span class="k">def</span>'),
        ("```sh\nls\n```\n", '<div class="language-sh highlight">'),
        ("Text[^1].\n\n[^1]: Note.\n", '<a href="#fn:1" class="footnote-ref">1</a>'),
        ("- [x] done\n", '<input type="checkbox" disabled checked aria-label="Done">'),
        ("Word\n: Meaning\n", "<dt>Word</dt>\n<dd>Meaning</dd>"),
        ('??? note "More"\n    Hidden.\n', '<summary class="callout__title">More</summary>'),
        ("???+ tip\n    Shown.\n", '<details open class="callout callout--tip">'),
        ("Press ++ctrl+c++.\n", "<kbd>Ctrl</kbd><span>+</span><kbd>C</kbd>"),
        ("## Part {#own}\n", '<h2 id="own">'),
        ("#5 is no heading\n", "<p>#5 is no heading</p>"),
        ("> [!NOTE]\n> Two:\n> - a\n> - b\n", "<li>a</li>\n<li>b</li>"),
        ("!!! note\n    Two:\n    - a\n      - b\n", "<li>b</li>"),
        ("    indented <b>\n", "<pre><code>indented &lt;b&gt;\n</code></pre>"),
        ("<details>\n<summary>More</summary>\n\n**Hidden.**\n\n</details>\n", "<strong>Hidden.</strong>"),
        ("~~gone~~", "<del>gone</del>"),
        ("https://example.com/x\n", '<a href="https://example.com/x" rel="noopener">'),
        ("- a\n  - b\n", "<li>b</li>"),
        ("1. a\n\n   ```sh\n   ls\n   ```\n\n2. b\n", "</div>\n</li>\n<li>"),
        ("# One\n", '<h2 id="one">'),
    ],
)
def test_render_article_knows(markdown: str, expected: str) -> None:
    assert expected in html(markdown)


def test_render_article_lists_headings_and_gives_each_an_id_of_its_own() -> None:
    made = render_article("## What `x` & y?\n\n### Same\n\n## Same\n\n## Main\n\n## $$\n", lambda target: None)
    assert [(heading.level, heading.id, heading.text) for heading in made.outline.headings] == [
        (2, "what-x--y", "What x & y?"),
        (3, "same", "Same"),
        (2, "same-1", "Same"),
        (2, "main-1", "Main"),
        (2, "section", "$$"),
    ]
    assert 'href="#same-1" class="heading-anchor"' in made.html
    assert made.text == "What x & y?\nSame\nSame\nMain\n$$"


def test_render_article_points_links_and_pictures_where_they_are() -> None:
    def find(target: str) -> Place | None:
        return {"a.md": Place("/articles/x/a"), "p.png": Place("/articles/images/1/p.png", 30, 20)}.get(target)

    made = render_article("[A](a.md \"T\") <a href='a.md'>raw</a> ![P](p.png) `[no](a.md)` [B](https://b.org)", find)
    assert made.html.count('href="/articles/x/a"') == 2
    assert '<img alt="P" src="/articles/images/1/p.png" width="30" height="20" decoding="async">' in made.html
    assert [link.target for link in made.outline.links] == ["a.md", "a.md", "p.png"]


def test_render_article_shows_the_words_of_what_leads_nowhere() -> None:
    made = render_article("See [the *guide*](gone.md) and ![a cat](cat.png).", lambda target: Place(""))
    assert made.html == "<p>See the <em>guide</em> and a cat.</p>"


def test_render_article_names_anchors_the_page_does_not_have() -> None:
    made = render_article("## Here\n\n[a](#here) [b](#there)\n", lambda target: None)
    assert made.outline.lost_anchors == ("there",)


@pytest.mark.parametrize(
    ("markdown", "title"),
    [
        (":::note Mind the *gap*\nText\n:::\n", "Mind the <em>gap</em>"),
        (":::note[Mind the gap]\nText\n:::\n", "Mind the gap"),
        ('!!! note "Mind the gap"\n    Text\n', "Mind the gap"),
        ("> [!NOTE] Mind the gap\n> Text\n", "Mind the gap"),
    ],
)
def test_render_article_gives_callouts_their_titles(markdown: str, title: str) -> None:
    assert f'<p class="callout__title">{title}</p>\n<p>Text</p>' in html(markdown)


def test_render_article_nests_callouts_and_code_in_them() -> None:
    made = html("::::note Outer\n:::tip Inner\n```sh\n::: ls\n```\n:::\nAfter\n::::\nOutside\n")
    assert made.index("Outer") < made.index("Inner") < made.index("::: ls") < made.index("After")
    assert made.count('class="callout ') == 2
    assert made.endswith("</div>\n<p>Outside</p>")


def test_render_article_leaves_a_container_that_is_never_closed_as_it_is() -> None:
    assert html(":::note\nText\n") == "<p>:::note\nText</p>"


def test_render_article_makes_tabs_of_which_one_is_open() -> None:
    made = html('=== "A"\n    One\n\n=== "B"\n    Two\n\nText\n\n=== "C"\n    Three\n')
    assert made.count('<details name="tabs-1"') == 2
    assert made.count('<details name="tabs-2"') == 1
    assert made.count(" open") == 2
    assert "<summary>B</summary>" in made
    assert render_article('=== "A"\n    One\n', lambda target: None).text == "A\nOne"


@pytest.mark.parametrize(
    "head",
    [
        'py title="x.py" hl_lines="2-3" linenums="1"',
        'py {2-3} title="x.py" showLineNumbers',
        "py linenums hl_lines='2-3' filename=x.py",
        '{.py title="x.py" hl_lines="2-3" linenums="1"}',
    ],
)
def test_render_article_titles_numbers_and_marks_lines_of_code(head: str) -> None:
    made = html(f"```{head}\na = 1\nb\nc\nd\n```\n")
    assert '<span class="filename">x.py</span><pre>' in made
    assert '<span class="hll"><span data-linenos="2 " class="linenos"></span>b\n</span>' in made
    assert made.count('class="hll"') == 2
    assert '<span data-linenos="4 " class="linenos"></span>d\n' in made


def test_render_article_shows_code_of_languages_it_does_not_know() -> None:
    assert '<div class="language-text highlight"><pre><code>a &lt; b\n</code></pre></div>' in html(
        "```no-such-language and more\na < b\n```\n"
    )


def test_code_has_no_class_that_has_no_colour() -> None:
    css = (PROJECT / "static" / "css" / "prose" / "code.css").read_text("utf-8")
    coloured = {name for group in re.findall(r"^\.highlight (?:\.|:is\()(.*?)\{", css, re.MULTILINE) for name in
                re.findall(r"\b[a-z][a-z0-9]{0,2}\b", group)}  # fmt: skip
    made = html('```py\n@f\nclass A(B):\n    """D."""\n    x: int = 1.5 + len("a\\n")  # c\n```\n')
    used = set(re.findall(r'<span class="([a-z0-9]+)">', made))
    assert {"k", "nc", "sd", "mf", "c1"} <= used <= coloured


@pytest.mark.parametrize(
    ("markdown", "caption"),
    [
        ('![A cat](/cat.png "Our cat")', "Our cat"),
        ("![A cat](/cat.png)\n/// caption\nOur *cat*\n///\n", "Our <em>cat</em>"),
        ("![A cat](/cat.png)\n\n/// figure-caption\nOur cat\n///\n", "Our cat"),
    ],
)
def test_render_article_makes_figures(markdown: str, caption: str) -> None:
    made = html(markdown)
    assert made.startswith('<figure><img alt="A cat" src="/cat.png" decoding="async">')
    assert f"<figcaption>{caption}</figcaption>" in made


def test_render_article_loads_the_first_picture_at_once_and_the_others_when_needed() -> None:
    made = html("![A](/a.png) ![B](/b.png)\n\n![C](/c.png)\n")
    assert [('loading="lazy"' in tag) for tag in made.split("<img")[1:]] == [False, True, True]


@pytest.mark.parametrize(
    ("markdown", "address", "words"),
    [
        ("https://youtu.be/a_b-1", "https://www.youtube.com/watch?v=a_b-1", "Watch the video on YouTube"),
        ("![Tour](https://vimeo.com/12)", "https://vimeo.com/12", "Watch “Tour” on Vimeo"),
        (
            '<iframe src="//www.youtube-nocookie.com/embed/a1?rel=0" title="A &amp; B"></iframe>',
            "https://www.youtube.com/watch?v=a1",
            "Watch “A &amp; B” on YouTube",
        ),
        (
            '<video controls><source src="https://e.example/x.mp4"></video>',
            "https://e.example/x.mp4",
            "Watch the video on e.example",
        ),
    ],
)
def test_render_article_makes_links_of_videos(markdown: str, address: str, words: str) -> None:
    assert f'<a class="video" href="{address}" rel="noopener">{words}</a>' in html(markdown).replace(
        f'<a href="{address}" class="video"', f'<a class="video" href="{address}"'
    )


def test_render_article_gives_no_id_twice_and_none_of_the_page_around_it() -> None:
    made = html('<p id="a">x</p>\n\n<p id="a">y</p>\n\n<p id="main">z</p>\n')
    assert made.count('id="a"') == 1
    assert 'id="main"' not in made


def test_render_article_remembers_nothing_of_the_article_before() -> None:
    references = "[x]: https://one.example\n\n*[KB]: Base\n\n[^1]: Note.\n\n"
    text = f'## A\n\n{references}KB [^1] [x]\n\n=== "T"\n    ```sh\n    ls\n    ```\n'
    first = render_article(text, lambda target: None)
    assert render_article(text, lambda target: None) == first
    assert html("KB [x]") == "<p>KB [x]</p>"


@pytest.mark.parametrize(
    "markdown",
    [
        "<script>alert(1)</script>",
        "[x](javascript:alert(1))",
        '<img src="/x.png" onerror="alert(1)">',
        '<iframe src="https://evil.example"></iframe>',
        '<p style="color:red">x</p>',
        '## x {onclick="alert(1)"}',
        "![x](https://evil.example/track.png)",
        '```py title="<script>alert(1)</script>"\nx\n```',
        ':::note <img src=x onerror="alert(1)">\nx\n:::',
        '=== "<script>alert(1)</script>"\n    x',
        '<iframe src="javascript:alert(1)"></iframe>',
        '<iframe src="https://www.youtube.com/embed/x&quot;onclick=alert(1)"></iframe>',
        '![x](/a.png "<script>alert(1)</script>")',
        '<details ontoggle="alert(1)"><summary>x</summary></details>',
    ],
)
def test_render_article_holds_nothing_that_runs_or_calls_home(markdown: str) -> None:
    made = html(markdown)
    for bad in ("<script", "javascript:", "onerror", "onclick", "<iframe", "style=", '<img src="https'):
        assert bad not in made
