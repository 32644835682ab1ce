"""The rows that keep what git told of articles."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import groupby, islice
from typing import TypeVar

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from kb.articles.models import Article, ArticleRevision, EndedPage, GitCommit
from kb.db import Fact
from kb.publishing.past.remembering import Record, State
from kb.publishing.planning import RETIRED

FACT = "articles.history"
_BATCH = 500
T = TypeVar("T")
RECORD = (
    GitCommit.sha,
    GitCommit.author_name,
    ArticleRevision.created_at,
    ArticleRevision.kind,
    ArticleRevision.title,
    ArticleRevision.path,
    ArticleRevision.blob,
    ArticleRevision.address,
    ArticleRevision.audience,
    ArticleRevision.text_digest,
)


@dataclass(frozen=True, slots=True)
class Ended:
    """An address that a deleted file had."""

    path: str
    address: str
    title: str
    left_at: datetime


def state(session: Session) -> State | None:
    """Return how far history was read, None when it never was."""
    kept = session.get(Fact, FACT)
    return State(kept.value["place"], kept.value["sha"], kept.value["rules"]) if kept else None


def lost(session: Session) -> frozenset[str]:
    """Return the articles of which git tells nothing, because a merge brought their files."""
    kept = session.get(Fact, FACT)
    return frozenset(kept.value["lost"]) if kept else frozenset()


def plain(session: Session) -> frozenset[str]:
    """Return the files, relative to the repository, that are there and of which no revision ever made a page."""
    kept = session.get(Fact, FACT)
    return frozenset(kept.value.get("plain", ())) if kept else frozenset()


def keep_state(session: Session, read: State, lost: Collection[str] | None, plain: Collection[str]) -> None:
    """Keep how far history was read, of which articles it tells nothing, None for the same as before, and ``plain``."""
    kept = session.get(Fact, FACT)
    if kept is None:
        kept = Fact(name=FACT, value={})
        session.add(kept)
    without = sorted(kept.value.get("lost", ()) if lost is None else lost)
    kept.value = {**asdict(read), "lost": without, "plain": sorted(plain)}


def articles(session: Session, paths: Iterable[str]) -> dict[str, int]:
    """Return the ids of those of ``paths`` that are articles now."""
    found: dict[str, int] = {}
    for some in batches(sorted(set(paths))):
        rows = session.execute(
            select(Article.path, Article.id).where(Article.path.in_(some), Article.status != RETIRED)
        )
        found |= dict(iter(rows))
    return found


def without_revisions(session: Session) -> frozenset[str]:
    """Return the paths of articles of which no commit is kept."""
    told = exists().where(ArticleRevision.article_id == Article.id, ArticleRevision.commit_id.is_not(None))
    return frozenset(session.scalars(select(Article.path).where(Article.status != RETIRED, ~told)))


def tails(session: Session, names: Collection[str], *, without: Collection[str]) -> dict[str, tuple[Record, ...]]:
    """Return the kept revisions, the oldest first, of files that were called ``names`` before the commits ``without``.

    Only files that were there are found, those that had ended are not.
    """
    found: dict[str, tuple[Record, ...]] = {}
    for some in batches(sorted(names)):
        ids = session.scalars(select(ArticleRevision.article_id).where(ArticleRevision.path.in_(some)).distinct())
        for records in kept(session, list(ids)).values():
            older = tuple(record for record in records if record.sha not in without)
            if older and older[-1].path in some:
                found[older[-1].path] = older
    return found


def kept(session: Session, ids: Sequence[int]) -> dict[int, list[Record]]:
    """Return the revisions of these articles that git told of, the oldest first."""
    found: dict[int, list[Record]] = defaultdict(list)
    for some in batches(ids):
        rows = session.execute(
            select(ArticleRevision.article_id, *RECORD)
            .join(GitCommit, GitCommit.id == ArticleRevision.commit_id)
            .where(ArticleRevision.article_id.in_(some))
            .order_by(ArticleRevision.article_id, ArticleRevision.number)
        )
        for article_id, *values in rows:
            found[article_id].append(Record(*values))
    return found


def places(session: Session) -> Iterator[tuple[int, list[tuple[str, datetime]]]]:
    """Yield every article that was at more than one address, with the address of each of its revisions in order."""
    moved = (
        select(ArticleRevision.article_id)
        .group_by(ArticleRevision.article_id)
        .having(func.min(ArticleRevision.address) != func.max(ArticleRevision.address))
    )
    rows = session.execute(
        select(ArticleRevision.article_id, ArticleRevision.address, ArticleRevision.created_at)
        .join(Article, Article.id == ArticleRevision.article_id)
        .where(ArticleRevision.article_id.in_(moved), Article.status != RETIRED)
        .order_by(ArticleRevision.article_id, ArticleRevision.number)
    )
    for article_id, group in groupby(rows, key=lambda row: row.article_id):
        yield article_id, [(address, at) for _, address, at in group]


def ended(session: Session) -> list[Ended]:
    """Return every address of a deleted file."""
    columns = (EndedPage.path, EndedPage.address, EndedPage.title, EndedPage.left_at)
    return [Ended(*row) for row in session.execute(select(*columns).order_by(EndedPage.id))]


def have_ended(session: Session, paths: Collection[str]) -> bool:
    """Whether one of these files is known as deleted."""
    return any(
        session.scalar(select(EndedPage.id).where(EndedPage.path.in_(some)).limit(1)) for some in batches(sorted(paths))
    )


def batches(things: Iterable[T]) -> Iterator[list[T]]:
    """Yield ``things`` in lists that a statement can name one by one."""
    waiting = iter(things)
    while some := list(islice(waiting, _BATCH)):
        yield some
