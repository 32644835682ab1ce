"""Our own query language: what somebody typed becomes a frozen Query, in one pass and without ever failing."""

import re
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from kb.search.analysis import WORD, common_words, folded
from kb.search.documents import ARTICLE, QUESTION
from kb.search.moments import moment

LONGEST = 256
MOST_TERMS = 16
"""Words that are looked up. Of more, common ones go first; what is said beyond them still tells what is meant."""

# What a status can be asked for as; each stands for one or more statuses of documents.
STATUSES: dict[str, frozenset[str]] = {
    "solved": frozenset({"solved"}),
    "answered": frozenset({"answered", "likely_solved", "solved"}),
    "unanswered": frozenset({"needs_answer", "needs_info"}),
    "open": frozenset({"needs_answer", "needs_info", "answered", "likely_solved"}),
    "closed": frozenset({"closed"}),
}
KINDS = {"article": ARTICLE, "articles": ARTICLE, "question": QUESTION, "questions": QUESTION}
SORTS = ("relevance", "new", "helpful")
KNOWN_ISSUE = "known-issue"
"""The tag of articles and questions about something that is known not to work."""
NAMES = ("tag", "section", "category", "by", "is", "in", "after", "before", "sort")
_LISTS = {"tag": "tags", "section": "sections", "category": "categories", "by": "people"}

