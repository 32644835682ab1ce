"""All vectors of a site in memory, and the search for those nearest to another."""

import numpy as np
from numpy.typing import NDArray

from kb.search.engine import Key, Near
from kb.search.meaning.embedding import Floats
from kb.search.meaning.packing import Bytes

BLOCK = 4_096
COARSE = 4
"""One in so many dimensions, the first ones, is compared for every vector, all of them only for the best."""
CANDIDATES = 3_000
"""How many vectors are compared in full."""


class Block:
    """Room for a number of vectors; a row is never written again once it counts."""

    def __init__(self, dimensions: int) -> None:
        self.full = np.zeros((BLOCK, dimensions), np.int8)
        self.coarse = np.zeros((BLOCK, dimensions // COARSE), np.int8)
        """The first of them once more, side by side: every search reads these of every vector."""
        self.shrink = np.zeros(BLOCK, np.float32)
        """What makes a row of ``full`` one of length 1."""
        self.owner = np.full(BLOCK, -1, np.int32)
        """The number of the document each row belongs to; -1 where it was replaced since."""

    def write(self, at: int, rows: Bytes, owner: int) -> None:
        """Put ``rows`` in from ``at`` on."""
        here = slice(at, at + len(rows))
        self.full[here] = rows
        self.shrink[here] = 1 / np.maximum(np.linalg.norm(rows.astype(np.float32), axis=1), 1e-6)
        self.coarse[here] = rows[:, : self.coarse.shape[1]]
        self.owner[here] = owner


class Matrix:
    """Grows by one thread while others read: what a reader sees is whole, if perhaps a moment old."""

    def __init__(self, dimensions: int) -> None:
        self._dimensions = dimensions
        self._blocks: list[Block] = []
        self._keys: list[Key] = []
        self._owners: dict[Key, int] = {}
        self.size = 0
        """How many rows are written, those replaced since among them."""
        self.idle = 0
        """How many of them were replaced since."""

    def __len__(self) -> int:
        return len(self._owners)

    def put(self, key: Key, rows: Bytes) -> None:
        """Have ``rows`` as the vectors of ``key``, in place of what there was; none take it out."""
        old = self._owners.pop(key, None)
        if len(rows):
            self._owners[key] = len(self._keys)
            self._keys.append(key)
            self._append(rows, self._owners[key])
        if old is not None:
            self._leave(old)

    def near(self, vector: Floats, limit: int) -> Near:
        """Return the ``limit`` documents nearest to ``vector``, of length 1, and the best cosine of each."""
        size = self.size
        if not size or not vector.any():
            return {}
        owners, cosines = self._compared(vector, self._candidates(vector, size))
        order = np.lexsort((owners, -cosines))
        owners, cosines = owners[order], np.minimum(cosines[order], 1.0)
        best = np.sort(np.unique(owners, return_index=True)[1])[:limit]  # where each is met first, as its best row
        found = zip(owners[best].tolist(), cosines[best].tolist(), strict=True)
        return {self._keys[owner]: cosine for owner, cosine in found if cosine > 0}

    def _append(self, rows: Bytes, owner: int) -> None:
        while len(rows):
            at = self.size % BLOCK
            if not at:
                self._blocks.append(Block(self._dimensions))
            some, rows = rows[: BLOCK - at], rows[BLOCK - at :]
            self._blocks[-1].write(at, some, owner)
            self.size += len(some)

    def _leave(self, owner: int) -> None:
        for block in self._blocks:
            rows = block.owner == owner
            block.owner[rows] = -1
            self.idle += int(rows.sum())

    def _candidates(self, vector: Floats, size: int) -> NDArray[np.intp]:
        """Return the rows that look nearest by the first dimensions alone, in ascending order."""
        blocks = self._blocks[: -(-size // BLOCK)]
        owners = np.concatenate([block.owner for block in blocks])[:size]
        if size <= CANDIDATES:
            return np.flatnonzero(owners >= 0)
        first = vector[: self._dimensions // COARSE]
        scores = np.concatenate([_cosines(block.coarse, first, block.shrink) for block in blocks])[:size]
        scores[owners < 0] = -np.inf
        return np.sort(np.argpartition(scores, size - CANDIDATES)[size - CANDIDATES :])

    def _compared(self, vector: Floats, rows: NDArray[np.intp]) -> tuple[NDArray[np.int32], Floats]:
        """Return whose each of ``rows`` is, without those replaced since, and its cosine."""
        owners, cosines = [np.empty(0, np.int32)], [np.empty(0, np.float32)]
        numbers = rows // BLOCK
        for number in np.unique(numbers).tolist():
            block, here = self._blocks[number], rows[numbers == number] % BLOCK
            owners.append(block.owner[here])
            cosines.append(_cosines(block.full[here], vector, block.shrink[here]))
        owner, cosine = np.concatenate(owners), np.concatenate(cosines)
        return owner[owner >= 0], cosine[owner >= 0]


def _cosines(rows: Bytes, vector: Floats, shrink: Floats) -> Floats:
    """Return the product of each row, made one of length 1 by ``shrink``, with ``vector``.

    Not by ``@``: that hands half of the work to another thread, and waits for it for ages where all cores are busy.
    """
    products: Floats = np.einsum("ij,j->i", rows.astype(np.float32), vector) * shrink
    return products
