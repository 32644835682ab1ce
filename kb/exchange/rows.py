"""The rows of a Stack Exchange dump's XML files, one at a time, and past the broken ones."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

Skip = Callable[[str, str], None]
"""Is told the place of what cannot be read, and why not."""

_CHUNK = 1 << 18
_ROW = re.compile(r"<row(?=[\s/>])")
_LONGEST_KEY = 60


class BadRow(Exception):
    """A row lacks what it must have; the text says what, for the person who runs the import."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its attributes, and where it stands (``Posts.xml line 17``)."""

    place: str
    values: dict[str, str]

    def text(self, name: str) -> str:
        """Return the attribute, or an empty string."""
        return self.values.get(name, "")

    def key(self, name: str) -> str:
        """Return an id; raises BadRow when there is none."""
        key = self.text(name).strip()
        if not key:
            raise BadRow(f"no {name}")
        if len(key) > _LONGEST_KEY:
            raise BadRow(f"{name} is too long")
        return key

    def moment(self, name: str) -> datetime:
        """Return a time, which in these files is UTC without saying so; raises BadRow when it is missing or wrong."""
        try:
            moment = datetime.fromisoformat(self.text(name))
        except ValueError:
            raise BadRow(f"{name} is {self.text(name)!r}" if self.text(name) else f"no {name}") from None
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment

    def moment_if_any(self, name: str) -> datetime | None:
        """The same for a time that may be missing."""
        return self.moment(name) if self.text(name) else None

    def number(self, name: str) -> int:
        """Return a count, 0 when there is none or it is not one."""
        text = self.text(name)
        return min(int(text), 2**31 - 1) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def rows(path: Path, skip: Skip) -> Iterator[Row]:
    """Yield the rows of ``path``; memory does not grow with the file.

    A row that is not XML is told to ``skip`` and the next one read on; so is the place where a file ends too early.
    """
    broken = False
    for number, text in _texts(path):
        place = f"{path.name} line {number}"
        element = "<" + text[1:].partition("<")[0].rstrip()  # no attribute holds the sign
        broken = not element.endswith(">")
        if broken:
            skip(place, "the row breaks off")
            continue
        try:
            row = Row(place, _attributes(element))
        except ElementTree.ParseError as error:
            skip(place, f"not a row of XML ({str(error).partition(':')[0]})")
            continue
        yield row
    if not broken and not _is_whole(path):
        skip(f"{path.name}, its end", "the file breaks off there; what came before was read")


def _attributes(element: str) -> dict[str, str]:
    """Return the attributes of a start tag, closed or not; raises ParseError when it is not one."""
    if not element.endswith("/>"):
        element = f"{element[:-1]}/>"
    return dict(ElementTree.fromstring(element).attrib)  # noqa: S314 - one element, no document type


def _texts(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the line a row begins on, and its text up to where the next row begins: ``<row`` is in no attribute."""
    line, rest = 1, ""
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        while chunk := file.read(_CHUNK):
            rest += chunk
            starts = [match.start() for match in _ROW.finditer(rest)]
            if not starts:
                keep = max(0, len(rest) - len("<row "))  # before the first row; one may begin at the very end
                line, rest = line + rest.count("\n", 0, keep), rest[keep:]
                continue
            line += rest.count("\n", 0, starts[0])
            for start, end in pairwise(starts):
                yield line, rest[start:end]
                line += rest.count("\n", start, end)
            rest = rest[starts[-1] :]
    if _ROW.match(rest):
        yield line, rest


def _is_whole(path: Path) -> bool:
    """Whether the file ends with the end of an element."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 200))
        return re.search(rb"</\w+>\s*$|<\w+\s*/>\s*$", file.read()) is not None
