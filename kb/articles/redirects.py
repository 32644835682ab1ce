"""Addresses that articles had before, so that no link to them ever dies."""

from collections.abc import Iterable
from posixpath import normpath
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.articles.addresses import address_of
from kb.articles.models import Article, Redirect, Section
from kb.articles.planning import Plan, Step
from kb.articles.reading import visible_to
from kb.articles.remarks import WARNING, Remark
from kb.people.rules import Reader

LONGEST = 400
_BATCH = 500


def store(session: Session, plan: Plan) -> list[Remark]:
    """Keep the former address of every article that moved and those its file names; returns what could not be kept.

    An article's address always wins over a redirect from it, and what an article left itself over what a file claims.
    """
    left = {step.was.address: step for step in plan.steps if step.was and step.was.address != step.address}
    claimed = [(_path(named), step) for step in plan.steps for named in step.file.redirect_from]
    taken = {row.address for row in (*plan.unchanged, *plan.kept)} | {step.address for step in plan.steps}
    rows = _rows(session, {*left, *taken, *(path for path, _ in claimed)})
    for path in taken & rows.keys():
        session.delete(rows.pop(path))
    session.flush()
    ids = _ids(session, [*left.values(), *(step for _, step in claimed)])
    for path in left.keys() - taken:
        _point(session, rows, path, ids[left[path].file.path])
    return [doubt for path, step in claimed if (doubt := _claim(session, rows, taken, path, step, ids))]


def find(session: Session, path: str, viewer: Reader | None) -> str | None:
    """Return the present address of what was at ``path``, None when nothing was or ``viewer`` may not see it."""
    found = session.execute(
        select(Section.slug, Article.slug)
        .join(Article, Article.section_id == Section.id)
        .join(Redirect, Redirect.article_id == Article.id)
        .where(Redirect.from_path == (path.rstrip("/") or "/"), visible_to(viewer))
    ).first()
    return address_of(*found) if found else None


def _claim(
    session: Session, rows: dict[str, Redirect], taken: set[str], path: str, step: Step, ids: dict[str, int]
) -> Remark | None:
    target = ids[step.file.path]
    if not path:
        return _doubt(step, "is no path on this site; it must start with / and have at most 400 characters")
    if path == step.address:
        return None
    if path in taken:
        return _doubt(step, f"{path} is the address of another article")
    if path in rows and rows[path].article_id != target:
        return _doubt(step, f"{path} leads to another article already")
    _point(session, rows, path, target)
    return None


def _doubt(step: Step, reason: str) -> Remark:
    return Remark(step.file.path, 1, WARNING, f"A redirect_from is left out: {reason}.")


def _point(session: Session, rows: dict[str, Redirect], path: str, article_id: int) -> None:
    if path not in rows:
        rows[path] = Redirect(from_path=path, article_id=article_id)
        session.add(rows[path])
    elif rows[path].article_id != article_id:
        rows[path].article_id = article_id


def _rows(session: Session, paths: Iterable[str]) -> dict[str, Redirect]:
    wanted = sorted(path for path in paths if path)
    rows: dict[str, Redirect] = {}
    for start in range(0, len(wanted), _BATCH):
        these = Redirect.from_path.in_(wanted[start : start + _BATCH])
        rows |= {row.from_path: row for row in session.scalars(select(Redirect).where(these))}
    return rows


def _ids(session: Session, steps: Iterable[Step]) -> dict[str, int]:
    paths = sorted({step.file.path for step in steps})
    ids: dict[str, int] = {}
    for start in range(0, len(paths), _BATCH):
        these = Article.path.in_(paths[start : start + _BATCH])
        ids |= dict(iter(session.execute(select(Article.path, Article.id).where(these))))
    return ids


def _path(named: str) -> str:
    """Return ``named`` as a path of this site; "" when it cannot be one."""
    try:
        parts = urlsplit(named)
    except ValueError:
        return ""
    path = normpath("/" + parts.path.lstrip("/"))
    fits = len(path) <= LONGEST and not any(ord(character) < 32 for character in path)
    return path if fits and path != "/" and not parts.netloc else ""
