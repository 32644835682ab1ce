"""The forms of accounts: joining, signing in, passwords, profile and letters."""

from flask_babel import lazy_gettext
from wtforms import BooleanField, EmailField, HiddenField, PasswordField, StringField, TextAreaField

from kb.notices.kinds import KINDS, WITH_LETTERS
from kb.web.forms import Form
from kb.web.visitor import safe_next


class EntryForm(Form):
    """A form that leads back to where the reader came from."""

    next = HiddenField()

    def way_back(self) -> str:
        """Return the path to go to afterwards."""
        return safe_next(self.next.data)


class JoinForm(EntryForm):
    """Becoming a member."""

    name = StringField(lazy_gettext("Your name"), render_kw={"autocomplete": "name", "required": True})
    email = EmailField(lazy_gettext("E-mail address"), render_kw={"autocomplete": "email", "required": True})
    password = PasswordField(lazy_gettext("Password"), render_kw={"autocomplete": "new-password", "required": True})


class SignInForm(EntryForm):
    """Coming back."""

    login = StringField(
        lazy_gettext("E-mail address or handle"),
        render_kw={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false", "required": True},
    )
    password = PasswordField(lazy_gettext("Password"), render_kw={"autocomplete": "current-password", "required": True})


class AskResetForm(Form):
    """Asking for a link that sets a new password."""

    email = EmailField(lazy_gettext("E-mail address"), render_kw={"autocomplete": "email", "required": True})


class NewPasswordForm(Form):
    """Setting a password by the link of a letter."""

    password = PasswordField(lazy_gettext("New password"), render_kw={"autocomplete": "new-password", "required": True})


class ProfileForm(Form):
    """What others see."""

    name = StringField(lazy_gettext("Your name"), render_kw={"autocomplete": "name", "required": True})
    about = TextAreaField(lazy_gettext("About you"))


class ChangePasswordForm(Form):
    """Another password, by who knows the present one."""

    current = PasswordField(
        lazy_gettext("Present password"), render_kw={"autocomplete": "current-password", "required": True}
    )
    new = PasswordField(lazy_gettext("New password"), render_kw={"autocomplete": "new-password", "required": True})


class LettersForm(Form):
    """Which letters a person wants; a field a kind."""


for _name in WITH_LETTERS:
    setattr(LettersForm, _name, BooleanField(lazy_gettext(KINDS[_name].choice)))
