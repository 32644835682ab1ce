"""Where every address leads that is no article's any more: one table, worked out from facts alone. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from posixpath import normpath
from urllib.parse import unquote, urlsplit

from kb.articles.addresses import folder_of
from kb.articles.remarks import ERROR, WARNING
from kb.publishing.sources.source import TEXTS

LONGEST, LONGEST_URL = 400, 1000
SHADOWS, CONFLICT, LOOP, NOWHERE = "redirect-shadows", "redirect-conflict", "redirect-loop", "redirect-nowhere"
OTHER_PAGES = frozenset({"", "articles", "questions", "search", "tags", "categories", "people", "join", "sign-in"})
"""First parts of addresses that are this site's and no article's."""


@dataclass(frozen=True, slots=True)
class Claim:
    """An address that a file's ``redirect_from`` names, as it is written."""

    path: str
    named: str


@dataclass(frozen=True, slots=True)
class Stub:
    """A file that is no article and only says where its address leads, by ``redirect_to``."""

    path: str
    address: str
    target: str
    redirect_from: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Left:
    """An address that the article of ``path`` had until ``at``."""

    address: str
    path: str
    at: datetime
    by_folder: bool = False
    """Whether this site saw it while articles came from a folder; what git tells counts before that."""


@dataclass(frozen=True, slots=True)
class Ended:
    """An address whose article, which everybody could read, is gone since ``at``.

    ``article_id`` names its row where it may come back with its former addresses.
    """

    address: str
    title: str
    at: datetime
    article_id: int | None = None
    by_folder: bool = False
    """As of ``Left``."""


@dataclass(frozen=True, slots=True)
class Facts:
    """All that the table is made of; the order in which things were published is not among it."""

    live: Mapping[str, str]
    """Address of every article → path of its file."""
    claims: Iterable[Claim] = ()
    stubs: Iterable[Stub] = ()
    left: Iterable[Left] = ()
    ended: Iterable[Ended] = ()


@dataclass(frozen=True, slots=True)
class Target:
    """Where an address leads: to the article of ``path``, to ``url``, or nowhere any more.

    With a path, ``url`` is the place on its page, such as ``#fees``, or empty.
    """

    path: str = ""
    url: str = ""
    gone_title: str = ""
    at: datetime | None = None
    article_id: int | None = None
    by_folder: bool = False


@dataclass(frozen=True, slots=True)
class Refusal:
    """A redirect that a file asks for and that is not made; ``written`` is how it asks."""

    path: str
    written: str
    severity: str
    message: str
    code: str


@dataclass(slots=True)
class Table:
    """Every address that leads elsewhere, and what could not be done."""

    targets: dict[str, Target] = field(default_factory=dict)
    refusals: list[Refusal] = field(default_factory=list)


def make_table(facts: Facts) -> Table:
    """Work out the table: an article's address beats everything, then what files say now, then who left last.

    Every target is the last of its chain. Of two files that claim one address the first by path gets it.
    """
    table = Table()
    stubs = _standing(facts, table)
    claimed = _claimed(facts, stubs, table)
    ends = _Ends(facts, stubs, claimed)
    for stub in stubs.values():
        _put_stub(ends, stub, table)
    for address, path in claimed.items():
        target = Target(path) if path not in ends.by_stub else table.targets.get(ends.by_stub[path].address)
        if target is not None:
            table.targets[address] = target
    former: list[Left | Ended] = [*facts.left, *facts.ended]
    at_home = set(facts.live.values())
    for last in sorted(former, key=_leaving, reverse=True):
        if last.address in facts.live or last.address in table.targets:
            continue
        if isinstance(last, Ended):
            title = last.title[:200] or last.address
            gone = Target(gone_title=title, at=last.at, article_id=last.article_id, by_folder=last.by_folder)
            table.targets[last.address] = gone
        elif last.path in at_home:
            table.targets[last.address] = Target(last.path, at=last.at, by_folder=last.by_folder)
    return table


def path_of(named: str) -> str:
    """Return ``named`` as a path of this site; "" when it cannot be one."""
    try:
        parts = urlsplit(named.strip())
    except ValueError:
        return ""
    path = normpath("/" + unquote(parts.path).lstrip("/"))
    fits = len(path) <= LONGEST and all(ord(character) >= 32 for character in path)
    return path if fits and path != "/" and not parts.netloc and not parts.scheme else ""


def _leaving(former: Left | Ended) -> tuple[bool, datetime, bool, str]:
    """Return when an address was left; of those that left at once, what is still there comes last."""
    name = former.path if isinstance(former, Left) else former.title
    return not former.by_folder, former.at, isinstance(former, Left), name


