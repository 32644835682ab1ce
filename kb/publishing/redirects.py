"""Addresses that articles had before, as rows, so that no link to them ever dies."""

from collections.abc import Iterable, Iterator, Mapping
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
from kb.publishing.planning import RETIRED, Known, Plan

AT_ONCE = 1000


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
class Former:
    """A row about an address that something left."""

    address: str
    article_id: int | None
    gone_title: str
    left_at: datetime
    by_folder: bool


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


def former(session: Session) -> tuple[Former, ...]:
    """Return what this site remembers of former addresses."""
    columns = (Redirect.from_path, Redirect.article_id, Redirect.gone_title, Redirect.left_at, Redirect.by_folder)
    rows = session.execute(select(*columns).where(Redirect.left_at.is_not(None)).order_by(Redirect.from_path))
    return tuple(Former(row[0], row[1], row[2], left_at, row[4]) for row in rows if (left_at := row[3]))


def planned(
    plan: Plan, stubs: Iterable[Stub], *, rows: Iterable[Former], left: Iterable[Left] = (), now: datetime
) -> Table:
    """Return the table as it is going to be as far as one can know before it is stored.

    ``rows`` are what the site remembers, and ``left`` what git tells of commits that are new to it.
    """
    staying = (*plan.unchanged, *plan.kept)
    live = {row.address: row.path for row in staying} | {step.address: step.file.path for step in plan.steps}
    claims = [Claim(row.path, named) for row in staying for named in row.redirect_from]
    claims += [Claim(step.file.path, named) for step in plan.steps for named in step.file.redirect_from]
    paths = {row.id: row.path for row in staying} | {step.was.id: step.file.path for step in plan.steps if step.was}
    facts = [*left, *_remembered(plan, rows, paths, now), *_happening(plan, now, by_folder=False)]
    return make_table(_facts(live, claims, stubs, facts))


def store(
    session: Session,
    plan: Plan,
    stubs: Iterable[Stub],
    *,
    past: Past | None,
    now: datetime,
    remembering: bool = False,
    after_folder: bool = False,
) -> None:
    """Make the rows say where every address leads by now.

    ``past`` is what git knows of the articles' lineages. Without it the rows themselves tell where articles were
    before, and ``plan`` which addresses they left ``now``. With it rows tell only of the time when articles came from
    a folder, which this run ended when ``after_folder``; or of everything when ``remembering``, so that a site which
    was rolled back sends on from the addresses that articles have only in commits to come.
    """
    site = _site(session)
    rows = {row.from_path: row for row in session.scalars(select(Redirect))}
    told = [row for row in former(session) if past is None or remembering or row.by_folder]
    seen = [*_remembered(plan, told, site.paths, now)]
    if past is None or remembering or after_folder:
        seen += _happening(plan, now, by_folder=past is None or after_folder)
    if past is not None:  # what ended in a repository, git tells
        seen = [fact for fact in seen if isinstance(fact, Left) or fact.by_folder]
    facts = [*_from_git(past, site), *seen]
    _write(session, rows, make_table(_facts(site.live, site.claims, stubs, facts)), site.ids)


def leading_to(session: Session, articles: Iterable[Known]) -> set[str]:
    """Return the addresses of ``articles``, and those from which readers are sent on to them."""
    known = list(articles)
    found = {row.address for row in known}
    for start in range(0, len(known), AT_ONCE):
        these = Redirect.article_id.in_([row.id for row in known[start : start + AT_ONCE]])
        found.update(session.scalars(select(Redirect.from_path).where(these)))
    return found


def dead_ends(session: Session, addresses: Iterable[str]) -> set[str]:
    """Return those of ``addresses`` at which there is no article by now, and from which none is reached."""
    ends = set(addresses)
    if not ends:
        return ends
    onward = session.scalars(select(Redirect.from_path).where(Redirect.gone_title == ""))
    return ends - set(_site(session).live) - set(onward)


def _facts(
    live: Mapping[str, str], claims: Iterable[Claim], stubs: Iterable[Stub], former: Iterable[Left | Ended]
) -> Facts:
    every = list(former)
    left = [one for one in every if isinstance(one, Left)]
    return Facts(live, claims, stubs, left, [one for one in every if isinstance(one, Ended)])


def _from_git(past: Past | None, site: _Site) -> Iterator[Left | Ended]:
    for one in past.former if past else ():
        if one.article_id is None:
            yield Ended(one.address, one.title, one.left_at)
        elif one.article_id in site.paths:
            yield Left(one.address, site.paths[one.article_id], one.left_at)


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


def _remembered(plan: Plan, rows: Iterable[Former], paths: Mapping[int, str], now: datetime) -> Iterator[Left | Ended]:
    """Yield what this site saw itself; an address whose article is gone keeps its row, should the article come back."""
    titles = {row.id: row.title if row.was_shown(now) else "" for row in plan.retired}
    for row in rows:
        if row.article_id is not None and row.article_id in paths:
            yield Left(row.address, paths[row.article_id], row.left_at, row.by_folder)
        elif title := row.gone_title or titles.get(row.article_id or 0, ""):
            yield Ended(row.address, title, row.left_at, row.article_id, row.by_folder)


def _happening(plan: Plan, now: datetime, *, by_folder: bool) -> Iterator[Left | Ended]:
    """Yield the addresses that articles leave in this run."""
    for known in plan.retired:
        if known.was_shown(now):
            yield Ended(known.address, known.title, now, known.id, by_folder)
    for step in plan.steps:
        if step.was and step.was.live and step.was.address != step.address:
            yield Left(step.was.address, step.file.path, now, by_folder)


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
        "by_folder": target.by_folder,
    }
