"""The forms that tags and categories are changed with."""

from flask_babel import lazy_gettext
from wtforms import RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # younger than its stubs

from kb.web.forms import Form


class TagForm(Form):
    """What a tag is for."""

    description = StringField(lazy_gettext("What is this tag for?"))


class SynonymForm(Form):
    """What else a tag is called."""

    synonym = StringField(lazy_gettext("Another name for it"))


class RenameForm(Form):
    """Another name for good, or that of the tag to become part of."""

    name = StringField(lazy_gettext("New name"))


class CategoryForm(Form):
    """What a category says of itself."""

    name = StringField(lazy_gettext("Name"))
    description = StringField(lazy_gettext("What belongs here?"))
    template = TextAreaField(lazy_gettext("What a question here starts with"))


class AudienceForm(Form):
    """Whom a category is for."""

    audience = RadioField(
        lazy_gettext("Who sees this category?"),
        choices=[
            SelectChoice("public", lazy_gettext("Everybody")),
            SelectChoice("members", lazy_gettext("Members: who is signed in")),
            SelectChoice("staff", lazy_gettext("Staff: people of the company, and moderators")),
        ],
        validate_choice=False,
    )


class ExpertForm(Form):
    """Who is an expert in a category."""

    handle = StringField(lazy_gettext("Handle"))


class NewCategoryForm(Form):
    """A category more."""

    name = StringField(lazy_gettext("Name of the new category"))
