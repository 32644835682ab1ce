"""From documents to the arrays of one segment: the postings of each term, and one value a column."""

import io
import json
from array import array
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kb.search.documents import Document
from kb.search.ranking.fields import EXACT, fields_of, postings, whole_names
from kb.search.ranking.segment import NAMES, NUMBERS
from kb.search.scoring import FIELDS, WITH_STOP_WORDS

Arrays = Mapping[str, NDArray[Any]]


class Entry(NamedTuple):
    """Which documents of a segment hold a term (ascending), how often, and where: the places of one after another's.

    Numbers of four bytes, of two, and of two.
    """

    ids: "array[int]"
    counts: "array[int]"
    places: "array[int]"


@dataclass(frozen=True, slots=True)
class Built:
    """A segment as it is kept: documents have numbers from 0 in the order they came."""

    size: int
    arrays: Arrays
    entries: Mapping[tuple[str, str], Entry]
    """By field and term, for the fields that are scored."""


def build(documents: Iterable[Document]) -> Built:
    """Return ``documents`` as one segment."""
    parts = _Parts()
    for document in documents:
        parts.add(fields_of(document))
    return parts.built()


def packed(arrays: Arrays) -> bytes:
    """Return ``arrays`` as bytes that ``unpacked`` reads."""
    file = io.BytesIO()
    np.savez(file, **arrays)  # type: ignore[arg-type]
    return file.getvalue()


def unpacked(data: bytes) -> Arrays:
    """Return what was ``packed``; raises ValueError or another error where it is torn."""
    with np.load(io.BytesIO(data), allow_pickle=False) as file:
        return {name: file[name] for name in file.files}


def joined(names: Iterable[str]) -> NDArray[np.uint8]:
    """Return ``names`` as one array, to be taken apart by ``names_in``."""
    return np.frombuffer("".join(f"{name}\0" for name in names).encode(), np.uint8)


def names_in(data: NDArray[Any]) -> list[str]:
    """Return the names that were ``joined``."""
    return data.tobytes().decode().split("\0")[:-1]


def written(document: Document) -> str:
    """Return ``document`` as a line of JSON; two that are equal are written alike."""
    return json.dumps(asdict(document), default=datetime.isoformat)


def read(line: str) -> Document:
    """Return the document that was ``written``."""
    values = json.loads(line)
    values["at"] = datetime.fromisoformat(values["at"])
    values["tags"], values["people"] = tuple(values["tags"]), tuple(values["people"])
    values["reasons"] = tuple((words, factor) for words, factor in values["reasons"])
    return Document(**values)


class _Parts:
    """A segment being put together."""

    def __init__(self) -> None:
        self._size = 0
        self._entries: dict[tuple[str, str], Entry] = {}
        self._exact: dict[str, dict[str, array[int]]] = {name: {} for name in EXACT}
        self._lengths: dict[str, array[int]] = {name: array("I") for name in FIELDS}
        self._numbers: dict[str, list[float]] = {name: [] for name in NUMBERS}
        self._names: dict[str, list[str]] = {name: [] for name in NAMES}
        self._reasons: dict[int, object] = {}

    def add(self, values: Mapping[str, Any]) -> None:
        number = self._size
        self._size += 1
        for name in FIELDS:
            length = 0
            for term, count, _, places in postings(values[name], with_stop_words=name in WITH_STOP_WORDS):
                entry = self._entry(name, term.decode())
                entry.ids.append(number)
                entry.counts.append(count)
                entry.places.frombytes(places)
                length += count
            self._lengths[name].append(length)
        for name, terms in self._exact.items():
            for term, *_ in whole_names(values[name]):
                terms.setdefault(term.decode(), array("i")).append(number)
        for name, numbers in self._numbers.items():
            numbers.append(values[name])
        for name, names in self._names.items():
            names.append(values[name].decode())
        if values["reasons"]:
            self._reasons[number] = json.loads(values["reasons"])

    def _entry(self, field: str, term: str) -> Entry:
        found = self._entries.get((field, term))
        if found is None:
            found = self._entries[field, term] = Entry(array("i"), array("H"), array("H"))
        return found

    def built(self) -> Built:
        arrays: dict[str, NDArray[Any]] = {"reasons": np.frombuffer(json.dumps(self._reasons).encode(), np.uint8)}
        for name, code in NUMBERS.items():
            arrays[name] = np.array(self._numbers[name], code)
        for name, names in self._names.items():
            known = sorted(set(names))
            place = {one: number for number, one in enumerate(known)}
            arrays[f"{name}.codes"] = np.array([place[one] for one in names], np.int32)
            arrays[f"{name}.names"] = joined(known)
        for name, lengths in self._lengths.items():
            arrays[f"{name}.lengths"] = np.array(lengths, np.float32)
        for name, terms in self._exact.items():
            said = sorted(terms)
            arrays[f"{name}.names"] = joined(said)
            arrays[f"{name}.starts"] = np.cumsum([0, *(len(terms[one]) for one in said)]).astype(np.int64)
            arrays[f"{name}.ids"] = np.array([number for one in said for number in terms[one]], np.int32)
        return Built(self._size, arrays, self._entries)
