"""What a Whoosh index of ours holds: five fields of words, exact tags, words as spoken, and one value a column."""

from array import array
from collections import Counter
from collections.abc import Iterator
from typing import Any

from whoosh.columns import NumericColumn, RefBytesColumn
from whoosh.fields import COLUMN, FieldType, Schema
from whoosh.formats import Format

from kb.search.analysis import LONGEST, folded, places, spoken, title_mark
from kb.search.documents import Document

VERSION = 1
"""Raised whenever the fields or the analysis change: an index of another version is not opened but built anew."""
SCORED = ("title", "keywords", "headings", "tags", "text")
NUMBERS = {"ref": "q", "created": "d", "boost": "f", "title_mark": "I"}
NAMES = ("kind", "place", "status", "audience")

Posting = tuple[bytes, int, float, bytes]


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

    def index(self, value: str, **_: Any) -> Iterator[Posting]:
        """Yield ``value``'s terms with how often and where they stand."""
        for term, found in places(value, with_stop_words=self.with_stop_words).items():
            yield term.encode(), len(found), float(len(found)), array("H", found).tobytes()


class Spoken(FieldType):  # type: ignore[misc]
    """The words people would type, unstemmed, to complete the one they are typing."""

    def __init__(self) -> None:
        super().__init__(Mark(), None)

    def index(self, value: str, **_: Any) -> Iterator[Posting]:
        """Yield each different word once."""
        for term in Counter(spoken(value)):
            yield term.encode(), 1, 1.0, b""


class Exact(FieldType):  # type: ignore[misc]
    """Whole names, such as tags."""

    def __init__(self) -> None:
        super().__init__(Mark(), None)

    def index(self, value: tuple[str, ...], **_: Any) -> Iterator[Posting]:
        """Yield each name once."""
        for name in dict.fromkeys(folded(name)[:LONGEST] for name in value):
            yield name.encode(), 1, 1.0, b""


def fields_of(document: Document) -> dict[str, object]:
    """Return what Whoosh's writer is given for ``document``."""
    spaced_tags = " ".join(document.tags)
    return {
        "title": document.title,
        "keywords": document.keywords,
        "headings": document.headings,
        "tags": spaced_tags,
        "text": document.text,
        "spoken": f"{document.title} {document.keywords} {spaced_tags}",
        "tag": document.tags,
        "ref": document.ref,
        "created": document.created_at.timestamp(),
        "boost": document.boost,
        "title_mark": title_mark(document.title),
        "kind": document.kind.encode(),
        "place": f"{document.kind}/{document.section}".encode(),
        "status": document.status.encode(),
        "audience": document.audience.encode(),
    }


SCHEMA = Schema(
    **{name: Words(with_stop_words=name == "title") for name in SCORED},
    spoken=Spoken(),
    tag=Exact(),
    **{name: COLUMN(NumericColumn(code)) for name, code in NUMBERS.items()},
    **{name: COLUMN(RefBytesColumn()) for name in NAMES},
)
