"""The form for asking: its fields, each category's outline, and what may answer the question already."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response, request
from wtforms import HiddenField

from kb.db import current_session
from kb.forum import listing
from kb.forum.asking import outlines
from kb.search.documents import Shown
from kb.web.drafting import draft_number
from kb.web.post_forms import QuestionForm
from kb.web.render import page, wants_fragment
from kb.web.visitor import viewer

ASK = "/questions/ask"


class AskForm(QuestionForm):
    """Asking a question, with the name of the visit that what was shown is kept under.

    Tags may also be ticked among those of similar questions.
    """

    asking = HiddenField()

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.ticked = request.form.getlist("tag")
        if self.ticked and not wants_fragment():  # a script replaces the boxes and leaves the field as it is
            self.tags.data = " ".join(dict.fromkeys([*(self.tags.data or "").split(), *self.ticked]))

    def words(self) -> dict[str, str]:
        """Return what was written, by field name, and the visit's name."""
        return {**super().words(), "asking": self.asking.data or ""}


@dataclass(frozen=True, slots=True)
class Similar:
    """What may answer a question already, and the tags of questions like it."""

    rows: Sequence[Shown]
    tags: tuple[str, ...] = ()


def shown(
    form: AskForm,
    *,
    status: int = 200,
    kept: bool = False,
    carried: bool = False,
    preview: str = "",
    similar: Similar | None = None,
) -> Response:
    """Return the page with the form. Details that are empty get the outline of the category that was chosen.

    What was ``carried`` along from elsewhere does not go on with the draft there may be: saving it meets that draft,
    and its writer chooses.
    """
    session, reader = current_session(), viewer()
    form.offer(listing.categories(session, reader))
    outline = outlines.by_category(session, reader)
    if not (form.body.data or "").strip():
        form.body.data = outline.get(form.category.data or "", "")
    return page(
        "questions/ask.html",
        status,
        form=form,
        kept=kept,
        outlines=outline,
        preview_html=preview,
        similar=similar,
        number=0 if carried else draft_number(ASK),
    )
