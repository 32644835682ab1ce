"""Accounts: joining, signing in and out, the password and the profile."""

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from kb import clock, history
from kb.db import glance
from kb.errors import Invalid, NotFound
from kb.markup.posts import render_post
from kb.people import names, passwords, resets, sessions, stationery
from kb.people.models import Person

LONGEST_ABOUT = 2000
WRONG = "This name or e-mail address and this password do not belong together."


def join(session: Session, *, name: str, email: str, password: str, ip: str, agent: str) -> tuple[Person, str]:
    """Let somebody become a member and sign them in; returns them and the token for their cookie.

    Raises Invalid at ``name``, ``email`` or ``password``. An address that has an account is refused in plain words:
    whoever joins is signed in at once, so any answer would tell the two cases apart; doors limit how often one may
    ask. Signing in and asking for a new password tell nothing.
    """
    name, email = names.clean_name(name), names.clean_email(email)
    passwords.check(password, about=(name, email, stationery.current().site_name))
    kept = passwords.hashed(password)
    person = _add(session, name=name, email=email, kept=kept)
    _note(session, "person.joined", person, by=person)
    return person, sessions.open_session(session, person, ip=ip, agent=agent)


def add(session: Session, *, handle: str, name: str, email: str, password: str, staff: bool = False) -> Person:
    """Add a member under a chosen handle, as the command line does. Raises Invalid at the field that is wrong."""
    handle, name, email = names.clean_handle(handle), names.clean_name(name), names.clean_email(email)
    passwords.check(password, about=(handle, name, email, stationery.current().site_name))
    if session.scalar(select(Person.id).where(Person.handle == handle)) is not None:
        raise Invalid("handle", "The handle “%(handle)s” is taken.", handle=handle)
    person = _add(session, name=name, email=email, kept=passwords.hashed(password), handle=handle)
    person.staff_since = clock.now() if staff else None
    _note(session, "person.added", person, by=None)
    return person


def sign_in(session: Session, *, login: str, password: str, ip: str, agent: str) -> tuple[Person, str]:
    """Sign in by handle or e-mail address; returns the person and the token for their cookie.

    Raises Invalid with the same words, after the same time, whether there is no such person, they cannot sign in, or
    the password is wrong.
    """
    login = login.strip().lower().removeprefix("@")
    column = Person.email if "@" in login else Person.handle
    with glance(session):
        found = session.execute(select(Person.id, Person.password_hash).where(column == login)).first()
    if not passwords.matches(found.password_hash if found else None, password[: passwords.LONGEST]) or not found:
        raise Invalid("password", WRONG)
    person = session.get_one(Person, found.id, populate_existing=True, with_for_update=True)
    if person.password_hash != found.password_hash:  # it was changed while this one was compared
        raise Invalid("password", WRONG)
    if passwords.is_outdated(found.password_hash):
        person.password_hash = passwords.hashed(password)
    return person, sessions.open_session(session, person, ip=ip, agent=agent)


def sign_out(session: Session, token: str) -> None:
    """End the sign-in that ``token`` belongs to; every copy of its cookie is refused from then on."""
    sessions.close(session, token)


def change_password(session: Session, *, person: Person, current: str, new: str, this_session: int | None) -> None:
    """Give ``person`` a new password and sign them out everywhere but in ``this_session``.

    Raises Invalid at ``current`` when it is not the present password, at ``new`` when that is too weak.
    """
    if not passwords.matches(person.password_hash, current[: passwords.LONGEST]):
        raise Invalid("current", "This is not your present password.")
    set_password(session, person=person, password=new, field="new", keep=this_session)
    _note(session, "person.password_changed", person, by=person)


def replace_password(session: Session, *, person: Person, password: str) -> None:
    """Give ``person`` a password without asking for the one before, as the command line does; ends all sign-ins."""
    set_password(session, person=person, password=password)
    _note(session, "person.password_replaced", person, by=None)


def set_password(
    session: Session, *, person: Person, password: str, field: str = "password", keep: int | None = None
) -> None:
    """Make ``password`` the one of ``person``, void their unused links, and end their sign-ins but ``keep``."""
    _check(person, password, field)
    person.password_hash = passwords.hashed(password)
    resets.void(session, person)
    sessions.close_all(session, person, but=keep)


def reset_password(session: Session, *, token: str, password: str) -> Person:
    """Use up the link of a letter: set the password it allows and end all sign-ins; returns whose it is.

    Raises Invalid when the password is too weak, and NotFound when the link was used, has run out or never was; of
    many uses at once one succeeds.
    """
    person = resets.holder(session, token)
    _check(person, password, "password")  # before the link is used up
    resets.use(session, token)
    set_password(session, person=person, password=password)
    _note(session, "person.password_reset", person, by=person)
    return person


def claim(session: Session, *, person: Person, email: str) -> None:
    """Let whoever reads ``email`` take over an imported account: sends a letter with a link that lasts 7 days.

    Raises Invalid when the address has an account, or this account has a password already.
    """
    email = names.clean_email(email)
    if person.password_hash is not None:
        raise Invalid("handle", "“%(handle)s” has a password already.", handle=person.handle)
    if session.scalar(select(Person.id).where(Person.email == email, Person.id != person.id)) is not None:
        raise Invalid("email", "Another account has this address.")
    person.email = email
    resets.void(session, person)
    resets.offer_claim(session, person)
    _note(session, "person.claim_offered", person, by=None)


def edit_profile(session: Session, *, person: Person, name: str, about: str) -> None:
    """Change what others see of ``person``. Raises Invalid at ``name`` or ``about``."""
    name, about = names.clean_name(name), about.strip()
    if len(about) > LONGEST_ABOUT:
        raise Invalid("about", "Use at most %(count)s characters.", count=LONGEST_ABOUT)
    if names.slug(name) in names.RESERVED and name != person.name:
        raise Invalid("name", "This name is kept for the site itself. Choose another.")
    person.name = name
    if about != person.about_md:
        person.about_md, person.about_html = about, render_post(about).html if about else ""
    _note(session, "person.profile_edited", person, by=person)


def named(session: Session, handle: str) -> Person:
    """Return the person with ``handle``; raises NotFound."""
    person = session.scalar(select(Person).where(Person.handle == handle.strip().removeprefix("@").lower()))
    if person is None:
        raise NotFound("There is nobody with the handle “%(handle)s”.", handle=handle)
    return person


def _add(session: Session, *, name: str, email: str, kept: str, handle: str | None = None) -> Person:
    """Add a person; where another took the same handle meanwhile, another free one is taken."""
    for attempt in range(5):
        person = Person(
            handle=handle or names.free_handle(session, name, crowded=attempt > 0),
            name=name,
            email=email,
            password_hash=kept,
            created_at=clock.now(),
        )
        if session.scalar(select(Person.id).where(Person.email == email)) is not None:
            break
        try:
            with session.begin_nested():
                session.add(person)
            return person
        except IntegrityError:
            continue
    raise Invalid("email", "This address has an account already. Sign in, or ask for a new password.")


def _check(person: Person, password: str, field: str) -> None:
    about = (person.handle, person.name, person.email or "", stationery.current().site_name)
    passwords.check(password, about=about, field=field)


def _note(session: Session, what: str, person: Person, *, by: Person | None) -> None:
    session.flush()
    history.record(
        session, what, subject_kind="person", subject_id=person.id, person_id=by.id if by is not None else None
    )
