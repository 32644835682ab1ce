"""Authors of imported posts: people nobody can sign in as until somebody claims them."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from kb.errors import Invalid
from kb.exchange.intake import Intake
from kb.notices.once import add_once
from kb.people import names
from kb.people.models import Person

NOBODY = "Former member"
_LOOKS_LIKE_LINK = re.compile(r"[/\\:@<>.]+")
_TRIES = 3


@dataclass(frozen=True, slots=True)
class Author:
    """Someone of the origin: their id there, or a stand-in for it, and the name shown."""

    key: str
    name: str
    since: datetime


def unknown(name: str, since: datetime) -> Author:
    """Return who stands for authors that left nothing, or nothing but their name."""
    name = " ".join(name.split())
    return Author(key=f"name:{name[:50]}" if name else "nobody", name=name or NOBODY, since=since)


def ensure(intake: Intake, authors: Iterable[Author]) -> dict[str, int]:
    """Return the person id for each author's key, adding those who are not here yet."""
    wanted: dict[str, Author] = {}
    for author in authors:
        known = wanted.setdefault(author.key, author)
        if author.since < known.since:
            wanted[author.key] = author
    ids = intake.ids(Person, wanted)
    for _ in range(_TRIES):  # a handle can be taken by somebody who joins at this moment
        missing = [author for key, author in wanted.items() if key not in ids]
        if not missing:
            break
        intake.added["people"] += len(add_once(intake.session, Person, _rows(intake, missing), [Person.id]))
        ids |= intake.ids(Person, [author.key for author in missing])
    return ids


def _rows(intake: Intake, authors: list[Author]) -> list[dict[str, object]]:
    shown = [_name(author.name) for author in authors]
    handles = _handles(intake.session, shown)
    return [
        {
            "handle": handle,
            "name": name,
            "created_at": author.since,
            "about_md": "",
            "about_html": "",
            "origin": intake.origin,
            "origin_id": author.key,
        }
        for author, name, handle in zip(authors, shown, handles, strict=True)
    ]


def _name(name: str) -> str:
    """Return ``name`` as one of our people may be called; letters show names, so none may read as an address."""
    for attempt in (name, _LOOKS_LIKE_LINK.sub(" ", name)):
        try:
            return names.clean_name(attempt[: names.LONGEST_NAME])
        except Invalid:
            continue
    return NOBODY


def _handles(session: Session, shown: list[str]) -> list[str]:
    """Return a free handle for each name, numbered where somebody has it."""
    bases = [names.slug(name) or "member" for name in shown]
    taken = set(session.scalars(select(Person.handle).where(Person.handle.in_(set(bases))))) | names.RESERVED
    clashing = {base for base, number in Counter(bases).items() if base in taken or number > 1}
    if clashing:
        like_them = or_(*(Person.handle.like(f"{base}-%") for base in clashing))
        taken |= set(session.scalars(select(Person.handle).where(like_them)))
    numbers: dict[str, int] = {}
    handles: list[str] = []
    for base in bases:
        handle = base
        while handle in taken:
            numbers[base] = numbers.get(base, 1) + 1
            handle = f"{base}-{numbers[base]}"
        taken.add(handle)
        handles.append(handle)
    return handles
