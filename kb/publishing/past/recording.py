"""Making the rows about articles say what git told."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import delete, exists, func, insert, select, update
from sqlalchemy.orm import Session

from kb.articles.models import Article, ArticleFeedback, ArticleRevision, EndedPage, GitCommit
from kb.db import touch_site
from kb.publishing.past.chronicle import RECORD, Ended, batches
from kb.publishing.past.remembering import CONTENT, REMOVED, Reading, Record
from kb.publishing.planning import RETIRED
from kb.search import changes
from kb.search.documents import ARTICLE

_FACTS = ("created_at", "changed_at", "authors", "revision", "helpful_count", "not_helpful_count")


def write(session: Session, lives: Mapping[int, Sequence[Record]], reading: Reading) -> None:
    """Make revisions, commits, dates and authors of these articles say what ``lives``, the oldest first, does."""
    session.flush()
    for some in batches(lives):
        _write_revisions(session, {number: lives[number] for number in some}, reading)
        _write_articles(session, {number: lives[number] for number in some})
    if not reading.after:
        _refresh_commits(session, reading)


def write_ended(session: Session, ended: Iterable[Ended], *, anew: bool) -> None:
    """Keep the addresses of files that were deleted, in place of all kept before when ``anew``.

    A path may have been several files, one after the other; of an address that two of them had the later is kept.
    """
    if anew:
        session.execute(delete(EndedPage))
    new = sorted(ended, key=lambda page: page.left_at)
    paths = sorted({page.path for page in new})
    rows = (session.scalars(select(EndedPage).where(EndedPage.path.in_(some))) for some in batches(paths))
    kept = {(row.path, row.address): row for some in rows for row in some}
    for page in new:
        row = kept.get((page.path, page.address))
        if row is None:
            row = kept[page.path, page.address] = EndedPage(**asdict(page))
            session.add(row)
        elif page.left_at >= row.left_at:
            row.title, row.left_at = page.title, page.left_at
    session.flush()


def forget_retired(session: Session) -> None:
    """Drop what git told of articles that have no file; it tells it again when one comes back."""
    gone = select(ArticleRevision.article_id).join(Article, Article.id == ArticleRevision.article_id)
    ids = list(
        session.scalars(gone.where(Article.status == RETIRED, ArticleRevision.commit_id.is_not(None)).distinct())
    )
    for some in batches(ids):
        rows = session.execute(
            select(ArticleRevision.id, ArticleRevision.commit_id).where(ArticleRevision.article_id.in_(some))
        )
        _delete(session, list(iter(rows)))
        session.execute(update(Article).where(Article.id.in_(some)).values(revision=0))


def _write_revisions(session: Session, lives: Mapping[int, Sequence[Record]], reading: Reading) -> None:
    """Write what differs: most often that is one row."""
    wanted = {(article_id, n): record for article_id, records in lives.items() for n, record in enumerate(records, 1)}
    rows = session.execute(
        select(ArticleRevision.id, ArticleRevision.commit_id, ArticleRevision.article_id, ArticleRevision.number)
        .add_columns(*RECORD)
        .outerjoin(GitCommit, GitCommit.id == ArticleRevision.commit_id)
        .where(ArticleRevision.article_id.in_(lives))
    )
    wrong: list[tuple[int, int | None]] = []
    for row_id, commit_id, article_id, number, *values in rows:
        if commit_id is not None and wanted.get((article_id, number)) == Record(*values):
            del wanted[article_id, number]
        else:
            wrong.append((row_id, commit_id))
    ids = _commit_ids(session, list(wanted.values()), reading)
    _delete(session, wrong, spared=set(ids.values()))
    if wrong or wanted:
        touch_site(session)
    if wanted:
        session.execute(
            insert(ArticleRevision),
            [_revision(article_id, n, record, ids) for (article_id, n), record in wanted.items()],
        )


def _revision(article_id: int, number: int, record: Record, ids: Mapping[str, int]) -> dict[str, Any]:
    return {
        "article_id": article_id,
        "number": number,
        "kind": record.kind,
        "title": record.title,
        "markdown": "",
        "path": record.path,
        "blob": record.blob,
        "address": record.address,
        "audience": record.audience,
        "text_digest": record.text,
        "created_at": record.at,
        "run_id": None,
        "commit_id": ids[record.sha],
    }


def _commit_ids(session: Session, records: Iterable[Record], reading: Reading) -> dict[str, int]:
    """Return the row of every commit that ``records`` name, new ones made."""
    shas = sorted({record.sha for record in records})
    found: dict[str, int] = {}
    for some in batches(shas):
        rows = session.execute(select(GitCommit.sha, GitCommit.id).where(GitCommit.sha.in_(some)))
        found |= dict(iter(rows))
    new = [_commit(sha, reading) for sha in shas if sha not in found]
    if new:
        session.execute(insert(GitCommit), new)
    for some in batches(sha for sha in shas if sha not in found):
        rows = session.execute(select(GitCommit.sha, GitCommit.id).where(GitCommit.sha.in_(some)))
        found |= dict(iter(rows))
    return found


def _refresh_commits(session: Session, reading: Reading) -> None:
    """Let all commits say what the rules of the repository make of them by now."""
    for commit in session.scalars(select(GitCommit)):
        values = _commit(commit.sha, reading) if commit.sha in reading.commits else {}
        for name, value in values.items():
            if getattr(commit, name) != value:
                setattr(commit, name, value)
    session.flush()


def _commit(sha: str, reading: Reading) -> dict[str, Any]:
    commit = reading.commits[sha]
    return {
        "sha": sha,
        "author_name": commit.author_name[:200],
        "author_email": commit.author_email[:320],
        "authored_at": commit.authored_at,
        "subject": commit.subject[:300],
        "bulk": sha in reading.bulk,
    }


def _delete(session: Session, rows: Sequence[tuple[int, int | None]], spared: Collection[int] = ()) -> None:
    """Delete revisions, and the commits that no article has any more."""
    for some in batches(row_id for row_id, _ in rows):
        session.execute(delete(ArticleRevision).where(ArticleRevision.id.in_(some)))
    left = exists().where(ArticleRevision.commit_id == GitCommit.id)
    commits = {commit_id for _, commit_id in rows if commit_id is not None} - set(spared)
    for few in batches(commits):
        session.execute(delete(GitCommit).where(GitCommit.id.in_(few), ~left))


def _write_articles(session: Session, lives: Mapping[int, Sequence[Record]]) -> None:
    columns = [getattr(Article, name) for name in _FACTS]
    before = {
        row.id: row._asdict() for row in session.execute(select(Article.id, *columns).where(Article.id.in_(lives)))
    }
    facts = {number: _facts(records) for number, records in lives.items() if records}
    for number, (yes, no) in _ratings(session, facts).items():
        facts[number] |= {"helpful_count": yes, "not_helpful_count": no}
    rows = [{"id": number, **values} for number, values in facts.items() if before[number] != {"id": number, **values}]
    if not rows:
        return
    session.execute(update(Article), rows)
    ids = {row["id"] for row in rows}
    changes.note_many(session, ARTICLE, sorted(ids))
    touch_site(session)
    for loaded in session.identity_map.values():
        if isinstance(loaded, Article) and loaded.id in ids:
            session.expire(loaded, _FACTS)


def _facts(records: Sequence[Record]) -> dict[str, Any]:
    content = [record.at for record in records if record.kind == CONTENT]
    authors = Counter(record.author for record in records if record.author)
    return {
        "created_at": records[0].at,
        "changed_at": content[-1] if content else records[0].at,
        "authors": [
            {"name": name, "commits": count}
            for name, count in sorted(authors.items(), key=lambda pair: (-pair[1], pair[0]))
        ],
        "revision": _rated(records),
        "helpful_count": 0,
        "not_helpful_count": 0,
    }


def _rated(records: Sequence[Record]) -> int:
    """Return the number of the revision that the present text came with."""
    rated, text = 1, ""
    for number, record in enumerate(records, 1):
        if record.text and record.text != text and record.kind != REMOVED:
            rated, text = number, record.text
    return rated


def _ratings(session: Session, facts: Mapping[int, Mapping[str, Any]]) -> dict[int, tuple[int, int]]:
    """Count again what readers said of the revision each article is at now."""
    rows = session.execute(
        select(ArticleFeedback.article_id, ArticleFeedback.revision, ArticleFeedback.helpful, func.count())
        .where(ArticleFeedback.article_id.in_(facts))
        .group_by(ArticleFeedback.article_id, ArticleFeedback.revision, ArticleFeedback.helpful)
    )
    found: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    for article_id, revision, helpful, count in rows:
        if facts[article_id]["revision"] == revision:
            found[article_id][0 if helpful else 1] += count
    return {number: (yes, no) for number, (yes, no) in found.items()}