def _standing(facts: Facts, table: Table) -> dict[str, Stub]:
    """Return the stubs by address, without those whose address is an article's or another stub's."""
    stubs: dict[str, Stub] = {}
    for stub in sorted(facts.stubs, key=lambda stub: stub.path):
        holder = facts.live.get(stub.address) or (stubs[stub.address].path if stub.address in stubs else "")
        if holder:
            message = f"The address {stub.address} of this redirect is taken by {holder}."
            table.refusals.append(Refusal(stub.path, stub.target, ERROR, message, SHADOWS))
        else:
            stubs[stub.address] = stub
    return stubs


def _claimed(facts: Facts, stubs: Mapping[str, Stub], table: Table) -> dict[str, str]:
    """Return the file that gets each claimed address."""
    claimed: dict[str, str] = {}
    of_stubs = [Claim(stub.path, named) for stub in stubs.values() for named in stub.redirect_from]
    for claim in sorted((*facts.claims, *of_stubs), key=lambda claim: claim.path):
        address = path_of(claim.named)
        holder = facts.live.get(address, "")
        rival = claimed.get(address) or (stubs[address].path if address in stubs else "")
        if not address:
            problem, code = f"{claim.named} is no path on this site of at most {LONGEST} characters", NOWHERE
        elif holder == claim.path:
            problem, code = f"{address} is the address of the article itself", LOOP
        elif holder:
            problem, code = f"{address} is the address of {holder}", SHADOWS
        elif rival and rival != claim.path:
            problem, code = f"{address} leads to {rival} already", CONFLICT
        else:
            claimed[address] = claim.path
            continue
        message = f"A redirect_from is left out: {problem}."
        table.refusals.append(Refusal(claim.path, claim.named, WARNING, message, code))
    return claimed


def _put_stub(ends: "_Ends", stub: Stub, table: Table) -> None:
    end = ends.of(stub)
    if isinstance(end, Target):
        table.targets[stub.address] = end
    else:
        table.refusals.append(Refusal(stub.path, stub.target, ERROR, *end))


class _Ends:
    """Where the targets of stubs end, through other stubs and claims."""

    def __init__(self, facts: Facts, stubs: Mapping[str, Stub], claimed: Mapping[str, str]) -> None:
        self.by_stub = {stub.path: stub for stub in stubs.values()}
        self._live = facts.live
        self._stubs = stubs
        self._claimed = claimed
        self._paths = {path.lower(): path for path in (*self.by_stub, *facts.live.values())}

    def of(self, stub: Stub) -> Target | tuple[str, str]:
        """Return where ``stub`` leads in the end, or the sentence and code of what is wrong with it."""
        seen, here = {stub.path}, stub
        while True:
            try:
                parts = urlsplit(here.target.strip())
            except ValueError:
                return f"redirect_to is no address: {here.target}", NOWHERE
            if parts.scheme or parts.netloc:
                return self._outside(here.target.strip(), parts.scheme)
            rest = (f"?{parts.query}" if parts.query else "") + (f"#{parts.fragment}" if parts.fragment else "")
            path = self._file(here.path, unquote(parts.path))
            if path not in self.by_stub:
                return self._inside(path, here.target.strip(), rest)
            if path in seen:
                return f"redirect_to leads back to this file through {here.path}.", LOOP
            seen.add(path)
            here = self.by_stub[path]

    def _file(self, path: str, target: str) -> str:
        """Return the file that ``target``, written in the file ``path``, means; "" for none."""
        if target.startswith("/"):
            address = path_of(target)
            stub = self._stubs.get(address)
            found = self._live.get(address) or (stub.path if stub else "") or self._claimed.get(address, "")
            if found:
                return found
            base = address.lstrip("/")
        else:
            base = normpath(f"{folder_of(path)}/{target}").lstrip("/")
        endings = ("", *sorted(TEXTS), "/index.md")
        return next((self._paths[low] for end in endings if (low := (base + end).lower()) in self._paths), "")

    def _outside(self, target: str, scheme: str) -> Target | tuple[str, str]:
        if scheme not in ("http", "https"):
            return f"redirect_to may lead to http and https addresses only: {target}", NOWHERE
        if len(target) > LONGEST_URL or any(character.isspace() for character in target):
            return f"redirect_to is no address of at most {LONGEST_URL} characters without spaces.", NOWHERE
        return Target(url=target)

    def _inside(self, path: str, target: str, rest: str) -> Target | tuple[str, str]:
        if path:
            return Target(path, url=rest)
        first = target.partition("#")[0].partition("?")[0].strip("/").partition("/")[0]
        if target.startswith("/") and not target.startswith("//") and first in OTHER_PAGES - {"articles"}:
            return Target(url=target)
        return f"redirect_to leads to no article: {target}", NOWHERE
