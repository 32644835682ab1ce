"""Values that articles name in double braces, and the tags of other site generators, which are never run."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Any

from kb.articles.remarks import Fault
from kb.markup.code import code_spans
from kb.publishing.sources import front_matter

VARIABLES = "_variables.yml"
MOST_LETTERS = 1000
_BRACES = re.compile(r"\\?\{\{-?[ \t]*([^{}\n]{0,200}?)[ \t]*-?\}\}|\{%-?[ \t]*(\w{1,40})[^{}\n]{0,400}%\}")
_NAME = re.compile(r"[A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*)*")
_FOREIGN = re.compile(r"(?:site|page|layout|include|content|config|paginator|jekyll)(?:\.|$)|[\w.\"'-]+[ \t]*\|")


@dataclass(frozen=True, slots=True)
class Values:
    """What ``_variables.yml`` says; a value within a group is named with dots."""

    by_name: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def get(self, name: str) -> str | None:
        """Return a value, None when there is none of that name."""
        return self.by_name.get(name)


@dataclass(frozen=True, slots=True)
class Settled:
    """Lines with values put in."""

    lines: list[str]
    names: frozenset[str]
    """Every name that was asked for, known or not."""
    doubts: list[tuple[int, str, str]]
    """Which line, from 0, what kind of fault, and the sentence."""


def read_values(text: str) -> Values:
    """Return the values of a ``_variables.yml``; raises Fault where it cannot be read."""
    entries, _ = front_matter.parse(text)
    found: dict[str, str] = {}
    for name, entry in entries.items():
        _collect(found, name, entry.value, entry.line)
    return Values(found)


def put_in(lines: Iterable[tuple[str, bool]], values: Values) -> Settled:
    """Return ``lines``, each with whether it is code, with the values they name; code stays as it is."""
    settled = Settled([], frozenset(), [])
    names: set[str] = set()
    for at, (line, in_code) in enumerate(lines):
        if in_code or "{" not in line:
            settled.lines.append(line)
        else:
            settled.lines.append(_filled(at, line, values, names, settled.doubts))
    return Settled(settled.lines, frozenset(names), settled.doubts)


def _filled(at: int, line: str, values: Values, names: set[str], doubts: list[tuple[int, str, str]]) -> str:
    spans = code_spans(line)

    def settle(match: re.Match[str]) -> str:
        if any(start <= match.start() < end for start, end in spans) or match[0].startswith("\\"):
            return match[0]
        name = match[1] or ""
        value = values.get(name)
        if _NAME.fullmatch(name) and (value is not None or not _FOREIGN.match(name)):
            names.add(name)
        if value is not None:
            return value
        if match[2] or _FOREIGN.match(name):
            message = f"A tag of another site generator is shown as it is written: {match[0][:80]}"
            doubts.append((at, "liquid-tag", message))
        elif _NAME.fullmatch(name):
            doubts.append((at, "unknown-variable", f"{VARIABLES} has no value called {name}."))
        return match[0]

    return _BRACES.sub(settle, line)


def _collect(found: dict[str, str], name: str, value: Any, line: int) -> None:
    if not _NAME.fullmatch(name):
        raise Fault(
            line, f"{name[:40]} cannot be a name: letters, digits, _ and -, beginning with a letter.", "variables"
        )
    if isinstance(value, dict):
        for key, inner in value.items():
            _collect(found, f"{name}.{key}", inner, line)
    elif value is None or isinstance(value, str | int | float | date):
        text = str(value).lower() if isinstance(value, bool) else " ".join(str("" if value is None else value).split())
        if len(text) > MOST_LETTERS:
            raise Fault(line, f"The value of {name} is longer than {MOST_LETTERS} characters.", "variables")
        found[name] = text
    else:
        raise Fault(line, f"The value of {name} must be text, a number or a group of values.", "variables")
