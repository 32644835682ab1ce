"""What readers said, as writers read and settle it; and what is masked before it is kept."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from kb import clock
from kb.articles import feedback
from kb.articles.models import Article, ArticleFeedback
from kb.errors import Invalid, NotFound, Refused
from kb.history import Event
from kb.search.masking import masked
from tests.articles.rows import article_row
from tests.builders import Cast
from tests.pages import counted_statements

SAME = {"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost"}
ONE = "/articles/a/one"


def miss(session: Session, article: Article, reader: str, **more: str) -> None:
    """Let ``reader`` say, a minute after the one before, that the article did not help."""
    clock.advance(timedelta(minutes=1))
    feedback.give(session, article=article, reader=reader, helpful=False, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("my mail is ann.b+x@mail.example.co.uk today", "my mail is [e-mail] today"),
        ("4111 1111 1111 1111 declined", "[card] declined"),
        ("card 4111-1111-1111-1111", "card [card]"),
        ("call +49 (0)30 123456-7", "call [phone]"),
        ("030 / 1234 567 engaged", "[phone] engaged"),
        ("(555) 123-4567", "[phone]"),
        ("555.123.4567 or 0171 1234567", "[phone] or [phone]"),
        ("a\tb\n c\x00d", "a b c d"),
        ("error 0x80070005 80070005", "error 0x80070005 80070005"),
        ("update 10.0.19041.1 from 192.168.100.200", "update 10.0.19041.1 from 192.168.100.200"),
        ("since 2026-03-02 09:30", "since 2026-03-02 09:30"),
        ("KB5034441 order 12345678", "KB5034441 order 12345678"),
    ],
)
def test_masked_hides_who_somebody_is_and_keeps_codes(text: str, kept: str) -> None:
    assert masked(text) == kept


def test_give_keeps_the_search_masked_and_short(session: Session) -> None:
    one = article_row(session, "a/one.md")
    miss(session, one, "x", search="refund for bob@example.com " + "word " * 100)
    miss(session, one, "x", reason="wrong")
    [kept] = session.scalars(select(ArticleFeedback))
    assert kept.search.startswith("refund for [e-mail] word")
    assert (len(kept.search), kept.reason) == (256, "wrong")


@pytest.mark.parametrize(
    ("form", "referer", "kept"),
    [
        ({"q": "reset password"}, "", "reset password"),
        ({}, "http://localhost/search?q=reset+password&in=articles", "reset password"),
        ({}, f"http://localhost{ONE}?q=reset%20password", "reset password"),
        ({}, f"http://localhost{ONE}", ""),
        ({}, "http://elsewhere.example/search?q=reset+password", ""),
        ({}, "http://[broken/search?q=x", ""),
        ({"q": "nul \x00 byte"}, "", "nul byte"),
    ],
)
def test_page_keeps_the_search_that_led_to_it(
    session: Session, client: FlaskClient, form: dict[str, str], referer: str, kept: str
) -> None:
    article_row(session, "a/one.md")
    session.commit()
    headers = {**SAME, "Referer": referer} if referer else SAME
    client.post(f"{ONE}/feedback", data={"helpful": "no", **form}, headers=headers)
    client.post(f"{ONE}/feedback", data={"helpful": "no", "reason": "unclear", "done": "1"}, headers=SAME)
    [row] = session.scalars(select(ArticleFeedback))
    assert (row.search, row.reason) == (kept, "unclear")


def test_listing_groups_by_article_and_revision(session: Session) -> None:
    one, two = article_row(session, "a/one.md", owner="Team"), article_row(session, "a/two.md")
    miss(session, one, "p", reason="wrong", comment="Step 3.", search="refund")
    miss(session, one, "q", reason="wrong", search="refund")
    miss(session, one, "r", reason="unclear", comment="What?", search="money")
    feedback.give(session, article=one, reader="s", helpful=True)
    miss(session, two, "p")
    one.revision = 2
    miss(session, one, "p", reason="outdated")
    shown = feedback.listing(session)
    assert [(group.title, group.revision, group.is_present) for group in shown.groups] == [
        ("One", 2, True),
        ("Two", 1, True),
        ("One", 1, False),
    ]
    first = shown.groups[2]
    assert (first.helpful, first.not_helpful, first.open, first.owner) == (1, 3, 3, "Team")
    assert first.reasons == (("wrong", 2), ("unclear", 1))
    assert first.searches == (("refund", 2), ("money", 1))
    assert [(said.reason, said.comment) for said in first.said] == [("unclear", "What?"), ("wrong", "Step 3.")]
    assert first.address == ONE
    assert [group.title for group in feedback.listing(session, article_id=two.id).groups] == ["Two"]


def test_listing_leaves_out_what_only_helped(session: Session) -> None:
    feedback.give(session, article=article_row(session, "a/one.md"), reader="x", helpful=True)
    assert feedback.listing(session, open_only=False).groups == ()


def test_settle_closes_a_group_until_somebody_says_more(session: Session, cast: Cast) -> None:
    one = article_row(session, "a/one.md")
    for reader in "xyz":
        miss(session, one, reader)
    assert feedback.settle(session, article_id=one.id, revision=1, by=cast.will) == 3
    assert feedback.settle(session, article_id=one.id, revision=1, by=cast.will) == 0
    assert feedback.listing(session).groups == ()
    assert [group.open for group in feedback.listing(session, open_only=False).groups] == [0]
    miss(session, one, "x", comment="Still not.")
    assert [(group.open, group.not_helpful) for group in feedback.listing(session).groups] == [(1, 3)]
    assert feedback.settle(session, article_id=one.id, revision=1, by=cast.will, settled=False) == 2
    told = session.scalars(select(Event.what).where(Event.what.startswith("article.feedback")).order_by(Event.id)).all()
    assert told == ["article.feedback_settled", "article.feedback_reopened"]


def test_settle_is_for_writers_and_for_what_there_is(session: Session, cast: Cast) -> None:
    one = article_row(session, "a/one.md")
    miss(session, one, "x")
    with pytest.raises(Refused):
        feedback.settle(session, article_id=one.id, revision=1, by=cast.alice)
    with pytest.raises(NotFound):
        feedback.settle(session, article_id=one.id, revision=2, by=cast.will)


def test_listing_comes_in_pages_at_the_same_cost(session: Session) -> None:
    miss(session, article_row(session, "a/first.md"), "x", comment="?")
    with counted_statements() as few:
        feedback.listing(session)
    for number in range(20):
        miss(session, article_row(session, f"a/{number}.md"), "x", comment="?", search=str(number))
    with counted_statements() as many:
        shown = feedback.listing(session)
    assert len(few) == len(many) <= 6
    assert (len(shown.groups), shown.total, shown.pages) == (20, 21, 2)
    assert [group.title for group in feedback.listing(session, page=2).groups] == ["First"]
    with pytest.raises(NotFound):
        feedback.listing(session, page=3)
    with pytest.raises(Invalid):
        feedback.listing(session, page=0)
