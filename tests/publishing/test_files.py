"""One file → one article: front matter in our words and others', and what is wrong with it, by line."""

from datetime import UTC, date, datetime

import pytest

from kb.articles.remarks import Fault
from kb.publishing.sources.files import ArticleFile, read_article, read_section
from kb.publishing.sources.source import SourceFile


def read(text: str | bytes, path: str = "a/file.md") -> ArticleFile:
    """Return the article in a file that says ``text``."""
    return read_article(SourceFile(path, text if isinstance(text, bytes) else text.encode()))


def head(lines: str) -> ArticleFile:
    """Return an article with ``lines`` in its front matter after its title."""
    return read(f"---\ntitle: T\n{lines}\n---\nText.\n")


def fault(text: str | bytes) -> tuple[int, str]:
    """Return line and message of what is wrong with ``text``."""
    with pytest.raises(Fault) as raised:
        read(text)
    return raised.value.line, raised.value.message


def test_read_article_takes_every_key_of_ours() -> None:
    found = read(
        "---\ntitle: Read your bill\nsummary: What it says.\ntags: [billing, vat]\nkeywords: [invoice]\n"
        "audience: members\nstatus: archived\nowner: Money team\nreviewed: 2026-11-22\nreview_every: 90\n"
        "redirect_from: [/old, /older]\nrelated: [../b/other.md]\norder: 7\npublish_at: 2026-12-01T09:00:00+01:00\n"
        "expires_at: 2027-01-01\nlang: pt-BR\nslug: bill\ncredits: [Ann, Ben]\n"
        "from_question: https://help.example.com/questions/17/where\nfrom_answers: [23, /answers/24, 23]\n"
        "---\n\n# Lines\n\nText.\n",
        "billing/read.md",
    )
    assert (found.title, found.summary, found.slug, found.section) == (
        "Read your bill",
        "What it says.",
        "bill",
        "billing",
    )
    assert (found.tags, found.keywords, found.related) == (("billing", "vat"), ("invoice",), ("../b/other.md",))
    assert (found.audience, found.status, found.owner, found.lang) == ("members", "archived", "Money team", "pt-BR")
    assert (found.reviewed_on, found.review_every, found.position) == (date(2026, 11, 22), 90, 7)
    assert found.publish_at == datetime(2026, 12, 1, 8, tzinfo=UTC)
    assert found.expires_at == datetime(2027, 1, 1, tzinfo=UTC)
    assert found.redirect_from == ("/old", "/older")
    assert (found.credits, found.from_question, found.from_answers) == (("Ann", "Ben"), 17, (23, 24))
    assert (found.markdown, found.first_line, found.doubts) == ("\n# Lines\n\nText.\n", 22, ())


@pytest.mark.parametrize(
    ("line", "name", "value"),
    [
        ("description: D", "summary", "D"),
        ("excerpt: E", "summary", "E"),
        ("permalink: /help/Where To.html/", "slug", "where-to-html"),
        ("sidebar_position: 3", "position", 3),
        ("weight: 3.5", "position", 3),
        ("nav_order: -2", "position", -2),
        ("hidden: true", "status", "draft"),
        ("draft: true", "status", "draft"),
        ("unlisted: true", "status", "draft"),
        ("published: false", "status", "draft"),
        ("published: true", "status", "published"),
        ("redirect_from: /one", "redirect_from", ("/one",)),
        ("tags: x, y", "tags", ("x", "y")),
        ("categories: [x]", "tags", ("x",)),
        ("category: x", "tags", ("x",)),
        ("aliases: [/one, /two]", "redirect_from", ("/one", "/two")),
        ("review_in: 6 months", "review_every", 180),
        ("review_every: 2 weeks", "review_every", 14),
        ("publishDate: 2026-12-01", "publish_at", datetime(2026, 12, 1, tzinfo=UTC)),
        ("Locale: en-US", "lang", "en-US"),
        ("lang: no", "tree", "no"),
        ("last_reviewed_on: 2026-01-02", "reviewed_on", date(2026, 1, 2)),
        ("ms.date: 01/09/2025", "reviewed_on", date(2025, 1, 9)),
        ("tags:", "tags", ()),
    ],
)
def test_read_article_takes_other_spellings(line: str, name: str, value: object) -> None:
    found = head(line)
    assert getattr(found, name) == value
    assert found.doubts == ()


