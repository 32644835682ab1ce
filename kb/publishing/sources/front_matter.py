"""The YAML at the head of an article, read without trusting it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml
from yaml.constructor import ConstructorError
from yaml.events import AliasEvent
from yaml.nodes import MappingNode, Node, ScalarNode

from kb.articles.remarks import Fault

MOST_BYTES = 16 * 1024
DEEPEST = 20
YAML = "yaml"
_FENCE = re.compile(r"---[ \t]*\n")
_CLOSE = re.compile(r"^(?:---|\.\.\.)[ \t]*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Entry:
    """One key's value, and the line of the file it stands in."""

    value: Any
    line: int


@dataclass(frozen=True, slots=True)
class Parts:
    """A file taken apart: its front matter, its text, and the line the text starts in."""

    entries: dict[str, Entry]
    text: str
    text_line: int
    repeated: tuple[Entry, ...] = ()
    """Keys that were given twice, with the line of each repetition."""


def decode(data: bytes) -> str:
    """Return the text of a file, whatever its line ends; raises Fault where it is not UTF-8."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = data.count(b"\n", 0, problem.start) + 1
        raise Fault(
            line, f"The file is not UTF-8: byte 0x{data[problem.start]:02x} cannot be read.", "not-utf-8"
        ) from None
    if "\0" in text:
        raise Fault(text.count("\n", 0, text.index("\0")) + 1, "The file holds a null character.", "not-utf-8")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def split(text: str) -> Parts:
    """Take the text of an article apart; one without front matter is all text. Raises Fault."""
    start = _FENCE.match(text)
    if start is None:
        return Parts({}, text, 1)
    end = _CLOSE.search(text, start.end())
    if end is None:
        raise Fault(1, "The front matter is opened by --- but never closed by another.", YAML)
    entries, repeated = parse(text[start.end() : end.start()], first_line=2)
    after = text[end.end() + 1 :]
    return Parts(entries, after, text.count("\n", 0, end.end()) + 2, repeated)


def parse(yaml_text: str, *, first_line: int = 1) -> tuple[dict[str, Entry], tuple[Entry, ...]]:
    """Read a YAML mapping whose first line is line ``first_line`` of its file; raises Fault naming the line."""
    if len(yaml_text.encode()) > MOST_BYTES:
        raise Fault(first_line, f"The front matter is longer than {MOST_BYTES // 1024} KiB.", YAML)
    loader = _Loader(yaml_text)
    try:
        root = loader.get_single_node()
        return _entries(loader, root, first_line)
    except yaml.MarkedYAMLError as problem:
        mark = problem.problem_mark or problem.context_mark
        line = first_line + (mark.line if mark else 0)
        raise Fault(line, f"The YAML is broken: {_reason(problem)}.", YAML) from None
    except yaml.YAMLError as problem:
        raise Fault(first_line, f"The YAML is broken: {str(problem).splitlines()[0]}.", YAML) from None
    finally:
        loader.dispose()


class _Loader(yaml.SafeLoader):
    """Plain values only, none of them deep: an alias can grow a few lines into gigabytes, and nobody needs one here."""

    _depth = 0

    def compose_node(self, parent: Node | None, index: Any) -> Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if isinstance(event, AliasEvent) or getattr(event, "anchor", None):
            raise ConstructorError(None, None, "anchors (&) and aliases (*) are not read", event.start_mark)
        if self._depth > DEEPEST:
            raise ConstructorError(None, None, f"it is nested more than {DEEPEST} deep", event.start_mark)
        self._depth += 1
        node: Node | None = super().compose_node(parent, index)
        self._depth -= 1
        return node


def _entries(loader: _Loader, root: Node | None, first_line: int) -> tuple[dict[str, Entry], tuple[Entry, ...]]:
    if root is None:
        return {}, ()
    if not isinstance(root, MappingNode):
        raise Fault(first_line, "The front matter must be lines of the form key: value.", YAML)
    found: dict[str, Entry] = {}
    repeated = []
    for key, value, line in _pairs(loader, root, first_line):
        if key in found:
            repeated.append(Entry(key, line))
        found[key] = Entry(value, line)
    return found, tuple(repeated)


def _pairs(loader: _Loader, root: MappingNode, first_line: int) -> Iterator[tuple[str, Any, int]]:
    for key_node, value_node in root.value:
        line = first_line + key_node.start_mark.line
        if not isinstance(key_node, ScalarNode):
            raise Fault(line, "A key must be a word.", YAML)
        try:
            yield str(key_node.value), loader.construct_object(value_node, deep=True), line
        except (ValueError, OverflowError):  # a date such as 2026-13-45, or a number of a thousand digits
            message = f"The value of {key_node.value} cannot be read as a date or a number."
            raise Fault(line, message, "front-matter") from None


def _reason(problem: yaml.MarkedYAMLError) -> str:
    reason = problem.problem or problem.context or "it cannot be read"
    if "mapping values are not allowed" in reason:
        return "a value that holds a colon and a space needs quotes around it"
    return reason
