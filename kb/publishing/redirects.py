"""Addresses that articles had before, as rows, so that no link to them ever dies."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kb.articles.addresses import address_of
from kb.articles.models import Article, Redirect, Section
from kb.articles.reading import visible_to
from kb.people.rules import Reader
from kb.publishing.forwarding import Claim, Ended, Facts, Left, Stub, Table, Target, make_table
from kb.publishing.past.lineage import Past
from kb.publishing.planning import RETIRED, Plan


@dataclass(frozen=True, slots=True)
class Moved:
    """What was here is at ``address`` now, which is an article's or one outside."""

    address: str
    is_article: bool


@dataclass(frozen=True, slots=True)
class Gone:
    """What was here was called ``title`` and is no more."""

    title: str


@dataclass(frozen=True, slots=True)
class _Site:
    """The articles as they are after a publish."""

    live: dict[str, str]
    """Address → path."""
    ids: dict[str, int]
    paths: dict[int, str]
    claims: tuple[Claim, ...]


def find(session: Session, path: str, viewer: Reader | None) -> Moved | Gone | None:
    """Return what became of what was at ``path``; None when nothing was, or ``viewer`` may not see where it went."""
    may_see = func.coalesce(visible_to(viewer), False).label("may_see")
    found = session.execute(
        select(Redirect.to_url, Redirect.gone_title, Article.slug, Article.tree, Section.slug, may_see)
        .outerjoin(Article, Redirect.article_id == Article.id)
        .outerjoin(Section, Article.section_id == Section.id)
        .where(Redirect.from_path == (path.rstrip("/") or "/"))
    ).first()
    if found is None:
        return None
    to_url, gone_title, slug, tree, section, visible = found
    if gone_title:
        return Gone(gone_title)
    if slug is None:
        return Moved(to_url, is_article=False) if to_url else None
    return Moved(address_of(section, slug, tree) + to_url, is_article=True) if visible else None


def planned(plan: Plan, stubs: Iterable[Stub]) -> Table:
    """Return the table without the past: enough to say which redirects that files ask for cannot be made."""
    staying = (*plan.unchanged, *plan.kept)
    live = {row.address: row.path for row in staying} | {step.address: step.file.path for step in plan.steps}
    claims = [Claim(row.path, named) for row in staying for named in row.redirect_from]
    claims += [Claim(step.file.path, named) for step in plan.steps for named in step.file.redirect_from]
    return make_table(Facts(live, claims, stubs))


def store(
    session: Session, plan: Plan, stubs: Iterable[Stub], *, past: Past | None, remembering: bool, now: datetime
) -> None:
    """Make the rows say where every address leads by now.

    ``past`` is what git knows of the articles' lineages. Without it the rows themselves tell where articles were
    before, and ``plan`` which addresses they left ``now``. With both, when ``remembering``, a site that was rolled back
    sends on from the addresses that articles have only in commits to come.
    """
    site = _site(session)
    rows = {row.from_path: row for row in session.scalars(select(Redirect))}
    left: list[Left] = []
    ended: list[Ended] = []
    if past is not None:
        left += [
            Left(former.address, site.paths[former.article_id], former.left_at)
            for former in past.former
            if former.article_id in site.paths
        ]
        ended += [Ended(one.address, one.title, one.left_at) for one in past.former if one.article_id is None]
    if past is None or remembering:
        _add_remembered(plan, rows.values(), site, now, left, ended if past is None else [])
    table = make_table(Facts(site.live, site.claims, stubs, left, ended))
    _write(session, rows, table, site.ids)


def _site(session: Session) -> _Site:
    found = session.execute(
        select(Article.id, Article.path, Section.slug, Article.slug, Article.tree, Article.redirect_from)
        .join(Section, Section.id == Article.section_id)
        .where(Article.status != RETIRED)
    ).all()
    return _Site(
        live={address_of(section, slug, tree): path for _, path, section, slug, tree, _ in found},
        paths={number: path for number, path, *_ in found},
        ids={path: number for number, path, *_ in found},
        claims=tuple(Claim(row.path, named) for row in found for named in row.redirect_from),
    )


def _add_remembered(
    plan: Plan, rows: Iterable[Redirect], site: _Site, now: datetime, left: list[Left], ended: list[Ended]
) -> None:
    """Add what this site saw itself; an address whose article is gone keeps its row, should the article come back."""
    titles = {row.id: row.title if row.was_shown(now) else "" for row in plan.retired}
    for row in rows:
        if row.left_at is None:
            continue
        if row.article_id in site.paths:
            left.append(Left(row.from_path, site.paths[row.article_id], row.left_at))
        elif title := row.gone_title or titles.get(row.article_id or 0, ""):
            ended.append(Ended(row.from_path, title, row.left_at, row.article_id))
    for known in plan.retired:
        if titles[known.id]:
            ended.append(Ended(known.address, titles[known.id], now, known.id))
    for step in plan.steps:
        if step.was and step.was.live and step.was.address != step.address:
            left.append(Left(step.was.address, step.file.path, now))


def _write(session: Session, rows: dict[str, Redirect], table: Table, ids: dict[str, int]) -> None:
    """Change only what differs, because any change counts as one that readers can see."""
    for path, row in rows.items():
        if path not in table.targets:
            session.delete(row)
    for path, target in table.targets.items():
        values = _values(target, ids)
        if path not in rows:
            session.add(Redirect(from_path=path, **values))
            continue
        for name, value in values.items():
            if getattr(rows[path], name) != value:
                setattr(rows[path], name, value)
    session.flush()


def _values(target: Target, ids: dict[str, int]) -> dict[str, Any]:
    return {
        "article_id": ids[target.path] if target.path else target.article_id,
        "to_url": target.url,
        "gone_title": target.gone_title,
        "left_at": target.at,
    }
