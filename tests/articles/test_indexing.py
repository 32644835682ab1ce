"""Articles as search sees them."""

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy.orm import Session

from kb import clock
from kb.articles.indexing import Articles
from kb.articles.models import Article, PublishRun
from tests.builders import Cast
from tests.builders_articles import Content

Publish = Callable[..., PublishRun]
Find = Callable[[str], Article]


def test_documents_hold_what_readers_may_type(
    session: Session, content: Content, publish: Publish, article: Find
) -> None:
    content.write("a/one.md", "## Steps\n\nPay *now*.\n", summary="S.", tags="[money]", keywords="[bill, receipt]")
    publish()
    [made] = Articles().documents(session, [article("a/one.md").id])
    assert (made.title, made.text, made.headings) == ("One", "S.\nSteps\nPay now.", "Steps")
    assert (made.keywords, made.tags, made.section, made.status) == ("bill, receipt", ("money",), "a", "published")


def test_refs_leaves_out_drafts_and_retired_articles(
    session: Session, content: Content, publish: Publish, article: Find
) -> None:
    for name, status in (("one", "published"), ("two", "archived"), ("three", "draft"), ("gone", "published")):
        content.write(f"a/{name}.md", f"{name}\n", status=status)
    publish()
    content.remove("a/gone.md")
    publish()
    ids = [article(f"a/{name}.md").id for name in ("one", "two", "three", "gone")]
    assert sorted(Articles().refs(session)) == sorted(ids[:2])
    assert {made.ref for made in Articles().documents(session, ids)} == set(ids[:2])


def test_shown_is_decided_for_each_reader(
    session: Session, cast: Cast, content: Content, publish: Publish, article: Find
) -> None:
    content.write("a/open.md", summary="S.")
    content.write("a/inner.md", audience="members")
    content.write("a/later.md", publish_at="2026-03-03")
    content.write("a/draft.md", status="draft")
    publish()
    ids = {name: article(f"a/{name}.md").id for name in ("open", "inner", "later", "draft")}
    assert list(Articles().shown(session, list(ids.values()), None)) == [ids["open"]]
    assert set(Articles().shown(session, list(ids.values()), cast.alice)) == {ids["open"], ids["inner"]}
    clock.advance(timedelta(days=1))
    assert set(Articles().shown(session, list(ids.values()), None)) == {ids["open"], ids["later"]}
    shown = Articles().shown(session, [ids["open"]], None)[ids["open"]]
    assert (shown.address, shown.place, shown.text) == ("/articles/a/open", "A", "S.\nText.")


def test_titles_finds_without_an_index(session: Session, content: Content, publish: Publish, article: Find) -> None:
    content.write("a/one.md", title="Reset your password")
    content.write("a/two.md", title="Change a password and a name")
    content.write("a/three.md", title="100% sure", audience="members")
    publish()
    both = [article("a/two.md").id, article("a/one.md").id]
    assert Articles().titles(session, ["password", "NAME"], None, 5) == both
    assert Articles().titles(session, ["%"], None, 5) == []
    assert Articles().titles(session, [], None, 5) == []
