"""What templates say: in the reader's language, with values put in safely."""

from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from flask import Flask, render_template_string, request

HELLO = "{{ _('Hello %(name)s', name=name) }}"
ANSWERS = "{{ ngettext('%(num)d answer', '%(num)d answers', count) }}"
TRANS = "{% trans name=name %}Hello {{ name }}{% endtrans %}"


@pytest.fixture
def german(app: Flask, tmp_path: Path) -> None:
    """Translations that come after the templates, chosen by ``?lang=``."""
    catalogue = Catalog(locale="de")
    catalogue.add("Hello %(name)s", "Hallo %(name)s")
    catalogue.add(("%(num)d answer", "%(num)d answers"), ("%(num)d Antwort", "%(num)d Antworten"))
    folder = tmp_path / "translations" / "de" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    with (folder / "messages.mo").open("wb") as file:
        write_mo(file, catalogue)
    babel = app.extensions["babel"]
    babel.translation_directories = [str(tmp_path / "translations")]
    babel.locale_selector = lambda: request.args.get("lang")


@pytest.mark.parametrize("template", [HELLO, TRANS])
def test_message_escapes_what_is_put_in(app: Flask, template: str) -> None:
    with app.test_request_context("/"):
        assert render_template_string(template, name="<b>") == "Hello &lt;b&gt;"


def test_message_is_in_the_language_of_its_request(app: Flask, german: None) -> None:
    for lang, hello in (("de", "Hallo Ann"), ("en", "Hello Ann"), ("de", "Hallo Ann")):
        with app.test_request_context(f"/?lang={lang}"):
            assert render_template_string(HELLO, name="Ann") == hello
            assert render_template_string(TRANS, name="Ann") == hello


def test_counted_message_has_the_form_of_its_number(app: Flask, german: None) -> None:
    with app.test_request_context("/?lang=de"):
        assert render_template_string(ANSWERS, count=1) == "1 Antwort"
        assert render_template_string(ANSWERS, count=2) == "2 Antworten"
    with app.test_request_context("/?lang=en"):
        assert render_template_string(ANSWERS, count=1) == "1 answer"


def test_percent_sign_is_written_twice(app: Flask) -> None:
    with app.test_request_context("/"):
        assert render_template_string("{{ _('100%% done') }}") == "100% done"
