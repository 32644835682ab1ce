"""The rooms keep to their contracts and to sizes a reader can hold in mind."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
CODE = sorted(path for path in (ROOT / "kb").rglob("*.py") if "versions" not in path.parts)
LONGEST_FILE = 400
LONGEST_FUNCTION = 40
LONGEST_TEMPLATE = 80
LONGEST_STYLESHEET = 200


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_import_contracts_are_kept() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    run = subprocess.run([linter], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout[-3000:]


def lines_of(node: ast.stmt | ast.expr) -> int:
    return (node.end_lineno or 0) - node.lineno + 1


def fields_of(last: ast.stmt) -> int:
    """Return the lines of a record that a function ends by returning: a list of fields is read like a table."""
    if isinstance(last, ast.Return) and isinstance(last.value, ast.Call) and not last.value.args:
        return lines_of(last.value)
    return 0


@pytest.mark.parametrize("path", CODE, ids=named)
def test_module_is_short_and_says_what_it_is(path: Path) -> None:
    text = path.read_text()
    assert len(text.splitlines()) <= LONGEST_FILE
    tree = ast.parse(text)
    docstring = ast.get_docstring(tree)
    assert docstring, "a module says in one line what the room is for"
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef):
            length = (function.end_lineno or 0) - function.body[0].lineno - fields_of(function.body[-1])
            assert length <= LONGEST_FUNCTION, f"{function.name} has {length} lines"


@pytest.mark.parametrize("path", CODE, ids=named)
def test_public_things_have_a_docstring(path: Path) -> None:
    for thing in ast.parse(path.read_text()).body:
        if isinstance(thing, ast.FunctionDef | ast.ClassDef) and not thing.name.startswith("_"):
            assert ast.get_docstring(thing), f"{thing.name} does not say what it is"


@pytest.mark.parametrize("path", sorted((ROOT / "templates").rglob("*.html")), ids=named)
def test_template_is_short(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= LONGEST_TEMPLATE


@pytest.mark.parametrize("path", sorted((ROOT / "static").rglob("*.css")), ids=named)
def test_stylesheet_is_short(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= LONGEST_STYLESHEET
