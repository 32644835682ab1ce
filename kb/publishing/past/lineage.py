"""What git tells of every article: each revision, where its page was, who wrote it, and when."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from kb.articles.trees import Languages
from kb.db import glance
from kb.git import log
from kb.publishing.forwarding import Left
from kb.publishing.past import chronicle, recording, remembering
from kb.publishing.past.chronicle import Ended
from kb.publishing.past.remembering import Reading, Record, State, within
from kb.publishing.past.walking import Trail
from kb.publishing.sources.source import GitSource


@dataclass(frozen=True, slots=True)
class Former:
    """An address that a lineage of files had and left."""

    address: str
    left_at: datetime
    """When the commit was written that took the page away from there."""
    article_id: int | None
    """The article it became; None when the lineage ended, because its file was deleted."""
    title: str = ""
    """What an ended lineage was called last; only those that everybody could read are named at all."""


@dataclass(frozen=True, slots=True)
class Past:
    """All former addresses that history knows of, those where something else is live by now among them.

    An address may be named by several lineages; the one that left last has it.
    """

    former: tuple[Former, ...] = ()


def read(session: Session, source: GitSource, *, languages: Languages, anew: bool = False) -> Reading:
    """Read from git what ``store`` is going to need, before anybody waits for this transaction.

    Only commits that are new since the last time are read, unless the branch or a rule for all of its commits was
    changed, or ``anew`` asks for everything. Raises GitFault.
    """
    assert source.commit is not None
    with glance(session):
        before = None if anew else chronicle.state(session)
    rules = remembering.rules_of(source)
    state = State(f"{source.name} {source.folder}", source.commit.sha, f"{rules.digest} {languages!r}")
    if before is not None and state.continues(before):
        new = log.new_commits(source.mirror.folder, old=before.sha, tip=source.commit.sha)
        if new is not None:
            return remembering.read(source, rules, state, languages, after=before.sha, new=new)
    return remembering.read(source, rules, state, languages)


def left_by(reading: Reading, source: GitSource) -> Iterable[Left]:
    """Yield the addresses that files which are there left in the commits that were read."""
    for trail in reading.trails:
        if trail.ended is None:
            records = reading.records(trail)
            for address, left_at in left_addresses((record.address, record.at) for record in records):
                yield Left(address, within(source, trail.path), left_at)


def store(
    session: Session,
    source: GitSource,
    *,
    languages: Languages,
    reading: Reading | None = None,
    anew: bool = False,
) -> Past:
    """Make revisions, commits, dates and authors say what git says at the commit of ``source``.

    Call it after articles were written and before redirects are, with what ``read`` returned. The same commit gives
    the same rows whatever was published before. Raises GitFault.
    """
    reading = reading or read(session, source, languages=languages, anew=anew)
    if reading.after and not _continues(session, source, reading):
        reading = read(session, source, languages=languages, anew=True)
    rows = chronicle.articles(session, [within(source, trail.path) for trail in reading.trails])
    tails = {}
    if reading.after:
        tails = chronicle.tails(session, {trail.at for trail in reading.trails}, without=reading.window)
    lives: dict[int, tuple[Record, ...]] = {}
    ended: list[Ended] = []
    pageless: list[Trail] = []
    for trail in reading.trails:
        records = reading.records(trail, tails.get(trail.at, ()))
        article_id = None if trail.ended else rows.get(within(source, trail.path))
        if trail.ended is not None:
            ended += _ended(trail, records)
        elif article_id is not None:
            lives[article_id] = records
        elif not any(record.title for record in records):
            pageless.append(trail)
    recording.write(session, lives, reading)
    recording.write_ended(session, ended, anew=not reading.after)
    recording.forget_retired(session)
    lost = None if reading.after else chronicle.without_revisions(session)
    chronicle.keep_state(session, reading.state, lost, _plain(session, source, reading, pageless))
    return Past(tuple(former(session)))


def _continues(session: Session, source: GitSource, reading: Reading) -> bool:
    """Whether what is kept reaches as far back as the new commits need it to."""
    live = {within(source, trail.path): trail for trail in reading.trails if not trail.ended}
    rows = chronicle.articles(session, live)
    if chronicle.without_revisions(session) - rows.keys() - chronicle.lost(session):
        return False
    ended = {trail.at for trail in reading.trails if trail.ended} - chronicle.plain(session)
    needed = ended | {live[path].at for path in rows}
    unknown = needed - chronicle.tails(session, needed, without=reading.window).keys()
    if chronicle.have_ended(session, {trail.at for trail in live.values()}):
        return False
    return not log.touches_any(source.mirror.folder, reading.after, unknown)


def _plain(session: Session, source: GitSource, reading: Reading, pageless: Iterable[Trail]) -> frozenset[str]:
    """Return the files that never were articles, so that nobody needs to look for their past when they go.

    ``pageless`` are those of which the commits that were read made no page.
    """
    before = chronicle.plain(session) if reading.after else frozenset()
    names = {trail.path: trail.at for trail in pageless}
    unknown = set(names.values()) - before
    if reading.after and log.touches_any(source.mirror.folder, reading.after, unknown):
        names = {path: at for path, at in names.items() if at in before}
    return before - {trail.path for trail in reading.trails} | names.keys()


def _ended(trail: Trail, records: tuple[Record, ...]) -> Iterable[Ended]:
    """Yield the addresses of a lineage that is no more, if everybody could read it to the last."""
    pages = [record for record in records if record.title]
    if not pages or pages[-1].audience != "public":
        return
    shown = {record.address for record in pages if record.audience == "public"}
    for address, left_at in left_addresses((record.address, record.at) for record in records):
        if address in shown:
            yield Ended(trail.path[-400:], address, pages[-1].title, left_at)


def former(session: Session) -> Iterable[Former]:
    """Yield every former address that is known from git."""
    for article_id, places in chronicle.places(session):
        for address, left_at in left_addresses(places):
            yield Former(address, left_at, article_id)
    for ended in chronicle.ended(session):
        yield Former(ended.address, ended.left_at, None, ended.title)


def left_addresses(places: Iterable[tuple[str, datetime]]) -> Iterable[tuple[str, datetime]]:
    """Return each address that ``places``, the oldest first, name and leave, with the time it was left last."""
    left: dict[str, datetime] = {}
    here = ""
    for address, at in places:
        if here and address != here:
            left[here] = at
        here = address
    return left.items()
