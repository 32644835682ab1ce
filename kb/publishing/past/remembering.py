"""Reading from a repository what happened to its articles."""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from kb.articles.trees import Languages
from kb.git import log
from kb.git.faults import GitFault
from kb.git.log import ADDED, COPIED, DELETED, RENAMED, LoggedCommit
from kb.publishing.past.walking import Step, Trail, follow
from kb.publishing.sources.heads import WRITERS, Head, Heads, is_published
from kb.publishing.sources.source import GitSource

CONTENT, MOVED, BULK, REMOVED = "content", "moved", "bulk", "removed"
MANY, SHARE = 25, 0.1
MAILMAP, IGNORED = ".mailmap", ".git-blame-ignore-revs"
_SHA = re.compile(rb"^\s*([0-9a-f]{40}|[0-9a-f]{64})\b", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Record:
    """One revision of an article as git tells it; ``title`` is empty where it could not be published."""

    sha: str
    author: str
    at: datetime
    kind: str
    title: str
    path: str
    blob: str
    address: str
    audience: str
    text: str
    """Digest of title and text."""


@dataclass(frozen=True, slots=True)
class State:
    """How far history was read: of which place, up to which commit, and by what rules."""

    place: str
    sha: str
    rules: str

    def continues(self, before: "State") -> bool:
        """Whether only what is new since ``before`` needs to be read."""
        return (self.place, self.rules) == (before.place, before.rules)


@dataclass(frozen=True, slots=True)
class Rules:
    """What a repository says about all of its commits: who is who, and which ones only touch the form of texts."""

    mailmap: str
    ignored: frozenset[str]
    digest: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read: the files that changed, followed back, and what their old revisions said."""

    state: State
    after: str
    """Read are the commits that are new since this one; "" for all there are."""
    window: frozenset[str]
    """All commits read."""
    trails: tuple[Trail, ...]
    bulk: frozenset[str]
    """Those that touched so many articles at once that they tell nothing about each."""
    commits: Mapping[str, LoggedCommit]
    """Those that touched an article."""
    heads: Heads

    def records(self, trail: Trail, before: Iterable[Record] = ()) -> tuple[Record, ...]:
        """Return the revisions of ``trail``, the oldest first, after those ``before`` that were read another time."""
        found = list(before)
        for step in reversed(trail.steps):
            found.append(self._record(step, found[-1] if found else None))
        return tuple(found)

    def _record(self, step: Step, before: Record | None) -> Record:
        commit, change = step.commit, step.change
        head = self.heads.of(change.path, change.blob)
        return Record(
            sha=commit.sha,
            author=commit.author_name[:200],
            at=commit.authored_at,
            kind=self._kind(step, head),
            title=head.title,
            path=change.path[-400:],
            blob=change.blob,
            # A file that cannot be published leaves its article where it was.
            address=before.address if head.is_broken and before else head.address,
            audience=_audience(head, commit.authored_at),
            text=head.text,
        )

    def _kind(self, step: Step, head: Head) -> str:
        change = step.change
        if change.status == DELETED:
            return REMOVED
        if change.status in (RENAMED, COPIED):
            before = self.heads.of(change.from_path, change.from_blob)
            if change.blob == change.from_blob or (head.text and head.text == before.text):
                return MOVED
        return BULK if change.status not in (ADDED, COPIED) and step.commit.sha in self.bulk else CONTENT


def rules_of(source: GitSource) -> Rules:
    """Return the rules at the commit of ``source``; raises GitFault."""
    assert source.commit is not None
    found = log.top_files(source.mirror.folder, source.commit.sha, (MAILMAP, IGNORED))
    listed = source.mirror.blob(found[IGNORED]) if IGNORED in found else b""
    digest = hashlib.sha256(repr(sorted(found.items())).encode()).hexdigest()[:16]
    return Rules(found.get(MAILMAP, ""), frozenset(sha.decode() for sha in _SHA.findall(listed)), digest)


def read(
    source: GitSource,
    rules: Rules,
    state: State,
    languages: Languages,
    *,
    after: str = "",
    new: frozenset[str] = frozenset(),
) -> Reading:
    """Follow back every article that the commits touch: those ``new`` since ``after``, or all; raises GitFault.

    A branch that was merged brings commits that are older than some which are known. Those are read again, down to
    the oldest new one, so that all come out in the order in which ``git log`` would walk them.
    """
    window: set[str] = set()
    touching: dict[str, LoggedCommit] = {}

    def walked(commits: Iterable[LoggedCommit]) -> Iterator[LoggedCommit]:
        missing = set(new)
        if after and not missing:
            return
        for commit in commits:
            window.add(commit.sha)
            if commit.changes:
                yield commit
            missing.discard(commit.sha)
            if after and not missing:
                return

    with log.opened(source.mirror.folder, state.sha, mailmap=rules.mailmap) as commits:
        trails = follow(walked(commits), lambda path: published_in(source, path))
    for trail in trails:
        touching |= {step.commit.sha: step.commit for step in trail.steps}
    heads = Heads(source.mirror, source.folder, languages)
    heads.read(_texts(trails))
    bulk = frozenset(commit.sha for commit in touching.values() if _is_bulk(source, commit, rules))
    return Reading(state, after, frozenset(window), tuple(trails), bulk, touching, heads)


def published_in(source: GitSource, path: str) -> bool:
    """Whether a file at ``path`` of the repository may be an article of ``source``."""
    return is_published(within(source, path))


def within(source: GitSource, path: str) -> str:
    """Return ``path`` relative to the folder of articles, "" when it lies outside."""
    if not source.folder:
        return path
    return path.removeprefix(f"{source.folder}/") if path.startswith(f"{source.folder}/") else ""


def _texts(trails: Iterable[Trail]) -> Iterator[tuple[str, str]]:
    """Yield path and blob of every text that says what a revision was."""
    for trail in trails:
        for step in trail.steps:
            change = step.change
            if change.blob:
                yield change.path, change.blob
            if change.status in (RENAMED, COPIED) and change.blob != change.from_blob:
                yield change.from_path, change.from_blob


def _is_bulk(source: GitSource, commit: LoggedCommit, rules: Rules) -> bool:
    if commit.sha in rules.ignored:
        return True
    touched = sum(
        change.status not in (ADDED, COPIED, DELETED)
        and change.blob != change.from_blob
        and published_in(source, change.path)
        for change in commit.changes
    )
    if touched <= MANY:
        return False
    try:
        entries = source.mirror.tree(commit.sha, source.folder)
    except GitFault:  # there was no such folder then
        return False
    return touched > SHARE * sum(is_published(entry.path) for entry in entries)


def _audience(head: Head, written_at: datetime) -> str:
    """Return whom a revision was for; what was written ahead of its day was for nobody yet."""
    return WRITERS if head.publish_at is not None and head.publish_at > written_at else head.audience
