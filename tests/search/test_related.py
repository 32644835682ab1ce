"""What is related is worked out after a change, for both sides, and shown only to those who may see it."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kb import clock
from kb.db import site_version
from kb.search import asking, changes, following, related
from kb.search.engine import Engine, Key
from kb.search.models import Related
from tests.search.builders import Pile, article, question

Piles = tuple[Pile, Pile]
WORDS = "The paper tray jams after {} pages and the printer stops with a red light"


@pytest.fixture
def engine(app: Flask) -> Engine:
    return asking.engine_of(app.extensions)


@pytest.fixture
def printing(session: Session, engine: Engine, piles: Piles) -> Piles:
    """A few documents about printing and others about billing, all worked out."""
    articles, questions = piles
    articles.put(article(1, "Clear a paper jam", WORDS.format("many")), article(2, "Pay an invoice", "By card."))
    questions.put(
        question(1, "Paper jam in the printer", WORDS.format("two")),
        question(2, "Printer stops: paper jam", WORDS.format("ten")),
        question(3, "Invoice was paid twice", "My card was charged twice for one invoice."),
    )
    catch_up(session, engine)
    return piles


def catch_up(session: Session, engine: Engine) -> None:
    """Let a minute pass, and do what the worker does."""
    clock.advance(timedelta(minutes=2))
    while following.follow(session, engine):
        pass
    while related.refresh(session, engine):
        session.commit()
    session.rollback()


def refs(session: Session, key: Key, kind: str = "question") -> list[int]:
    """Return what a visitor is shown."""
    return [one.ref for one in related.shown_of(session, kind, related.refs_for(session, key).get(kind, []), None)]


def test_refresh_finds_what_is_alike_on_both_sides(session: Session, engine: Engine, printing: Piles) -> None:
    assert sorted(refs(session, Key("article", 1))) == [1, 2]
    assert refs(session, Key("question", 1)) == [2]
    assert refs(session, Key("question", 1), "article") == [1]
    before = site_version(session)
    assert not related.refresh(session, engine)

    printing[1].put(question(4, "Paper jam again in the printer", WORDS.format("four")))
    changes.note(session, "question", 4)
    session.commit()
    catch_up(session, engine)
    assert 4 in refs(session, Key("question", 1)), "what is near to it knows of it too"
    assert 1 in refs(session, Key("question", 4))
    assert site_version(session) > before

    version = site_version(session)
    changes.note(session, "question", 3)
    session.commit()
    catch_up(session, engine)
    assert site_version(session) == version, "nothing that anybody sees is different"


def test_what_is_hidden_is_gone_at_once_and_then_forgotten(session: Session, engine: Engine, printing: Piles) -> None:
    printing[1].hidden.add(2)
    assert refs(session, Key("question", 1)) == []
    changes.note(session, "question", 2)
    session.commit()
    catch_up(session, engine)
    left = select(func.count()).select_from(Related)
    assert session.scalar(left.where(Related.other_kind == "question", Related.other_ref == 2)) == 0
    assert session.scalar(left.where(Related.kind == "question", Related.ref == 2)) == 0


def test_what_is_for_some_is_kept_and_shown_to_them_alone(session: Session, engine: Engine, printing: Piles) -> None:
    printing[0].put(article(3, "Paper jams for staff", WORDS.format("staff"), audience="staff"))
    changes.note(session, "article", 3)
    session.commit()
    catch_up(session, engine)
    assert 3 in related.refs_for(session, Key("article", 1))["article"]
    assert refs(session, Key("article", 1), "article") == []


def test_refresh_lets_others_first_before_each_document(session: Session, engine: Engine, printing: Piles) -> None:
    changes.note(session, "question", 1)
    session.commit()
    clock.advance(timedelta(minutes=2))
    following.follow(session, engine)
    open_meanwhile = []
    assert related.refresh(session, engine, pause=lambda: open_meanwhile.append(session.in_transaction()))
    session.commit()
    assert len(open_meanwhile) == 3, "itself, and the two that are alike"
    assert not any(open_meanwhile), "who waits keeps nobody from writing"


def test_refresh_waits_for_an_index(session: Session, engine: Engine, piles: Piles) -> None:
    assert not related.refresh(session, engine)
