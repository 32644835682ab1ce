"""A page to write one text on: an answer, a comment, or a new version of either."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Response

from kb.db import current_session
from kb.errors import Conflict, Invalid, Refused, TooMany
from kb.forum import writing
from kb.people.models import Person
from kb.web.drafting import draft_number, drafted, keep_and_join, posted
from kb.web.post_forms import WritingForm, asked_to, previewed, refuse
from kb.web.render import page, redirect_to
from kb.web.visitor import viewer


@dataclass(frozen=True, slots=True)
class Sheet:
    """What stands around the text. The form is shown at ``address`` and posted to it."""

    address: str
    heading: str
    label: str
    button: str
    about_title: str
    about_address: str
    about_html: str = ""
    """What is answered or commented on, as it stands in the thread."""
    body: str = ""
    """What the text says now, where it is edited."""
    most: int = writing.BODY_TO
    """Characters the text may have."""
    saves: bool = False
    """Whether a member's text is saved as a draft while it is written."""
    replies: str = ""
    """Where canned replies for it are, "" where the reader has none."""


def show(sheet: Sheet) -> Response:
    """Show the sheet, with what this reader wrote on it before."""
    kept = drafted(sheet.address)
    form = WritingForm(formdata=None, data={"body": _begun(sheet, kept.get("body", ""))})
    return _page(sheet, form, kept=bool(kept))


def take(sheet: Sheet, post: Callable[[Person, str], str]) -> Response:
    """Post what was written by ``post(person, text)`` and go to the address it returns.

    A preview or a refusal shows the sheet again with the text on it; a visitor's text waits while they join.
    """
    form = WritingForm()
    text = form.body.data or ""
    try:
        if asked_to("preview"):
            return _page(sheet, form, preview=previewed(text, most=sheet.most))
        writing.body_of(text, most=sheet.most)
        by = viewer()
        if by is None:
            return keep_and_join(sheet.address, form.words())
        address = post(by, text)
    except (Invalid, Refused, Conflict, TooMany) as error:
        return _page(sheet, form, status=refuse(form, error))
    posted(sheet.address)
    current_session().commit()
    return redirect_to(address)


def _begun(sheet: Sheet, draft: str) -> str:
    """Return what the text begins with: a draft, and below it what a new answer is to quote."""
    if not draft or (sheet.saves and sheet.body and sheet.body not in draft):
        return "\n\n".join(part for part in (draft, sheet.body) if part)
    return draft


def _page(sheet: Sheet, form: WritingForm, *, status: int = 200, preview: str = "", kept: bool = False) -> Response:
    form.body.label.text = sheet.label
    number = draft_number(sheet.address)
    return page("questions/sheet.html", status, sheet=sheet, form=form, preview_html=preview, kept=kept, number=number)
