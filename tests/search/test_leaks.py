"""A word in everything that is not for everybody, and every way in which search could give it away."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from kb import clock
from kb.articles.models import Article
from kb.forum import hiding
from kb.forum.models import Question
from kb.people.models import Person
from kb.search import asking, changes, completions, following, related
from kb.search.documents import ARTICLE, QUESTION
from kb.search.engine import Engine, Key
from kb.search.explaining import explained
from kb.search.meaning.fused import Fused
from kb.search.meaning.keeping import keep
from kb.search.models import Completion
from tests.articles.rows import article_row
from tests.builders import Cast
from tests.builders_forum import answer, comment, question

ABOUT = "the paper tray of the old printer in the hall"
ARTICLES: dict[str, dict[str, object]] = {
    "vexillarium": {"status": "draft"},
    "quindecimal": {"audience": "members"},
    "broncobelle": {"audience": "staff"},
    "margravines": {"publish_at": 1},
    "xylophagous": {"expires_at": 0},
    "tatterdemal": {"status": "retired"},
    "gallimaufry": {"status": "archived", "audience": "staff"},
}
"""What is hidden of each; moments in hours from now."""
ASKED, ANSWERED, REMARKED = "jabberwocks", "snickersnee", "whiffletree"
WORDS = (*ARTICLES, ASKED, ANSWERED, REMARKED)


@dataclass(frozen=True, slots=True)
class Site:
    """A site on which everything was public once: an article and a thread stay, the rest can be hidden."""

    article: Article
    thread: Question
    hide: Callable[[], None]


@pytest.fixture
def engine(app: Flask) -> Engine:
    return asking.engine_of(app.extensions)


@pytest.fixture
def site(session: Session, cast: Cast, engine: Engine) -> Site:
    rows = {word: add(session, word) for word in ARTICLES}
    stays = add(session, "stays")
    hidden = question(session, by=cast.alice, title=f"What is {ASKED} for {ABOUT}?", tags=(ASKED,))
    thread = question(session, by=cast.alice, title=f"How do I open {ABOUT}?")
    answered = answer(session, question=thread, by=cast.bob, body=f"Pull the {ANSWERED} first, then lift it.")
    remark = comment(session, question=thread, by=cast.bob, body=f"Mind the {REMARKED} below it.")
    session.add_all(Completion(normal=f"{word} tray", visits=9) for word in WORDS)
    catch_up(session, engine)

    def hide() -> None:
        for word, row in rows.items():
            for name, value in ARTICLES[word].items():
                setattr(row, name, clock.now() + timedelta(hours=value) if isinstance(value, int) else value)
        changes.note_many(session, ARTICLE, [row.id for row in rows.values()])
        for post in (hidden, answered, remark):
            hiding.hide(session, post=post, by=cast.mia, why="Test.")
        session.commit()

    return Site(stays, thread, hide)


def add(session: Session, word: str) -> Article:
    """Add an article that says ``word`` wherever an article can say anything."""
    row = article_row(
        session,
        f"printing/{word}.md",
        title=f"About {word} and {ABOUT}",
        summary=f"{word}, briefly.",
        text=f"{word} is part of {ABOUT}.",
        headings=[{"level": 2, "id": word, "text": word}],
        tags=[word],
        keywords=[word],
        owner=word,
    )
    changes.note(session, ARTICLE, row.id)
    return row


def catch_up(session: Session, engine: Engine) -> None:
    """Do what the worker does within two minutes."""
    session.commit()
    clock.advance(timedelta(minutes=2))
    while following.follow(session, engine):
        pass
    if isinstance(engine, Fused):
        while keep(session, engine.vectors.makers):
            session.commit()
        engine.vectors.warm()
    while related.refresh(session, engine):
        session.commit()


def told(session: Session, engine: Engine, word: str, viewer: Person | None) -> Iterator[tuple[str, object]]:
    """Yield each way to search for ``word``, and all that it tells ``viewer``, what they typed themselves aside."""
    mistyped = f"{word[:4]}{word[5:]}"
    texts = (word, f'"{word}"', mistyped, f"{mistyped} tray", f"tag:{word}", f"by:{word}", f"in:title {word}", ABOUT)
    for text in texts:
        found = asking.ask(session, text, viewer, engine=engine)
        assert found.total == len(found.hits) and not found.degraded, (text, found.total)
        yield f"ask {text}", replace(found, text="")
        yield f"typed {text}", replace(asking.typed(session, text, viewer, engine=engine), text="")
    yield "typed half", replace(asking.typed(session, word[:5], viewer, engine=engine), text="")
    yield "similar", asking.similar(session, f"{word} {ABOUT}", viewer, engine=engine, limit=20)
    found_why = explained(session, f"{mistyped} {ABOUT}", viewer, engine=engine)
    yield "explained", (found_why.corrected, found_why.hits)


def leaks(session: Session, engine: Engine, site: Site, viewer: Person | None, words: tuple[str, ...]) -> list[str]:
    """Return where any of ``words`` came out."""
    said = [one for word in words for one in told(session, engine, word, viewer)]
    for key in (Key(ARTICLE, site.article.id), Key(QUESTION, site.thread.id)):
        for kind, refs in related.refs_for(session, key).items():
            said.append((f"related {key}", related.shown_of(session, kind, refs, viewer)))
    return [f"{name}: {word}" for name, what in said for word in words if word in repr(what)]


def test_search_gives_nothing_hidden_away(
    session: Session, engine: Engine, site: Site, cast: Cast, client: FlaskClient
) -> None:
    for word in (*ARTICLES, ASKED, ANSWERED):
        assert asking.ask(session, word, None, engine=engine).total >= 1, "once everybody found it"
    assert len(leaks(session, engine, site, None, WORDS)) > 100, "the ways would show it"
    site.hide()
    assert leaks(session, engine, site, None, WORDS) == [], "the index does not know yet"
    assert pages_leak(client, site) == []
    catch_up(session, engine)
    assert leaks(session, engine, site, None, WORDS) == []
    assert pages_leak(client, site) == []
    assert [completions.begin(session, word[:4], engine) for word in WORDS] == [()] * len(WORDS)
    for_members = tuple(word for word in WORDS if ARTICLES.get(word) != {"audience": "members"})
    assert leaks(session, engine, site, cast.alice, for_members) == []
    assert leaks(session, engine, site, cast.alice, ("quindecimal",)) != []


def pages_leak(client: FlaskClient, site: Site) -> list[str]:
    """Return which pages say a word that is hidden by now and that their address does not say."""
    mistyped = [f"{word[:4]}{word[5:]}" for word in WORDS]
    addresses = [
        *(f"/search?q={word}" for word in mistyped),
        *(f"/search/suggest?q={word[:5]}" for word in WORDS),
        "/search?q=paper+tray",
        f"/articles/printing/{site.article.slug}",
        f"/questions/{site.thread.id}/{site.thread.slug}",
    ]
    answers = {address: client.get(address) for address in addresses}
    assert {answer.status_code for answer in answers.values()} == {200}
    return [f"{address}: {word}" for address, answer in answers.items() for word in WORDS if word in answer.text]
