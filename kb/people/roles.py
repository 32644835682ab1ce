"""Giving roles and taking them away."""

from sqlalchemy.orm import Session

from kb import clock, history
from kb.people import sessions
from kb.people.models import Grant, Person, Role


def change(
    session: Session,
    *,
    person: Person,
    add: frozenset[Role] = frozenset(),
    remove: frozenset[Role] = frozenset(),
    by: Person | None,
) -> frozenset[Role]:
    """Give ``person`` the roles ``add`` and take ``remove`` away; returns the roles they hold now.

    Whoever loses a role is signed out everywhere, so that no device goes on with what it was shown before.
    ``by`` is None for the command line.
    """
    given, taken = add - person.roles - remove, remove & person.roles
    person.grants = [grant for grant in person.grants if grant.role not in taken]
    for role in sorted(given):
        person.grants.append(Grant(role=role, granted_at=clock.now(), granted_by_id=by.id if by is not None else None))
    for what, changed in (("role.given", given), ("role.taken", taken)):
        for role in sorted(changed):
            _note(session, what, person, role, by)
    if taken:
        sessions.close_all(session, person)
    session.flush()
    return person.roles


def mark_staff(session: Session, *, person: Person, staff: bool, by: Person | None) -> None:
    """Mark ``person`` as one of the company, or no longer; who loses the mark is signed out everywhere."""
    if staff == (person.staff_since is not None):
        return
    person.staff_since = clock.now() if staff else None
    if not staff:
        sessions.close_all(session, person)
    history.record(
        session,
        "staff.marked" if staff else "staff.unmarked",
        subject_kind="person",
        subject_id=person.id,
        person_id=by.id if by is not None else None,
    )


def _note(session: Session, what: str, person: Person, role: Role, by: Person | None) -> None:
    history.record(
        session,
        what,
        subject_kind="person",
        subject_id=person.id,
        person_id=by.id if by is not None else None,
        role=role.value,
    )
