"""The letter after a publish run that found faults: to who wrote the commit and to who owns the articles."""

import re
from collections.abc import Iterable

from sqlalchemy import Select, false, select
from sqlalchemy.orm import Session

from kb.articles import care
from kb.articles.models import Article, Finding, PublishRun
from kb.articles.remarks import ERROR
from kb.articles.review_days import owner_key
from kb.notices import inbox
from kb.people import rules
from kb.people.models import Person
from kb.publishing.sources.source import Source

KIND, SUBJECT = "publish", "run"
MOST_LISTED = 20
_OWNER = re.compile(rb"^owner:[ \t]*[\"']?([^\"'\r\n#]{1,120})", re.MULTILINE)
_HEAD = 16 * 1024
Faults = list[Finding]


def tell(session: Session, run: PublishRun, before: PublishRun | None, source: Source) -> int:
    """Tell writers of faults that the run ``before`` did not have; returns how many people were told.

    The author of the commit hears of all of them, the owner of an article of its own; both by one notice, however
    many faults there are. Who is no writer here is not told.
    """
    known = {_same(fault) for fault in _faults(session, before)} if before is not None else set()
    faults = [fault for fault in _faults(session, run) if _same(fault) not in known]
    told = 0
    for handle, theirs in _by_writer(session, run, faults, source).items():
        person_id = session.scalars(select(Person.id).where(Person.handle == handle)).one()
        told += inbox.tell(
            session,
            person_ids=[person_id],
            kind=KIND,
            cause=f"{SUBJECT}:{run.id}",
            subject_kind=SUBJECT,
            subject_id=run.id,
            actor=None,
            title=_title(theirs),
            extract="",
            lines=_lines(theirs),
            address=f"/writing/runs/{run.id}",
        )
    return told


def register() -> None:
    """Let notices about runs be seen by writers."""
    inbox.register_visibility(SUBJECT, _visible_to)


def _visible_to(person: Person) -> Select[int]:
    every = select(PublishRun.id)
    return every if rules.is_writer(person) else every.where(false())


def _faults(session: Session, run: PublishRun) -> Faults:
    kept = select(Finding).where(Finding.run_id == run.id, Finding.severity == ERROR)
    return list(session.scalars(kept.order_by(Finding.id)))


def _by_writer(session: Session, run: PublishRun, faults: Faults, source: Source) -> dict[str, Faults]:
    """Return the faults that each writer, by handle, is to hear of."""
    if not faults:
        return {}
    writers = care.owners_of(session)
    owners = _owners(session, {fault.path for fault in faults if fault.path}, source)
    author = writers.get(owner_key(run.author_email), "") if run.author_email else ""
    found: dict[str, Faults] = {author: list(faults)} if author else {}
    for fault in faults:
        owner = writers.get(owner_key(owners.get(fault.path, "")), "")
        if owner and owner != author:
            found.setdefault(owner, []).append(fault)
    return found


def _owners(session: Session, paths: Iterable[str], source: Source) -> dict[str, str]:
    """Return whose each file is: by the article that it was, else by what it says itself."""
    wanted = sorted(paths)
    owners: dict[str, str] = {}
    for start in range(0, len(wanted), 500):
        these = Article.path.in_(wanted[start : start + 500])
        rows = session.execute(select(Article.path, Article.owner).where(these, Article.owner != ""))
        owners |= dict(iter(rows))
    for file in source.read(path for path in wanted if path not in owners):
        named = _OWNER.search(file.data[:_HEAD])
        if named:
            owners[file.path] = named[1].decode("utf-8", "replace").strip()
    return owners


def _same(fault: Finding) -> tuple[str, str, str]:
    """Return what makes a fault the same as in another run; its line may have moved."""
    return fault.path, fault.code, fault.message


def _title(faults: Faults) -> str:
    files = len({fault.path for fault in faults if fault.path})
    if not files:
        return "Many articles have no file any more"
    return "1 file was not published" if files == 1 else f"{files} files were not published"


def _lines(faults: Faults) -> list[str]:
    lines = [f"{_where(fault)}{fault.message}" for fault in faults[:MOST_LISTED]]
    rest = len(faults) - MOST_LISTED
    return [*lines, f"and {rest} more"] if rest > 0 else lines


def _where(fault: Finding) -> str:
    if not fault.path:
        return ""
    return f"{fault.path}, line {fault.line}: " if fault.line else f"{fault.path}: "
