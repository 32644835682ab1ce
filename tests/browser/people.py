"""People who can sign in, and their signing in."""

from datetime import timedelta

from playwright.sync_api import Page

from kb.db import current_session
from kb.people import accounts, roles
from kb.people.models import Person, Role

PASSWORD = "purple elephants dance"


def joined(name: str, *held: Role) -> Person:
    """Let somebody have joined a month ago, whose handle is the name in small letters."""
    handle = name.lower()
    person, _ = accounts.join(
        current_session(), name=name, email=f"{handle}@example.com", password=PASSWORD, ip="127.0.0.1", agent="test"
    )
    person.created_at -= timedelta(days=30)  # who joined today may post three questions
    roles.change(current_session(), person=person, add=frozenset(held), by=None)
    return person


def sign_in(page: Page, handle: str) -> Page:
    """Sign in on ``page``, which shows the front page then."""
    page.goto("/sign-in")
    page.get_by_label("E-mail address or handle").fill(handle)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_load_state()
    return page
