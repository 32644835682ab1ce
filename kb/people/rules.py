"""Who a person is to the site: the roles they hold and what they may read."""

from kb.people.models import Person, Role


def has(person: Person, role: Role) -> bool:
    """Whether ``person`` holds ``role``; an admin holds every role."""
    return role in person.roles or Role.ADMIN in person.roles


def is_expert(person: Person) -> bool:
    """Whether ``person`` may accept answers to other people's questions."""
    return has(person, Role.EXPERT)


def is_writer(person: Person) -> bool:
    """Whether ``person`` works on articles."""
    return has(person, Role.WRITER)


def is_moderator(person: Person) -> bool:
    """Whether ``person`` keeps the community in order."""
    return has(person, Role.MODERATOR)


def is_admin(person: Person) -> bool:
    """Whether ``person`` runs the site."""
    return has(person, Role.ADMIN)


def can_sign_in(person: Person) -> bool:
    """Whether anybody can sign in as ``person``: imported accounts have no password until they are claimed."""
    return person.password_hash is not None


def audiences(viewer: Person | None) -> tuple[str, ...]:
    """Return the audiences of articles that ``viewer`` belongs to: public, members when signed in, staff."""
    if viewer is None:
        return ("public",)
    return ("public", "members") if viewer.staff_since is None else ("public", "members", "staff")
