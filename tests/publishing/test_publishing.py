"""Publishing a folder: what is new, changed, moved, gone, and wrong."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kb import clock
from kb.articles import checking
from kb.articles.models import Article, ArticleRevision, Image, PublishRun, Section
from kb.db import site_version
from kb.errors import Conflict, NotFound
from kb.history import Event
from kb.markup.process import TooSlow
from kb.publishing import press, publishing
from kb.publishing.sources.source import open_source
from kb.search.models import Change
from tests.builders_articles import Content, counts, findings, png

Publish = Callable[..., PublishRun]
Find = Callable[[str], Article]


def test_publish_adds_articles_with_their_section_revision_event_and_change(
    session: Session, content: Content, publish: Publish, article: Find
) -> None:
    content.write("billing/_section.yml", "title: Money\ndescription: Invoices.\norder: 3\nicon: book\n")
    content.write("billing/invoice.md", "Pay **now**.\n", summary="How to pay.", tags="[money, vat]")
    run = publish()
    assert counts(run) == (1, 0, 0, 0, 0)
    assert findings(run) == []
    made = article("billing/invoice.md")
    assert (made.title, made.slug, made.summary, made.tags) == ("Invoice", "invoice", "How to pay.", ["money", "vat"])
    assert made.html == "<p>Pay <strong>now</strong>.</p>"
    assert (made.section.slug, made.section.title, made.section.position) == ("billing", "Money", 3)
    assert session.scalars(select(ArticleRevision.number)).all() == [1]
    assert session.scalars(select(Event.what)).all() == ["article.added"]
    assert session.scalars(select(Change.ref)).all() == [made.id]
    assert list(checking.faults(session)) == []


def test_publish_again_changes_nothing(session: Session, content: Content, publish: Publish) -> None:
    content.write("a/_section.yml", "title: A\ndescription: About a.\n")
    content.write("a/one.md", "See [two](two.md) and [none](none.md).\n", tags="[x]", colour="red")
    content.write("a/two.md", tags="[x]")
    first = publish()
    version, changes = site_version(session), session.scalar(select(func.count(Change.id)))
    again = publish()
    assert counts(again) == (0, 0, 0, 0, 2)
    assert findings(again) == findings(first)
    assert len(findings(again)) == 2
    assert site_version(session) == version
    assert session.scalar(select(func.count(Change.id))) == changes


def test_publish_counts_a_new_text_as_a_revision_and_a_new_tag_as_none(
    session: Session, content: Content, publish: Publish, article: Find
) -> None:
    content.write("a/one.md", "Old.\n")
    publish()
    first = article("a/one.md").changed_at
    clock.advance(timedelta(hours=1))
    content.write("a/one.md", "Old.\n", tags="[new]")
    assert counts(publish()) == (0, 1, 0, 0, 0)
    assert (article("a/one.md").revision, article("a/one.md").changed_at) == (1, first)
    content.write("a/one.md", "New.\n", tags="[new]")
    publish()
    assert (article("a/one.md").revision, article("a/one.md").changed_at) == (2, first + timedelta(hours=1))
    assert list(checking.faults(session)) == []


def test_publish_keeps_the_last_good_version_of_a_faulty_file(
    session: Session, content: Content, publish: Publish, article: Find
) -> None:
    content.write("a/one.md", "Good.\n")
    content.write("a/two.md", "Fine.\n")
    publish()
    content.write("a/one.md", b"---\ntitle: [\n---\nBad.\n")
    content.write("a/two.md", b"---\ntitle: Two\n---\nFine.\nBut \xff not UTF-8.\n")
    content.write("a/three.md")
    run = publish()
    assert counts(run) == (1, 0, 0, 0, 0)
    assert [(path, line, severity) for path, line, severity, _ in findings(run)] == [
        ("a/one.md", 3, "error"),
        ("a/two.md", 5, "error"),
    ]
    assert "UTF-8" in findings(run)[1][3]
    assert article("a/one.md").html == "<p>Good.</p>"
    assert article("a/two.md").status == "published"
    content.write("a/one.md", "Better.\n")
    assert counts(publish())[1] == 1


def test_publish_names_both_files_that_want_one_address(content: Content, publish: Publish, article: Find) -> None:
    content.write("a/old.md", slug="same")
    publish()
    content.write("a/new.md", "Mine!\n", slug="same")
    run = publish()
    assert counts(run) == (0, 0, 0, 0, 1)
    [(path, _, severity, message)] = findings(run)
    assert (path, severity) == ("a/new.md", "error")
    assert "a/new.md" in message
    assert "a/old.md" in message
    assert article("a/old.md").slug == "same"


def test_publish_lets_two_articles_swap_their_addresses(
    session: Session, content: Content, publish: Publish, article: Find
) -> None:
    content.write("a/one.md", "One.\n", slug="x")
    content.write("a/two.md", "Two.\n", slug="y")
    publish()
    content.write("a/one.md", "One.\n", slug="y")
    content.write("a/two.md", "Two.\n", slug="x")
    run = publish()
    assert (counts(run), findings(run)) == ((0, 2, 0, 0, 0), [])
    assert (article("a/one.md").slug, article("a/two.md").slug) == ("y", "x")
    assert list(checking.faults(session)) == []


def test_publish_lets_two_files_swap_their_names(content: Content, publish: Publish, article: Find) -> None:
    content.write("a/one.md", "One.\n", title="One")
    content.write("a/two.md", "Two.\n", title="Two")
    publish()
    content.move("a/one.md", "a/three.md")
    content.move("a/two.md", "a/one.md")
    content.move("a/three.md", "a/two.md")
    run = publish()
    assert (counts(run), findings(run)) == ((0, 2, 0, 0, 0), [])
    assert article("a/one.md").html == "<p>Two.</p>"


def test_publish_recognises_a_renamed_file_by_its_bytes(content: Content, publish: Publish, article: Find) -> None:
    content.write("a/old.md", "Text.\n", title="Title")
    publish()
    before = article("a/old.md").id
    content.move("a/old.md", "b/new.md")
    assert counts(publish()) == (0, 0, 1, 0, 0)
    after = article("b/new.md")
    assert (after.id, after.slug, after.section.slug, after.revision) == (before, "new", "b", 1)


def test_publish_retires_an_article_whose_file_is_gone_and_brings_it_back(
    session: Session, content: Content, publish: Publish, article: Find
) -> None:
    content.write("a/one.md")
    content.write("a/two.md")
    publish()
    version = site_version(session)
    content.remove("a/one.md")
    assert counts(publish()) == (0, 0, 0, 1, 1)
    assert article("a/one.md").status == "retired"
    assert site_version(session) > version
    assert counts(publish()) == (0, 0, 0, 0, 1)
    content.write("a/one.md")
    assert counts(publish()) == (1, 0, 0, 0, 1)
    assert (article("a/one.md").status, article("a/one.md").revision) == ("published", 1)
    assert list(checking.faults(session)) == []


def test_publish_gives_a_retired_articles_address_to_a_new_file(content: Content, publish: Publish) -> None:
    content.write("a/one.md", slug="place")
    content.write("a/two.md", "Two.\n")
    publish()
    content.remove("a/one.md")
    content.write("a/two.md", "Two.\n", slug="place")
    run = publish()
    assert (counts(run), findings(run)) == ((0, 1, 0, 1, 0), [])


def test_publish_retires_many_only_when_told(session: Session, content: Content, publish: Publish) -> None:
    for number in range(15):
        content.write(f"a/{number}.md", f"{number}\n")
    publish()
    for number in range(12):
        content.remove(f"a/{number}.md")
    run = publish()
    assert (run.retired, run.held, run.state) == (0, 12, "waiting")
    assert "12 of 15" in findings(run)[0][3]
    assert run.problem == findings(run)[0][3]
    assert publish(may_retire=11).retired == 0, "somebody allowed fewer than are gone by now"
    assert session.scalar(select(func.count()).where(Article.status == "published")) == 15
    assert publish(may_retire=12).retired == 12


def test_publish_warns_of_a_link_to_nowhere_and_shows_its_words(
    content: Content, publish: Publish, article: Find
) -> None:
    content.write("a/one.md", "First.\n\nSee [the guide](guide.md).\n")
    assert findings(publish()) == [("a/one.md", 7, "warning", "The link leads nowhere: guide.md")]
    assert article("a/one.md").html == "<p>First.</p>\n<p>See the guide.</p>"


def test_publish_renders_an_unchanged_article_again_when_its_link_leads_elsewhere(
    session: Session, content: Content, publish: Publish, article: Find
) -> None:
    content.write("a/one.md", "See [it](guide.md#top).\n")
    publish()
    content.write("a/guide.md", "Guide.\n\n## Top\n", title="Guide")
    run = publish()
    assert (counts(run), findings(run)) == ((1, 0, 0, 0, 1), [])
    assert 'href="/articles/a/guide#top"' in article("a/one.md").html
    content.write("a/guide.md", "Guide.\n\n## Top\n", title="Guide", slug="help")
    publish()
    assert 'href="/articles/a/help#top"' in article("a/one.md").html
    assert article("a/one.md").revision == 1


def test_publish_keeps_pictures_by_their_bytes(
    session: Session, content: Content, publish: Publish, article: Find
) -> None:
    content.write("a/pic.png", png(3, 2))
    content.write("a/unused.png", png(1, 1))
    content.write("a/one.md", "![A picture](pic.png)\n")
    publish()
    [image] = session.scalars(select(Image))
    assert (image.mime, image.width, image.height, image.data) == ("image/png", 3, 2, png(3, 2))
    assert f'src="/articles/images/{image.sha256}/pic.png"' in article("a/one.md").html
    assert 'width="3" height="2"' in article("a/one.md").html
    content.write("a/pic.png", png(4, 4))
    publish()
    assert 'width="4" height="4"' in article("a/one.md").html
    assert list(checking.faults(session)) == []


def test_publish_names_a_text_that_takes_too_long(
    content: Content, publish: Publish, article: Find, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(press, "SECONDS_A_PAGE", 3.0)
    content.write("a/one.md", "Fine.\n")
    content.write("a/two.md", "See [one](one.md).\n")
    publish()
    content.write("a/one.md", "[" * 40_000)
    run = publish()
    assert counts(run) == (0, 0, 0, 0, 1)
    assert findings(run) == [("a/one.md", 0, "error", "The text takes longer than 3 s to turn into a page.")]
    assert article("a/one.md").html == "<p>Fine.</p>"


def test_publish_tries_again_to_mend_the_links_of_a_page_that_could_not_be_made(
    content: Content, publish: Publish, article: Find, monkeypatch: pytest.MonkeyPatch
) -> None:
    content.write("a/one.md", "Fine.\n")
    content.write("a/two.md", "See [one](one.md).\n")
    publish()
    content.write("a/one.md", "Fine.\n", slug="elsewhere")
    with monkeypatch.context() as patch:
        patch.setattr(press.Process, "ask", _too_slow_for("See [one]", press.Process.ask))
        assert [finding[0] for finding in findings(publish())] == ["a/two.md"]
    assert 'href="/articles/a/one"' in article("a/two.md").html
    publish()
    assert 'href="/articles/a/elsewhere"' in article("a/two.md").html


def _too_slow_for(text: str, ask: Callable[..., Any]) -> Callable[..., Any]:
    def ask_or_give_up(process: press.Process, message: Any, seconds: float) -> Any:
        if isinstance(message, list) and text in message[1]:
            raise TooSlow
        return ask(process, message, seconds)

    return ask_or_give_up


def test_publish_describes_a_folder_by_its_index(session: Session, content: Content, publish: Publish) -> None:
    content.write("a/index.md", "", title="First steps", summary="Begin here.", nav_order=2)
    content.write("a/one.md", "Back to [the start](index.md) or [here](.).\n")
    run = publish()
    assert (counts(run), findings(run)) == ((1, 0, 0, 0, 0), [])
    [section] = session.scalars(select(Section))
    assert (section.title, section.description, section.position) == ("First steps", "Begin here.", 2)


def test_publish_makes_an_index_with_a_text_an_article(content: Content, publish: Publish, article: Find) -> None:
    content.write("a/index.md", "Welcome.\n", title="First steps")
    publish()
    assert (article("a/index.md").slug, article("a/index.md").section.title) == ("overview", "First steps")


def test_publish_keeps_a_sections_name_while_its_file_is_broken(
    session: Session, content: Content, publish: Publish
) -> None:
    content.write("a/_section.yml", "title: Good name\n")
    content.write("a/one.md")
    publish()
    content.write("a/_section.yml", "title: Bad: name\n")
    [(path, line, severity, message)] = findings(publish())
    assert (path, line, severity) == ("a/_section.yml", 1, "error")
    assert "quotes" in message
    assert session.scalars(select(Section.title)).all() == ["Good name"]


def test_publish_relates_articles_by_name(content: Content, publish: Publish, article: Find) -> None:
    content.write("a/one.md", related="[../b/named.md, nowhere.md, one.md, two.md, ../b/named.md]")
    content.write("a/two.md")
    content.write("b/named.md")
    publish()
    assert article("a/one.md").related_ids == [article("b/named.md").id, article("a/two.md").id]


def test_store_refuses_when_another_run_came_in_between(session: Session, content: Content, publish: Publish) -> None:
    content.write("a/one.md")
    drafted = publishing.draft(session, open_source(content.folder))
    publish()
    with pytest.raises(Conflict):
        publishing.store(session, drafted)


def test_open_source_refuses_what_is_no_folder(content: Content) -> None:
    with pytest.raises(NotFound, match="no folder"):
        open_source(content.folder / "nowhere")
