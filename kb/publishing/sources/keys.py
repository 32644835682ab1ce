"""Every key of the front matter: how it is spelled, here and in other tools, and what its value must be."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any

from kb.articles.remarks import Fault
from kb.publishing.sources.foreign_keys import FLAGS, is_foreign, our_key
from kb.publishing.sources.front_matter import Entry

AUDIENCES = ("public", "members", "staff")
STATUSES = ("draft", "published", "archived")
_US_DATE = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_LANG = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*")
_POST = re.compile(r"(?:(?:https?://[^/\s]+)?/(?:questions|answers)/)?(\d{1,9})(?:[-/?#][^\s]*)?", re.ASCII)
_SPAN = re.compile(r"(\d{1,4})\s*(day|week|month|year)s?")
_DAYS = {"day": 1, "week": 7, "month": 30, "year": 365}
Check = Callable[[str, Any], Any]


@dataclass(frozen=True, slots=True)
class Head:
    """Front matter understood: ``ours`` by our own spelling, each value of the right kind."""

    ours: dict[str, Entry] = field(default_factory=dict)
    old_addresses: tuple[str, ...] = ()
    """Whole paths that another tool gave the page, which links elsewhere still name."""
    foreign: dict[str, Entry] = field(default_factory=dict)
    """What other tools know and has no meaning here."""
    unknown: dict[str, Entry] = field(default_factory=dict)
    """What nobody knows."""
    misread: tuple[Entry, ...] = ()
    """Sentences about another tool's keys whose value cannot be what it should be, so that they are left out."""


def known(entries: Mapping[str, Entry]) -> Head:
    """Sort out front matter; our own spelling wins over another tool's.

    Raises Fault naming the first value of the wrong kind, unless another tool's key holds it: those mean something
    else now and then, and only those that keep a page from readers must be understood.
    """
    head = Head()
    misread, old = [], []
    for key, entry in sorted(entries.items(), key=lambda pair: pair[0] in CHECKS):
        name = our_key(key, entry.value)
        if key in CHECKS:
            head.ours.update(_checked(key, key, entry))
        elif key.lower() in FLAGS and not isinstance(entry.value, date):
            if _flag(key, entry) is FLAGS[key.lower()]:
                head.ours["status"] = Entry("draft", entry.line)
        elif name in MUST_BE_READ:
            head.ours.update(_checked(name, key, entry))
        elif name:
            try:
                head.ours.update(_checked(name, key, entry))
                old += _whole_path(name, entry)
            except Fault as fault:
                misread.append(Entry(f"{fault.message[:-1]}; it is left out.", entry.line))
        else:
            (head.foreign if is_foreign(key) else head.unknown)[key] = entry
    return Head(head.ours, tuple(old), head.foreign, head.unknown, tuple(misread))


def _whole_path(name: str, entry: Entry) -> list[str]:
    """Return the path that a permalink gave a page in another tool; a bare slug is none."""
    path = str(entry.value).strip()
    return [path] if name == "slug" and path.startswith("/") and path.strip("/") else []


def _checked(name: str, key: str, entry: Entry) -> dict[str, Entry]:
    if entry.value is None:
        return {}
    try:
        return {name: Entry(CHECKS[name](key, entry.value), entry.line)}
    except ValueError as problem:
        raise Fault(entry.line, str(problem), "front-matter") from None


def _flag(key: str, entry: Entry) -> bool | None:
    if entry.value is not None and not isinstance(entry.value, bool):
        raise Fault(entry.line, f"{key} must be true or false.", "front-matter")
    return entry.value


def _text(most: int) -> Check:
    def check(key: str, value: Any) -> str:
        if not isinstance(value, str | int | float | date) or isinstance(value, bool):
            raise ValueError(f"{key} must be text.")
        text = " ".join(str(value).split())
        if len(text) > most:
            raise ValueError(f"{key} is longer than {most} characters.")
        return text

    return check


def _words(key: str, value: Any) -> list[str]:
    """A list of words, or one string with commas between them."""
    values = value.split(",") if isinstance(value, str) else value
    if not isinstance(values, list) or any(isinstance(word, list | dict) for word in values):
        raise ValueError(f"{key} must be a list of words.")
    words = (" ".join(str(word).split())[:80] for word in values if word is not None)
    return list(dict.fromkeys(word for word in words if word))


