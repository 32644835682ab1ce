"""Snippets and variables: put in, remembered, and named where they are missing."""

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from kb.articles.models import Article, PublishRun
from kb.publishing.sources.snippets import Library, expand, gather, stale, used_by
from kb.publishing.sources.source import SourceFile
from kb.publishing.sources.variables import VARIABLES
from tests.builders_articles import Content


def library(**texts: str) -> Library:
    """Return a library of root snippets and, as ``variables``, the text of ``_variables.yml``."""
    values = texts.pop("variables", "")
    files = [SourceFile(f"_snippets/{name}.md", text.encode()) for name, text in texts.items()]
    return gather([*files, SourceFile(VARIABLES, values.encode())])


def expanded(markdown: str, **texts: str) -> str:
    return expand("a/b.md", markdown, library(**texts)).markdown


@pytest.mark.parametrize(
    "include",
    [
        '--8<-- "x.md"',
        "--8<-- 'x.md'",
        '-8<-  "x"',
        '--8<-- "_snippets/x.md"',
        "--8<--\nx.md\n--8<--",
        "--8<--\n'x'\n; y\n--8<--",
    ],
)
def test_expand_puts_snippets_in(include: str) -> None:
    assert expanded(f"Before\n{include}\nAfter", x="One\n\nTwo\n") == "Before\nOne\n\nTwo\nAfter"


def test_expand_indents_a_snippet_as_its_line_is() -> None:
    assert expanded('!!! note\n    --8<-- "x.md"', x="One\n\n- Two") == "!!! note\n    One\n\n    - Two"


def test_expand_prefers_the_snippet_beside_the_article() -> None:
    near, far = SourceFile("a/_snippets/x.md", b"near"), SourceFile("_snippets/x.md", b"far")
    assert expand("a/b.md", '--8<-- "x.md"', gather([far, near])).markdown == "near"
    assert expand("c/d.md", '--8<-- "x.md"', gather([far, near])).markdown == "far"


def test_stale_notices_a_snippet_that_takes_the_place_of_another() -> None:
    near, far = SourceFile("a/_snippets/x.md", b"near"), SourceFile("_snippets/x.md", b"far")
    made = expand("a/b.md", '--8<-- "x.md"', gather([far]))
    uses = [{"path": use.path, "digest": use.digest} for use in made.uses]
    assert not stale(uses, gather([far]))
    assert stale(uses, gather([far, near]))


def test_expand_leaves_the_head_of_a_snippet_out() -> None:
    assert expanded('--8<-- "x.md"', x="---\ntitle: X\n---\nText") == "Text"


@pytest.mark.parametrize(
    "text",
    [
        '```\n--8<-- "x.md"\n{{ v }}\n```',
        "> ~~~\n> {{ v }}\n> ~~~",
        "`{{ v }}` and `` ` {{ v }} ``",
        "\\{{ v }}",
        "{{ Fill in the description }}",
        "--8<--",
    ],
)
def test_expand_leaves_as_it_is(text: str) -> None:
    made = expand("a/b.md", text, library(x="X", variables="v: V"))
    assert (made.markdown, made.remarks) == (text, ())


def test_expand_takes_a_semicolon_as_a_sign_to_leave_the_line() -> None:
    assert expanded(';--8<-- "x.md"', x="X") == '--8<-- "x.md"'


def test_expand_puts_variables_in_and_in_snippets_too() -> None:
    variables = "name: Sidekick\nplan:\n  price: 12\n  paid: true\n"
    text = '{{ name }}: {{plan.price}} {{ plan.paid }} {{ name }}\n--8<-- "x"'
    assert expanded(text, x="By {{ name }}.", variables=variables) == "Sidekick: 12 true Sidekick\nBy Sidekick."


def test_expand_names_what_is_missing_with_the_line_of_the_article() -> None:
    text = 'One\n--8<-- "x"\n--8<-- "gone.md"\n{{ nobody }} {% include a.html %} {{ site.url }} {{ a | upcase }}\n'
    made = expand("a/b.md", text, library(x="1\n2\n{{ nobody }}"), first_line=10)
    assert sorted((remark.line, remark.code) for remark in made.remarks) == [
        (11, "unknown-variable"),
        (12, "missing-snippet"),
        (13, "liquid-tag"),
        (13, "liquid-tag"),
        (13, "liquid-tag"),
        (13, "unknown-variable"),
    ]
    assert "_snippets/gone.md" in made.remarks[1].message
    assert "(in _snippets/x.md)" in made.remarks[0].message
    assert "{% include a.html %} {{ site.url }} {{ a | upcase }}" in made.markdown
    assert list(made.line_map) == [0, 1, 1, 1, 3, 4]


