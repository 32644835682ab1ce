"""The forms that questions, answers and comments are written with."""

from collections.abc import Mapping, Sequence

from flask import request
from flask_babel import gettext, lazy_gettext
from wtforms import SelectField, StringField, TextAreaField

from kb.db import current_session
from kb.errors import DomainError, Invalid
from kb.forum import categories, tags, writing
from kb.forum.models import Category
from kb.forum.shapes import CategoryRow
from kb.markup.plain import shorten
from kb.web.errors import STATUS, sentence
from kb.web.forms import Form
from kb.web.visitor import viewer


class QuestionForm(Form):
    """Asking a question, or editing one."""

    title = StringField(lazy_gettext("Your question in one sentence"))
    body = TextAreaField(lazy_gettext("Details"))
    tags = StringField(lazy_gettext("Tags"))
    category = SelectField(lazy_gettext("Category"), validate_choice=False)

    def offer(self, categories: Sequence[CategoryRow]) -> None:
        """Let the reader choose among ``categories``; the only one there is needs no choosing."""
        self.category.choices = [(row.slug, _described(row)) for row in categories]
        if len(categories) > 1:
            self.category.choices = [("", gettext("Choose a category")), *self.category.choices]

    def words(self) -> dict[str, str]:
        """Return what was written, by field name."""
        fields = (self.title, self.body, self.tags, self.category)
        return {field.name: field.data or "" for field in fields}


class WritingForm(Form):
    """An answer or a comment: one text."""

    body = TextAreaField(lazy_gettext("Your text"))

    def words(self) -> dict[str, str]:
        """Return what was written, by field name."""
        return {"body": self.body.data or ""}


def asked_to(act: str) -> bool:
    """Whether the form was sent with its button named ``act``, such as ``preview``."""
    return act in request.form


def checked(words: Mapping[str, str]) -> Category:
    """Return the category chosen in a QuestionForm; raises Invalid for whatever would be refused when it is posted."""
    writing.title_of(words["title"])
    writing.body_of(words["body"])
    tags.parse(words["tags"])
    for category in categories.ordered(current_session(), viewer()):
        if category.slug == words["category"]:
            return category
    raise Invalid("category", "Choose a category.")


def previewed(text: str, *, most: int = writing.BODY_TO) -> str:
    """Return ``text`` as the HTML it would be shown as; raises Invalid when it is empty or too long."""
    return writing.render(current_session(), writing.body_of(text, most=most)).html


def refuse(form: Form, error: DomainError) -> int:
    """Undo what was begun, show ``error`` on ``form`` so that its text comes back, and return the answer's status."""
    current_session().rollback()
    if isinstance(error, Invalid):
        form.blame(error)
    else:
        form.form_errors.append(sentence(error))
    return next(code for kind, code in STATUS.items() if isinstance(error, kind))


def _described(row: CategoryRow) -> str:
    return f"{row.name} – {shorten(row.description, 70)}" if row.description else row.name
