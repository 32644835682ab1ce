"""What is said about an article: each kind of finding, with its code and its line."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from kb.articles.models import PublishRun
from kb.articles.remarks import ERROR, Fault
from kb.markup.articles import render_article
from kb.publishing.proofing import CODES, Standing, cross_check, of_page, with_lines
from kb.publishing.sources.files import ArticleFile
from kb.publishing.sources.front_matter import split
from kb.publishing.sources.links import SiteMap
from kb.publishing.sources.snippets import Library, expand
from kb.settings import PROJECT
from tests.builders_articles import Content

SITE = SiteMap(
    {"a/there.md": "/articles/a/there"},
    {},
    "https://help.example.org",
    frozenset({"a/old.md"}),
    moved={
        "/articles/a/left": "/articles/a/there",
        "/before": "/articles/a/there",
        "a/stub.md": "https://e.org/",
    },
)
TODAY = date(2026, 11, 22)


def found(markdown: str, *, first_line: int = 5, **texts: str) -> list[tuple[int, str]]:
    """Return line and code of what is said about an article of this text."""
    file = ArticleFile("a/b.md", "", "a", "b", "B", markdown, first_line, summary="S")
    library = Library({f"_snippets/{name}.md": text for name, text in texts.items()})
    expanded = expand(file.path, markdown, library, first_line=first_line)
    outline = render_article(expanded.markdown, lambda target: SITE.find(file.path, target)).outline
    outline = replace(outline, links=with_lines(file, expanded, outline.links))
    return [(remark.line, remark.code) for remark in of_page(file, expanded, outline, SITE)]


@pytest.mark.parametrize(
    ("markdown", "codes"),
    [
        ("Text\n\n[a](gone.md)\n", [(7, "broken-link")]),
        ("[a][1]\n\n[1]: gone.md\n", [(7, "broken-link")]),
        ('x <a href="gone.md">a</a>\n', [(5, "broken-link")]),
        ("[a](there.md) [b](https://help.example.org/articles/a/there)\n", []),
        ("[b](https://HELP.example.org/articles/a/gone)\n", [(5, "broken-link")]),
        ("[b](https://help.example.org.evil.example/articles/a/gone)\n", []),
        ("[a](old.md) [a](old.md#x)\n", [(5, "link-to-retired"), (5, "link-to-retired")]),
        ("![a](gone.png)\n", [(5, "broken-image")]),
        ("[a](#gone)\n\n## Here\n\n[b](#here)\n", [(5, "broken-anchor")]),
        ('<p id="here">x</p>\n\n[b](#here)\n', []),
        ("![](https://e.org/a.png)\n\n![ ](https://e.org/a.png)\n", [(5, "missing-alt"), (7, "missing-alt")]),
        ('<img src="https://e.org/a.png"> <img alt="" src="https://e.org/b.png">\n', [(5, "missing-alt")]),
        ("## A\n\n### B\n\n## C\n\n#### D\n", [(11, "heading-skip")]),
        ("### A\n", [(5, "heading-skip")]),
        ("A\n-\n\n#### B\n", [(8, "heading-skip")]),
        ("# A\n\n# B\n\n### C\n", [(5, "second-title")]),
        ("```sh\n# A\n#### B\n![](x)\n<iframe>\n```\n", []),
        ("```mermaid\na\n```\n\n``` {.plantuml}\na\n```\n", [(5, "mermaid-diagram"), (9, "mermaid-diagram")]),
        ('x\n\n<iframe src="https://youtu.be/a"></iframe>\n', [(7, "video-embed")]),
        ("{% if x %}\n{{ nobody }}\n", [(5, "liquid-tag"), (6, "unknown-variable")]),
        (":::note\nText\n\n:::tip\nText\n:::\n", [(5, "unclosed-block")]),
        ("Text\n\n/// warning | Mind\n:::\n", [(7, "unclosed-block")]),
        (":::note\nText\n:::\n\n```\n:::note\n```\n\n:::nobody\n", []),
        ("[a](/articles/a/left#x) [b](stub.md)\n", [(5, "moved-link"), (5, "moved-link")]),
        ("Text\n\n[a](https://help.example.org/before)\n", [(7, "moved-link")]),
    ],
)
def test_of_page_finds(markdown: str, codes: list[tuple[int, str]]) -> None:
    assert found(markdown) == codes


def test_of_page_counts_lines_of_the_file_although_snippets_are_longer() -> None:
    text = 'One\n\n--8<-- "x"\n\n[a](gone.md)\n'
    assert found(text, x="1\n\n2\n\n[b](missing.md)\n\n#### D") == [
        (7, "broken-link"),
        (7, "heading-skip"),
        (9, "broken-link"),
    ]


def test_of_page_misses_a_summary() -> None:
    file = ArticleFile("a/b.md", "", "a", "b", "B", "Text", 5)
    outline = render_article("Text", lambda target: None).outline
    [remark] = of_page(file, expand(file.path, "Text", Library()), outline, SITE)
    assert (remark.line, remark.code) == (1, "missing-summary")


def page(path: str, *links: str, status: str = "published", due: date | None = None) -> Standing:
    """Return a page at ``/articles/<path>`` with the heading ``part``, which links to addresses."""
    found = [{"target": f"to {link}", "address": link, "line": at} for at, link in enumerate(links, 7)]
    return Standing(f"{path}.md", f"/articles/{path}", status, ["part", "größe"], found, due)


def test_cross_check_finds_headings_that_other_pages_do_not_have() -> None:
    links = ["/articles/b#part", "/articles/b#gone", "/articles/b?x=1#gr%C3%B6%C3%9Fe", "/articles/none#x", ""]
    remarks = cross_check([page("a", *links), page("b")], today=TODAY)
    assert [(one.path, one.line, one.code) for one in remarks] == [("a.md", 8, "broken-anchor")]
    assert "b.md" in remarks[0].message


def test_cross_check_finds_links_that_readers_cannot_follow() -> None:
    pages = [
        page("a", "/articles/b", "/articles/c"),
        page("b", status="draft"),
        page("c", "/articles/b", status="archived"),
    ]
    assert [(one.path, one.line, one.code) for one in cross_check(pages, today=TODAY)] == [
        ("a.md", 7, "link-to-draft"),
        ("a.md", 8, "link-to-archived"),
    ]


def test_cross_check_finds_what_is_past_its_review() -> None:
    pages = [page("a", due=date(2026, 11, 21)), page("b", due=TODAY), page("c")]
    assert [(one.path, one.code) for one in cross_check(pages, today=TODAY)] == [("a.md", "review-expired")]


@pytest.mark.parametrize(
    "head",
    [
        "a: " + "[" * 5000,
        "a: " + "{b: " * 2500,
        "".join(f"{' ' * depth}a:\n" for depth in range(150)),
        "? " * 5000,
        "- " * 5000,
        "a: " + "[" * 25 + "]" * 25,
    ],
)
def test_split_names_a_head_that_is_nested_too_deeply(head: str) -> None:
    with pytest.raises(Fault) as caught:
        split(f"---\n{head}\n---\nText")
    assert caught.value.code == "yaml"


def test_publish_names_every_fault_with_its_code(content: Content, publish: Callable[..., PublishRun]) -> None:
    content.write("a/yaml.md", b"---\ntitle: a: b\n---\nText\n")
    content.write("a/title.md", b"Text\n")
    content.write("a/kind.md", audience="nobody")
    content.write("a/key.md", nonsense="x")
    content.write("a/one.md", slug="same")
    content.write("a/two.md", slug="same")
    content.write("a/link.md", "[x](key.md#gone)\n")
    run = publish()
    codes = {(finding.path, finding.severity == ERROR, finding.code) for finding in run.findings}
    assert codes >= {
        ("a/yaml.md", True, "yaml"),
        ("a/title.md", True, "missing-title"),
        ("a/kind.md", True, "front-matter"),
        ("a/key.md", False, "unknown-key"),
        ("a/two.md", True, "address-taken"),
        ("a/link.md", False, "broken-anchor"),
    }
    again = publish()
    assert {(finding.path, finding.severity == ERROR, finding.code) for finding in again.findings} == codes


def test_findings_article_lists_every_code() -> None:
    text = (PROJECT / "content" / "writing" / "findings.md").read_text("utf-8")
    assert sorted(re.findall(r"^\| `([a-z0-9-]+)` \|", text, re.MULTILINE)) == sorted(CODES)


def test_code_knows_no_finding_that_is_not_listed() -> None:
    written = set()
    for path in (PROJECT / "kb" / "publishing").rglob("*.py"):
        text = path.read_text("utf-8")
        written |= set(
            re.findall(r'(?:Remark|Fault|Refusal)\((?:[^()]|\([^()]*\))*"([a-z0-9]+(?:-[a-z0-9]+)+)"\)', text)
        )
    assert written and written <= set(CODES)