# A minus, a name and a colon, then a quoted text or whatever comes before the next space; all but the last optional.
_ITEM = re.compile(r'(-?)(?:([a-z]+):)?(?:"([^"]*)("?)|(\S+))', re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x1f\x7f\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Group:
    """Words of a query that stand for one thing, such as "sign in", and other ways to say it."""

    words: tuple[str, ...]
    others: tuple[tuple[str, ...], ...] = ()
    """Each is found only where all its words are, and counts a little less than what was typed."""


@dataclass(frozen=True, slots=True)
class Query:
    """What to look for. Empty fields do not narrow; ``words`` rank and at least one is needed, ``phrases`` all are."""

    text: str
    """As typed, without control characters and cut to 256 characters."""
    words: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    without_tags: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    """Handles, all of which must have written in it."""
    statuses: frozenset[str] = field(default_factory=frozenset)
    kind: str = ""
    title_only: bool = False
    after: datetime | None = None
    """Only what is from this moment on (see Document.at)."""
    before: datetime | None = None
    """Only what is from before this moment."""
    sort: str = ""
    """``relevance``, ``new`` or ``helpful`` where the text says so."""
    groups: tuple[Group, ...] = ()
    """The words again, with other ways to say each; empty where there are none and each word stands for itself."""
    beyond: tuple[str, ...] = ()
    """Words that are not looked up because there are so many."""
    ignored: tuple[str, ...] = ()
    """Pieces that were read as plain words although they look like more, or were left out."""

    @property
    def wanted(self) -> str:
        """The words and phrases alone, as one text."""
        return " ".join((*self.words, *self.phrases))

    @property
    def said(self) -> str:
        """All that was said, the words that are not looked up among it: what is wanted, to whoever reads sentences."""
        return " ".join((*self.words, *self.phrases, *self.beyond))

    @property
    def is_empty(self) -> bool:
        """Whether it asks for nothing at all, not even a filter."""
        return replace(self, text="", ignored=()) == Query("")


def parse(text: str) -> Query:
    """Return what ``text`` asks for. Never raises; takes time in proportion to at most 256 characters."""
    clean = _CONTROL.sub(" ", text.encode("utf-8", "replace").decode()).strip()
    reader = _Reader()
    if len(clean) > LONGEST:
        clean = clean[:LONGEST]
        reader.ignored.append("…")
    for found in _ITEM.finditer(clean):
        reader.take(found)
    return reader.query(clean)


def narrowed(
    query: Query,
    *,
    within: str = "all",
    section: str = "",
    tag: str = "",
    status: str = "",
    by: str = "",
    since: str = "",
    sort: str = "",
) -> Query:
    """Return ``query`` narrowed by what is chosen beside the results; unknown values do not narrow."""
    place = (folded(section),) if section else ()  # of articles or of questions, whichever has it
    return replace(
        query,
        kind=KINDS.get(within, query.kind),
        sections=(*query.sections, *place),
        categories=(*query.categories, *place),
        tags=(*query.tags, folded(tag)) if tag else query.tags,
        statuses=STATUSES.get(status, query.statuses),
        people=(*query.people, _handle(by)) if by else query.people,
        after=moment(since) or query.after,
        sort=sort if sort in SORTS else query.sort,
    )


def normal(text: str) -> str:
    """Return what two texts share that count as the same search: in lower case, with single spaces."""
    return " ".join(text.casefold().split())[:LONGEST]


class _Reader:
    """Collects the pieces of one query."""

    def __init__(self) -> None:
        self.lists: dict[str, list[str]] = {}
        self.chosen: dict[str, Any] = {}
        self.ignored: list[str] = []
        self._words: list[str] = []
        self._terms = 0
        """Words in quotes, or behind a minus."""

    def take(self, found: re.Match[str]) -> None:
        """Sort one piece in where it belongs."""
        minus, name, quoted, closing, bare = found.groups()
        value = quoted if quoted is not None else bare
        if name and self._take_named(name.lower(), value, bool(minus)):
            return
        if name and quoted is None:
            value = f"{name}:{value}"  # such as about:config
        if bare and bare.endswith(":") and bare[:-1].lower() in NAMES:
            self.ignored.append(bare)
        if quoted is not None and not closing:
            self.ignored.append('"')
        where = "without" if minus else "phrases" if quoted is not None and closing else "words"
        self._take_words(where, value, found.group())

    def query(self, text: str) -> Query:
        """Return everything taken."""
        self._choose()
        fields = self.chosen | {name: tuple(values) for name, values in self.lists.items()}
        return Query(text=text, ignored=tuple(dict.fromkeys(self.ignored)), **fields)

    def _take_named(self, name: str, value: str, minus: bool) -> bool:
        """Take ``name:value``; returns False where it is to be read as words, and notes why when it looks meant."""
        value = folded(value).strip()
        if name in _LISTS and value and (not minus or name == "tag"):
            self._add("without_tags" if minus else _LISTS[name], _handle(value) if name == "by" else value)
            return True
        choice = None if minus else _choice(name, value)
        if choice is None:
            if name in NAMES:
                self.ignored.append(f"{'-' if minus else ''}{name}:{value}")
            return False
        if choice == ("tags", KNOWN_ISSUE):
            self._add(*choice)
        else:
            self.chosen.update([choice])
        return True

    def _take_words(self, where: str, value: str, piece: str) -> None:
        written = WORD.findall(value)
        if not written:
            return
        if where == "words":
            self._words += written
            return
        if self._terms + len(written) > MOST_TERMS:
            self.ignored.append(piece)
            left = MOST_TERMS - self._terms
            written, beyond = written[:left], written[left:]
            if where == "phrases":
                self.lists.setdefault("beyond", []).extend(beyond)
        self._terms += len(written)
        if written:
            self._add(where, " ".join(written))

    def _choose(self) -> None:
        """Choose the words to look up: people who tell a long story come to what they are after at its end."""
        room = MOST_TERMS - self._terms
        chosen, beyond = self._words, list[str]()
        if len(chosen) > room:
            telling = [one for one in chosen if folded(one) not in common_words()] or chosen
            self.ignored += telling[room:]
            chosen = telling[:room]
            others = Counter(self._words) - Counter(chosen)
            for one in reversed(self._words):
                if others[one]:
                    others[one] -= 1
                    beyond.append(one)
            self.lists["beyond"] = [*beyond[::-1], *self.lists.get("beyond", ())]
        for one in chosen:
            self._add("words", one)

    def _add(self, where: str, value: str) -> None:
        self.lists.setdefault(where, []).append(value)


def _choice(name: str, value: str) -> tuple[str, Any] | None:
    """Return the field of a Query that ``name:value`` sets and to what, None where there is no such choice."""
    if name in ("is", "in") and value in KINDS:
        return "kind", KINDS[value]
    if name == "is" and value in STATUSES:
        return "statuses", STATUSES[value]
    if name == "is" and value in (KNOWN_ISSUE, "known-issues"):
        return "tags", KNOWN_ISSUE
    if name == "in" and value == "title":
        return "title_only", True
    if name == "sort" and value in SORTS:
        return "sort", value
    if name in ("after", "before") and (when := moment(value)):
        return name, when
    return None


def _handle(text: str) -> str:
    return folded(text).strip().removeprefix("@")
