"""All vectors of a site in one process, apart by the model that made them."""

from functools import lru_cache

from kb.search.engine import Key, Near
from kb.search.meaning.embedding import Floats
from kb.search.meaning.makers import Maker, Makers
from kb.search.meaning.matrix import Matrix
from kb.search.meaning.packing import unpacked


class Held:
    """Grows by one thread while others read, as a Matrix does."""

    def __init__(self, makers: Makers) -> None:
        self._makers = makers
        self._matrices = {maker: Matrix(maker.dimensions) for maker in (makers.titles, makers.texts)}

    def __len__(self) -> int:
        return max(len(matrix) for matrix in self._matrices.values())

    def put(self, key: Key, title: bytes, text: bytes) -> None:
        """Have these packed vectors as those of ``key``, in place of what there was; empty ones take it out."""
        packs = ((self._makers.titles, title), (self._makers.texts, text))
        for maker, matrix in self._matrices.items():
            mine = [pack for by, pack in packs if by is maker]
            matrix.put(key, unpacked(*mine, dimensions=maker.dimensions))

    def near(self, text: str, limit: int) -> Near:
        """Return the ``limit`` documents nearest to ``text`` by any of their vectors, and the best cosine of each."""
        best: dict[Key, float] = {}
        for maker, matrix in self._matrices.items():
            found = matrix.near(_embedded(maker, text), limit) if len(matrix) else {}
            best.update({key: cosine for key, cosine in found.items() if cosine > best.get(key, 0.0)})
        order = sorted(best, key=lambda key: -best[key])
        return {key: best[key] for key in order[:limit]}

    def is_mostly_idle(self) -> bool:
        """Whether more was replaced than is still in use."""
        return any(matrix.idle > matrix.size // 2 for matrix in self._matrices.values())

    def load(self) -> None:
        """Have in memory what comparing takes."""
        for maker in self._matrices:
            maker.load()


@lru_cache(maxsize=500)
def _embedded(maker: Maker, text: str) -> Floats:
    """Return the vector of ``text``, remembered because one page of results looks for it several times."""
    row: Floats = maker.embed([text])[0]
    return row
