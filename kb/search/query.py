"""Our own query language: what somebody typed becomes a frozen Query, in one pass and without ever failing."""

import re
from dataclasses import dataclass, field, replace

from kb.search.analysis import WORD, folded
from kb.search.documents import ARTICLE, QUESTION

LONGEST = 256
MOST_TERMS = 16

# What a status can be asked for as; each stands for one or more statuses of documents.
STATUSES: dict[str, frozenset[str]] = {
    "solved": frozenset({"solved"}),
    "answered": frozenset({"answered", "solved"}),
    "unanswered": frozenset({"needs_answer"}),
    "open": frozenset({"needs_answer", "answered"}),
    "closed": frozenset({"closed"}),
}
KINDS = {"article": ARTICLE, "articles": ARTICLE, "question": QUESTION, "questions": QUESTION}
NAMES = ("tag", "section", "category", "is", "in")

# A minus, a name and a colon, then a quoted text or whatever comes before the next space; all but the last optional.
_ITEM = re.compile(r'(-?)(?:([a-z]+):)?(?:"([^"]*)("?)|(\S+))', re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x1f\x7f\ufffe\uffff]")


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
    statuses: frozenset[str] = field(default_factory=frozenset)
    kind: str = ""
    title_only: bool = False
    ignored: tuple[str, ...] = ()
    """Pieces that were read as plain words although they look like more, or were left out."""

    @property
    def wanted(self) -> str:
        """The words and phrases alone, as one text."""
        return " ".join((*self.words, *self.phrases))

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


def narrowed(query: Query, *, within: str = "all", section: str = "", tag: str = "", status: str = "") -> Query:
    """Return ``query`` narrowed by what is chosen beside the results; unknown values do not narrow."""
    place = (folded(section),) if section else ()  # of articles or of questions, whichever has it
    return replace(
        query,
        kind=KINDS.get(within, query.kind),
        sections=(*query.sections, *place),
        categories=(*query.categories, *place),
        tags=(*query.tags, folded(tag)) if tag else query.tags,
        statuses=STATUSES.get(status, query.statuses),
    )


class _Reader:
    """Collects the pieces of one query."""

    def __init__(self) -> None:
        self.lists: dict[str, list[str]] = {}
        self.statuses: frozenset[str] = frozenset()
        self.kind = ""
        self.title_only = False
        self.ignored: list[str] = []
        self._terms = 0

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
        lists = {name: tuple(values) for name, values in self.lists.items()}
        return Query(
            text=text,
            statuses=self.statuses,
            kind=self.kind,
            title_only=self.title_only,
            ignored=tuple(dict.fromkeys(self.ignored)),
            **lists,
        )

    def _take_named(self, name: str, value: str, minus: bool) -> bool:
        """Take ``name:value``; returns False where it is to be read as words, and notes why when it looks meant."""
        value = folded(value).strip()
        if name == "tag" and value:
            self._add("without_tags" if minus else "tags", value)
        elif name in ("section", "category") and value and not minus:
            self._add("sections" if name == "section" else "categories", value)
        elif name == "is" and value in STATUSES and not minus:
            self.statuses = STATUSES[value]
        elif name in ("is", "in") and value in KINDS and not minus:
            self.kind = KINDS[value]
        elif name == "in" and value == "title" and not minus:
            self.title_only = True
        else:
            if name in NAMES:
                self.ignored.append(f"{'-' if minus else ''}{name}:{value}")
            return False
        return True

    def _take_words(self, where: str, value: str, piece: str) -> None:
        written = WORD.findall(value)
        if not written:
            return
        if self._terms + len(written) > MOST_TERMS:
            self.ignored.append(piece)
            written = written[: MOST_TERMS - self._terms]
        self._terms += len(written)
        if where == "words":
            for one in written:
                self._add(where, one)
        elif written:
            self._add(where, " ".join(written))

    def _add(self, where: str, value: str) -> None:
        self.lists.setdefault(where, []).append(value)
