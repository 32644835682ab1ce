"""The arithmetic of a small language model that makes one vector of a whole text, with numpy alone."""

import json
from collections.abc import Sequence
from math import sqrt
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
_TINY = 1e-12
_ERROR_FUNCTION = (1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592)


class Transformer:
    """Reads tokens in the light of all others of their text, and takes the mean of what it made of them.

    Its layers are those of BERT (Devlin et al. 2018, arXiv:1810.04805, after Vaswani et al. 2017, arXiv:1706.03762),
    the mean is that of Sentence-BERT (Reimers and Gurevych 2019, arXiv:1908.10084).
    """

    def __init__(self, weights: dict[str, Floats], *, heads: int) -> None:
        """Compute with ``weights``, named as in BERT's own files, in so many heads of attention."""
        self._weights, self._heads = weights, heads
        self._layers = len({name.split(".")[2] for name in weights if name.startswith("encoder.layer.")})

    def row(self, ids: Sequence[int]) -> Floats:
        """Return a row of length 1 for the text with these tokens."""
        words, places, kinds = (
            self._weights[f"embeddings.{name}_embeddings.weight"] for name in ("word", "position", "token_type")
        )
        states = self._normal(words[list(ids)] + places[: len(ids)] + kinds[0], "embeddings")
        for number in range(self._layers):
            states = self._layer(states, f"encoder.layer.{number}")
        mean: Floats = states.mean(axis=0)
        return mean / np.linalg.norm(mean)

    def _layer(self, states: Floats, name: str) -> Floats:
        states = self._normal(states + self._attention(states, f"{name}.attention"), f"{name}.attention.output")
        inner = _gelu(self._linear(states, f"{name}.intermediate.dense"))
        return self._normal(states + self._linear(inner, f"{name}.output.dense"), f"{name}.output")

    def _attention(self, states: Floats, name: str) -> Floats:
        """Return for each token the mean of all, weighted by how much they concern it, in each head for itself."""
        tokens, width = states.shape
        size = width // self._heads
        query, key, value = (
            self._linear(states, f"{name}.self.{part}").reshape(tokens, self._heads, size).swapaxes(0, 1)
            for part in ("query", "key", "value")
        )
        concern = query @ key.swapaxes(1, 2) / sqrt(size)
        shares = np.exp(concern - concern.max(axis=2, keepdims=True))
        shares /= shares.sum(axis=2, keepdims=True)
        return self._linear((shares @ value).swapaxes(0, 1).reshape(tokens, width), f"{name}.output.dense")

    def _linear(self, states: Floats, name: str) -> Floats:
        return states @ self._weights[f"{name}.weight"].T + self._weights[f"{name}.bias"]

    def _normal(self, states: Floats, name: str) -> Floats:
        states = states - states.mean(axis=1, keepdims=True)
        states /= np.sqrt(np.square(states).mean(axis=1, keepdims=True) + _TINY)
        return states * self._weights[f"{name}.LayerNorm.weight"] + self._weights[f"{name}.LayerNorm.bias"]


def mapped(file: Path) -> dict[str, Floats]:
    """Return the numbers that are kept in ``file``, in the format of safetensors, by name; raises OSError without it.

    They are mapped and not read, so that the processes of a machine share one copy. A package's file is never written
    again: a new version takes the place of the old one, which lives on for those who have it.
    """
    whole = np.memmap(file, np.uint8, mode="r")
    begin = 8 + int.from_bytes(whole[:8].tobytes(), "little")
    header = json.loads(whole[8:begin].tobytes())
    found = {}
    for name, told in header.items():
        if told.get("dtype") == "F32":
            first, last = told["data_offsets"]
            found[name] = np.asarray(whole[begin + first : begin + last]).view("<f4").reshape(told["shape"])
    return found


def _gelu(states: Floats) -> Floats:
    """Return ``states``, each times the share of a normal distribution below it (Hendrycks and Gimpel 2016).

    The error function is formula 7.1.26 of Abramowitz and Stegun, which is off by 1.5e-7 at most.
    """
    far = np.abs(states) / sqrt(2)
    near = 1 / (1 + 0.3275911 * far)
    below = np.zeros_like(near)
    for factor in _ERROR_FUNCTION:
        below = near * (factor + below)
    below *= 0.5 * np.exp(-far * far)
    found: Floats = states * np.where(states < 0, below, 1 - below)
    return found
