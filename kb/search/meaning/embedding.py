"""From texts to vectors that lie near each other when the texts mean the same."""

import re
from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from kb.search.meaning.packages import folder_of

MODEL = "wordllama l2_supercat 256 mixed"
"""Which vectors these are: to be changed with the weights and with how texts are made ready, as both make others."""
DIMENSIONS = 256
Floats = NDArray[np.float32]
_PACKAGE = "wordllama"
_LETTER = re.compile(r"[^\W\d_]")
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f\u1e00-\u1eff]")


def embed(texts: Sequence[str]) -> Floats:
    """Return one row of length 1 for each of ``texts``, whatever its case; zeros where it is not in Latin script.

    Of other scripts the model knows little more than the bytes, and takes all texts of one script for the same.
    A row is the sum of the text's tokens, each times the root of how often it is said: a long text would else be about
    the few words it repeats.
    """
    tokens_of, weights = load()
    rows = np.zeros((len(texts), DIMENSIONS), np.float32)
    for row, text in zip(rows, texts, strict=True):
        if is_latin(text):
            ids = tokens_of.encode(text.lower(), add_special_tokens=False).ids
            tokens, counts = np.unique(ids, return_counts=True)
            row[:] = np.sqrt(counts, dtype=np.float32) @ weights[tokens].astype(np.float32)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    rows /= np.where(lengths > 0, lengths, 1)
    return rows


def is_latin(text: str) -> bool:
    """Return whether ``text`` has letters, most of them Latin ones."""
    latin = len(_LATIN.findall(text))
    return latin > 0 and (text.isascii() or 2 * latin > len(_LETTER.findall(text)))


@cache
def load() -> tuple[Tokenizer, NDArray[np.float16]]:
    """Return the tokenizer and one vector a token, read on the first call; raises OSError when they are missing.

    Both lie in wordllama's folder. Its own loader is not used: it looks for them in the wrong place, then downloads.
    """
    return tokenizer(), load_file(folder_of(_PACKAGE) / "weights" / "l2_supercat_256.safetensors")["embedding.weight"]


@cache
def tokenizer() -> Tokenizer:
    """Return what cuts a text into tokens, read on the first call; raises OSError when it is missing."""
    found = Tokenizer.from_file(str(folder_of(_PACKAGE) / "tokenizers" / "l2_supercat_tokenizer_config.json"))
    found.no_padding()
    found.no_truncation()
    return found


def is_common(word: str) -> bool:
    """Return whether ``word`` is so common that it is a token of its own: nobody need have mistyped it."""
    return tokenizer().token_to_id(f"▁{word.lower()}") is not None
