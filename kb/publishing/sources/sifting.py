"""From all that lies in a source to what is read, what articles share, and what has a fault. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from kb.errors import Invalid
from kb.publishing.sources import wanted
from kb.publishing.sources.wanted import is_picture

_TWICE = "The commit holds two files of this path."


@dataclass(frozen=True, slots=True)
class SourceEntry:
    """What is known of a file without reading it: what git calls its bytes, their number, why it cannot be read."""

    path: str
    oid: str = ""
    size: int = 0
    fault: str = ""
    doubt: str = ""
    """Something to mind about its path, which keeps nobody from reading it."""


def sift(found: Iterable[SourceEntry]) -> tuple[tuple[SourceEntry, ...], tuple[SourceEntry, ...]]:
    """Return the entries for readers and those that other articles share, each by path; raises Invalid for too many."""
    public, shared = [], []
    for entry in found:
        fault = wanted.fault_of_path(entry.path)
        if fault:
            if fault in (wanted.LEADS_OUT, wanted.MEANS_GIT) or wanted.is_wanted(entry.path):
                public.append(SourceEntry(wanted.shown(entry.path), fault=fault))
        elif wanted.is_shared(entry.path):
            shared.append(entry)
        elif wanted.is_wanted(entry.path) or (entry.fault and not _is_hidden(entry.path)):
            public.append(entry)
    public, shared = _once(public), _once(shared)
    _check_amount(public)
    _check_amount(shared)
    return tuple(_with_doubts(public)), tuple(shared)


def _check_amount(entries: list[SourceEntry]) -> None:
    if len(entries) > wanted.MOST_FILES:
        message = "There are %(n)s articles and pictures; at most %(most)s can be published."
        raise Invalid("content", message, n=len(entries), most=wanted.MOST_FILES)
    texts = sum(entry.size for entry in entries if not entry.fault and not is_picture(entry.path))
    if texts > wanted.MOST_TEXT:
        message = "The articles hold %(n)s MiB of text; at most %(most)s can be published."
        raise Invalid("content", message, n=texts >> 20, most=wanted.MOST_TEXT >> 20)


def _with_doubts(entries: Iterable[SourceEntry]) -> Iterator[SourceEntry]:
    """Mark each path that is another one's on machines which do not care for case or for how letters are composed."""
    first: dict[str, str] = {}
    for entry in entries:
        key = wanted.folded(entry.path)
        other = first.setdefault(key, entry.path)
        doubt = f"On other machines this is the same file as {other}: only case or the spelling of letters differs."
        yield entry if other == entry.path else replace(entry, doubt=doubt)


def _once(entries: Iterable[SourceEntry]) -> list[SourceEntry]:
    """Return each path once; no git makes a folder that holds a name twice, and somebody else's program may."""
    found: dict[str, SourceEntry] = {}
    for entry in entries:
        if found.setdefault(entry.path, entry) is not entry:
            found[entry.path] = SourceEntry(entry.path, fault=_TWICE)
    return sorted(found.values(), key=lambda entry: entry.path)


def fault_of_size(path: str, size: int) -> str:
    """Return why a file of so many bytes is not read, "" when it is."""
    most = wanted.most_bytes(path)
    return f"The file is larger than {most // 1024} KiB." if size > most else ""


def _is_hidden(path: str) -> bool:
    return any(wanted.is_private(name) for name in path.split("/"))
