"""Writing a Whoosh index: small commits to the one in use, and a whole one in an empty folder."""

import logging
from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from whoosh.codec.whoosh3 import W3Codec
from whoosh.filedb.filestore import FileStorage
from whoosh.index import FileIndex

from kb.search.documents import Document
from kb.search.engine import Progress
from kb.search.ranking.fields import fields_of
from kb.search.whoosh.schema import SCHEMA

NAME = "MAIN"
BATCH = 10_000
"""Documents a segment when building: what is sorted in memory at once."""
_MEGABYTES = 192
log = logging.getLogger(__name__)


def write(folder: Path, documents: Iterable[Document], *, gone: Sequence[int]) -> None:
    """Commit ``documents`` as new ones and take away those numbered ``gone``, in one step."""
    _commit(FileIndex(FileStorage(str(folder)), schema=SCHEMA, indexname=NAME), documents, gone=gone, merge=True)


def build(folder: Path, documents: Iterable[Document], progress: Progress) -> None:
    """Make an index of ``documents`` in the empty ``folder``, telling ``progress`` how many are in."""
    index = FileIndex.create(FileStorage(str(folder)), SCHEMA, NAME)
    done, coming = 0, iter(documents)
    while batch := list(islice(coming, BATCH)):
        _commit(index, batch, gone=(), merge=False)
        done += len(batch)
        progress(done)


def _commit(index: Any, documents: Iterable[Document], *, gone: Sequence[int], merge: bool) -> None:
    # Uncompressed blocks of 1,024 postings are read twice as fast as Whoosh's compressed ones of 128. Files of their
    # own instead of one compound file keep a small commit small.
    codec = W3Codec(compression=0, blocklimit=1024)
    writer = index.writer(compound=False, limitmb=_MEGABYTES, codec=codec, timeout=5.0)
    try:
        for number in gone:
            writer.delete_document(number)
        for document in documents:
            writer.add_document(**fields_of(document))
        writer.commit(merge=merge)
    except BaseException:
        _give_up(writer)
        raise


def _give_up(writer: Any) -> None:
    """Leave the index as it was; Whoosh itself keeps its lock for ever when the disk is full."""
    try:
        writer.cancel()
    except Exception:
        log.warning("a half-written index segment could not be tidied away", exc_info=True)
        if writer.writelock is not None and writer.writelock.fd is not None:
            writer.writelock.release()
