"""Texts and values that articles share: put in before an article is rendered, and what that makes it depend on."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from posixpath import join, normpath
from types import MappingProxyType

from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.articles.addresses import folder_of
from kb.articles.models import Article
from kb.articles.remarks import WARNING, Fault, Remark
from kb.markup.code import Scan
from kb.publishing.sources import front_matter
from kb.publishing.sources.source import SourceFile
from kb.publishing.sources.synonyms import read_list
from kb.publishing.sources.variables import VARIABLES, Values, put_in, read_values
from kb.publishing.sources.wanted import SYNONYMS

FOLDER = "_snippets"
DEEPEST = 5
MOST_NAMES = 50
LONGEST = 1024 * 1024
"""Characters of an article with everything put in: a few snippets that hold each other could fill the memory."""

_INCLUDE = re.compile(r"([ \t]*)-{1,3}8<-{1,3}[ \t]+(['\"])([^'\"\n]+)\2[ \t]*")
_SCISSORS = re.compile(r"[ \t]*-{1,3}8<-{1,3}[ \t]*")
_NAME = re.compile(r"^[ \t]*['\"]?([^\s;'\"-][^;'\"\n]*?)['\"]?[ \t]*$")
_ESCAPED = re.compile(r"([ \t]*);(-{1,3}8<-{1,3}.*)")


@dataclass(frozen=True, slots=True)
class Use:
    """Something an article is made with: a snippet, or one value of the variables; "" is the digest of none."""

    path: str
    digest: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Library:
    """The snippets by path and the values by name, as a source has them."""

    texts: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    values: Values = field(default_factory=Values)
    remarks: tuple[Remark, ...] = ()
    """What is wrong with the shared files themselves."""
    synonyms: tuple[str, ...] | None = ()
    """The lines of ``_synonyms.txt``, None where it cannot be read: then what it said before holds."""

    @staticmethod
    def places(article: str, name: str) -> tuple[str, ...]:
        """Return the paths that ``article`` may mean by ``name``: beside it, and at the top of the content folder."""
        plain = normpath(name.strip().lstrip("/"))
        if "." not in plain.rpartition("/")[2]:
            plain += ".md"
        if plain.startswith(f"{FOLDER}/") or f"/{FOLDER}/" in plain:
            return (plain,)
        return tuple(dict.fromkeys((join(folder_of(article), FOLDER, plain), f"{FOLDER}/{plain}")))

    def digest(self, path: str, name: str = "") -> str:
        """Return the digest of a snippet or value, "" when there is none."""
        text = self.values.get(name) if path == VARIABLES else self.texts.get(path)
        return "" if text is None else sha256(text.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Expanded:
    """An article's Markdown with everything put in."""

    markdown: str
    uses: tuple[Use, ...]
    remarks: tuple[Remark, ...]
    line_map: Sequence[int]
    """For each line of ``markdown``, the line of the article's own text that it comes from, from 0."""


def gather(files: Iterable[SourceFile]) -> Library:
    """Return the library that the files in ``_snippets`` folders and ``_variables.yml`` make, and the synonyms."""
    texts: dict[str, str] = {}
    values = Values()
    synonyms: tuple[str, ...] | None = ()
    remarks: list[Remark] = []
    for file in files:
        synonyms = None if file.path == SYNONYMS else synonyms  # until it is read
        try:
            if file.fault:
                raise Fault(0, file.fault)
            if file.path == VARIABLES:
                values = read_values(front_matter.decode(file.data))
            elif file.path == SYNONYMS:
                found = read_list(front_matter.decode(file.data))
                synonyms = found.lines
                remarks += found.remarks
            else:
                texts[file.path] = front_matter.split(front_matter.decode(file.data)).text
        except Fault as fault:
            remarks.append(fault.at(file.path))
    return Library(texts, values, tuple(remarks), synonyms)


