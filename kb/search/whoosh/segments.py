"""Reading one segment of a Whoosh index into arrays; the only module that knows how Whoosh lays out its files."""

import json
import os
from collections import Counter, OrderedDict
from collections.abc import Collection
from io import BytesIO
from pathlib import Path
from struct import Struct
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray
from whoosh.codec.whoosh3 import LENGTHS_COLUMN, W3LeafMatcher
from whoosh.columns import NumericColumn, RefBytesColumn, VarBytesColumn
from whoosh.filedb.filestore import FileStorage
from whoosh.filedb.structfile import StructFile
from whoosh.reading import SegmentReader, TermNotFound
from whoosh.util.numeric import byte_to_length

from kb.search.ranking.segment import NAMES, NOTHING, NUMBERS, Ints, Postings
from kb.search.scoring import FIELDS, Floats
from kb.search.whoosh.schema import SCHEMA

_LENGTHS = np.array([byte_to_length(code) for code in range(256)], np.float32)
_NUMPY_CODES = {"q": ">i8", "I": ">u4", "d": ">f8", "f": ">f4", "B": "u1", "H": ">u2"}
_DECODED_BYTES, _LEAST_DECODED = 64, 256 * 1024
"""How much of its decoded postings a segment keeps in memory for each of its documents, and at least."""
LATER = ("said", "reasons")
"""Columns that are read when they are asked for; their files are open from the beginning, as another index may be taken
into use at any moment, and the files of this one deleted."""
# An item of a table of terms: the sizes of its key and its value; the key, a field's number and the term; the value.
_SIZES, _FIELD, _COUNT = Struct("!II"), Struct("!H"), Struct("!5xI")


class File(StructFile):  # type: ignore[misc]
    """A file that is read without moving a place that others share.

    Mapping it into memory would be quicker still, but a file cut short by accident then kills the process.
    """

    def get(self, position: int, length: int) -> bytes:
        """Return ``length`` bytes from ``position`` on, or as many as there are."""
        return os.pread(self.fileno(), length, position)


class Folder(FileStorage):  # type: ignore[misc]
    """A folder of such files."""

    def open_file(self, name: str, **more: Any) -> File:
        """Open the file called ``name`` for reading."""
        return File(Path(self.folder, name).open("rb"), name=name, **more)


