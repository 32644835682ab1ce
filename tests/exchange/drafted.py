"""A thread that an article is made of, and a draft of it."""

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from kb import clock
from kb.articles.models import PublishRun
from kb.exchange import article_drafts
from kb.exchange.article_drafts import ArticleDraft
from kb.forum import answers
from kb.forum.models import Question
from kb.uploads.models import Upload
from tests.builders import Cast
from tests.builders_articles import Content, png
from tests.builders_forum import answer, question

Publish = Callable[..., PublishRun]


@pytest.fixture
def asked(session: Session, cast: Cast, content: Content, publish: Publish) -> Question:
    """Alice's question with answers of bob, accepted, and of erin; bob's has a picture."""
    content.write("account/join.md")
    publish()
    session.add(
        Upload(
            name="abcdefghijklmnopqrstuvwx-1x1.png",
            mime="image/png",
            width=1,
            height=1,
            sha256="0",
            data=png(1, 1),
            created_at=clock.now(),
        )
    )
    cast.bob.trust = 1  # who may post pictures
    made = question(session, by=cast.alice, title="How do I reset my password?")
    given = answer(
        session,
        question=made,
        by=cast.bob,
        body="Press **Reset**.\n\n![The button](/uploads/abcdefghijklmnopqrstuvwx-1x1.png)",
    )
    answer(session, question=made, by=cast.erin, body="Or write to us.")
    answers.accept(session, answer=given, by=cast.alice)
    session.commit()
    return made


def drafted(session: Session, cast: Cast, asked: Question) -> ArticleDraft:
    """Let erin draft an article of the accepted answer."""
    best = article_drafts.offered(session, asked)[0]
    article_drafts.begin(
        session, question=asked, answer_ids=[best.id], title="Reset your password", folder="account", by=cast.erin
    )
    session.commit()
    return article_drafts.draft_of(session, asked, cast.erin)
