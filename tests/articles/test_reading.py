"""Who sees which articles, and what pages are made of."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from kb import clock
from kb.articles import reading
from kb.articles.models import Article, PublishRun
from kb.errors import NotFound
from tests import builders
from tests.builders import Cast
from tests.builders_articles import Content

Publish = Callable[..., PublishRun]


@pytest.mark.parametrize(
    ("head", "seen_by"),
    [
        ({}, "visitor member staff writer"),
        ({"audience": "members"}, "member staff writer"),
        ({"audience": "staff"}, "staff writer"),
        ({"status": "draft"}, "writer"),
        ({"status": "archived"}, "visitor member staff writer"),
        ({"publish_at": "2026-03-02T12:00:00Z"}, "visitor member staff writer"),
        ({"publish_at": "2026-03-02T12:00:01Z"}, "writer"),
        ({"expires_at": "2026-03-02T12:00:01Z"}, "visitor member staff writer"),
        ({"expires_at": "2026-03-02T12:00:00Z"}, "writer"),
    ],
)
def test_visible_to_each_reader(
    session: Session, cast: Cast, content: Content, publish: Publish, head: dict[str, str], seen_by: str
) -> None:
    content.write("a/one.md", **head)
    publish()
    readers = {
        "visitor": None,
        "member": cast.alice,
        "staff": builders.person(session, "stella", staff=True),
        "writer": cast.will,
    }
    seen = [
        name for name, reader in readers.items() if session.scalar(select(Article.id).where(reading.visible_to(reader)))
    ]
    assert " ".join(seen) == seen_by
    for name, reader in readers.items():
        if name not in seen:
            with pytest.raises(NotFound):
                reading.article(session, "a", "one", reader)
            with pytest.raises(NotFound):
                reading.markdown(session, "a", "one", reader)


def test_nobody_sees_a_retired_article(session: Session, cast: Cast, content: Content, publish: Publish) -> None:
    content.write("a/one.md")
    publish()
    content.remove("a/one.md")
    publish()
    with pytest.raises(NotFound):
        reading.article(session, "a", "one", cast.will)


def test_publish_at_shows_an_article_when_its_time_comes(session: Session, content: Content, publish: Publish) -> None:
    content.write("a/one.md", publish_at="2026-03-02T13:00:00Z")
    publish()
    assert reading.sections(session, None) == ()
    clock.advance(timedelta(hours=1))
    assert reading.sections(session, None)[0].count == 1


def test_sections_come_in_order_with_their_first_articles(session: Session, content: Content, publish: Publish) -> None:
    content.write("z/_section.yml", "title: First\norder: 1\n")
    content.write("a/_section.yml", "title: Second\norder: 2\ndescription: D\nicon: book\n")
    content.write("z/x.md")
    for number in range(5):
        content.write(f"a/{number}.md", title=f"N{number}", order=9 - number)
    content.write("a/archived.md", status="archived", order=0)
    content.write("empty/_section.yml", "title: Nothing\n")
    publish()
    first, second = reading.sections(session, None, top=3)
    assert (first.title, first.count, first.address) == ("First", 1, "/articles/z")
    assert (second.title, second.description, second.icon, second.count) == ("Second", "D", "book", 5)
    assert [card.title for card in second.articles] == ["N4", "N3", "N2"]


def test_section_gives_pages(session: Session, content: Content, publish: Publish) -> None:
    for number in range(reading.PAGE_SIZE + 1):
        content.write(f"a/{number}.md", f"{number}\n", title=f"Title {number:03}")
    publish()
    last = reading.section(session, "a", None, page=2)
    assert ([card.title for card in last.articles], last.pages, last.total) == (["Title 060"], 2, 61)
    with pytest.raises(NotFound):
        reading.section(session, "a", None, page=3)
    with pytest.raises(NotFound):
        reading.section(session, "nowhere", None)


def test_article_knows_its_neighbours_and_relations(
    session: Session, cast: Cast, content: Content, publish: Publish
) -> None:
    content.write("a/1.md", order=1)
    content.write("a/2.md", order=2, audience="members")
    content.write("a/3.md", "Word " * 500, order=3, related="[1.md, 2.md]", reviewed="2026-01-01", review_every=30)
    publish()
    page = reading.article(session, "a", "3", None)
    assert page.previous
    assert (page.previous.address, page.next) == ("/articles/a/1", None)
    assert [card.address for card in page.related] == ["/articles/a/1"]
    assert (page.minutes, page.review_is_due) == (2, True)
    as_member = reading.article(session, "a", "3", cast.alice)
    assert as_member.previous
    assert as_member.previous.address == "/articles/a/2"
    assert [card.address for card in as_member.related] == ["/articles/a/1", "/articles/a/2"]


def test_markdown_is_the_text_with_its_title(session: Session, content: Content, publish: Publish) -> None:
    content.write("a/one.md", "\nText *here*.\n", title="One", summary="Short.")
    publish()
    assert reading.markdown(session, "a", "one", None) == "# One\n\nShort.\n\nText *here*.\n"
