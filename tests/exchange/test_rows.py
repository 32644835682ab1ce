"""Rows of a dump's XML files."""

from pathlib import Path

import pytest

from kb.exchange import rows as rows_module
from kb.exchange.rows import Row, rows


def read(path: Path) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Return place and Id of each row, and what was skipped."""
    skipped: list[tuple[str, str]] = []
    found = [(row.place, row.text("Id")) for row in rows(path, lambda place, why: skipped.append((place, why)))]
    return found, skipped


@pytest.fixture(params=[8, 64, 1 << 18])
def path(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file that is read in pieces of different sizes."""
    monkeypatch.setattr(rows_module, "_CHUNK", request.param)
    return tmp_path / "Posts.xml"


def test_rows_on_lines_of_their_own(path: Path) -> None:
    path.write_text(
        '\ufeff<?xml version="1.0"?>\n<posts>\n  <row Id="1" />\n  <row Id="2" Body="a&#xA;b > c />" />\n</posts>'
    )
    assert read(path) == ([("Posts.xml line 3", "1"), ("Posts.xml line 4", "2")], [])


def test_rows_on_one_line_and_over_several(path: Path) -> None:
    path.write_text('<posts><row Id="1"/><row Id="2"></row>\n<row\n Id="3"\n/>\n\n<rows/><row Id="4"/></posts>\n')
    assert [key for _, key in read(path)[0]] == ["1", "2", "3", "4"]
    assert read(path)[0][-1][0] == "Posts.xml line 6"
    assert read(path)[1] == []


def test_rows_goes_on_after_a_bad_one(path: Path) -> None:
    path.write_text('<posts>\n<row Id="1" A="&" />\n<row Id="2" Id="2" />\n<row Id="3\n<row Id="4" />\n</posts>\n')
    found, skipped = read(path)
    assert found == [("Posts.xml line 5", "4")]
    assert [place for place, _ in skipped] == ["Posts.xml line 2", "Posts.xml line 3", "Posts.xml line 4"]


@pytest.mark.parametrize(
    ("end", "told"),
    [
        ('<row Id="2', [("Posts.xml line 3", "the row breaks off")]),
        ('<row Id="2" A', [("Posts.xml line 3", "the row breaks off")]),
        ('<row Id="2"/>', [("Posts.xml, its end", "the file breaks off there; what came before was read")]),
        ("", [("Posts.xml, its end", "the file breaks off there; what came before was read")]),
    ],
)
def test_rows_tells_where_a_file_breaks_off(path: Path, end: str, told: list[tuple[str, str]]) -> None:
    path.write_text(f'<posts>\n<row Id="1"/>\n{end}')
    found, skipped = read(path)
    assert found[0] == ("Posts.xml line 2", "1")
    assert skipped == told


def test_rows_takes_bytes_that_are_not_utf8(path: Path) -> None:
    path.write_bytes(b'<posts>\n<row Id="\xff" />\n</posts>')
    assert read(path) == ([("Posts.xml line 2", "\ufffd")], [])


def test_rows_names_no_entity_and_opens_no_file(path: Path) -> None:
    path.write_text('<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>\n<posts>\n<row Id="&e;" />\n</posts>')
    assert read(path) == ([], [("Posts.xml line 3", "not a row of XML (undefined entity)")])


def test_number_is_what_a_column_holds() -> None:
    row = Row("x", {"a": "7", "b": "-1", "c": "x", "d": "9" * 18, "e": "٣"})
    assert [row.number(name) for name in "abcdef"] == [7, 0, 0, 2**31 - 1, 0, 0]
