"""``_synonyms.txt``: the words that mean the same to those who search, kept beside the articles."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from kb.articles.remarks import WARNING, Remark
from kb.db import Fact, touch_site
from kb.publishing.sources import wanted
from kb.search import synonyms


@dataclass(frozen=True, slots=True)
class WordList:
    """The lines of the file that can be used, and what there is to say of the others."""

    lines: tuple[str, ...]
    remarks: tuple[Remark, ...] = ()


def read_list(text: str) -> WordList:
    """Return what the file says; a line that cannot be used is a warning and keeps none of the others from it."""
    lines: list[str] = []
    remarks: list[Remark] = []
    for number, line in enumerate(text.split("\n"), 1):
        if synonyms.is_comment(line):
            continue
        fault = synonyms.fault_of(line)
        if not fault and len(lines) >= synonyms.MOST_LINES:
            fault = f"Only the first {synonyms.MOST_LINES} lines of synonyms are used."
        if fault:
            remarks.append(Remark(wanted.SYNONYMS, number, WARNING, fault, "synonyms"))
        else:
            lines.append(line.strip())
    return WordList(tuple(lines), tuple(remarks))


def store(session: Session, lines: Sequence[str]) -> None:
    """Have search go by ``lines`` from now on."""
    kept = session.get(Fact, synonyms.FACT)
    if (kept.value["lines"] if kept else []) == [*lines]:
        return
    session.merge(Fact(name=synonyms.FACT, value={"lines": [*lines]}))
    touch_site(session)
