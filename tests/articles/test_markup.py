"""What articles may hold beyond plain Markdown."""

import pytest

from kb.markup.article_links import Place
from kb.markup.articles import render_article


def html(markdown: str) -> str:
    """Return ``markdown`` rendered, with every link left as it is."""
    return render_article(markdown, lambda target: None).html


@pytest.mark.parametrize(
    "markdown",
    ["> [!WARNING]\n> Mind *this*.\n", "!!! warning\n    Mind *this*.\n"],
)
def test_render_article_makes_callouts_of_both_spellings(markdown: str) -> None:
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
        ('??? note "More"\n    Hidden.\n', "<summary>More</summary>"),
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
    assert [(heading.level, heading.id, heading.text) for heading in made.headings] == [
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
    assert '<img alt="P" src="/articles/images/1/p.png" width="30" height="20" loading="lazy">' in made.html
    assert [link.target for link in made.links] == ["a.md", "a.md", "p.png"]


def test_render_article_shows_the_words_of_what_leads_nowhere() -> None:
    made = render_article("See [the *guide*](gone.md) and ![a cat](cat.png).", lambda target: Place(""))
    assert made.html == "<p>See the <em>guide</em> and a cat.</p>"


def test_render_article_names_anchors_the_page_does_not_have() -> None:
    made = render_article("## Here\n\n[a](#here) [b](#there)\n", lambda target: None)
    assert made.lost_anchors == ("there",)


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
    ],
)
def test_render_article_holds_nothing_that_runs_or_calls_home(markdown: str) -> None:
    made = html(markdown)
    for bad in ("<script", "javascript:", "onerror", "onclick", "<iframe", "style=", '<img src="https'):
        assert bad not in made
