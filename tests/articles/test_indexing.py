"""Articles as search sees them."""

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy.orm import Session

from kb import clock
from kb.articles.indexing import Articles, Translations
from kb.articles.models import Article, PublishRun
from kb.search.documents import Version
from kb.search.passages import heading_above
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


def test_documents_say_whose_they_are_and_how_well_they_helped(
    session: Session, cast: Cast, content: Content, publish: Publish, article: Find
) -> None:
    content.write("a/will.md", owner="will", reviewed="2025-01-01", review_every=30)
    content.write("a/team.md", owner='"Support Team"', status="archived")
    content.write("a/plain.md")
    publish()
    rated = article("a/plain.md")
    rated.helpful_count, rated.not_helpful_count = 9, 1
    session.commit()
    ids = [article(f"a/{name}.md").id for name in ("will", "team", "plain")]
    mine, team, plain = sorted(Articles().documents(session, ids), key=lambda made: ids.index(made.ref))
    assert (mine.people, team.people, plain.people) == (("will",), ("support team",), ())
    assert [words for words, _ in mine.reasons] == ["overdue for review"]
    assert [words for words, _ in team.reasons] == ["archived"]
    assert plain.reasons == (("9 of 10 readers found it helpful", 1.08),)
    assert (mine.boost, team.boost, plain.boost) == (0.95, 0.8, 1.08)
    assert 0.5 < plain.helpful < 0.9 and mine.helpful == 0
    facts = {ref: shown.facts for ref, shown in Articles().shown(session, ids, None).items()}
    assert facts == {
        ids[0]: ("Reviewed 1 January 2025",),
        ids[1]: ("Archived",),
        ids[2]: ("Helped 9 of 10 readers",),
    }


def test_shown_knows_the_headings_of_its_page(
    session: Session, content: Content, publish: Publish, article: Find
) -> None:
    content.write("a/one.md", "Before.\n\n## What to *copy*\n\nAll.\n\n### Then\n\nMore.\n")
    publish()
    [shown] = Articles().shown(session, [article("a/one.md").id], None).values()
    assert shown.headings == (("what-to-copy", "What to copy"), ("then", "Then"))
    assert all(f"\n{words}\n" in shown.text for _, words in shown.headings)
    assert heading_above(shown.text, shown.text.index("All."), shown.headings) == ("what-to-copy", "What to copy")
    assert heading_above(shown.text, shown.text.index("More."), shown.headings) == ("then", "Then")
    assert heading_above(shown.text, 0, shown.headings) == ("", "")


def test_translations_are_versions_of_one_page(
    session: Session, content: Content, publish: Publish, article: Find
) -> None:
    content.write("a/one.md")
    publish()
    assert not Translations().there_are(session)
    content.write("de/a/one.md", title="Eins")
    publish()
    ids = [article("a/one.md").id, article("de/a/one.md").id]
    assert Translations().there_are(session)
    assert Translations().of(session, ids) == {ids[0]: Version("a/one.md", "en"), ids[1]: Version("a/one.md", "de")}


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