def _paths(key: str, value: Any) -> list[str]:
    values = [value] if isinstance(value, str) else value
    if not isinstance(values, list) or not all(isinstance(path, str) for path in values):
        raise ValueError(f"{key} must be a list of paths.")
    return [path.strip()[:400] for path in values if path.strip()]


def _posts(key: str, value: Any) -> list[int]:
    """Numbers or addresses of questions or answers on this site, one or a list of them."""
    values = value if isinstance(value, list) else [value]
    named = [_POST.fullmatch(str(one).strip()) for one in values if not isinstance(one, bool)]
    if len(named) != len(values) or not all(named):
        raise ValueError(f"{key} must be a number or an address such as /questions/17.")
    return list(dict.fromkeys(int(match[1]) for match in named if match))


def _one_post(key: str, value: Any) -> int:
    numbers = _posts(key, value)
    if len(numbers) != 1:
        raise ValueError(f"{key} must be one number or address.")
    return numbers[0]


def _one_path(key: str, value: Any) -> str:
    paths = _paths(key, value)
    if len(paths) != 1:
        raise ValueError(f"{key} must be one path or address.")
    return paths[0]


def _one_of(choices: tuple[str, ...]) -> Check:
    def check(key: str, value: Any) -> str:
        if value not in choices:
            raise ValueError(f"{key} must be {', '.join(choices[:-1])} or {choices[-1]}.")
        return str(value)

    return check


def _number(least: int) -> Check:
    def check(key: str, value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= 1_000_000:
            raise ValueError(f"{key} must be a number from {least} to 1000000.")
        return int(value)

    return check


def _days(key: str, value: Any) -> int:
    """A number of days, or a span in words such as ``6 months``."""
    span = _SPAN.fullmatch(value.strip().lower()) if isinstance(value, str) else None
    if span and int(span[1]):
        return int(span[1]) * _DAYS[span[2]]
    return int(_number(1)(key, value))


def _day(key: str, value: Any) -> date:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    american = _US_DATE.fullmatch(str(value).strip())  # as ms.date is written
    try:
        if american:
            return date(int(american[3]), int(american[1]), int(american[2]))
        return date.fromisoformat(str(value).strip())
    except ValueError:
        raise ValueError(f"{key} must be a date such as 2026-11-22.") from None


def _moment(key: str, value: Any) -> datetime:
    """A moment; without a time it is midnight UTC, without a zone it is UTC."""
    try:
        if isinstance(value, date) and not isinstance(value, datetime):
            return datetime.combine(value, time(), UTC)
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value).strip())
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise ValueError(f"{key} must be a date or a moment such as 2026-12-01T09:00:00Z.") from None


def _yes_or_no(key: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"{key} must be true or false.")
    return value


def _language(key: str, value: Any) -> str:
    if value is False:  # what YAML makes of the code of Norwegian
        return "no"
    if not isinstance(value, str) or not _LANG.fullmatch(value) or len(value) > 12:
        raise ValueError(f"{key} must be a language such as en or pt-BR.")
    return value.replace("_", "-")


CHECKS: dict[str, Check] = {
    "title": _text(200),
    "summary": _text(2000),
    "tags": _words,
    "keywords": _words,
    "audience": _one_of(AUDIENCES),
    "status": _one_of(STATUSES),
    "owner": _text(120),
    "reviewed": _day,
    "review_every": _days,
    "redirect_from": _paths,
    "redirect_to": _one_path,
    "related": _paths,
    "order": _number(-1_000_000),
    "publish_at": _moment,
    "expires_at": _moment,
    "lang": _language,
    "translation_of": _text(400),
    "slug": _text(400),
    "icon": _text(30),
    "canned": _yes_or_no,
    "credits": _words,
    "from_question": _one_post,
    "from_answers": _posts,
}
"""Every key of ours, and what its value must be."""
MUST_BE_READ = frozenset({"publish_at", "expires_at"})
"""Another tool's spelling of these keeps a page from readers, so a value that cannot be read is an error."""
