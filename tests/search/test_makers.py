"""Which model makes which vectors, and what happens when a site takes another."""

from collections.abc import Sequence
from dataclasses import replace
from importlib.util import find_spec
from string import ascii_letters, digits

import numpy as np
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.db import db
from kb.search.meaning.embedding import Floats
from kb.search.meaning.keeping import keep
from kb.search.meaning.makers import PLAIN, SENTENCES, WORDS, Maker, Makers
from kb.search.meaning.vectors import Vectors
from kb.search.models import Vector
from kb.settings import STRONG_MEANING
from tests.search.builders import Pile, key, question

EVERY_MAKER = pytest.mark.parametrize(
    "maker", [WORDS, *([SENTENCES] if find_spec(STRONG_MEANING) else [])], ids=lambda maker: maker.model
)
"""The mark of a test that is run for each model there is here."""
LETTERS = ascii_letters + digits + " ."


def by_letters(texts: Sequence[str]) -> Floats:
    rows = np.array([[text.lower().count(letter) for letter in LETTERS] for text in texts], np.float32)
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1)


SPELT = Makers(Maker("letters", len(LETTERS), by_letters, lambda: None), WORDS)
"""Titles are near when they are made of the same letters."""
PAPER = question(1, "The printer takes no paper", "The tray is full and it still says it is empty.")
SOUND = question(2, "A video has no sound", "I see the picture but hear nothing.")


@EVERY_MAKER
def test_embed_puts_what_means_the_same_near_whatever_its_case(maker: Maker) -> None:
    texts = ["I forgot my login", "Reset your password", "The printer takes no paper", "RESET YOUR PASSWORD"]
    rows = maker.embed(texts)
    assert rows.shape == (4, maker.dimensions)
    assert np.linalg.norm(rows, axis=1) == pytest.approx(1.0, abs=1e-5)
    near, far = rows[0] @ rows[1], rows[0] @ rows[2]
    assert near > far + 0.15
    assert rows[1] == pytest.approx(rows[3])


@EVERY_MAKER
@pytest.mark.parametrize("text", ["", "  ", "404", "Ξέχασα τον κωδικό μου", "パスワードを忘れました"])
def test_embed_makes_nothing_of_what_the_model_does_not_know(maker: Maker, text: str) -> None:
    assert not maker.embed([text]).any()


def test_vectors_of_two_models_are_compared_each_with_its_own(session: Session, piles: tuple[Pile, Pile]) -> None:
    piles[1].put(PAPER, SOUND)
    vectors = known(session, SPELT)
    kept = session.get_one(Vector, ("question", 1))
    assert (len(kept.title), len(kept.text)) == (len(LETTERS), WORDS.dimensions)
    assert kept.model == f"letters + {WORDS.model}"
    assert len(vectors) == 2
    by_title, by_text = vectors.near("sound NO has a VIDEO"), vectors.near("the tray says it is full")
    assert by_title[key(SOUND)] == pytest.approx(1.0, abs=0.01)
    assert next(iter(by_title)) == key(SOUND)
    assert next(iter(by_text)) == key(PAPER)
    assert vectors.near("paper in the printer", limit=1).keys() == {key(PAPER)}


def test_a_model_is_there_before_the_first_vectors_are(session: Session) -> None:
    loaded = list[bool]()
    maker = replace(WORDS, load=lambda: loaded.append(True))
    known(session, Makers(maker, maker))
    assert loaded


def test_another_model_makes_all_vectors_anew(session: Session, piles: tuple[Pile, Pile]) -> None:
    piles[1].put(PAPER, SOUND)
    before = known(session, PLAIN)
    after = known(session, SPELT)
    assert set(session.scalars(select(Vector.model))) == {SPELT.model}
    assert sorted(session.scalars(select(Vector.number))) == [3, 4]
    assert len(after) == 2
    before.look()
    assert len(before) == 0  # this process compares by the old model still
    assert not keep(session, SPELT)


def known(session: Session, makers: Makers) -> Vectors:
    """Have the worker make all vectors, and return what a process that searches knows of them."""
    session.commit()
    while keep(session, makers):
        session.commit()
    engine = db.engine
    vectors = Vectors(lambda: engine, makers)
    vectors.look()
    return vectors
