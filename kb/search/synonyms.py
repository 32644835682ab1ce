"""Words that mean the same: the lines writers keep of them, and what a query becomes by them."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from sqlalchemy import select
from sqlalchemy.orm import Session

from kb import clock
from kb.db import Fact, touch_site
from kb.errors import Conflict, Invalid, Refused
from kb.people import rules
from kb.people.models import Person
from kb.search.analysis import WORD, pieces, word
from kb.search.models import Synonym
from kb.search.query import Group, Query

FACT = "search_synonyms"
"""The fact under which the lines of the content's own file are kept."""
LONGEST_LINE = 400
MOST_LINES = 2_000
MOST_WORDS = 5
"""Words of one of the ways to say something."""
MOST_OTHERS = 12
_ONE_WAY = "=>"
_Stems = tuple[str, ...]
_Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Synonyms:
    """For what people type, by stems, the other ways to say it."""

    others: Mapping[_Stems, tuple[_Words, ...]] = field(default_factory=lambda: MappingProxyType({}))
    longest: int = 0
    """Stems of the longest of what people type."""


def read(lines: Iterable[str]) -> Synonyms:
    """Return what ``lines`` say; those with a fault, comments and empty ones say nothing.

    ``sign in, log in, login`` means each finds the others, ``wifi => wireless network`` that only the left one does.
    """
    found: dict[_Stems, dict[_Words, None]] = {}
    for line in lines:
        if is_comment(line) or fault_of(line):
            continue
        left, arrow, right = line.partition(_ONE_WAY)
        asked, meant = _ways(left), _ways(right) if arrow else _ways(left)
        for way in asked:
            mine = found.setdefault(_stems(way), {})
            mine.update({other: None for other in meant if _stems(other) != _stems(way)})
    others = {stems: tuple(ways)[:MOST_OTHERS] for stems, ways in found.items()}
    return Synonyms(others, max(map(len, others), default=0))


def stored(session: Session) -> Synonyms:
    """Return what the content's own file and the lines added on the site say."""
    published = session.get(Fact, FACT, populate_existing=True)
    lines = [*published.value["lines"]] if published else []
    return read([*lines, *session.scalars(select(Synonym.line).order_by(Synonym.id))])


def expanded(query: Query, synonyms: Synonyms) -> Query:
    """Return ``query`` with other ways to say its words, the longest first; phrases in quotes are meant as they are."""
    if not synonyms.others or not query.words:
        return query
    groups, at = [], 0
    while at < len(query.words):
        group = _group(query.words[at:], synonyms)
        groups.append(group)
        at += len(group.words)
    return replace(query, groups=tuple(groups)) if any(group.others for group in groups) else query


def is_comment(line: str) -> bool:
    """Whether ``line`` says nothing and is not meant to."""
    return not line.strip() or line.lstrip().startswith("#")


def fault_of(line: str) -> str:
    """Return what is wrong with a line, "" when nothing is."""
    sides = line.split(_ONE_WAY)
    ways = [part for side in sides for part in side.split(",")]
    if len(line.strip()) > LONGEST_LINE:
        return "A line of synonyms can hold 400 characters at most."
    if len(sides) > 2:
        return "A line of synonyms can hold one => at most."
    if len(ways) < 2:
        return "Give at least two ways to say it, with a comma or => between them."
    if not all(WORD.search(way) for way in ways):
        return "Between two commas there are no words."
    if any(len(_stems(WORD.findall(way))) > MOST_WORDS for way in ways):
        return "One way to say it can be five words long at most."
    return ""


def add(session: Session, line: str, *, by: Person) -> Synonym:
    """Have ``line`` from now on, without building any index anew.

    Raises Refused when ``by`` is no writer, Invalid when nobody could use the line, Conflict when it is there already.
    """
    _check_may(by)
    line = re.sub(r"\s+", " ", line).strip()
    fault = "Write the words that mean the same." if is_comment(line) else fault_of(line)
    if fault:
        raise Invalid("line", fault)
    if session.scalar(select(Synonym.id).where(Synonym.line == line)):
        raise Conflict("These synonyms are there already.")
    made = Synonym(line=line, added_by_id=by.id, added_at=clock.now())
    session.add(made)
    touch_site(session)
    session.flush()
    return made


def remove(session: Session, synonym: Synonym, *, by: Person) -> None:
    """Have a line no more; raises Refused when ``by`` is no writer."""
    _check_may(by)
    session.delete(synonym)
    touch_site(session)


def _check_may(by: Person) -> None:
    if not rules.is_writer(by):
        raise Refused("Only writers can change what search takes for the same.")


def _ways(side: str) -> list[_Words]:
    return [tuple(WORD.findall(way)) for way in side.split(",")]


def _stems(words: Iterable[str]) -> _Stems:
    """Return what two spellings of one thing share: ``sign-in`` and ``sign in``, ``Passwords`` and ``password``."""
    found = (word(written) for written in pieces(" ".join(words)))
    return tuple(part for one in found for part in (one.parts or (one.whole,)))


def _group(words: _Words, synonyms: Synonyms) -> Group:
    """Return the longest beginning of ``words`` that there is another way to say for, else the first word alone."""
    for length in range(min(len(words), synonyms.longest), 0, -1):
        others = synonyms.others.get(_stems(words[:length]))
        if others:
            return Group(words[:length], others)
    return Group(words[:1])
