"""What a publish run found, written for people, for programs, or for the pages of a pull request."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from kb.articles.remarks import ERROR
from kb.publishing.sources.place import Place

COUNTS = ("added", "changed", "moved", "retired", "unchanged")


@dataclass(frozen=True, slots=True)
class Found:
    """One sentence about one line of one file."""

    path: str
    line: int
    severity: str
    code: str
    message: str

    @property
    def is_error(self) -> bool:
        """Whether it kept the file from being published."""
        return self.severity == ERROR


@dataclass(frozen=True, slots=True)
class Report:
    """A run, or what a run would do."""

    title: str
    """What there is to say of the whole, "" for nothing."""
    sha: str
    counts: Mapping[str, int]
    findings: tuple[Found, ...]
    prefix: str
    """What to put before a path so that it is relative to the repository or to the working folder."""
    place: str

    @property
    def has_errors(self) -> bool:
        """Whether any file has an error."""
        return any(found.is_error for found in self.findings)


def prefix_of(place: Place) -> str:
    """Return the folder of articles as those who look at the repository, or work in the folder, name it."""
    if place.is_git:
        return f"{place.subdir}/" if place.subdir else ""
    folder = Path(place.content, place.subdir).absolute()
    if not folder.is_relative_to(Path.cwd()):
        return ""
    inside = folder.relative_to(Path.cwd()).as_posix()
    return "" if inside == "." else f"{inside}/"


def as_text(report: Report) -> str:
    """Return a line for each finding, as compilers write them, and a summary."""
    lines = [
        f"{found.path or report.place}:{found.line}: {found.severity}: {found.message}{_code(found)}"
        for found in report.findings
    ]
    return "\n".join([*lines, _summary(report), *filter(None, [report.title])]) + "\n"


def as_json(report: Report) -> str:
    """Return everything as one JSON object."""
    findings = [
        {
            "path": found.path,
            "file": f"{report.prefix}{found.path}" if found.path else "",
            "line": found.line,
            "severity": found.severity,
            "code": found.code,
            "message": found.message,
        }
        for found in report.findings
    ]
    whole = {"place": report.place, "commit": report.sha, "counts": dict(report.counts), "findings": findings}
    return json.dumps(whole, ensure_ascii=False, indent=2) + "\n"


def as_github(report: Report) -> str:
    """Return a workflow command for each finding, which GitHub shows beside the line."""
    lines = []
    for found in report.findings:
        where = f"file={_property(report.prefix + found.path)},line={max(1, found.line)}," if found.path else ""
        title = f"title={_property(found.code or 'kb publish')}"
        lines.append(f"::{found.severity} {where}{title}::{_data(found.message)}")
    return "\n".join([*lines, _summary(report)]) + "\n"


FORMS: dict[str, Callable[[Report], str]] = {"text": as_text, "json": as_json, "github": as_github}


def _code(found: Found) -> str:
    return f" [{found.code}]" if found.code else ""


def _summary(report: Report) -> str:
    done = [f"{report.counts[kind]} {kind}" for kind in COUNTS]
    found = [
        f"{number} {severity}{'' if number == 1 else 's'}"
        for severity in ("error", "warning")
        for number in [sum(one.severity == severity for one in report.findings)]
    ]
    return f"{', '.join(done)}; {', '.join(found)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
