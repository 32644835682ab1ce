"""Texts that mean the same lie near each other; the worker keeps their vectors, and every search can use them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from kb import clock
from kb.db import db
from kb.search import changes
from kb.search.engine import Engine, Key, Reach
from kb.search.meaning import keeping, matrix
from kb.search.meaning.embedding import DIMENSIONS, embed
from kb.search.meaning.fused import Fused
from kb.search.meaning.makers import PLAIN
from kb.search.meaning.matrix import Matrix
from kb.search.meaning.packing import packed, unpacked
from kb.search.meaning.passages import packs
from kb.search.meaning.vectors import Vectors
from kb.search.models import Change, Vector
from kb.search.query import parse
from tests.search.builders import Pile, article, key, question

ALL = Reach()
RESET = article(1, "Reset your password", "Ask for a link, open the letter, choose a new one.")
PAPER = question(1, "The printer takes no paper", "The tray is full and it still says it is empty.")
SOUND = question(2, "A video has no sound", "I see the picture but hear nothing.")
Keep = Callable[[], int]


@pytest.fixture
def vectors(session: Session) -> Vectors:
    """What a process that searches knows of the test's database."""
    engine = db.engine
    return Vectors(lambda: engine, PLAIN)


@pytest.fixture
def keep(session: Session, vectors: Vectors) -> Keep:
    """Have the worker make everything that is due, let the process look, and return how many steps that took."""

    def kept() -> int:
        steps = 0
        session.commit()
        while keeping.keep(session, PLAIN):
            session.commit()
            steps += 1
        vectors.look()
        return steps

    return kept


def done(vectors: Vectors) -> None:
    """Wait for its thread."""
    assert vectors._thread is not None
    vectors._thread.join()


def noted(session: Session, *documents: Key) -> None:
    for one in documents:
        changes.note(session, one.kind, one.ref)


def test_packed_vectors_keep_their_directions() -> None:
    rows = embed(["Reset your password", "", "The printer takes no paper"])
    back = unpacked(packed(rows[:1]), packed(rows[1:]), dimensions=DIMENSIONS).astype(np.float32)
    assert back.shape == (2, DIMENSIONS)
    cosines = (back / np.linalg.norm(back, axis=1, keepdims=True) @ rows.T).round(2)
    assert cosines[0, 0] == cosines[1, 2] == 1.0


def test_matrix_finds_the_nearest_among_many_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matrix, "BLOCK", 64)
    monkeypatch.setattr(matrix, "CANDIDATES", 200)
    chance = np.random.default_rng(7)
    rows = chance.normal(size=(1_000, DIMENSIONS)).astype(np.float32)
    asked = rows[500] / np.linalg.norm(rows[500])
    rows[[3, 700, 999]] = asked + np.array([[0.02], [0.04], [0.08]]) * chance.normal(size=(3, DIMENSIONS))
    held = Matrix(DIMENSIONS)
    for ref in range(0, 1_000, 2):  # two rows each
        held.put(Key("question", ref), unpacked(packed(rows[ref : ref + 2]), dimensions=DIMENSIONS))
    near = held.near(asked, 4)
    assert [one.ref for one in near] == [500, 2, 700, 998]
    assert list(near.values()) == sorted(near.values(), reverse=True)
    assert near[Key("question", 500)] == pytest.approx(1.0, abs=0.01)
    held.put(Key("question", 500), unpacked(dimensions=DIMENSIONS))
    held.put(Key("question", 2), unpacked(packed(-rows[500:501]), dimensions=DIMENSIONS))
    assert [one.ref for one in held.near(asked, 2)] == [700, 998]
    assert (len(held), held.size, held.idle) == (499, 1_001, 4)
    assert not held.near(np.zeros(DIMENSIONS, np.float32), 4)
    assert not Matrix(DIMENSIONS).near(asked, 4)


def test_a_title_counts_more_with_a_text_that_says_the_same() -> None:
    said = replace(PAPER, text="The paper tray of the printer is full, and yet it says that there is none.")
    else_ = replace(PAPER, text="I hear nothing while the picture of the film is fine.")
    first, second = (unpacked(*packs(one, PLAIN), dimensions=DIMENSIONS) for one in (said, else_))
    asked = embed(["no paper in the tray of my printer"])[0]
    (mixed, text), (other, _) = (rows @ asked / np.linalg.norm(rows, axis=1) for rows in (first, second))
    assert mixed > max(embed([PAPER.title])[0] @ asked, other + 0.1)
    assert text == pytest.approx(embed([f"{said.title}\n{said.text}"])[0] @ asked, abs=0.01)


