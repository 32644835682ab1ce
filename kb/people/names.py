"""Names, handles and e-mail addresses: what each may look like, and a free handle for a name."""

import re
import secrets
import unicodedata

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from kb.errors import Invalid
from kb.people.models import Person

LONGEST_NAME = 80
LONGEST_HANDLE = 40
_RESERVED = """
about abuse admin administrator administrators admins all anonymous api deleted everybody everyone expert experts
guest help helpdesk here inbox me member members mod moderator moderators nobody official owner postmaster root
security settings sidekick sidekick-team staff suggest support system team undefined user users webmaster writer writers
"""
RESERVED = frozenset(_RESERVED.split())
_HANDLE = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_EMAIL = re.compile(r"[^@\s\"(),:;<>\[\]\\]{1,64}@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{1,62}")
_LINK = re.compile(r"[/\\:@<>]|\w\.[a-z]{2,}", re.IGNORECASE)


def clean_name(name: str) -> str:
    """Return ``name`` with its blanks in order; raises Invalid when it is empty, too long, or reads as an address.

    Names stand in letters to other people, where mail programs turn anything like an address into a link.
    """
    name = " ".join("".join(c for c in name if c.isprintable() or c.isspace()).split())
    if not any(c.isalnum() for c in name):
        raise Invalid("name", "Write the name that others will see.")
    if len(name) > LONGEST_NAME:
        raise Invalid("name", "Use at most %(count)s characters.", count=LONGEST_NAME)
    if _LINK.search(name):
        raise Invalid("name", "A name cannot hold a web or e-mail address.")
    return name


def clean_email(email: str) -> str:
    """Return ``email`` in lower case; raises Invalid when it cannot be an address."""
    email = email.strip().lower()
    if len(email) > 254 or not _EMAIL.fullmatch(email) or not email.isascii():
        raise Invalid("email", "Write an e-mail address like name@example.com.")
    return email


def clean_handle(handle: str) -> str:
    """Return ``handle`` in lower case without a leading @; raises Invalid when it may not be used."""
    handle = handle.strip().removeprefix("@").lower()
    if len(handle) > LONGEST_HANDLE or not _HANDLE.fullmatch(handle):
        raise Invalid("handle", "A handle is made of letters, digits and single hyphens, such as “anna-2”.")
    if handle in RESERVED:
        raise Invalid("handle", "The handle “%(handle)s” is kept for the site itself.", handle=handle)
    return handle


def free_handle(session: Session, name: str, *, crowded: bool = False) -> str:
    """Return a handle made of ``name`` that nobody has yet; raises Invalid when it would sound like the site's own.

    ``crowded`` says that others take handles of this name right now: its number is then not simply the next one.
    """
    base = slug(name) or "member"
    if base in RESERVED - {"member"}:
        raise Invalid("name", "This name is kept for the site itself. Choose another.")
    like_it = select(Person.handle).where(or_(Person.handle == base, Person.handle.like(f"{base}-%")))
    taken = set(session.scalars(like_it)) | RESERVED
    if base not in taken and not crowded:
        return base
    number = 2 + (secrets.randbelow(1000) if crowded else 0)
    while f"{base}-{number}" in taken:
        number += 1
    return f"{base}-{number}"


def slug(name: str) -> str:
    """Return ``name`` in lower case ASCII letters, digits and hyphens, at most 30; empty when none is left."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:30].strip("-")
