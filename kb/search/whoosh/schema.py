"""What a Whoosh index of ours holds: five fields of words, exact names, words as spoken, and one value a column."""

import json
from array import array
from collections.abc import Iterator
from typing import Any, NamedTuple

from whoosh.columns import NumericColumn, RefBytesColumn, VarBytesColumn
from whoosh.fields import COLUMN, FieldType, Schema
from whoosh.formats import Format

from kb.search.analysis import LONGEST, folded, places, spoken, title_mark
from kb.search.documents import Document
from kb.search.ranking.segment import NAMES, NUMBERS
from kb.search.scoring import FIELDS, WITH_STOP_WORDS
from kb.search.stemming import language_of

VERSION = 2
"""Raised whenever the fields or the analysis change: an index of another version is not opened but built anew."""
ASIDE = ("said", "reasons")
"""What is only looked up for few documents: its words as spoken, where everyone may find it; why it is boosted."""

Posting = tuple[bytes, int, float, bytes]


class Written(NamedTuple):
    """A text and the language it is in."""

    text: str
    language: str


class Places(Format):  # type: ignore[misc]
    """Postings that carry the places of a term, two bytes each."""

    def fixed_value_size(self) -> int:
        """Say that values differ in size."""
        return -1


class Mark(Format):  # type: ignore[misc]
    """Postings that only say that a document has the term."""

    def fixed_value_size(self) -> int:
        """Say that there are no values."""
        return 0


class Words(FieldType):  # type: ignore[misc]
    """Text by its terms; ``with_stop_words`` keeps the common ones, for fields in which a query may be nothing else."""

    def __init__(self, *, with_stop_words: bool) -> None:
        super().__init__(Places(), None, scorable=True)
        self.with_stop_words = with_stop_words

    def index(self, value: Written, **_: Any) -> Iterator[Posting]:
        """Yield ``value``'s terms with how often and where they stand."""
        for term, found in places(value.text, with_stop_words=self.with_stop_words, language=value.language).items():
            yield term.encode(), len(found), float(len(found)), array("H", found).tobytes()


class Exact(FieldType):  # type: ignore[misc]
    """Whole names, such as tags and the words people would type, which are not stemmed."""

    def __init__(self) -> None:
        super().__init__(Mark(), None)

    def index(self, value: tuple[str, ...], **_: Any) -> Iterator[Posting]:
        """Yield each name once."""
        for name in dict.fromkeys(value):
            yield name.encode(), 1, 1.0, b""


def fields_of(document: Document) -> dict[str, object]:
    """Return what Whoosh's writer is given for ``document``."""
    language = language_of(document.lang)
    spaced_tags = " ".join(document.tags)
    texts = (document.title, document.keywords, document.headings, spaced_tags, document.text)
    known = tuple(spoken(f"{document.title} {document.keywords} {spaced_tags}", language))
    said = (*known, *spoken(document.headings, language)) if document.audience == "public" else ()
    return {
        **{name: Written(text, language) for name, text in zip(FIELDS, texts, strict=True)},
        "spoken": known,
        "public": said,
        "said": " ".join(dict.fromkeys(said)).encode(),
        "tag": tuple(map(_name, document.tags)),
        "person": tuple(map(_name, document.people)),
        "ref": document.ref,
        "version": document.version,
        "at": document.at.timestamp(),
        "boost": document.boost,
        "helpful": document.helpful,
        "title_mark": title_mark(document.title),
        "kind": document.kind.encode(),
        "place": f"{document.kind}/{document.section}".encode(),
        "status": document.status.encode(),
        "audience": document.audience.encode(),
        "lang": language.encode(),
        "reasons": json.dumps(document.reasons).encode() if document.reasons else b"",
    }


def _name(written: str) -> str:
    return folded(written)[:LONGEST]


SCHEMA = Schema(
    **{name: Words(with_stop_words=name in WITH_STOP_WORDS) for name in FIELDS},
    **{name: Exact() for name in ("spoken", "public", "tag", "person")},
    **{name: COLUMN(NumericColumn(code)) for name, code in NUMBERS.items()},
    **{name: COLUMN(RefBytesColumn()) for name in NAMES},
    **{name: COLUMN(VarBytesColumn()) for name in ASIDE},
)
