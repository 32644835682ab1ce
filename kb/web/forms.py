"""What forms share; each area keeps its own forms beside its routes."""

from flask_wtf import FlaskForm

from kb.errors import Invalid
from kb.web.errors import sentence


class Form(FlaskForm):  # type: ignore[misc]
    """A form that a verb's refusal can be shown on: at the field it names, or at the top."""

    def blame(self, error: Invalid) -> None:
        """Show ``error`` at its field, so that the page comes back filled in with one sentence at the right place."""
        field = self._fields.get(error.field)
        if field is None:
            self.form_errors.append(sentence(error))
        else:
            field.errors = [*field.errors, sentence(error)]
