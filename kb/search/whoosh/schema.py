"""What a Whoosh index of ours holds: five fields of words, exact names, words as spoken, and one value a column."""

from collections.abc import Iterator
from typing import Any

from whoosh.columns import NumericColumn, RefBytesColumn, VarBytesColumn
from whoosh.fields import COLUMN, FieldType, Schema
from whoosh.formats import Format

from kb.search.ranking.fields import EXACT, Posting, Written, postings, whole_names
from kb.search.ranking.segment import NAMES, NUMBERS
from kb.search.scoring import FIELDS, WITH_STOP_WORDS

ASIDE = ("said", "reasons")
"""What is only looked up for few documents: its words as spoken, where everyone may find it; why it is boosted."""


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
        """Return ``value``'s terms with how often and where they stand."""
        return postings(value, with_stop_words=self.with_stop_words)


class Exact(FieldType):  # type: ignore[misc]
    """Whole names, such as tags and the words people would type, which are not stemmed."""

    def __init__(self) -> None:
        super().__init__(Mark(), None)

    def index(self, value: tuple[str, ...], **_: Any) -> Iterator[Posting]:
        """Return each name once."""
        return whole_names(value)


SCHEMA = Schema(
    **{name: Words(with_stop_words=name in WITH_STOP_WORDS) for name in FIELDS},
    **{name: Exact() for name in EXACT},
    **{name: COLUMN(NumericColumn(code)) for name, code in NUMBERS.items()},
    **{name: COLUMN(RefBytesColumn()) for name in NAMES},
    **{name: COLUMN(VarBytesColumn()) for name in ASIDE},
)
