"""Sections are what folders say they are, for as long as anything is in them."""

from collections.abc import Callable
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.articles import feedback
from kb.articles.models import Article, PublishRun, Section
from kb.publishing import redirects, run_effects, run_pages
from kb.publishing.redirects import Gone
from tests.builders_articles import Content, findings

Publish = Callable[..., PublishRun]
Find = Callable[[str], Article]


def sections(session: Session) -> dict[str, str]:
    """Return the titles of all sections by slug."""
    session.expire_all()
    return {row.slug: row.title for row in session.scalars(select(Section).order_by(Section.slug))}


def test_publish_drops_a_section_with_its_last_article(
    session: Session, content: Content, publish: Publish, article: Find
) -> None:
    content.write("a/one.md", "One.\n")
    content.write("b/_section.yml", "title: Money\n")
    content.write("b/two.md", "Two.\n")
    publish()
    feedback.give(session, article=article("b/two.md"), reader="x", helpful=False, comment="Where is it?")
    number = article("b/two.md").id
    content.remove("b/two.md")
    publish()
    assert sections(session) == {"a": "A", "b": "Money"}, "its folder still says so"
    content.remove("b/_section.yml")
    content.write("a/three.md", "See [two](/articles/b/two).\n")
    run = publish()
    assert sections(session) == {"a": "A"}
    assert [line for line in findings(run) if line[0] == "a/three.md"] == [
        ("a/three.md", 5, "warning", "The link leads to an article whose file is gone: /articles/b/two")
    ]
    assert redirects.find(session, "/articles/b/two", None) == Gone("Two")
    [group] = feedback.listing(session).groups
    assert (group.address, group.is_retired) == ("/articles/b/two", True)
    content.write("b/again.md", "Anew.\n", slug="two")
    publish()
    back = article("b/again.md")
    assert (back.id, back.former_section, back.section and back.section.title) == (number, "", "B")


def test_publish_keeps_the_section_of_a_file_that_cannot_be_published(
    session: Session, content: Content, publish: Publish
) -> None:
    content.write("a/one.md", "One.\n")
    content.write("b/two.md", "Two.\n")
    publish()
    content.write("b/two.md", b"---\ntitle: [\n---\n")
    publish()
    assert sections(session) == {"a": "A", "b": "B"}
    content.remove("b/two.md")
    publish()
    shown, _ = run_pages.latest(session)
    assert shown
    assert [deed.kind for deed in run_effects.deeds(session, shown)] == ["retired"]
    assert sections(session) == {"a": "A"}


def test_publish_forgets_what_a_language_calls_a_section_when_nothing_says_so(
    session: Session, content: Content, publish: Publish
) -> None:
    content.write("a/one.md", "One.\n", reviewed=date(2026, 1, 1))
    content.write("de/a/one.md", "Eins.\n")
    content.write("de/a/_section.yml", "title: Anfang\n")
    names = select(Section.names).where(Section.slug == "a")
    said = {"de": {"title": "Anfang", "description": ""}}
    publish()
    assert session.scalar(names) == said
    content.write("de/a/_section.yml", "title: [\n")
    publish()
    assert session.scalar(names) == said, "what a broken file said last"
    content.remove("de/a/_section.yml")
    publish()
    assert session.scalar(names) == {}
