"""Giving roles and taking them away, everywhere or for one part of the community."""

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
    """Give ``person`` the roles ``add`` and take ``remove`` away; returns the roles they hold everywhere now.

    Whoever loses a role is signed out everywhere, so that no device goes on with what it was shown before.
    ``by`` is None for the command line.
    """
    given, taken = add - person.roles - remove, remove & person.roles
    person.grants = [grant for grant in person.grants if grant.scope or grant.role not in taken]
    for role in sorted(given):
        person.grants.append(Grant(role=role, granted_at=clock.now(), granted_by_id=by.id if by is not None else None))
    for what, changed in (("role.given", given), ("role.taken", taken)):
        for role in sorted(changed):
            _note(session, what, person, role, by)
    if taken:
        sessions.close_all(session, person)
    session.flush()
    return person.roles


def appoint(session: Session, *, person: Person, scope: str, by: Person) -> None:
    """Make ``person`` an expert of the part that ``scope`` names, such as ``category:7``; twice changes nothing."""
    if scope in person.expert_scopes:
        return
    person.grants.append(Grant(role=Role.EXPERT, scope=scope, granted_at=clock.now(), granted_by_id=by.id))
    _note(session, "role.given", person, Role.EXPERT, by, scope)
    session.flush()


def dismiss(session: Session, *, person: Person, scope: str, by: Person) -> None:
    """Let ``person`` be an expert of that part no longer; they are signed out everywhere, as who loses a role is."""
    if scope not in person.expert_scopes:
        return
    person.grants = [grant for grant in person.grants if grant.scope != scope]
    _note(session, "role.taken", person, Role.EXPERT, by, scope)
    sessions.close_all(session, person)
    session.flush()


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


def _note(session: Session, what: str, person: Person, role: Role, by: Person | None, scope: str = "") -> None:
    history.record(
        session,
        what,
        subject_kind="person",
        subject_id=person.id,
        person_id=by.id if by is not None else None,
        role=role.value,
        **({"scope": scope} if scope else {}),
    )
