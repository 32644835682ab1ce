"""From texts to vectors by a model that reads whole sentences: better in English, and a hundred times the work."""

from collections.abc import Sequence
from functools import cache

import numpy as np
from tokenizers import Tokenizer

from kb.search.meaning.embedding import Floats, is_latin
from kb.search.meaning.packages import folder_of
from kb.search.meaning.transformer import Transformer, mapped
from kb.settings import STRONG_MEANING

MODEL = "all-MiniLM-L6-v2"
"""See kb.search.meaning.embedding.MODEL."""
DIMENSIONS = 384
LONGEST = 40
"""Tokens that are read of a text: of twenty titles, nineteen have no more."""
_HEADS = 12


def embed(texts: Sequence[str]) -> Floats:
    """Return one row of length 1 for the beginning of each of ``texts``; zeros where it is not in Latin script."""
    tokens_of, model = load()
    rows = np.zeros((len(texts), DIMENSIONS), np.float32)
    for row, text in zip(rows, texts, strict=True):
        if is_latin(text):
            row[:] = model.row(tokens_of.encode(text).ids)
    return rows


@cache
def load() -> tuple[Tokenizer, Transformer]:
    """Return what cuts a text into tokens and what reads these, opened on the first call; raises OSError without it."""
    folder = folder_of(STRONG_MEANING) / "model"
    tokens_of = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokens_of.no_padding()
    tokens_of.enable_truncation(LONGEST)
    return tokens_of, Transformer(mapped(folder / "model.safetensors"), heads=_HEADS)