def test_read_article_prefers_our_spelling() -> None:
    assert head("description: theirs\nsummary: ours").summary == "ours"
    assert head("summary: ours\ndescription: theirs").summary == "ours"


def test_read_article_keeps_unknown_keys_and_says_so() -> None:
    found = head("tags: [x]\nscheme: 2.0.0\nsince: 2026-01-02\nnested: {a: [1, .nan]}")
    assert found.extra == {"scheme": "2.0.0", "since": "2026-01-02", "nested": {"a": [1, "nan"]}}
    [doubt] = found.doubts
    assert (doubt.line, doubt.severity, doubt.code) == (4, "warning", "unknown-key")
    assert "scheme, since, nested" in doubt.message


def test_read_article_says_once_which_keys_are_for_another_tool() -> None:
    found = head("layout: page\nsidebar_label: T\nms.topic: x\nModule Name: y\naliases: [gal, gcm]\nhide: [toc]")
    [doubt] = found.doubts
    assert (doubt.line, doubt.severity, doubt.code) == (3, "warning", "foreign-key")
    assert "layout, sidebar_label, ms.topic, Module Name, aliases, hide" in doubt.message
    assert found.extra["layout"] == "page"


def test_read_article_guesses_what_a_misspelled_key_was_to_be() -> None:
    [doubt] = head("sumary: S").doubts
    assert (doubt.line, doubt.message) == (3, "The key sumary is not known here: did you mean summary?")


@pytest.mark.parametrize(
    ("line", "expected"),
    [("weight: first", "number"), ("ms.date: soon", "date"), ("description: [1]", "text"), ("locale: '<'", "language")],
)
def test_read_article_leaves_out_what_another_tool_means_differently(line: str, expected: str) -> None:
    [doubt] = head(line).doubts
    assert (doubt.line, doubt.severity) == (3, "warning")
    assert line.partition(":")[0] in doubt.message and expected in doubt.message


def test_read_article_keeps_whole_permalinks_as_former_addresses() -> None:
    found = head("permalink: /guides/where-to/\nredirect_from: /old")
    assert (found.slug, found.redirect_from) == ("where-to", ("/old", "/guides/where-to/"))
    assert head("slug: where-to").redirect_from == ()


def test_read_article_takes_a_file_that_only_redirects_without_a_title() -> None:
    found = read("---\nredirect_to: https://example.com/x\n---\n", "a/gone.md")
    assert (found.redirect_to, found.slug, found.title) == ("https://example.com/x", "gone", "gone")


def test_read_article_warns_of_a_key_given_twice() -> None:
    found = head("order: 1\norder: 2")
    assert found.position == 2
    assert [(doubt.line, "order" in doubt.message) for doubt in found.doubts] == [(4, True)]


