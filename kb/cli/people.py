"""``kb person``: accounts and roles from the shell, which is where the first admin comes from."""

import sys

import click
from flask.cli import with_appcontext

from kb.db import current_session
from kb.errors import Invalid
from kb.people import accounts, roles
from kb.people.models import Role

ROLES = [role.value for role in Role]


def register(group: click.Group) -> None:
    """Add this module's commands to ``kb``."""
    group.add_command(person)


@click.group()
def person() -> None:
    """Add people, give and take roles, set passwords."""


@person.command()
@click.argument("handle")
@click.option("--name", required=True, help="The name others see.")
@click.option("--email", required=True, help="Address to sign in with and to get letters at.")
@click.option("--role", "given", multiple=True, type=click.Choice(ROLES), help="May be given more than once.")
@click.option("--staff", is_flag=True, help="Mark as one of the company: Official on every answer.")
@with_appcontext
def add(handle: str, name: str, email: str, given: tuple[str, ...], staff: bool) -> None:
    """Add HANDLE; asks for the password, or reads it from standard input."""
    session = current_session()
    added = accounts.add(session, handle=handle, name=name, email=email, password=_password(), staff=staff)
    roles.change(session, person=added, add=frozenset(map(Role, given)), by=None)
    session.commit()
    click.echo(f"Added @{added.handle} ({_held(added.roles)}).")


@person.command(context_settings={"ignore_unknown_options": True})
@click.argument("handle")
@click.argument("changes", nargs=-1, required=True, metavar="+ROLE|-ROLE...")
@with_appcontext
def role(handle: str, changes: tuple[str, ...]) -> None:
    """Give HANDLE roles and take roles away: `kb person role anna +expert -writer`.

    `+staff` and `-staff` set and remove the mark of the company. Who loses anything is signed out everywhere.
    """
    wanted, unwanted = _parsed(changes)
    session = current_session()
    someone = accounts.named(session, handle)
    for names, staff in ((wanted, True), (unwanted, False)):
        if "staff" in names:
            roles.mark_staff(session, person=someone, staff=staff, by=None)
    held = roles.change(session, person=someone, add=_roles(wanted), remove=_roles(unwanted), by=None)
    session.commit()
    mark = ", staff" if someone.staff_since else ""
    click.echo(f"@{someone.handle} is now {_held(held)}{mark}.")


@person.command()
@click.argument("handle")
@with_appcontext
def password(handle: str) -> None:
    """Set the password of HANDLE and sign them out everywhere; asks for it, or reads it from standard input."""
    session = current_session()
    someone = accounts.named(session, handle)
    session.rollback()  # whoever types takes their time, and an open transaction keeps other writers waiting
    new = _password()
    someone = accounts.named(session, handle)
    accounts.replace_password(session, person=someone, password=new)
    session.commit()
    click.echo(f"@{someone.handle} has a new password and is signed out everywhere.")


@person.command()
@click.argument("handle")
@click.argument("email")
@with_appcontext
def claim(handle: str, email: str) -> None:
    """Let the reader of EMAIL take over the imported account HANDLE: sends a link that works for 7 days."""
    session = current_session()
    accounts.claim(session, person=accounts.named(session, handle), email=email)
    session.commit()
    click.echo(f"A letter to {email} is on its way; its link lets the reader set the password of @{handle}.")


def _password() -> str:
    """Return a password from a prompt, or the first line of standard input when nobody sits there."""
    if sys.stdin.isatty():
        return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))
    line = sys.stdin.readline().rstrip("\r\n")
    if not line:
        raise Invalid("password", "No password came on standard input.")
    return line


def _parsed(changes: tuple[str, ...]) -> tuple[frozenset[str], frozenset[str]]:
    """Return what to give and what to take; a usage error names the first word that is neither."""
    for change in changes:
        if change[:1] not in ("+", "-") or change[1:] not in (*ROLES, "staff"):
            raise click.BadParameter(f"{change!r} is none of +ROLE or -ROLE with ROLE {', '.join([*ROLES, 'staff'])}.")
    return (
        frozenset(change[1:] for change in changes if change[0] == "+"),
        frozenset(change[1:] for change in changes if change[0] == "-"),
    )


def _roles(names: frozenset[str]) -> frozenset[Role]:
    return frozenset(Role(name) for name in names if name != "staff")


def _held(held: frozenset[Role]) -> str:
    return ", ".join(sorted(held)) or "member"
