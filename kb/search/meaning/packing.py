"""Vectors as they are kept: one signed byte a dimension, in proportion to the largest."""

import numpy as np
from numpy.typing import NDArray

from kb.search.meaning.embedding import Floats

Bytes = NDArray[np.int8]
Packs = tuple[bytes, bytes]
"""The vectors of a document: of its title and keywords, and of its text."""
GONE: Packs = (b"", b"")
"""Those of a document that is not to be found."""


def packed(vectors: Floats) -> bytes:
    """Return ``vectors``, one after the other; rows of zeros are left out."""
    largest = np.abs(vectors).max(axis=1, initial=0.0, keepdims=True)
    kept = largest[:, 0] > 0
    whole: Bytes = np.rint(vectors[kept] / largest[kept] * 127).astype(np.int8)
    return whole.tobytes()


def unpacked(*packs: bytes, dimensions: int) -> Bytes:
    """Return the vectors of ``packs`` as rows."""
    return np.frombuffer(b"".join(packs), np.int8).reshape(-1, dimensions)
