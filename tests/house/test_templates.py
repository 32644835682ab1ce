"""Every template compiles, imports only what it uses, and leaves scripts and styles to files."""

import re
from pathlib import Path

import pytest
from flask import Flask

ROOT = Path(__file__).parent.parent.parent / "templates"
TEMPLATES = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.rglob("*.html"))
IMPORT = re.compile(r"{%-?\s*from\s+\"([^\"]+)\"\s+import\s+(.+?)(?:\s+with(?:out)? context)?\s*-?%}")


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    from kb.app import create_app  # noqa: PLC0415 - keeps collection free of the application
    from tests.conftest import settings_for  # noqa: PLC0415

    return create_app(settings_for(tmp_path_factory.mktemp("templates"), None))


@pytest.mark.parametrize("name", TEMPLATES)
def test_template_compiles(environment: Flask, name: str) -> None:
    environment.jinja_env.get_template(name)


@pytest.mark.parametrize("name", TEMPLATES)
def test_template_imports_only_what_it_uses(name: str) -> None:
    text = (ROOT / name).read_text()
    rest = IMPORT.sub("", text)
    for found in IMPORT.finditer(text):
        assert (ROOT / found.group(1)).exists(), found.group(1)
        for macro in found.group(2).split(","):
            used_as = macro.strip().split(" as ")[-1].strip()
            assert re.search(rf"\b{used_as}\b", rest), f"{used_as} is imported and never used"


@pytest.mark.parametrize("name", TEMPLATES)
def test_template_holds_no_inline_script_or_style(name: str) -> None:
    text = (ROOT / name).read_text()
    assert not re.search(r"\sstyle\s*=\s*[\"']", text), "inline styles are refused by the site's own policy"
    assert not re.search(r"\son[a-z]+\s*=\s*[\"']", text), "inline handlers are refused by the site's own policy"
    assert not re.search(r"<script(?![^>]*\bsrc=)(?![^>]*application/ld\+json)", text)
    for name in re.findall(r"([\w.]+)\s*\|\s*safe", text):
        assert name.endswith("html"), f"{name} is shown unescaped; only HTML that was sanitized when stored may be"
