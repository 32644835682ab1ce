"""What a run did to articles, one by one, and which of them an edit of a shared text reached."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.articles.addresses import address_of
from kb.articles.models import Article, PublishRun, Section
from kb.articles.shapes import ArticleCard
from kb.git.faults import GitFault
from kb.history import Event
from kb.publishing.run_pages import RunRow
from kb.publishing.runs import FAILED
from kb.publishing.sources import wanted
from kb.publishing.sources.place import Place

MOST = 100
KINDS = ("added", "changed", "moved", "retired")


@dataclass(frozen=True, slots=True)
class Deed:
    """One article and what became of it; ``address`` is "" once it is gone."""

    kind: str
    title: str
    address: str
    path: str


@dataclass(frozen=True, slots=True)
class SharedEdit:
    """A snippet, or the variables, that differs from the run before, and the articles that are made with it."""

    path: str
    articles: tuple[ArticleCard, ...]


def deeds(session: Session, run: RunRow) -> tuple[Deed, ...]:
    """Return the first 100 articles that ``run`` did something to, in the order of the plan."""
    rows = session.execute(
        select(Event.what, Event.details, Article.title, Article.path, Article.status, Article.slug, Article.tree)
        .add_columns(Section.slug.label("section"))
        .join(Article, Article.id == Event.subject_id)
        .outerjoin(Section, Section.id == Article.section_id)
        .where(Event.what.in_([f"article.{kind}" for kind in KINDS]), Event.at.between(run.started_at, run.finished_at))
        .order_by(Event.id)
        .limit(MOST)
    )
    return tuple(
        Deed(
            kind=row.what.partition(".")[2],
            title=row.title,
            address="" if row.status == "retired" else address_of(row.section, row.slug, row.tree),
            path=row.details.get("path", row.path),
        )
        for row in rows
        if row.details.get("run", run.id) == run.id
    )


def shared_edits(session: Session, place: Place, run: RunRow) -> tuple[SharedEdit, ...]:
    """Return the shared texts that differ between the commit of ``run`` and that of the run before, with their users.

    Nothing where there is no commit to compare with, or no repository to read.
    """
    before = session.scalar(
        select(PublishRun.sha)
        .where(PublishRun.id < run.id, PublishRun.state != FAILED, PublishRun.sha != "")
        .order_by(PublishRun.id.desc())
        .limit(1)
    )
    if not place.is_git or not run.sha or not before or before == run.sha:
        return ()
    try:
        differing = sorted(name for name, _ in _shared(place, before) ^ _shared(place, run.sha))
    except GitFault:  # forgotten by the remote, or not fetched to this machine
        return ()
    return tuple(_used_by(session, dict.fromkeys(differing))) if differing else ()


def _shared(place: Place, sha: str) -> set[tuple[str, str]]:
    """Return the shared texts of a commit, each by path and bytes."""
    return {(entry.path, entry.oid) for entry in place.mirror.tree(sha, place.subdir) if wanted.is_shared(entry.path)}


def _used_by(session: Session, paths: Iterable[str]) -> Iterable[SharedEdit]:
    """Yield each path with the articles that are made with it; one look at the articles for all paths."""
    rows = session.execute(
        select(Article.title, Article.uses, Article.slug, Article.tree, Section.slug.label("section"))
        .join(Section, Section.id == Article.section_id)
        .where(Article.status != "retired")
        .order_by(Article.path)
    ).all()
    for path in paths:
        users = [row for row in rows if any(use["path"] == path for use in row.uses)]
        cards = (ArticleCard(row.title, address_of(row.section, row.slug, row.tree)) for row in users)
        yield SharedEdit(path, tuple(cards))
