"""Pictures as they are kept: under names nobody can guess, so many a day, and only while something shows them."""

import hashlib
import re
import secrets
from base64 import b32encode
from datetime import timedelta

from sqlalchemy import ColumnElement, and_, delete, exists, false, func, insert, or_, select, update
from sqlalchemy.orm import Session

from kb import clock, jobs
from kb.errors import NotFound, TooMany
from kb.markup.sanitizing import UPLOAD
from kb.people.models import Person
from kb.uploads.models import Showing, Upload
from kb.uploads.pictures import ENDINGS, Picture

A_DAY = (5, 20, 50, 100)
"""Pictures a day by how far somebody is trusted (Person.trust)."""
A_DAY_WITH_A_ROLE = 200
PROFILE = "person"
"""What a showing calls a profile."""
UNUSED_FOR = timedelta(days=2)
_DAY = timedelta(days=1)
_UPLOADERS = 7102
"""What our advisory locks on people are numbered with, to be told from others."""
_SHOWN = re.compile(rf'"/uploads/({UPLOAD})"')


def check_day(session: Session, person: Person) -> None:
    """Raise TooMany when ``person`` added their share of pictures within the last day."""
    most = A_DAY_WITH_A_ROLE if person.grants or person.is_staff else A_DAY[min(person.trust, len(A_DAY) - 1)]
    since = clock.now() - _DAY
    made = session.scalars(
        select(Upload.created_at)
        .where(Upload.person_id == person.id, Upload.created_at > since)
        .order_by(Upload.created_at.desc())
        .limit(most)
    ).all()
    if len(made) == most:
        raise TooMany(
            "You added %(most)s pictures today. Please come back tomorrow.",
            retry_after=max(1, int((made[-1] + _DAY - clock.now()).total_seconds()) + 1),
            most=most,
        )


def keep(session: Session, *, person: Person, picture: Picture, purpose: str = "post") -> Upload:
    """Keep a picture that ``person`` added, to be deleted in two days unless something shows it by then.

    Its name says its size, so that pages can leave room for it. Raises TooMany as ``check_day`` does.
    """
    if session.get_bind().dialect.name == "postgresql":  # SQLite's writers stand in one line anyway
        session.execute(select(func.pg_advisory_xact_lock(_UPLOADERS, person.id)))
    check_day(session, person)
    random = b32encode(secrets.token_bytes(15)).decode().lower()
    kept = Upload(
        name=f"{random}-{picture.width}x{picture.height}.{ENDINGS[picture.mime]}",
        person_id=person.id,
        purpose=purpose,
        mime=picture.mime,
        width=picture.width,
        height=picture.height,
        sha256=hashlib.sha256(picture.data).hexdigest(),
        data=picture.data,
        created_at=clock.now(),
    )
    session.add(kept)
    session.flush()
    return kept


def use(session: Session, html: str, *, kind: str, subject_id: int) -> None:
    """Keep for good the pictures that the ``html`` of a post or a profile shows or links to.

    Those that it does not show any more stay as well: what was taken out of a text can be put back.
    """
    names = {shown[1] for shown in _SHOWN.finditer(html)}
    here = Showing.subject_kind == kind, Showing.subject_id == subject_id
    before = set(session.scalars(select(Showing.upload_id).where(*here)))
    now = set(session.scalars(select(Upload.id).where(Upload.name.in_(names)))) if names else set()
    if gone := before - now:
        session.execute(delete(Showing).where(*here, Showing.upload_id.in_(gone)))
    if new := now - before:
        session.execute(update(Upload).where(Upload.id.in_(new), Upload.used.is_(False)).values(used=True))
        rows = [{"upload_id": upload_id, "subject_kind": kind, "subject_id": subject_id} for upload_id in sorted(new)]
        session.execute(insert(Showing), rows)


def find(session: Session, name: str, viewer: Person | None, showing: ColumnElement[bool]) -> Upload:
    """Return the picture called ``name`` when it is a photo of somebody, or ``viewer`` sees one of its showings.

    Which those are, ``showing`` says. One that nothing ever showed is seen by who added it, while they write. Raises
    NotFound.
    """
    shown = exists().where(Showing.upload_id == Upload.id, showing)
    own = false() if viewer is None else and_(Upload.person_id == viewer.id, Upload.used.is_(False))
    seen = or_(Upload.purpose == "photo", own, shown)
    found = session.scalar(select(Upload).where(Upload.name == name, seen))
    if found is None:
        raise NotFound
    return found


def set_photo(session: Session, *, person: Person, picture: Picture) -> None:
    """Show ``person`` by a square ``picture``; the one before is deleted. Raises TooMany as ``check_day`` does."""
    kept = keep(session, person=person, picture=picture, purpose="photo")
    session.refresh(person, ["photo"])  # since the line was waited in, it may be another
    remove_photo(session, person=person)
    kept.used, person.photo = True, kept.name


def remove_photo(session: Session, *, person: Person) -> None:
    """Show ``person`` by their initials again; their photo is deleted."""
    if person.photo:
        session.execute(delete(Upload).where(Upload.name == person.photo, Upload.purpose == "photo"))
        person.photo = ""


@jobs.job
def forget_unused(session: Session) -> None:
    """Delete the pictures that nothing showed for two days, and come back in six hours."""
    unused = Upload.used.is_(False), Upload.created_at < clock.now() - UNUSED_FOR
    session.execute(delete(Upload).where(*unused))
    jobs.later(session, forget_unused, after=timedelta(hours=6), key="kb.uploads.keeping.forget_unused")
