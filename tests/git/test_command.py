"""Running git: in time, within bounds, and without telling anybody's password."""

import time
from pathlib import Path

import pytest

from kb.git import command
from kb.git.faults import GitFault, sentence_of
from tests.git.repositories import Repository


def test_run_stops_git_that_takes_too_long(origin: Repository) -> None:
    began = time.monotonic()
    with pytest.raises(GitFault, match=r"longer than 0\.2 seconds"):
        command.run(origin.folder, ["cat-file", "--batch"], given=slowly(), seconds=0.2)
    assert time.monotonic() - began < 5


def slowly():  # type: ignore[no-untyped-def]
    """Give git nothing to read for longer than it has."""
    time.sleep(0.6)
    yield b"HEAD\n"


def test_run_stops_git_that_prints_too_much(origin: Repository) -> None:
    with pytest.raises(GitFault, match="more than 0 MiB"):
        command.run(origin.folder, ["cat-file", "-p", "HEAD"], most=10)


def test_run_says_when_git_is_not_installed(
    origin: Repository, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(GitFault, match="not installed"):
        command.run(origin.folder, ["cat-file", "-p", "HEAD"])


def test_run_passes_on_only_what_was_allowed(origin: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_TRACE", "1")
    command.pass_on({"https_proxy": "http://proxy.example.com"})
    try:
        shown = command.run(origin.folder, ["-c", "alias.env=!env", "env"]).decode()
    finally:
        command.pass_on({})
    variables = dict(line.partition("=")[::2] for line in shown.splitlines())
    assert variables["https_proxy"] == "http://proxy.example.com"
    assert variables["GIT_TERMINAL_PROMPT"] == "0"
    assert not {"GIT_TRACE", "HOME", "KB_SECRET_KEY"} & variables.keys()


@pytest.mark.parametrize(
    ("complaint", "sentence"),
    [
        ("fatal: could not read Username for 'https://example.com': terminal prompts disabled", "check the token"),
        ("git@example.com: Permission denied (publickey).\nfatal: Could not read from", "as a deploy key"),
        ("Host key verification failed.\nfatal: Could not read from remote", "known_hosts"),
        ("fatal: unable to access 'https://x/': Could not resolve host: x", "name is not known"),
        ("fatal: unable to access 'https://x/': Failed to connect to x port 443", "cannot be reached"),
        ("fatal: detected dubious ownership in repository at '/srv/x'", "belongs to another user"),
        ("fatal: transport 'ext' not allowed", "Only https, ssh and file"),
        ("error: packfile x.pack does not match index\nfatal: pack is corrupt", "is damaged: packfile x.pack"),
        ("", "exit code 3"),
    ],
)
def test_sentence_says_what_to_do(complaint: str, sentence: str) -> None:
    assert sentence in sentence_of(complaint, 3).sentence


def test_sentence_repeats_no_password() -> None:
    fault = sentence_of("fatal: something odd with 'https://ada:s3cret@example.com/help.git'", 128)
    assert fault.sentence == "Git cannot do it: something odd with 'https://example.com/help.git'."
