"""Addresses that start with a language, such as ``/de/articles``: only with one that there is."""

from flask.blueprints import BlueprintSetupState
from werkzeug.routing import BaseConverter, ValidationError

from kb.articles.trees import canonical


class LanguageConverter(BaseConverter):
    """A language as addresses spell it, ``de`` or ``pt-BR``; every other word is somebody else's address."""

    regex = "[a-z]{2}(?:-[A-Z][a-z]{3})?(?:-(?:[A-Z]{2}|[0-9]{3}))?"

    def to_python(self, value: str) -> str:
        """Return ``value`` where it names a language."""
        if canonical(value) != value:
            raise ValidationError
        return value


def teach_languages(state: BlueprintSetupState) -> None:
    """Let routes say ``<language:tree>``; a blueprint records this before its routes."""
    state.app.url_map.converters["language"] = LanguageConverter