@pytest.mark.parametrize(
    ("lines", "line", "word"),
    [
        ("tags: {a: b}", 3, "list of words"),
        ("audience: everyone", 3, "public, members or staff"),
        ("order: 1\nstatus: live", 4, "draft, published or archived"),
        ("reviewed: soon", 3, "date"),
        ("publish_at: tomorrow", 3, "moment"),
        ("review_every: 0", 3, "number"),
        ("order: first", 3, "number"),
        ("lang: '<b>'", 3, "language"),
        ("draft: maybe", 3, "true or false"),
        ("reviewed: 2026-13-45", 3, "cannot be read"),
        ("summary: [1]", 3, "text"),
        ("redirect_from: [1]", 3, "paths"),
        ("redirect_to: [/a, /b]", 3, "one path"),
        ("from_question: [1, 2]", 3, "one number"),
        ("from_answers: [true]", 3, "such as"),
        ("publishDate: tomorrow", 3, "moment"),
        ("summary: Error 51: what to do", 3, "quotes"),
        ("a: &x 1\nb: *x", 3, "anchors"),
        ("a: !!python/object:os.system 1", 3, "YAML"),
        ("? [a]\n: b", 3, "word"),
        (f"x: {'[' * 3000}", 3, "nested"),
        (f"x: {'y' * 17000}", 2, "16 KiB"),
        ("order: " + "9" * 5000, 3, "cannot be read"),
    ],
)
def test_read_article_names_the_line_of_a_wrong_value(lines: str, line: int, word: str) -> None:
    found_line, message = fault(f"---\ntitle: T\n{lines}\n---\nText.\n")
    assert (found_line, word in message) == (line, True), (found_line, message)


def test_read_article_needs_a_title() -> None:
    assert fault("---\nsummary: x\n---\nText.\n") == (
        1,
        "The article has no title: add a line title: … to its front matter.",
    )
    assert "title" in fault("")[1]


def test_read_article_takes_a_first_heading_for_the_title_and_shows_it_once() -> None:
    assert (read("# The [title](x.md) `here` #\n\nText.\n").title, read("Title\n=====\nText.").title) == (
        "The title here",
        "Title",
    )
    same = read("---\ntitle: about_X\n---\n# about_X\n\nText.\n")
    assert (same.markdown, same.first_line) == ("\nText.\n", 5)
    assert read("---\ntitle: A\n---\n# B\n").markdown == "# B\n"


def test_read_article_survives_marks_and_line_ends_of_other_systems() -> None:
    found = read(b"\xef\xbb\xbf---\r\ntitle: T\r\n---\r\nOne.\r\nTwo.\r\n")
    assert (found.title, found.markdown, found.first_line) == ("T", "One.\nTwo.\n", 4)


def test_read_article_names_the_line_that_is_not_utf8() -> None:
    assert fault(b"---\ntitle: T\n---\nFine.\nCaf\xe9.\n") == (5, "The file is not UTF-8: byte 0xe9 cannot be read.")
    assert fault(b"a\nb\0c")[0] == 2


def test_read_article_needs_the_end_of_the_front_matter() -> None:
    line, message = fault("---\ntitle: T\nText.\n")
    assert (line, "never closed" in message) == (1, True)


def test_read_article_takes_a_rule_in_the_text_for_a_rule() -> None:
    assert read("# T\n\n---\n\nText.\n").markdown == "\n---\n\nText.\n"


@pytest.mark.parametrize(
    ("path", "section", "slug"),
    [
        ("a/b.md", "a", "b"),
        ("top.md", "general", "top"),
        ("7.5/Core/About Ünits.md", "7-5-core", "about-units"),
        ("a/Straße & Øl.md", "a", "strasse-ol"),
        ("a/日本語.md", "a", "a-" + "77710aedc7"),
        ("a/index.md", "a", "overview"),
    ],
)
def test_read_article_makes_its_address_of_its_path(path: str, section: str, slug: str) -> None:
    found = read("# T\n", path)
    assert (found.section, found.slug) == (section, slug)


def test_read_section_takes_its_keys_and_falls_back_to_the_folder() -> None:
    described = read_section(SourceFile("a/_section.yml", b"title: A\ndescription: D\norder: 2\nicon: book\n"))
    assert (described.title, described.description, described.position, described.icon) == ("A", "D", 2, "book")
    assert read_section(SourceFile("get-started/deep/_section.yml", b"")).title == "Get started › Deep"
    with pytest.raises(Fault):
        read_section(SourceFile("a/_section.yml", b"- a\n- b\n"))