def test_expand_names_snippets_that_go_round_in_a_circle() -> None:
    made = expand("a.md", '--8<-- "x"', library(x='X\n--8<-- "y"', y='Y\n--8<-- "x"'))
    assert made.markdown == "X\nY"
    assert [remark.code for remark in made.remarks] == ["snippet-loop"]
    assert "_snippets/x.md → _snippets/y.md → _snippets/x.md" in made.remarks[0].message


def test_expand_goes_five_deep_and_no_deeper() -> None:
    texts = {f"s{at}": f'{at}\n--8<-- "s{at + 1}"' for at in range(7)}
    made = expand("a.md", '--8<-- "s0"', library(**texts))
    assert made.markdown == "0\n1\n2\n3\n4"
    assert [remark.code for remark in made.remarks] == ["snippet-loop"]


def test_expand_stops_before_snippets_fill_the_memory() -> None:
    texts = {f"s{at}": f"{'x' * 999}\n" + f'--8<-- "s{at + 1}"\n' * 40 for at in range(4)} | {"s4": "y" * 9999}
    made = expand("a.md", '--8<-- "s0"', library(**texts))
    assert len(made.markdown) < 2_000_000
    assert any(remark.code == "snippet-loop" for remark in made.remarks)


def test_uses_tell_what_an_article_depends_on() -> None:
    before = library(x="X", y="Y", variables="v: 1\nw: 1")
    made = expand("a.md", '--8<-- "x"\n--8<-- "gone"\n{{ v }} {{ none }}', before)
    uses = [{"path": use.path, "digest": use.digest, "name": use.name} for use in made.uses]
    assert [(use.path, use.name, bool(use.digest)) for use in made.uses] == [
        ("_snippets/gone.md", "", False),
        ("_snippets/x.md", "", True),
        (VARIABLES, "none", False),
        (VARIABLES, "v", True),
    ]
    assert not stale(uses, before)
    assert not stale(uses, library(x="X", y="other", variables="v: 1\nw: 2"))
    assert stale(uses, library(x="other", variables="v: 1"))
    assert stale(uses, library(x="X", variables="v: 2"))
    assert stale(uses, library(x="X", gone="here", variables="v: 1"))
    assert stale(uses, library(x="X", variables="v: 1\nnone: 1"))
    assert stale(uses, library(variables="v: 1"))


@pytest.mark.parametrize(
    "variables", ["a: [1]", "a b: 1", "{{", "a: &x 1\nb: *x", "a: {b: {c: [1]}}", "a: " + "x" * 1001]
)
def test_gather_names_broken_variables(variables: str) -> None:
    made = library(x="X", variables=variables)
    assert [remark.path for remark in made.remarks] == [VARIABLES]
    assert made.texts == {"_snippets/x.md": "X"}


def test_publish_renders_exactly_the_articles_that_use_a_changed_snippet(
    session: Session, content: Content, publish: Callable[..., PublishRun], article: Callable[[str], Article]
) -> None:
    content.write("_snippets/x.txt.md", b"Old words.\n")
    content.write(VARIABLES, "price: 12\nother: 1\n")
    content.write("a/uses.md", '--8<-- "x.txt.md"\n')
    content.write("a/names.md", "{{ price }}\n")
    content.write("a/neither.md")
    publish()
    assert article("a/uses.md").text == "Old words."
    assert [one.path for one in used_by(session, "_snippets/x.txt.md")] == ["a/uses.md"]
    assert [one.path for one in used_by(session, VARIABLES)] == ["a/names.md"]
    revision = article("a/uses.md").revision
    content.write("_snippets/x.txt.md", b"New words.\n")
    content.write(VARIABLES, "price: 13\nother: 1\n")
    publish()
    assert article("a/uses.md").text == "New words."
    assert article("a/names.md").text == "13"
    assert article("a/uses.md").revision == revision
    assert [use["path"] for use in article("a/uses.md").uses if use["digest"]] == ["_snippets/x.txt.md"]
