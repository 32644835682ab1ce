"""What a document comes to in an index: terms with their places, whole names, and one value a column."""

import json
from array import array
from collections.abc import Iterator
from typing import NamedTuple

from kb.search.analysis import LONGEST, folded, places, spoken, title_mark
from kb.search.documents import Document
from kb.search.scoring import FIELDS
from kb.search.stemming import language_of

VERSION = 2
"""Raised whenever the fields or the analysis change: an index of another version is not opened but built anew."""
EXACT = ("spoken", "public", "tag", "person")
"""Fields of whole names: the words people would type, those of them that everyone may find, and who and what about."""

Posting = tuple[bytes, int, float, bytes]
"""A term, how often it stands there, that as a weight, and the places, two bytes each."""


class Written(NamedTuple):
    """A text and the language it is in."""

    text: str
    language: str


def postings(value: Written, *, with_stop_words: bool) -> Iterator[Posting]:
    """Yield the terms of a text; ``with_stop_words`` keeps the common ones, where a query may be nothing else."""
    for term, found in places(value.text, with_stop_words=with_stop_words, language=value.language).items():
        yield term.encode(), len(found), float(len(found)), array("H", found).tobytes()


def whole_names(value: tuple[str, ...]) -> Iterator[Posting]:
    """Yield each whole name once, as it is."""
    for name in dict.fromkeys(value):
        yield name.encode(), 1, 1.0, b""


def fields_of(document: Document) -> dict[str, object]:
    """Return the value of every field and column of ``document``."""
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
