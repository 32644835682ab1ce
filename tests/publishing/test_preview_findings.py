"""A page in a preview says what publishing would say of its file."""

from collections.abc import Callable, Iterable

from sqlalchemy.orm import Session

from kb.articles.models import PublishRun
from kb.articles.remarks import Remark
from kb.publishing import drafting, preview, preview_site
from kb.publishing.planning import ALL
from kb.publishing.sources.source import open_source
from tests.builders_articles import Content

Publish = Callable[..., PublishRun]


def codes(remarks: Iterable[Remark]) -> list[tuple[int, str]]:
    """Return line and code of each."""
    return sorted((remark.line, remark.code) for remark in remarks)


def test_article_says_what_publishing_would_say_of_it(session: Session, content: Content, publish: Publish) -> None:
    links = "[two](two.md#part) [three](three.md#new) [four](four.md) [five](five.md) [bought](bought.md#terms)\n"
    content.write("a/_snippets/terms.md", "x\n")
    content.write("_snippets/terms.md", "## Terms\n")
    content.write("a/one.md", links)
    content.write("a/two.md", "## Part\n\n[back](one.md#none)\n")
    content.write("a/three.md", "Three.\n")
    content.write("a/four.md", "Four.\n")
    content.write("a/five.md", "Five.\n")
    content.write("a/bought.md", '--8<-- "/_snippets/terms.md"\n')
    content.write("a/late.md", "Late.\n", reviewed="2020-01-01", review_every=30)
    publish()
    content.write("_snippets/terms.md", "## Conditions\n")
    content.write("a/two.md", "## Other part\n\n[back](one.md#none)\n")
    content.write("a/three.md", "## New\n")
    content.write("a/four.md", "Four.\n", status="archived")
    content.remove("a/five.md")
    content.write("a/late.md", "Later.\n", reviewed="2020-01-02", review_every=30)
    source = open_source(content.folder)
    site = preview_site.look(session, source)
    said = drafting.draft(session, source, may_retire=ALL).remarks
    for address, entry in site.entries.items():
        shown = preview.article(session, site, address).remarks
        assert codes(shown) == codes(remark for remark in said if remark.path == entry.path), entry.path
    assert codes(preview.article(session, site, "/articles/a/one").remarks) == [
        (5, "broken-anchor"),
        (5, "broken-anchor"),
        (5, "link-to-archived"),
        (5, "link-to-retired"),
    ]


def test_article_names_the_files_that_want_its_address(session: Session, content: Content, publish: Publish) -> None:
    content.write("a/one.md", "One.\n", slug="same")
    publish()
    content.write("a/two.md", "Two.\n", slug="same")
    content.write("a/stays.md", "[one](one.md#gone)\n")
    publish()
    content.write("a/stays.md", b"---\ntitle: [\n---\n")
    site = preview_site.look(session, open_source(content.folder))
    [taken] = preview.article(session, site, "/articles/a/same").remarks
    assert (taken.path, taken.code) == ("a/two.md", "address-taken")
    kept = preview.article(session, site, "/articles/a/stays")
    assert kept.is_kept and codes(kept.remarks) == [(3, "yaml"), (5, "broken-anchor")]
