"""The ``kb import`` commands."""

from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy.orm import Session

from kb.cli import exchange
from kb.errors import Invalid
from tests.exchange.dumps import answer, asked, jsonl, question, xml


@pytest.fixture
def kb(app: Flask, session: Session) -> click.Group:
    group = click.Group("kb")
    exchange.register(group)
    return group


def run(app: Flask, kb: click.Group, *words: str) -> Result:
    session_free = app.app_context()
    with session_free:
        return CliRunner().invoke(kb, ["import", *words])


def test_import_stackexchange_tells_each_step_and_the_sum(app: Flask, kb: click.Group, tmp_path: Path) -> None:
    xml(tmp_path / "Posts.xml", question(1), answer(2, 1), answer(3, 9))
    first = run(app, kb, "stackexchange", str(tmp_path))
    assert first.exit_code == 0
    assert "questions: 1 read\nanswers: 2 read\n" in first.stdout
    assert "Added 2 people, 1 questions, 1 answers.\nSkipped 1 rows that could not be used.\nIt took " in first.stdout
    assert first.stderr == "kb: Posts.xml line 5: what it belongs to is not there; skipped\n"
    assert "Added 0, as all of it is here already." in run(app, kb, "stackexchange", str(tmp_path)).stdout


def test_import_community(app: Flask, kb: click.Group, tmp_path: Path) -> None:
    jsonl(tmp_path / "a.jsonl", asked("1"))
    assert "Added 1 people, 1 questions.\n" in run(app, kb, "community", str(tmp_path / "a.jsonl")).stdout


def test_import_of_nothing_fails_with_one_sentence(app: Flask, kb: click.Group, tmp_path: Path) -> None:
    for command, what in (("stackexchange", tmp_path), ("community", tmp_path / "no")):
        failed = run(app, kb, command, str(what))
        assert isinstance(failed.exception, Invalid)
        assert str(what) in str(failed.exception)