def test_keep_makes_the_vectors_of_everything_once(
    session: Session, piles: tuple[Pile, Pile], vectors: Vectors, keep: Keep, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "MOST_AT_ONCE", 2)
    articles, questions = piles
    articles.put(replace(RESET, keywords="forgot login, locked out"), *(article(ref, "About") for ref in range(2, 6)))
    questions.put(PAPER, SOUND)
    noted(session, key(PAPER))
    assert keep() > 3
    rows = {(row.kind, row.ref): row for row in session.scalars(select(Vector))}
    assert len(rows) == len(vectors) == 7
    assert len({row.number for row in rows.values()}) == 7
    assert len(rows["article", 1].title) == 3 * DIMENSIONS
    assert (len(rows["article", 1].text), len(rows["article", 2].text)) == (DIMENSIONS, 0)
    assert rows["question", 1].version == session.scalar(select(Change.id))
    assert keep() == 0
    assert next(iter(vectors.near("locked out of everything"))) == key(RESET)


def test_keep_follows_what_changes_and_what_goes(
    session: Session, piles: tuple[Pile, Pile], vectors: Vectors, keep: Keep
) -> None:
    _, questions = piles
    questions.put(PAPER, SOUND)
    keep()
    questions.put(question(1, "A film without sound", "I hear nothing."), question(3, "The printer is out of paper"))
    questions.hidden.add(2)
    noted(session, *(Key("question", ref) for ref in (1, 2, 3)))
    keep()
    assert next(iter(vectors.near("no sound in a video"))) == Key("question", 1)
    assert next(iter(vectors.near("paper in the printer"))) == Key("question", 3)
    gone = session.get_one(Vector, ("question", 2))
    assert (gone.title, gone.text) == (b"", b"")
    assert Key("question", 2) not in vectors.near("no sound in a video")
    clock.advance(timedelta(minutes=2))
    assert keep() == 0
    questions.hidden.clear()
    noted(session, Key("question", 2))
    assert keep() == 1
    assert len(vectors) == 3


def test_changes_that_concern_no_vector_are_left_behind_sometime(
    session: Session, piles: tuple[Pile, Pile], keep: Keep, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "LONG_TAIL", 4)
    piles[1].put(PAPER)
    noted(session, *[key(PAPER)] * 5)
    keep()
    clock.advance(timedelta(minutes=2))
    assert keep() == 1
    assert keep() == 0


def test_vectors_are_read_anew_from_a_restored_database(
    session: Session, piles: tuple[Pile, Pile], vectors: Vectors, keep: Keep
) -> None:
    piles[1].put(PAPER, SOUND)
    keep()
    session.execute(delete(Vector).where(Vector.ref == 2))
    session.execute(update(Vector).values(number=1))
    session.commit()
    vectors.look()
    assert list(vectors.near("paper")) == [key(PAPER)]


def test_near_reads_in_the_background_and_goes_without_a_database_that_is_away(
    session: Session, piles: tuple[Pile, Pile], keep: Keep, caplog: pytest.LogCaptureFixture
) -> None:
    piles[1].put(PAPER)
    keep()
    engine = db.engine
    fresh = Vectors(lambda: engine, PLAIN)
    fresh.near("paper")
    done(fresh)
    assert list(fresh.near("paper")) == [key(PAPER)]

    def away() -> None:
        raise ConnectionError

    lost = Vectors(away, PLAIN)  # type: ignore[arg-type]
    assert not lost.near("paper")
    done(lost)
    assert not lost.near("paper")
    assert "goes without" in caplog.text


def test_search_finds_by_meaning_what_has_none_of_the_words(
    session: Session, piles: tuple[Pile, Pile], vectors: Vectors, keep: Keep, engine: Engine
) -> None:
    documents = [RESET, PAPER, SOUND, replace(RESET, ref=2, audience="staff")]
    for one in documents:
        piles[0 if one.kind == "article" else 1].put(one)
    engine.put(documents)
    keep()
    both = Fused(engine, vectors)

    def found(text: str, sort: str = "relevance") -> list[Key]:
        return list(both.search(parse(text), ALL, sort=sort).keys)

    assert found("forgot my passcode") == [key(RESET)]
    assert found("forgot my passcode is:question") == []
    for text in ('"forgot my passcode"', "in:title passcode", "404 500", "passcode tag:login"):
        assert found(text) == []
    assert found("forgot my passcode", sort="new") == []
    assert set(found("the sound of paper")) == {key(PAPER), key(SOUND)}
    late = "today " * 16 + "reset my account passcode, reset the login passcode"
    assert "passcode" in parse(late).beyond and found(late) == [key(RESET)]
    assert next(iter(both.similar("forgot my passcode", ALL).keys)) == key(RESET)
    reasons = both.explain(parse("forgot my passcode"), ALL, [key(RESET)])[key(RESET)]
    assert any("near in meaning" in one.words for one in reasons)