def expand(path: str, markdown: str, library: Library, *, first_line: int = 1) -> Expanded:
    """Return the text of the article at ``path`` with snippets and variables put in, except within code.

    A snippet that is not there or goes round in a circle is left out, a variable that is not there stays as it is
    written; each is a warning with the line of the article's own file.
    """
    if not any(sign in markdown for sign in ("8<", "{{", "{%")):
        return Expanded(markdown, (), (), range(markdown.count("\n") + 1))
    filling = _Filling(path, library, first_line)
    lines = [*filling.lines(markdown)]
    settled = put_in(((line.text, line.in_code) for line in lines), library.values)
    remarks = [*filling.remarks]
    for at, code, message in settled.doubts:
        where = f" (in {lines[at].snippet})" if lines[at].snippet else ""
        remarks.append(Remark(path, first_line + lines[at].origin, WARNING, message + where, code))
    for name in settled.names:
        filling.uses[VARIABLES, name] = library.digest(VARIABLES, name)
    return Expanded(
        markdown="\n".join(settled.lines),
        uses=tuple(Use(used, digest, name) for (used, name), digest in sorted(filling.uses.items())),
        remarks=tuple(sorted(dict.fromkeys(remarks), key=lambda remark: remark.line)),
        line_map=tuple(line.origin for line in lines),
    )


def stale(uses: Iterable[Mapping[str, str]], library: Library) -> bool:
    """Whether anything an article was made with, as stored on its row, is different, new or gone in ``library``."""
    return any(library.digest(use["path"], use.get("name", "")) != use["digest"] for use in uses)


def used_by(session: Session, path: str) -> list[Article]:
    """Return the live articles that are made with the snippet at ``path``, or with ``_variables.yml``, by path."""
    rows = session.execute(
        select(Article.id, Article.uses).where(Article.status != "retired").order_by(Article.path)
    ).all()
    ids = [row.id for row in rows if any(use["path"] == path for use in row.uses)]
    articles = {article.id: article for article in session.scalars(select(Article).where(Article.id.in_(ids)))}
    return [articles[one] for one in ids]


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    origin: int
    snippet: str
    in_code: bool


class _Filling:
    """One article while snippets are put into it."""

    def __init__(self, path: str, library: Library, first_line: int) -> None:
        self._path, self._library, self._first_line = path, library, first_line
        self._room = LONGEST
        self.uses: dict[tuple[str, str], str] = {}
        self.remarks: list[Remark] = []

    def lines(self, text: str, *, origin: int = -1, within: tuple[str, ...] = (), indent: str = "") -> Iterator[_Line]:
        """Yield the lines of a text, with snippets in their places.

        ``within`` names the snippets we are in, which the line ``origin`` of the article asked for.
        """
        scan, lines, names_to = Scan(), text.split("\n"), -1
        for at, line in enumerate(lines):
            here = at if origin < 0 else origin
            in_code = scan.is_code(line)
            include = None if in_code else _INCLUDE.fullmatch(line)
            if not in_code and at > names_to and _SCISSORS.fullmatch(line):
                names_to = _end_of_names(lines, at)
            if include:
                yield from self._put(include[3], here, within, indent + include[1])
            elif at <= names_to:
                for name in _NAME.findall(line):
                    yield from self._put(name, here, within, indent)
            else:
                plain = line if in_code else _ESCAPED.sub(r"\1\2", line)
                yield _Line(indent + plain if plain else "", here, within[-1] if within else "", in_code)

    def _put(self, name: str, origin: int, within: tuple[str, ...], indent: str) -> Iterator[_Line]:
        found, text = "", None
        for found in self._library.places(self._path, name):  # one that appears in an earlier place takes its place
            self.uses[found, ""] = self._library.digest(found)
            text = self._library.texts.get(found)
            if text is not None:
                break
        trouble = _trouble(name, found, text, within, self._room)
        if text is None or trouble:
            code = "missing-snippet" if text is None else "snippet-loop"
            self.remarks.append(Remark(self._path, self._first_line + origin, WARNING, trouble, code))
            return
        self._room -= len(text) + 1
        yield from self.lines(text.strip("\n"), origin=origin, within=(*within, found), indent=indent)


def _end_of_names(lines: list[str], at: int) -> int:
    """Return the line of the scissors that end a list of names begun at ``at``, -1 when nothing ends it."""
    for end in range(at + 1, min(at + MOST_NAMES, len(lines))):
        if _SCISSORS.fullmatch(lines[end]):
            return end
        if not lines[end].strip():
            return -1
    return -1


def _trouble(name: str, found: str, text: str | None, within: tuple[str, ...], room: int) -> str:
    if text is None:
        return f"There is no snippet {name}; it would be at {found}."
    if found in within:
        return f"The snippets go round in a circle: {' → '.join((*within, found))}."
    if len(within) >= DEEPEST:
        return f"The snippet {found} is more than {DEEPEST} snippets deep."
    if len(text) >= room:
        return f"With the snippet {found} the article is longer than 1 MiB."
    return ""
