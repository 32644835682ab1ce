"""Ways to narrow a search and to put it in order, as links with counts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote, quote_plus, urlencode

from flask import request
from flask_babel import gettext

from kb.db import current_session
from kb.search.documents import ARTICLE, QUESTION, Results, place_names
from kb.search.query import STATUSES

MOST_CHOICES = 12
AGES = ("7d", "30d", "1y")
"""How far back to look, as ``after:`` reads it."""
Tab = tuple[str, str, bool, int | None]
"""Its words, where it leads, whether it is this page, and how many there are (see components/tabs.html)."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One way to narrow the results, as a link."""

    words: str
    href: str
    chosen: bool
    count: str = ""
    """How many there would be, as it is read."""


@dataclass(frozen=True, slots=True)
class Group:
    """Ways to narrow by one thing."""

    heading: str
    choices: Sequence[Choice]


class Address:
    """This page's address, from which many like it are made: what they share is encoded once."""

    def __init__(self, path: str, args: Mapping[str, str]) -> None:
        self.args = args
        self._path = quote(path)
        self._said = {name: urlencode({name: value}) for name, value in args.items() if value and name != "page"}

    def saying(self, name: str, value: str) -> str:
        """Return the address of the first page with ``name`` as ``value``, or without it."""
        said = [one for other, one in self._said.items() if other != name]
        if value:
            said.append(f"{name}={quote_plus(value)}")
        return f"{self._path}?{'&'.join(said)}" if said else self._path


def kinds(found: Results) -> list[Tab]:
    """Return the tabs over the results: everything, articles, questions."""
    counts = found.counts.get("kind", {})
    address = _address()
    within = address.args.get("in", "")
    tabs = (
        (gettext("All"), "", sum(counts.values())),
        (gettext("Articles"), "articles", counts.get(ARTICLE, 0)),
        (gettext("Questions"), "questions", counts.get(QUESTION, 0)),
    )
    shown = within if within in ("articles", "questions") else ""
    return [(words, address.saying("in", value), value == shown, count) for words, value, count in tabs]


def groups(found: Results) -> list[Group]:
    """Return the ways to narrow beside the results, without those that would leave nothing to choose."""
    address = _address()
    made = [
        Group(gettext("Status"), _statuses(address, found)),
        Group(gettext("Section"), _places(address, found)),
        Group(gettext("Tag"), _tags(address, found)),
        Group(gettext("Person"), _person(address)),
        Group(gettext("Changed or asked"), _dates(address, found)),
    ]
    return [group for group in made if group.choices]


def chosen(shown: Sequence[Group]) -> list[Choice]:
    """Return what is chosen; each leads to the results without it."""
    return [choice for group in shown for choice in group.choices if choice.chosen]


def orders(found: Results) -> list[Choice]:
    """Return the ways to put the results in order, where there is anything to put in order."""
    if (len(found.hits) < 2 and found.page == 1) or found.degraded:
        return []
    address = _address()
    words = {"relevance": gettext("Best match"), "new": gettext("Newest"), "helpful": gettext("Most helpful")}
    return [Choice(text, address.saying("sort", value), value == found.sort) for value, text in words.items()]


def _address() -> Address:
    return Address(request.path, request.args.to_dict())


def _statuses(address: Address, found: Results) -> list[Choice]:
    words = {
        "solved": gettext("Solved"),
        "answered": gettext("Answered"),
        "unanswered": gettext("Needs an answer"),
        "open": gettext("Not solved yet"),
        "closed": gettext("Closed"),
    }
    each = found.counts.get("status", {})
    return _links(address, "status", words, {name: sum(each.get(one, 0) for one in STATUSES[name]) for name in words})


def _places(address: Address, found: Results) -> list[Choice]:
    session = current_session()
    counts = {**found.counts.get("section", {}), **found.counts.get("category", {})}
    slugs = [slug for slug in (*counts, address.args.get("section", "")) if slug]
    names = {**place_names(session, ARTICLE), **place_names(session, QUESTION)} if slugs else {}
    words = {slug: names.get(slug, slug.replace("-", " ").capitalize()) for slug in slugs}
    return _links(address, "section", words, counts)


def _tags(address: Address, found: Results) -> list[Choice]:
    counts = found.counts.get("tag", {})
    return _links(address, "tag", {name: name for name in (*counts, address.args.get("tag", "")) if name}, counts)


def _person(address: Address) -> list[Choice]:
    """Return the one person whose posts were asked for: nobody is offered, somebody can be left out again."""
    handle = address.args.get("by", "")
    return [Choice(f"@{handle}", address.saying("by", ""), chosen=True)] if handle else []


def _dates(address: Address, found: Results) -> list[Choice]:
    """Return how far back to look; the index counts no days, so these have no numbers."""
    asked = address.args.get("since", "")
    if not found.total and asked not in AGES:
        return []
    words = (gettext("Past week"), gettext("Past month"), gettext("Past year"))
    return [
        Choice(text, address.saying("since", "" if value == asked else value), value == asked)
        for value, text in zip(AGES, words, strict=True)
    ]


def _links(address: Address, name: str, words: Mapping[str, str], counts: Mapping[str, int]) -> list[Choice]:
    """Return links that narrow to the values there are most of, or that widen again where one is chosen already."""
    asked = address.args.get(name, "")
    values = [value for value in words if counts.get(value) or value == asked]
    values.sort(key=lambda value: (value != asked, -counts.get(value, 0)))
    return [
        Choice(
            words[value],
            address.saying(name, "" if value == asked else value),
            value == asked,
            f"{counts.get(value, 0):,}",
        )
        for value in values[:MOST_CHOICES]
    ]
