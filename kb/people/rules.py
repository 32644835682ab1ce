"""Who a person is to the site: the roles they hold and what they may read."""

from dataclasses import dataclass
from typing import Protocol

from kb.people.models import Person, Role


class Reader(Protocol):
    """What decides what somebody may read: a person has it, and so has the standing they share with others."""

    @property
    def roles(self) -> frozenset[Role]:
        """The roles held now."""

    @property
    def expert_scopes(self) -> frozenset[str]:
        """The parts they are experts of, such as ``category:7``, besides being one everywhere."""

    @property
    def is_staff(self) -> bool:
        """Whether they are of the company."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A reader who is nobody: all that what they may read depends on, and nothing that says who they are."""

    roles: frozenset[Role]
    is_staff: bool
    expert_scopes: frozenset[str] = frozenset()


def standing_of(reader: Reader) -> Standing:
    """Return what ``reader`` shares with everybody who may read the same."""
    return Standing(reader.roles, reader.is_staff, reader.expert_scopes)


def has(person: Reader, role: Role) -> bool:
    """Whether ``person`` holds ``role``; an admin holds every role."""
    held = person.roles
    return role in held or Role.ADMIN in held


def is_expert(person: Reader, scope: str = "") -> bool:
    """Whether ``person`` is an expert everywhere, or at least of the part that ``scope`` names."""
    return has(person, Role.EXPERT) or scope in person.expert_scopes


def is_writer(person: Reader) -> bool:
    """Whether ``person`` works on articles."""
    return has(person, Role.WRITER)


def is_moderator(person: Reader) -> bool:
    """Whether ``person`` keeps the community in order."""
    return has(person, Role.MODERATOR)


def is_admin(person: Reader) -> bool:
    """Whether ``person`` runs the site."""
    return has(person, Role.ADMIN)


def can_sign_in(person: Person) -> bool:
    """Whether anybody can sign in as ``person``: imported accounts have no password until they are claimed."""
    return person.password_hash is not None


def audiences(viewer: Reader | None) -> tuple[str, ...]:
    """Return the audiences that ``viewer`` belongs to: public, members when signed in, staff."""
    if viewer is None:
        return ("public",)
    return ("public", "members") if not viewer.is_staff else ("public", "members", "staff")