class Segment:
    """One segment: never changes once written, so what is read of it is good for as long as it is part of an index.

    Deletions are not its concern: they belong to a generation of the index.
    """

    def __init__(self, storage: Any, segment: Any) -> None:
        self._reader = SegmentReader(storage, SCHEMA, segment)
        self._lock = Lock()  # for what is kept below, by any thread
        self._decoded: OrderedDict[tuple[str, str], Postings] = OrderedDict()
        self._decoded_bytes = 0
        self._spoken: tuple[list[str], list[int]] | None = None
        self._public: Counter[str] | None = None
        self._unsaid: set[int] = set()
        self.size = int(segment.doc_count_all())
        per_document = self._reader._perdoc
        self.numbers = {name: _numbers(per_document, name, code, self.size) for name, code in NUMBERS.items()}
        self.names = {name: _names(per_document, name, self.size) for name in NAMES}
        self.lengths = {name: _lengths(per_document, name, self.size) for name in FIELDS}
        self.total_lengths = {name: int(self._reader.field_length(name)) for name in FIELDS}
        self.tags = self._read_tags()
        for name in LATER:
            if per_document.has_column(name):
                per_document._colfiles[name] = per_document._get_column_file(name)

    def postings(self, field: str, term: str) -> Postings:
        """Return the postings of ``term`` in ``field``, decoded at most once while they fit in memory."""
        key = (field, term)
        with self._lock:
            known = self._decoded.get(key)
            if known is not None:
                self._decoded.move_to_end(key)
                return known
            found = self._decode(field, term)
            self._decoded[key] = found
            self._decoded_bytes += found.nbytes
            while self._decoded_bytes > max(_LEAST_DECODED, _DECODED_BYTES * self.size):
                self._decoded_bytes -= self._decoded.popitem(last=False)[1].nbytes
            return found

    def places(self, field: str, term: str, wanted: Ints) -> dict[int, NDArray[np.uint16]]:
        """Return where ``term`` stands in ``field`` of each of the ``wanted`` documents (ascending) that hold it."""
        found: dict[int, NDArray[np.uint16]] = {}
        with self._lock:
            matcher = self._matcher(field, term)
            while matcher is not None and not matcher._atend:
                first, last = matcher.block_min_id(), matcher.block_max_id()
                low, high = np.searchsorted(wanted, [first, last + 1])
                if low < high:
                    matcher._read_values()
                    ids = np.cumsum(np.array(matcher._data[0], np.int64))
                    for at in np.flatnonzero(np.isin(ids, wanted[low:high])).tolist():
                        found[int(ids[at])] = np.frombuffer(matcher._values[at], np.uint16)
                matcher._next_block()
        return found

    def spoken(self) -> tuple[list[str], list[int]]:
        """Return the words people may complete to, sorted, and in how many documents each is."""
        with self._lock:
            if self._spoken is None:
                pairs = self.terms("spoken")
                self._spoken = [word for word, _ in pairs], [count for _, count in pairs]
            return self._spoken

    def public(self, deleted: Collection[int]) -> Counter[str]:
        """Return in how many documents that everyone may find each word is that people may type; not to be changed.

        Documents once ``deleted`` are not counted.
        """
        with self._lock:
            if self._public is None:
                self._public = Counter(dict(self.terms("public")))
            gone = set(deleted) - self._unsaid
            if gone:
                for said in self._aside("said", gone):
                    self._public.subtract(said.decode().split())
                self._public = +self._public
                self._unsaid |= gone
            return self._public

    def reasons(self, number: int) -> list[tuple[str, float]]:
        """Return why document ``number`` is boosted, as it was told."""
        with self._lock:
            kept = self._aside("reasons", (number,))[0]
        return [(words, factor) for words, factor in json.loads(kept or b"[]")]

    def document_frequency(self, field: str, term: str) -> int:
        """Return how many documents, deleted ones included, hold ``term`` in ``field``."""
        with self._lock:
            return int(self._reader.doc_frequency(field, term))

    def terms(self, field: str) -> list[tuple[str, int]]:
        """Return the terms of ``field``, in order, and in how many documents each is.

        Whoosh reads its table number by number; the field's part of it read at once takes a fifth of the time.
        """
        number = self._reader._terms._fieldmap.get(field)
        if number is None:
            return []
        table = self._reader._terms._tindex
        start, end = table.closest_key_pos(_FIELD.pack(number)), table.closest_key_pos(_FIELD.pack(number + 1))
        if start is None:
            return []
        data = table.dbfile.get(start, (table.endofdata if end is None else end) - start)
        found, at = [], 0
        while at < len(data):
            key_size, size = _SIZES.unpack_from(data, at)
            key = at + _SIZES.size
            at = key + key_size + size
            (count,) = _COUNT.unpack_from(data, key + key_size)
            found.append((data[key + _FIELD.size : key + key_size].decode(), count))
        return found

    def _decode(self, field: str, term: str) -> Postings:
        matcher = self._matcher(field, term)
        if matcher is None:
            return NOTHING
        ids, counts = [], []
        while not matcher._atend:
            matcher._read_data()
            deltas, weights, _ = matcher._data
            ids.append(np.cumsum(np.array(deltas, np.int64)))
            counts.append(
                np.full(len(deltas), 1.0 if weights is None else weights, np.float32)
                if weights is None or isinstance(weights, float)
                else np.array(weights, np.float32)
            )
            matcher._next_block()
        return Postings(np.concatenate(ids).astype(np.int32), np.concatenate(counts))

    def _matcher(self, field: str, term: str) -> Any:
        """Return Whoosh's reader of the postings of ``term``, which are fetched at once; None where there are none."""
        terms = self._reader._terms
        try:
            start, (length,) = terms.term_info(field, term.encode()).extent()
        except TermNotFound:
            return None
        postings = BytesIO(terms._postfile.get(start, length))
        return W3LeafMatcher(StructFile(postings), 0, length, SCHEMA[field].format)

    def _aside(self, name: str, numbers: Collection[int]) -> list[bytes]:
        reader = self._reader._perdoc.column_reader(name, VarBytesColumn())
        return [reader[number] for number in numbers]

    def _read_tags(self) -> dict[str, Ints]:
        return {name: self._decode("tag", name).ids for name, _ in self.terms("tag")}


def _numbers(per_document: Any, name: str, code: str, size: int) -> NDArray[Any]:
    reader = per_document.column_reader(name, NumericColumn(code))
    return _column(reader._dbfile, reader._basepos, reader._count, code, size)


def _names(per_document: Any, name: str, size: int) -> tuple[NDArray[Any], list[str]]:
    """Return one code a document, and what the codes stand for."""
    reader = per_document.column_reader(name, RefBytesColumn())
    codes = _column(reader._dbfile, reader._basepos, size, reader._typecode, size)
    return codes, [value.decode() for value in reader._uniques]


def _lengths(per_document: Any, name: str, size: int) -> Floats:
    if not per_document.has_column(f"_{name}_len"):
        return np.zeros(size, np.float32)
    reader = per_document.column_reader(f"_{name}_len", LENGTHS_COLUMN)
    lengths: Floats = _LENGTHS[_column(reader._dbfile, reader._basepos, reader._count, "B", size)]
    return lengths


def _column(file: Any, start: int, count: int, code: str, size: int) -> NDArray[Any]:
    """Return a column of ``size`` values; Whoosh leaves zeros at the end of one unwritten."""
    kind = np.dtype(_NUMPY_CODES[code])
    values = np.frombuffer(file.get(start, min(count, size) * kind.itemsize), kind)
    whole = np.zeros(size, kind.newbyteorder("="))
    whole[: len(values)] = values
    return whole
