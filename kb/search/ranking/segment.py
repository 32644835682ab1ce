"""What ranking reads of an index: segments, each a run of documents with columns and postings."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from kb.search.scoring import Floats

Ints = NDArray[np.int32]
"""Numbers of documents as they are kept: half as large as Ids."""
Ids = NDArray[np.intp]
"""Numbers of documents as NumPy takes elements by them: twice as quick as by Ints."""
NUMBERS = {"ref": "q", "version": "q", "at": "d", "boost": "f", "helpful": "f", "title_mark": "I"}
"""Columns of numbers, and the code of each one's type (as in struct)."""
NAMES = ("kind", "place", "status", "audience", "lang")
"""Columns of names; ``place`` is ``kind/section``, ``lang`` as stemming.language_of has it."""


@dataclass(frozen=True, slots=True)
class Postings:
    """Which documents of a segment hold a term (ascending), and how often."""

    ids: Ints
    counts: Floats

    @property
    def nbytes(self) -> int:
        """What this takes in memory, roughly."""
        return int(self.ids.nbytes + self.counts.nbytes) + 200


NOTHING = Postings(np.empty(0, np.int32), np.empty(0, np.float32))


class Segment(Protocol):
    """Documents numbered from 0 that never change once written; which are deleted is not its concern.

    Its fields are those of scoring.FIELDS, by terms, and by whole names: ``spoken``, the words people may type of
    titles, keywords and tags; ``tag``; ``person``.
    """

    size: int

    @property
    def numbers(self) -> Mapping[str, NDArray[Any]]:
        """NUMBERS, a value a document."""

    @property
    def names(self) -> Mapping[str, tuple[NDArray[Any], list[str]]]:
        """NAMES, a code a document, and what the codes stand for."""

    @property
    def lengths(self) -> Mapping[str, Floats]:
        """How many terms each document has in each of scoring.FIELDS."""

    @property
    def total_lengths(self) -> Mapping[str, int]:
        """How many terms all documents have in each of scoring.FIELDS."""

    @property
    def tags(self) -> Mapping[str, Ints]:
        """Which documents carry each tag."""

    def postings(self, field: str, term: str) -> Postings:
        """Return the postings of ``term`` in ``field``."""

    def places(self, field: str, term: str, wanted: Ints) -> dict[int, NDArray[np.uint16]]:
        """Return where ``term`` stands in ``field`` of each of the ``wanted`` documents (ascending) that hold it."""

    def document_frequency(self, field: str, term: str) -> int:
        """Return how many documents, deleted ones included, hold ``term`` in ``field``."""

    def terms(self, field: str) -> list[tuple[str, int]]:
        """Return the terms of ``field``, in order, and in how many documents each is."""

    def spoken(self) -> tuple[Sequence[str], Sequence[int]]:
        """Return the words people may complete to, sorted, and in how many documents each is."""

    def public(self, deleted: Collection[int]) -> Counter[str]:
        """Return in how many documents that everyone may find each word is that people may type; not to be changed.

        Words of titles, keywords, headings and tags; documents once ``deleted`` are not counted.
        """

    def reasons(self, number: int) -> list[tuple[str, float]]:
        """Return why document ``number`` is boosted, as it was told."""
