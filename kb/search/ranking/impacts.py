"""What a term adds to the score of each document that holds it, and which of that is kept in memory."""

from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock

import numpy as np

from kb.search.ranking.segment import Ints
from kb.search.scoring import Floats

MOST_BYTES = 20 * 1024 * 1024
Name = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Impacts:
    """Which documents hold a term in any of some fields (ascending), and what it adds to the score of each."""

    ids: Ints
    values: Floats
    idf: float
    """How much the term tells, from its rarest field."""

    @property
    def nbytes(self) -> int:
        """What this takes in memory, roughly."""
        return int(self.ids.nbytes + self.values.nbytes) + 200

    def of(self, number: int) -> float:
        """Return what the term adds to the score of document ``number``, 0 where it does not hold it."""
        place = int(np.searchsorted(self.ids, number))
        return float(self.values[place]) if place < len(self.ids) and self.ids[place] == number else 0.0


NO_IMPACTS = Impacts(np.empty(0, np.int32), np.empty(0, np.float32), 0.0)


class Kept:
    """The impacts used last, as many as fit in MOST_BYTES."""

    def __init__(self) -> None:
        self._impacts: OrderedDict[Name, Impacts] = OrderedDict()
        self._lock = Lock()
        self.nbytes = 0

    def get(self, name: Name) -> Impacts | None:
        """Return what is kept as ``name``."""
        with self._lock:
            found = self._impacts.get(name)
            if found is not None:
                self._impacts.move_to_end(name)
            return found

    def keep(self, name: Name, found: Impacts) -> Impacts:
        """Keep ``found`` as ``name`` in place of those not used for longest, and return it."""
        with self._lock:
            if name not in self._impacts:  # another thread may have made it meanwhile
                self._impacts[name] = found
                self.nbytes += found.nbytes
            while self.nbytes > MOST_BYTES:
                self.nbytes -= self._impacts.popitem(last=False)[1].nbytes
        return found
