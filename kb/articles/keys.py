"""Every key of the front matter: how it is spelled, here and in other tools, and what its value must be."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from typing import Any

from kb.articles.front_matter import Entry
from kb.articles.remarks import Fault

AUDIENCES = ("public", "members", "staff")
STATUSES = ("draft", "published", "archived")
OTHER_SPELLINGS = {
    "description": "summary",
    "excerpt": "summary",
    "permalink": "slug",
    "sidebar_position": "order",
    "weight": "order",
    "nav_order": "order",
    "categories": "tags",
    "last_reviewed_on": "reviewed",
    "ms.date": "reviewed",
}
HIDING = ("hidden", "draft", "unlisted")
_US_DATE = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_LANG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
Check = Callable[[str, Any], Any]


def known(entries: Mapping[str, Entry]) -> tuple[dict[str, Entry], dict[str, Entry]]:
    """Return the entries by our own spelling with values of the right kind, and those nobody here knows.

    Our own spelling wins over another tool's. Raises Fault naming the first value of the wrong kind.
    """
    ours: dict[str, Entry] = {}
    unknown: dict[str, Entry] = {}
    for key, entry in sorted(entries.items(), key=lambda pair: pair[0] in CHECKS):
        name = key if key in CHECKS else OTHER_SPELLINGS.get(key.lower(), "")
        if name:
            ours.update(_checked(name, key, entry))
        elif key in HIDING or key == "published":
            hidden = _flag(key, entry) is (key != "published")
            if hidden:
                ours["status"] = Entry("draft", entry.line)
        else:
            unknown[key] = entry
    return ours, unknown


def _checked(name: str, key: str, entry: Entry) -> dict[str, Entry]:
    if entry.value is None:
        return {}
    try:
        return {name: Entry(CHECKS[name](key, entry.value), entry.line)}
    except ValueError as problem:
        raise Fault(entry.line, str(problem)) from None


def _flag(key: str, entry: Entry) -> bool:
    if not isinstance(entry.value, bool):
        raise Fault(entry.line, f"{key} must be true or false.")
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


def _language(key: str, value: Any) -> str:
    if not isinstance(value, str) or not _LANG.fullmatch(value) or len(value) > 12:
        raise ValueError(f"{key} must be a language such as en or pt-BR.")
    return value


CHECKS: dict[str, Check] = {
    "title": _text(200),
    "summary": _text(2000),
    "tags": _words,
    "keywords": _words,
    "audience": _one_of(AUDIENCES),
    "status": _one_of(STATUSES),
    "owner": _text(120),
    "reviewed": _day,
    "review_every": _number(1),
    "redirect_from": _paths,
    "related": _paths,
    "order": _number(-1_000_000),
    "publish_at": _moment,
    "expires_at": _moment,
    "lang": _language,
    "slug": _text(400),
    "icon": _text(30),
}
