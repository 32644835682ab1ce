"""The model's arithmetic, compared with the same formulas written out for one number after another."""

from math import erf, exp, sqrt
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from kb.search.meaning.transformer import Floats, Transformer, mapped

WIDTH, INNER, HEADS, LAYERS, WORDS, PLACES = 8, 12, 2, 2, 20, 6
IDS = [3, 17, 3, 9, 0]
Rows = list[list[float]]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A model that knows nothing, with every number that it takes."""
    chance = np.random.default_rng(5)
    shapes = {
        "embeddings.word_embeddings.weight": (WORDS, WIDTH),
        "embeddings.position_embeddings.weight": (PLACES, WIDTH),
        "embeddings.token_type_embeddings.weight": (2, WIDTH),
        **_normal("embeddings"),
    }
    for number in range(LAYERS):
        name = f"encoder.layer.{number}"
        for part in ("attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense"):
            shapes |= _linear(f"{name}.{part}", WIDTH, WIDTH)
        shapes |= _linear(f"{name}.intermediate.dense", WIDTH, INNER) | _linear(f"{name}.output.dense", INNER, WIDTH)
        shapes |= _normal(f"{name}.attention.output") | _normal(f"{name}.output")
    weights = {name: chance.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}
    path = tmp_path / "model.safetensors"
    save_file({**weights, "embeddings.position_ids": np.arange(PLACES)}, path, metadata={"format": "np"})
    return path


def test_row_is_what_the_formulas_say(file: Path) -> None:
    weights = mapped(file)
    row = Transformer(weights, heads=HEADS).row(IDS)
    assert row.dtype == np.float32
    assert row == pytest.approx(_by_hand(weights, IDS), abs=2e-5)


def test_row_depends_on_the_order_of_words(file: Path) -> None:
    model = Transformer(mapped(file), heads=HEADS)
    assert model.row(IDS) != pytest.approx(model.row(IDS[::-1]), abs=1e-2)


def test_mapped_holds_the_numbers_of_the_file_and_cannot_change_them(file: Path) -> None:
    weights = mapped(file)
    assert "embeddings.position_ids" not in weights
    words = weights["embeddings.word_embeddings.weight"]
    assert words[0, 0] == pytest.approx(np.random.default_rng(5).normal(), abs=1e-6)
    with pytest.raises(ValueError, match="read-only"):
        words[0, 0] = 1


def test_mapped_says_which_file_is_missing(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="nowhere"):
        mapped(tmp_path / "nowhere")


def _linear(name: str, given: int, made: int) -> dict[str, tuple[int, ...]]:
    return {f"{name}.weight": (made, given), f"{name}.bias": (made,)}


def _normal(name: str) -> dict[str, tuple[int, ...]]:
    return {f"{name}.LayerNorm.weight": (WIDTH,), f"{name}.LayerNorm.bias": (WIDTH,)}


def _by_hand(of: dict[str, Floats], ids: list[int]) -> list[float]:
    parts = ("word", "position", "token_type")
    words, places, kinds = (of[f"embeddings.{part}_embeddings.weight"].tolist() for part in parts)
    states = [
        _normed(of, "embeddings", [sum(three) for three in zip(words[one], places[at], kinds[0], strict=True)])
        for at, one in enumerate(ids)
    ]
    for number in range(LAYERS):
        name = f"encoder.layer.{number}"
        seen = _attended(of, f"{name}.attention", states)
        states = [_normed(of, f"{name}.attention.output", _added(*pair)) for pair in zip(states, seen, strict=True)]
        inner = [[x * (1 + erf(x / sqrt(2))) / 2 for x in _times(of, f"{name}.intermediate.dense", x)] for x in states]
        made = [_times(of, f"{name}.output.dense", x) for x in inner]
        states = [_normed(of, f"{name}.output", _added(*pair)) for pair in zip(states, made, strict=True)]
    mean = [sum(column) / len(ids) for column in zip(*states, strict=True)]
    return [x / sqrt(sum(y * y for y in mean)) for x in mean]


def _attended(of: dict[str, Floats], name: str, states: Rows) -> Rows:
    query, key, value = ([_times(of, f"{name}.self.{part}", x) for x in states] for part in ("query", "key", "value"))
    size, found = WIDTH // HEADS, []
    for asking in query:
        mixed = [0.0] * WIDTH
        for head in range(HEADS):
            here = range(head * size, (head + 1) * size)
            concern = [exp(sum(asking[at] * other[at] for at in here) / sqrt(size)) for other in key]
            for at in here:
                mixed[at] = sum(c * v[at] for c, v in zip(concern, value, strict=True)) / sum(concern)
        found.append(_times(of, f"{name}.output.dense", mixed))
    return found


def _times(of: dict[str, Floats], name: str, state: list[float]) -> list[float]:
    rows, bias = of[f"{name}.weight"].tolist(), of[f"{name}.bias"].tolist()
    return [sum(w * x for w, x in zip(row, state, strict=True)) + b for row, b in zip(rows, bias, strict=True)]


def _normed(of: dict[str, Floats], name: str, state: list[float]) -> list[float]:
    mean = sum(state) / WIDTH
    spread = sqrt(sum((x - mean) ** 2 for x in state) / WIDTH + 1e-12)
    weight, bias = of[f"{name}.LayerNorm.weight"].tolist(), of[f"{name}.LayerNorm.bias"].tolist()
    return [(x - mean) / spread * w + b for x, w, b in zip(state, weight, bias, strict=True)]


def _added(one: list[float], other: list[float]) -> list[float]:
    return [a + b for a, b in zip(one, other, strict=True)]
