"""No address an article ever had dies."""

from collections.abc import Callable

from sqlalchemy.orm import Session

from kb.articles import checking, redirects
from kb.articles.models import PublishRun
from tests.articles.conftest import Content, findings
from tests.builders import Cast

Publish = Callable[..., PublishRun]


def test_store_redirects_from_every_former_address(session: Session, content: Content, publish: Publish) -> None:
    content.write("a/one.md", "Text.\n", title="T")
    publish()
    content.write("a/one.md", "Text.\n", title="T", slug="two")
    publish()
    content.move("a/one.md", "b/one.md")
    publish()
    assert redirects.find(session, "/articles/a/one", None) == "/articles/b/two"
    assert redirects.find(session, "/articles/a/two", None) == "/articles/b/two"


def test_store_gives_an_address_back_to_an_article(session: Session, content: Content, publish: Publish) -> None:
    content.write("a/one.md", "One.\n")
    publish()
    content.move("a/one.md", "a/two.md")
    publish()
    content.write("a/one.md", "Another.\n")
    publish()
    assert redirects.find(session, "/articles/a/one", None) is None
    assert list(checking.faults(session)) == []


def test_store_keeps_the_addresses_a_file_names(session: Session, content: Content, publish: Publish) -> None:
    content.write("a/one.md", redirect_from="[/old/help.html, no-slash/, 'https://example.com/x', /articles/a/two]")
    content.write("a/two.md")
    content.write("a/zwei.md", redirect_from="/old/help.html")
    run = publish()
    assert redirects.find(session, "/old/help.html", None) == "/articles/a/one"
    assert redirects.find(session, "/no-slash/", None) == "/articles/a/one"
    told = [(path, severity, message) for path, _, severity, message in findings(run)]
    assert [path for path, _, _ in told] == ["a/one.md", "a/one.md", "a/zwei.md"]
    assert all(severity == "warning" for _, severity, _ in told)
    assert "/old/help.html" in told[2][2]


def test_find_hides_what_the_reader_may_not_see(
    session: Session, cast: Cast, content: Content, publish: Publish
) -> None:
    content.write("a/one.md", audience="members", redirect_from="/old")
    publish()
    assert redirects.find(session, "/old", None) is None
    assert redirects.find(session, "/old", cast.alice) == "/articles/a/one"
    content.remove("a/one.md")
    publish()
    assert redirects.find(session, "/old", cast.alice) is None
